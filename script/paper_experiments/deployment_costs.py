"""Where weights and activations are and what that costs: SRAM, flash and an SD card, after the study of deployment costs."""
import math

from paper_experiments import figures
from paper_experiments.lab import (
    MISSING, Comparison, Finding, Run, Section, comparison_table, cost, figure, grid, layer, layers, ms, percent, picture, times, total,
)

SAMPLE = "mobilenetv2"
BOARD = "nucleo-f767zi"
SRAM = 512 * 1024
CARD_BYTES = 8 << 20
TRANSFERRED = 16384
WHOLE_BOARD = ("--set", "energy.measure_point=board")


def make_card(folder):
    (folder / "card.img").write_bytes(bytes(CARD_BYTES))


WITH_CARD = ("--no-memory-use", "--sd", "{scratch}/card.img", *WHOLE_BOARD)
STORAGE = Run(SAMPLE, "storage", BOARD, WITH_CARD, make_card)
SPILL = Run(SAMPLE, "spill", BOARD, WITH_CARD, make_card)
PLAIN_SRAM = Run(SAMPLE, "dsp", BOARD, WHOLE_BOARD)
RUNS = [SPILL, STORAGE, PLAIN_SRAM]
SLOW, FAST = "1 MHz", "25 MHz"
PLACES = ["SRAM", "flash", f"card, {FAST}", f"card, {SLOW}"]
TRANSFERS = ["SRAM read", "SRAM write", "flash read", "flash write"] + [
    f"card {way}, {clock}" for clock in (SLOW, FAST) for way in ("read", "write")
]
WRITING_MW = {SLOW: 460, FAST: 590}  # the study's at 100 kHz and at 25 MHz
MOST_FILLED = 5
INTRODUCTION = """
*Deep Learning on Microcontrollers: A Study on Deployment Costs and Challenges*: MobileNetV2 0.35 for 128x128 on a
NUCLEO-F767ZI (512 KB of SRAM, 2 MB of flash) and an SD card over SPI. Here: `firmware_samples/mobilenetv2` in int8 with SIMD
kernels. `storage` is the network's last convolution with its weights in SRAM, in flash and on the card; `dsp` the whole
network in SRAM; `spill` the network with 32 filters more in each of the first ten layers, where tensors that 384 KB of SRAM
do not hold are on the card, in blocks of 16 KB. Power of board and card. SPI1 divides its clock by powers of two, so that
1 MHz is 844 kHz and 25 MHz is 13.5 MHz.
""".strip().splitlines()


def stored(lab, place):
    return cost(layer(lab.result(STORAGE), f"weights in {place}"))


def transfer(lab, name):
    return cost(layer(lab.result(STORAGE), name))


def nanojoules(lab, name):
    """Per byte."""
    return transfer(lab, name).mj * 1e6 / TRANSFERRED


def place_table(lab):
    rows = []
    for place in PLACES:
        here = stored(lab, place)
        rows.append([place, *map(figure, (here.ms, here.mj, here.mw)), times(here.ms / stored(lab, "SRAM").ms)])
    return grid(["weights of the last convolution in", "ms", "mJ", "mW", "of SRAM's time"], rows)


def transfer_table(lab):
    rows = []
    for name in TRANSFERS:
        here, byte = transfer(lab, name), nanojoules(lab, name)
        base = nanojoules(lab, f"SRAM {'write' if 'write' in name else 'read'}")
        rows.append([name, *map(figure, (here.ms, here.mj, here.mw, byte)), times(byte / base)])
    return grid(["16 KB", "ms", "mJ", "mW", "nJ per byte", "of SRAM's"], rows)


def writing_table(lab):
    return comparison_table([
        Comparison(f"{clock} (silicon {theirs})", WRITING_MW[clock], transfer(lab, f"card write, {clock}").mw, "mW")
        for clock, theirs in ((SLOW, "100 kHz"), (FAST, "25 MHz"))
    ], "power while the card is written")


def operators(result):
    """The network's layers, numbered from 1."""
    entries = [entry for entry in result["layers"] if "op" in entry["metadata"] and entry["metadata"]["op"] != "transfer"]
    return list(enumerate(entries, 1))


def working_set(entry):
    return int(entry["memory_use"]["live"]["total"])


def fullest(lab):
    """(number, JSON) of the layers of `dsp` with the largest working sets."""
    return sorted(operators(lab.result(PLAIN_SRAM)), key=lambda pair: -working_set(pair[1]))[:MOST_FILLED]


