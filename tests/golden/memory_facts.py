#!/usr/bin/python3
"""What firmware_samples/membench shows of memories, against documents and measurements.

    memory_facts.py MCOST

Each row is a figure of one run: cycles of a visit, or cycles that the core waited for the memory, per item. Expected
values come from the fact that the row names (numbers are those of the boards-and-memories facts that the board files
cite), with a tolerance that is the fact's own: 0 where it is a rule, a share where it was measured or is a default.
"""
import json
import pathlib
import subprocess
import sys
from collections import namedtuple

ROOT = pathlib.Path(__file__).resolve().parents[2]
ELF = ROOT / "firmware_samples" / "membench" / "prebuilt"
F469, F100, F207, L496 = "stm32f469i-disco", "stm32vldiscovery", "nucleo-f207zg", "nucleo-l496zg"
L552E = "stm32l552e-eval"
ART = "memories.flash.accelerator."
SDRAM = ["--args", "0xC0000000"]
DMA2 = "stream 0x40026400 0x40023830 22"

# `what`: "wait", cycles that the core waited for its data, or "cycles", all of them. Both per item, of two visits the
# mean, of layers inside `buffer` or outside. `expected` lies in [least, most].
Fact = namedtuple("Fact", "source board options layer inside what least most")
FACTS = [
    # 6: SRAM of F1, F2, F4 and L4 never waits.
    Fact("6", F100, [], "pointer chase", True, "wait", 0, 0),
    Fact("6", F207, [], "pointer chase", True, "wait", 0, 0),
    Fact("6", F469, [], "pointer chase", True, "wait", 0, 0),
    Fact("6", L496, [], "pointer chase", True, "wait", 0, 0),
    # 5.2: flash of the F100 has no wait states at 24 MHz.
    Fact("5.2", F100, [], "pointer chase", False, "wait", 0, 0),
    Fact("5.2", F100, [], "read words", False, "wait", 0, 0),
    # 5.3: a stream of constants pays the wait states once per 16 bytes: 5 per 4 words on the F469, 3 on the F207. A
    # prefetch of code that occupies the array may come before.
    Fact("5.3", F469, [], "read words", False, "wait", 1.25, 1.35),
    Fact("5.3", F207, [], "read words", False, "wait", 0.75, 0.85),
    # 5.3: without the data cache each word pays them; here, too, the array may be busy with code.
    Fact("5.3", F469, ["--set", f"{ART}dcache_enabled=false"], "read words", False, "wait", 5, 5.2),
    # 5.6, 4.5: the L496 reads 64 bits with 4 wait states.
    Fact("5.6", L496, [], "read words", False, "wait", 2, 2.1),
    # 8.3: a 32-bit read on the F469 takes 13 HCLK with the row open, 17 with the bank idle, 21 with another row open. The
    # walk stays in two rows of one bank, so that it is never less than a hit and never more than a conflict.
    Fact("8.3", F469, SDRAM, "pointer chase", True, "wait", 12, 21),
    # 8.3: sequential words on the 32-bit bus come out of the read FIFO or stream at 2 to 4 HCLK each.
    Fact("8.3", F469, SDRAM, "read multiple", True, "cycles", 2, 5),
    # 8.4: stores drain at one word per SDCLK on a 32-bit bus, which is two HCLK, once the FIFO of 16 is full.
    Fact("8.4", F469, SDRAM, "write multiple", True, "cycles", 1, 2.2),
    # 9: a 32-bit read of the asynchronous SRAM is two accesses of 5 to 6 HCLK.
    Fact("9", L552E, ["--args", "0x60000000"], "read words", True, "cycles", 10, 12),
    # 10.2: 4 bytes anywhere in the NOR flash take 76 HCLK with 0xEB at half the core's clock; a load hides at most one.
    Fact("10.2", F469, ["--place", "table=qspi_nor"], "pointer chase", False, "wait", 75, 76),
    # 10.2: sequential reads go on at 4 HCLK per byte; the loop's turn hides behind them or costs a cycle in 32 words.
    Fact("10.2", F469, ["--place", "table=qspi_nor"], "read words", False, "cycles", 16, 16.5),
    # 13.2: a DMA stream moves words from SRAM to SRAM in 4 to 8 HCLK each, without bursts.
    Fact("13.2", F469, ["--args", f"0x20000000 {DMA2}"], "dma copy", True, "cycles", 4, 8),
    # Cortex-M4 TRM table 3-1: LDM and STM of four take 5 cycles each, so 2.5 per word copied, and what turning back costs.
    Fact("TRM", F469, [], "copy multiple", True, "cycles", 2.5, 2.8),
]


def measure(mcost, fact):
    command = [mcost, "run", ELF / "membench-stm32.elf", "--board", fact.board, "--format", "json", *fact.options]
    result = subprocess.run(command, capture_output=True, check=False, text=True)
    if result.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}: exit status {result.returncode}\n{result.stderr}")
    for layer in json.loads(result.stdout)["layers"]:
        if layer["name"] == fact.layer and (len(layer["path"]) == 2) == fact.inside:
            items = layer["visits"] * int(layer["metadata"]["items"])
            waits = sum(count for cause, count in layer["causes"].items() if cause.startswith("data_wait:"))
            return (waits if fact.what == "wait" else layer["cycles"]) / items
    sys.exit(f"{fact.board}: no layer {fact.layer}")


def main():
    failed = 0
    for fact in FACTS:
        value = measure(sys.argv[1], fact)
        good = fact.least <= value <= fact.most
        failed += not good
        print(f"{'ok ' if good else 'BAD'} {fact.source:5} {fact.board:18} {fact.layer:15} {fact.what:6} "
              f"{value:8.3f} in {fact.least} to {fact.most} {' '.join(fact.options)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
