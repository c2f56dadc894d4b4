#!/usr/bin/python3
"""What firmware_samples/membench shows of memories, against documents and measurements.

    memory_facts.py MCOST

Each row is a figure of one run: cycles of a layer, or cycles that the core waited for a memory, per item. Expected
values come from the fact that the row names (numbers are those of the boards-and-memories facts that the board files
cite), never from the model; a range is the fact's own, or its figure and what the row's comment adds. Where the model is
known to say something else, the row has what it says as its gap: then that is compared, and a row that has come into its
range must lose its gap. script/memories shows all rows in docs/memories.md.
"""
import json
import pathlib
import subprocess
import sys
import tempfile
from collections import namedtuple

ROOT = pathlib.Path(__file__).resolve().parents[2]
PREBUILT = ROOT / "firmware_samples" / "membench" / "prebuilt"
F469, F100, F207, L496, L552 = "stm32f469i-disco", "stm32vldiscovery", "nucleo-f207zg", "nucleo-l496zg", "nucleo-l552ze-q"
L552E, F746, F767, H743 = "stm32l552e-eval", "stm32f746g-disco", "nucleo-f767zi", "nucleo-h743zi2"
F091, CC26 = "nucleo-f091rc", "launchxl-cc26x2r1"
ART = "memories.flash.accelerator."
NO_PREFETCH = ["--set", f"{ART}prefetch_enabled=false"]
NO_DCACHE = ["--set", "core.dcache_on=0"]
SDRAM = ["--args", "0xC0000000"]
# SYSCFG_MEMRMP.SWP_FMC: the default map has the SDRAM cached at 0x60000000, and uncached, as Device, at 0xC0000000.
SWAP = "write 0x40013800 0x400"
CACHED_SDRAM = ["--args", f"0x60000000 {SWAP}"]
DMA2 = "stream 0x40026400 0x40023830 22"
SD_CARD = ["--sd", "{sd}"]
SDIO = [*SD_CARD, "--args", "0x20000000 sdmmc 0x40012C00 0x40023844 11"]
SPI = [*SD_CARD, "--set", "devices.sd.peripheral=spi1", "--args", "0x20000000 spi 0x40013000 0x40023844 12"]
HCLK_192 = ["--clock", "192000000"]


def far_copy(base, write, distance):
    """Inside the SDRAM, whose banks are 2 MiB."""
    return ["--args", f"{base:#x} {write} copy {base + 0x10000:#x} {base + 0x10000 + distance:#x}"]


ONE_BANK, TWO_BANKS = 0x100000, 0x300000


def jumps(wait_states):
    """To one line after another: 2 cycles of a taken branch (core-timing facts 3.2, measured) and the wait states, and once
    the return, up to 3 and them."""
    return 2 + wait_states, 2 + wait_states + (3 + wait_states) / 64


def whole_lines(cycles):
    """Each jump but the first waits for the line before it; its own cycles hide. Once the return, mispredicted (8)."""
    return cycles - cycles / 64, cycles + 10 / 64


# `what`: "wait", cycles that the core waited for its data, "fetch", for its instructions, or "cycles", all of them. Per
# item, of layers inside `buffer` or outside. `expected` lies in [least, most].
Fact = namedtuple("Fact", "source board options layer inside what least most gap", defaults=[None])
# What the model says, and why that is not the fact's figure.
Gap = namedtuple("Gap", "value reason")
NO_PAUSE = ("fills and write-backs follow each other at the SDRAM without a pause, and words of a line on its way are there "
            "when they are wanted")
BANKS = ("in one bank each word copied opens two rows, in two banks none; what was measured lies between, its buffers in "
         "banks that are not known")