def working_set_table(lab):
    rows = [
        [f"{number}: `{entry['name']}`", entry["metadata"]["in"], entry["metadata"]["out"], f"{working_set(entry):,}",
         percent(working_set(entry) / SRAM)]
        for number, entry in fullest(lab)
    ]
    return grid(["layer", "input", "output", "live bytes, at most", "of 512 KB"], rows)


class Spilled:
    """A layer of `spill`: what it computes and what it waits for."""

    def __init__(self, result, number, entry):
        self.number, self.name = number, entry["name"]
        index = result["layers"].index(entry)
        transfers = {
            way: [e for e in result["layers"] if e["parent"] == index and e["name"] == f"card {way}"] for way in ("read", "write")
        }
        self.read, self.write = (total(entries) for entries in transfers.values())
        self.blocks = {way: sum(e["visits"] for e in entries) for way, entries in transfers.items()}
        self.all = cost(entry)
        self.arithmetic_ms = self.all.ms - self.read.ms - self.write.ms

    def cells(self, way):
        """Blocks and time."""
        blocks = self.blocks[way]
        return [str(blocks), figure(getattr(self, way).ms)] if blocks else [MISSING] * 2

    @property
    def on_card(self):
        return sum(self.blocks.values()) > 0


def spilled(lab):
    result = lab.result(SPILL)
    return [Spilled(result, number, entry) for number, entry in operators(result)]


def spill_table(lab):
    rows = []
    entries = spilled(lab)
    for entry in filter(lambda e: e.on_card, entries):
        moved = [*entry.cells("read"), *entry.cells("write")]
        rows.append([f"{entry.number}: `{entry.name}`", figure(entry.arithmetic_ms), *moved, figure(entry.all.mj)])
    rest = [entry for entry in entries if not entry.on_card]
    sums = [figure(sum(values)) for values in zip(*((e.arithmetic_ms, e.all.mj) for e in rest))]
    rows.append([f"the other {len(rest)}", sums[0], *[MISSING] * 4, sums[1]])
    return grid(["layer", "arithmetic, ms", "blocks read", "ms", "blocks written", "ms", "mJ"], rows)


def findings(lab):
    return [*place_findings(lab), *transfer_findings(lab), *memory_findings(lab)]


def place_findings(lab):
    sram, flash, card = (stored(lab, place) for place in ("SRAM", "flash", f"card, {SLOW}"))
    slower = card.ms / sram.ms
    return [
        Finding(
            "weights in flash in place of SRAM change latency by less than 1 ms", abs(flash.ms - sram.ms) < 1,
            f"{ms(sram.ms)} and {ms(flash.ms)}: {percent(flash.ms / sram.ms - 1)} more",
            "Our kernels read all weights anew for every two pixels (plain C, which takes 51 and 54 ms, for every pixel), and 16 KB of "
            "cache do not hold them. One that takes output after output reads each weight once.",
        ),
        Finding(
            "weights in flash take little more energy (silicon 0.07 mJ more)", flash.mj - sram.mj < 0.1,
            f"{figure(flash.mj - sram.mj)} mJ more, of {figure(sram.mj)} mJ",
            f"Most of it is for the {ms(flash.ms - sram.ms)} more that it takes; reading the array alone is about as dear as silicon's "
            "([energy](energy.md), weights in flash).",
        ),
        Finding(
            "weights on an SD card make the layer almost two orders slower", 30 <= slower <= 300,
            f"{times(slower)} at 1 MHz, {times(stored(lab, f'card, {FAST}').ms / sram.ms)} at 25 MHz", "Ours is further away.",
        ),
    ]