FACTS = [
    # 6: SRAM of F1, F2, F4 and L4 never waits.
    Fact("6", F100, [], "pointer chase", True, "wait", 0, 0),
    Fact("6", F207, [], "pointer chase", True, "wait", 0, 0),
    Fact("6", F469, [], "pointer chase", True, "wait", 0, 0),
    Fact("6", L496, [], "pointer chase", True, "wait", 0, 0),
    # 5.2: flash of the F100 has no wait states at 24 MHz.
    Fact("5.2", F100, [], "pointer chase", False, "wait", 0, 0),
    Fact("5.2", F100, [], "read words", False, "wait", 0, 0),
    Fact("5.2", F100, [], "jumps", False, "cycles", *jumps(0)),
    # 5.3: a stream of constants pays the wait states once per 16 bytes: 5 per 4 words on the F469, 3 on the F207; without
    # the data cache each word pays them. Code, which takes the array too, is held by then and not prefetched.
    Fact("5.3", F469, NO_PREFETCH, "read words again", False, "wait", 1.25, 1.25),
    Fact("5.3", F207, NO_PREFETCH, "read words again", False, "wait", 0.75, 0.75),
    Fact("5.3", F469, [*NO_PREFETCH, "--set", f"{ART}dcache_enabled=false"], "read words again", False, "wait", 5, 5),
    # 5.3: a line of code that is neither held nor prefetched pays them all.
    Fact("5.3", F469, NO_PREFETCH, "jumps", False, "cycles", *jumps(5)),
    Fact("5.3", F207, NO_PREFETCH, "jumps", False, "cycles", *jumps(3)),
    # 5.6, 4.5: the L496 reads 64 bits with 4 wait states; prefetch is off.
    Fact("5.6", L496, [], "read words again", False, "wait", 2, 2),
    Fact("5.6", L496, [], "jumps", False, "cycles", *jumps(4)),
    # 5.7: the L552 has 5 wait states: its array is busy with each line for 12 cycles, and a miss is looked up for one. The
    # first word is there after 7, so that one of 64 jumps need not wait for the rest; one may for each of the call's lines.
    Fact("5.7", L552, [], "jumps", False, "cycles", (63 * 12 + 7) / 64, (66 * 13) / 64),
    # So does one load of 64 for a line of code.
    Fact("5.7", L552, [], "single loads", False, "wait", 6, 6 + 12 / 64),
    Fact("5.7", L552, [], "single loads again", False, "wait", 0, 0),
    # 5.9: a miss in VIMS takes 4 cycles where the tag was not prefetched, 3 past the cache; a hit in another line than the
    # last takes one cycle more than in the last. The system bus reads 16 bytes in 3 cycles into a line buffer of its own.
    Fact("5.9", CC26, [], "single loads", False, "wait", 3, 3),
    Fact("5.9", CC26, [], "single loads again", False, "wait", 1, 1),
    Fact("5.9", CC26, [], "jumps", False, "cycles", *jumps(3)),
    Fact("5.9", CC26, [], "jumps again", False, "cycles", *jumps(1)),
    Fact("5.9", CC26, ["--set", f"{ART}mode=off"], "jumps again", False, "cycles", *jumps(2)),
    Fact("5.9", CC26, ["--place", "table=flash_uncached"], "single loads again", False, "wait", 2, 2),
    Fact("5.9", CC26, ["--place", "table=flash_system"], "read words again", False, "wait", 0.5, 0.5),
    # 7: the first 8 bytes of a line come in cycle 14 from flash with 7 wait states, 12 with 5, in 8 from SRAM; of H743 23,
    # 19 with 2 wait states at 400 MHz, and 15, 23 and 29 from the SRAMs of its domains. One of them is the load's own.
    Fact("7", F746, [], "single loads", False, "wait", 13, 13),
    Fact("7", F767, [], "single loads", False, "wait", 13, 13),
    Fact("7", F746, ["--set", "memories.flash.wait_states=5"], "single loads", False, "wait", 11, 11),
    Fact("7", F746, [], "single loads again", False, "wait", 0, 0),
    Fact("7", F746, ["--args", "0x20010000"], "single loads", True, "wait", 7, 7),
    Fact("7", F767, ["--args", "0x20020000"], "single loads", True, "wait", 7, 7),
    Fact("7", H743, [], "single loads", False, "wait", 22, 22),
    Fact("7", H743, ["--clock", "400000000", "--set", "memories.flash.wait_states=2"], "single loads", False, "wait", 18, 18),
    Fact("7", H743, ["--args", "0x24000000"], "single loads", True, "wait", 14, 14),
    Fact("7", H743, ["--args", "0x30000000"], "single loads", True, "wait", 22, 22),
    Fact("7", H743, ["--args", "0x38000000"], "single loads", True, "wait", 28, 28),
    # 7: one line of instructions is under way at a time, so that a jump to the next takes as long as a whole line: 17
    # cycles from flash, 15 with 5 wait states, 14 from SRAM, 29 and 21 on the H743.
    Fact("7", F746, [], "jumps", False, "cycles", *whole_lines(17)),
    Fact("7", F746, ["--set", "memories.flash.wait_states=5"], "jumps", False, "cycles", *whole_lines(15)),
    Fact("7", F746, ["--place", "jump_through_lines=sram1"], "jumps", False, "cycles", *whole_lines(14)),
    Fact("7", H743, [], "jumps", False, "cycles", *whole_lines(29)),
    Fact("7", H743, ["--place", "jump_through_lines=axi_sram"], "jumps", False, "cycles", *whole_lines(21)),
    Fact("7", F746, [], "jumps again", False, "fetch", 0, 0),
    # 7: a miss of the ART takes 8 cycles through ITCM, a hit one.
    Fact("7", F746, ["--place", "table=flash_itcm"], "single loads", False, "wait", 7, 7),
    Fact("7", F746, ["--place", "table=flash_itcm"], "single loads again", False, "wait", 0, 0),
    # 7: without the data cache a word takes 14 cycles from flash, 7 from SRAM; stores drain in 4.
    Fact("7", F746, NO_DCACHE, "single loads", False, "wait", 13, 13),
    Fact("7", F746, [*NO_DCACHE, "--args", "0x20010000"], "single loads", True, "wait", 6, 6),
    Fact("7", F746, [*NO_DCACHE, "--args", "0x20010000"], "write words", True, "cycles", 4, 4.2),
    # 7, 8.2: from the SDRAM of the F746 in 23 with the row open and 31 with another, 16 and 48 loads of this walk; a word
    # without cache in 19 and 27: 28 and 24 on average. Six refreshes fall into it: each closes the row, 4 cycles more or
    # less, and may take up to 18.
    Fact("7", F746, CACHED_SDRAM, "single loads", True, "wait", 28 - 6 * 4 / 64, 28 + 6 * 22 / 64),
    Fact("7", F746, SDRAM, "single loads", True, "wait", 24 - 6 * 4 / 64, 24 + 6 * 22 / 64),
    # 7, 10.2: a command and 8 bytes from the NOR flash are 92 HCLK, a command and 4 bytes 76, and the core's path at most 6.
    Fact("7", F746, ["--place", "table=qspi_nor"], "single loads", False, "wait", 91, 97),
    Fact("7", F746, [*NO_DCACHE, "--place", "table=qspi_nor"], "single loads", False, "wait", 75, 81),
    # 8.3: a 32-bit read on the F469 takes 13 HCLK with the row open, 17 with the bank idle, 21 with another row open. The
    # walk stays in two rows of one bank, so that it is never less than a hit and never more than a conflict.
    Fact("8.3", F469, SDRAM, "pointer chase", True, "wait", 12, 21),
    # 8.3: sequential words on the 32-bit bus come out of the read FIFO or stream at 2 to 4 HCLK each.
    Fact("8.3", F469, SDRAM, "read multiple", True, "cycles", 2, 5),
    # 8.4: stores drain at one word per SDCLK on a 32-bit bus, which is two HCLK, at two SDCLK on a 16-bit bus, once the
    # FIFO of 16 is full.
    Fact("8.4", F469, SDRAM, "write multiple", True, "cycles", 1, 2.2),
    Fact("8.4", F746, SDRAM, "write multiple", True, "cycles", 4, 4.2),
    # 8.5: measured at 192 MHz: 27 ms to copy 1 MB inside the SDRAM with caches, 40 ms without, both to a millisecond:
    # cycles per 32 bytes. In which banks is not known.
    Fact("8.5", F746, [*HCLK_192, *far_copy(0x60000000, SWAP, ONE_BANK)], "copy far again", True, "cycles", 155, 161,
         Gap(140.0, NO_PAUSE)),
    Fact("8.5", F746, [*HCLK_192, *far_copy(0x60000000, SWAP, TWO_BANKS)], "copy far again", True, "cycles", 155, 161,
         Gap(131.3, NO_PAUSE)),
    Fact("8.5", F746, [*HCLK_192, *far_copy(0xC0000000, "", ONE_BANK)], "copy far again", True, "cycles", 231, 237,
         Gap(329.2, BANKS)),
    Fact("8.5", F746, [*HCLK_192, *far_copy(0xC0000000, "", TWO_BANKS)], "copy far again", True, "cycles", 231, 237,
         Gap(194.7, BANKS)),
    # 9: a 32-bit read of the asynchronous SRAM is two accesses of 5 to 6 HCLK.
    Fact("9", L552E, ["--args", "0x60000000"], "read words", True, "cycles", 10, 12),
    # 10.2: 4 bytes anywhere in the NOR flash take 76 HCLK with 0xEB at half the core's clock; a load hides at most one.
    Fact("10.2", F469, ["--place", "table=qspi_nor"], "pointer chase", False, "wait", 75, 76),
    # 10.2: sequential reads go on at 4 HCLK per byte; the loop's turn hides behind them or costs a cycle in 32 words.
    Fact("10.2", F469, ["--place", "table=qspi_nor"], "read words", False, "cycles", 16, 16.5),
    # 11.1: by SPI at 1.40625 MHz, 1024 HCLK per byte: 524 bytes of a block that is read and 200 us of access; of many, 8
    # bytes of command and 200 us, then 515 each and 20 us between them, and 9 bytes to stop; 525 bytes of one that is
    # written and 1 ms of programming. Beyond that a byte or two until the host hears of it, and its software: up to 40
    # cycles per byte.
    Fact("11.1", F469, SPI, "card read", False, "cycles", 572_576, 594_600),
    Fact("11.1", F469, SPI, "card read many", False, "cycles", 537_186, 558_900),
    Fact("11.1", F469, SPI, "card write", False, "cycles", 717_600, 740_700),
    # 11.2: by SDIO with four lines at 24 MHz, 7.5 HCLK per SDCK: 104 of a command and 1042 of a block, with the same times
    # of the card. Beyond that software: up to 400 cycles to start, and asking every 104 SDCK whether a write has ended.
    Fact("11.2", F469, SDIO, "card read", False, "cycles", 44_595, 45_000),
    Fact("11.2", F469, SDIO, "card read many", False, "cycles", 15_660, 15_740),
    Fact("11.2", F469, SDIO, "card write", False, "cycles", 188_595, 190_500),
    # 13.2: a DMA stream moves words from SRAM to SRAM in 4 to 8 HCLK each, without bursts.
    Fact("13.2", F469, ["--args", f"0x20000000 {DMA2}"], "dma copy", True, "cycles", 4, 8),
    # Cortex-M4 TRM table 3-1: LDM and STM of four take 5 cycles each, SUBS one, and a taken branch 2 to 4: of 16 words, 43
    # to 45; the call and PUSH and POP of its registers come once, up to 16 cycles.
    Fact("TRM", F469, [], "copy multiple", True, "cycles", 43 / 16, 45 / 16 + 16 / 256),
]
WAITS = {"wait": "data_wait:", "fetch": "fetch_wait:"}


class Runs:
    """Layers of runs of membench; equal runs are made once."""

    def __init__(self, mcost, sd_image):
        self.mcost = mcost
        self.sd_image = sd_image
        self.layers = {}

    def of(self, board, options):
        key = (board, *options)
        if key not in self.layers:
            elf = PREBUILT / ("membench-rom0.elf" if board == CC26 else "membench-stm32.elf")
            words = [option.format(sd=self.sd_image) for option in options]
            command = [self.mcost, "run", elf, "--board", board, "--format", "json", *words]
            result = subprocess.run(command, capture_output=True, check=False, text=True)
            if result.returncode != 0:
                sys.exit(f"{' '.join(map(str, command))}: exit status {result.returncode}\n{result.stderr}")
            self.layers[key] = json.loads(result.stdout)["layers"]
        return self.layers[key]

    def measure(self, fact):
        for layer in self.of(fact.board, fact.options):
            if layer["name"] == fact.layer and (len(layer["path"]) == 2) == fact.inside:
                items = layer["visits"] * int(layer["metadata"]["items"])
                if fact.what == "cycles":
                    return layer["cycles"] / items
                return sum(count for cause, count in layer["causes"].items() if cause.startswith(WAITS[fact.what])) / items
        sys.exit(f"{fact.board}: no layer {fact.layer}")


def measured(mcost):
    """(fact, value) of all rows."""
    with tempfile.TemporaryDirectory() as folder:
        image = pathlib.Path(folder) / "card.img"
        image.write_bytes(bytes(1 << 20))
        runs = Runs(mcost, image)
        return [(fact, runs.measure(fact)) for fact in FACTS]


def is_good(fact, value):
    if fact.gap is None:
        return fact.least <= value <= fact.most
    inside = fact.least <= value <= fact.most
    return not inside and abs(value - fact.gap.value) <= 0.005 * value


def main():
    failed = 0
    for fact, value in measured(sys.argv[1]):
        good = is_good(fact, value)
        failed += not good
        gap = f" known gap: {fact.gap.value}" if fact.gap else ""
        print(f"{'ok ' if good else 'BAD'} {fact.source:5} {fact.board:18} {fact.layer:18} {fact.what:6} "
              f"{value:10.3f} in {fact.least:g} to {fact.most:g}{gap} {' '.join(fact.options)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