def transfer_findings(lab):
    ratios = {
        f"{way}, {clock}": nanojoules(lab, f"card {way}, {clock}") / nanojoules(lab, f"SRAM {way}")
        for clock in (SLOW, FAST) for way in ("read", "write")
    }
    flash = {way: nanojoules(lab, f"flash {way}") for way in ("read", "write")}
    alike = [transfer(lab, f"card write, {clock}").ms / transfer(lab, f"card read, {clock}").ms for clock in (SLOW, FAST)]
    power = {clock: transfer(lab, f"card write, {clock}").mw for clock in (SLOW, FAST)}
    energy = {clock: nanojoules(lab, f"card write, {clock}") for clock in (SLOW, FAST)}
    return [
        Finding(
            "access to a card takes two to three orders more energy than to SRAM",
            all(round(math.log10(value)) in (2, 3) for value in ratios.values()),
            "; ".join(f"{name} {times(value)}" for name, value in ratios.items()),
            "At 1 MHz it is nearly four orders: the core polls for as long as the card takes, and copying words in SRAM costs next to "
            "nothing here.",
        ),
        Finding(
            "reading and writing a card cost alike", max(alike) < 2,
            f"writing takes {times(alike[0])} of reading's time at 1 MHz, {times(alike[1])} at 25 MHz", "The card's busy time decides.",
        ),
        Finding(
            "writing on-chip flash costs far more than reading it", flash["write"] > 100 * flash["read"],
            f"{figure(flash['write'])} nJ per byte against {figure(flash['read'])}, erasing the sector included", "It does not.",
        ),
        Finding(
            "a higher card clock draws more power (silicon 460 mW at 100 kHz, 590 mW at 25 MHz), and less energy per byte",
            power[FAST] > power[SLOW] and energy[FAST] < energy[SLOW],
            f"{figure(power[SLOW])} and {figure(power[FAST])} mW while writing, {figure(energy[SLOW])} and {figure(energy[FAST])} nJ "
            "per byte", "It does not.",
        ),
    ]


def memory_findings(lab):
    number, most = fullest(lab)[0]
    entries = spilled(lab)
    waiting = [entry for entry in entries if entry.on_card]
    reads, writes = sum(e.read.ms for e in entries), sum(e.write.ms for e in entries)
    blocks = {way: sum(e.blocks[way] for e in entries) for way in ("read", "write")}
    all_ms = sum(e.all.ms for e in entries)
    base_ms = total(layers(lab.result(PLAIN_SRAM)).values()).ms
    added = sum(e.arithmetic_ms for e in entries) - base_ms
    per_block = {way: sum(getattr(e, way).mj for e in entries) / blocks[way] for way in ("read", "write")}
    needs = working_set(most)
    return [
        Finding(
            "the working set exceeds 512 KB of SRAM at the 6th and the 68th layer", needs > SRAM,
            f"at most {needs:,} of {SRAM:,} bytes, at layer {number} of {len(entries)}",
            f"In int8, each tensor in place of one that is no longer needed, it fits; in float32 it would be {4 * needs:,} bytes. The "
            "network of `spill`, which is wider, does not fit.",
        ),
        Finding(
            "layers that spill dominate: added arithmetic is dwarfed by writing out and reading back",
            reads + writes > 2 * added and sum(e.all.ms for e in waiting) > all_ms / 2,
            f"{len(waiting)} of {len(entries)} layers take {percent(sum(e.all.ms for e in waiting) / all_ms)} of {ms(all_ms)}; the card "
            f"{ms(reads + writes)}, arithmetic {ms(added)} more than without the added filters", "Our arithmetic is more.",
        ),
        Finding(
            "reading spilled data is cheaper than writing it", per_block["read"] < per_block["write"],
            f"{figure(per_block['read'])} against {figure(per_block['write'])} mJ for 16 KB; {blocks['read']} blocks read, "
            f"{blocks['write']} written", "It is not.",
        ),
        Finding(
            "MACs and parameters mislead: activations stress memory, and latency jumps when they pass SRAM",
            all_ms / base_ms > 2 * macs(lab, SPILL) / macs(lab, PLAIN_SRAM),
            f"{times(macs(lab, SPILL) / macs(lab, PLAIN_SRAM))} the MACs take {times(all_ms / base_ms)} the time", "It does not.",
        ),
    ]


def macs(lab, run):
    return sum(int(entry["macs_declared"] or 0) for _, entry in operators(lab.result(run)))


def chart(lab):
    entries = [entry for entry in spilled(lab) if entry.on_card]
    series = {
        "arithmetic": [e.arithmetic_ms for e in entries], "card read": [e.read.ms for e in entries],
        "card write": [e.write.ms for e in entries],
    }
    return figures.bars("Layers whose tensors are on the card", "ms", [str(e.number) for e in entries], series)


def section(lab):
    lines = [
        *INTRODUCTION, "", *place_table(lab), "", *transfer_table(lab), "", *writing_table(lab), "",
        "`board_uw` and the card's coefficients were calibrated once to these two figures ([energy](energy.md)).", "",
        "The layers of `dsp` with the largest working sets, as mcost sees them from accesses:", "", *working_set_table(lab), "",
        "The layers of `spill` that read from or write to the card, at 25 MHz:", "", *spill_table(lab), "",
        picture("deployment-spill", "Arithmetic, card reads and card writes of the layers that spill"),
    ]
    return Section("Deployment costs", lines, findings(lab), {"deployment-spill": chart(lab)})
