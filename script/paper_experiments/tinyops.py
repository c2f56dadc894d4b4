"""Networks in internal memory, in external memory and by overlays through DMA on three boards, after TinyOps."""
from dataclasses import dataclass

from paper_experiments import figures
from paper_experiments.lab import (
    Comparison, Finding, Run, Section, cost, figure, grid, layer, percent, picture, times,
)

SAMPLE = "overlays"
WHOLE_BOARD = ("--no-memory-use", "--set", "energy.measure_point=board")


@dataclass(frozen=True)
class Board:
    short: str
    name: str
    network: str  # of Table III


L552, F469, F746 = BOARDS = [
    Board("L552", "stm32l552e-eval", "proxyless-w0.10-r192"), Board("F469", "stm32f469i-disco", "proxyless-w0.30-r144"),
    Board("F746", "stm32f746g-disco", "proxyless-w0.30-r176"),
]
PLACES = INTERNAL, EXTERNAL, OVERLAYS = ["internal", "external", "overlays"]
WORDS = "overlays-words"
QSPI = ["external-qspi", "overlays-qspi"]
# mW and ms by board and place.
TABLE_3 = {
    L552: {INTERNAL: (65, 855), EXTERNAL: (205, 2963), OVERLAYS: (140, 977)},
    F469: {INTERNAL: (290, 1089), EXTERNAL: (435, 2411), OVERLAYS: (380, 1131)},
    F746: {INTERNAL: (645, 685), EXTERNAL: (770, 1004), OVERLAYS: (798, 772)},
}
LARGEST = "mobilenetv3-w1.00-r160"
# Board, network, place; millions of MACs, ms, mW, mJ. A network of None is not public as such.
TABLE_2 = [
    (L552, "proxyless-w0.10-r192", INTERNAL, 8, 855, 65, 55.6),
    (L552, "mobilenetv3-w0.25-r80", OVERLAYS, 3, 230, 145, 33.4),
    (F469, "proxyless-w0.30-r144", INTERNAL, 21, 1089, 290, 316),
    (F469, "mobilenetv3-w0.50-r112", OVERLAYS, 16, 674, 410, 276),
    (F469, None, INTERNAL, 67, 2980, 360, 1073),
    (F469, "mnasnet-w1.00-r80", OVERLAYS, 48, 2146, 435, 933),
    (F469, "mobilenetv3-w0.75-r128", OVERLAYS, 44, 1442, 395, 570),
    (F469, LARGEST, OVERLAYS, 111, 3472, 405, 1406),
    (F746, "proxyless-w0.30-r176", INTERNAL, 32, 686, 645, 442),
    (F746, "mobilenetv3-w0.55-r128", OVERLAYS, 28, 460, 805, 370),
    (F746, None, INTERNAL, 82, 1838, 765, 1406),
    (F746, "mnasnet-w1.00-r128", OVERLAYS, 104, 1367, 775, 1059),
    (F746, LARGEST, OVERLAYS, 111, 1307, 795, 1038),
]
NOT_PUBLIC = "MCUNetV1"


def run_of(board, network, place):
    return Run(SAMPLE, f"{board.short.lower()}-{network}-{place}", board.name, WHOLE_BOARD)


# The longest first, so that none is left over at the end.
RUNS = [run_of(board, LARGEST, place) for place in (EXTERNAL, OVERLAYS) for board in (F469, F746)] + [
    run_of(board, network, place) for board, network, place, *_ in reversed(TABLE_2) if network and network != LARGEST
] + [
    run_of(board, board.network, place) for board in BOARDS for place in (EXTERNAL, OVERLAYS, WORDS)
] + [run_of(board, board.network, place) for board in (F469, F746) for place in QSPI]
INTRODUCTION = """
*Enabling ImageNet-Scale Deep Learning on MCUs for Accurate and Efficient Inference* (TinyOps). Operators are cut into
tiles, and DMA brings the next tile from external memory into SRAM while the core works on this one. Here:
`firmware_samples/overlays`, the same networks on the same boards with everything in SRAM and flash (`internal`), with
tensors and parameters in SDRAM, on the L552 in SRAM at its FMC (`external`), and by tiles (`overlays`, DMA by bytes as
in TinyOps). One inference, caches as the image's making left them; power of the whole board (`measure_point: board`,
[energy](energy.md)), whose `board_uw` was calibrated once to the internal column with another network.
""".strip().splitlines()
TABLE_3_REMARKS = """
On the F469 overlays are faster than internal memory: the parameters are in SRAM then, where flash makes the core wait. The
L552 with its FMC SRAM draws about half of silicon's, with another network too ([energy](energy.md)).
""".strip().splitlines()
TABLE_2_REMARKS = """
MACs, beside the paper's, are of our reading of each architecture, with 1000 classes: of Proxyless and MNASNet the width
also scales the last convolution. MCUNetV1's architectures are of a search whose results are not in the paper (-). The
kernels are ours; TinyOps ran TensorFlow Lite Micro with CMSIS-NN, which took about twice the cycles for Proxyless.
""".strip().splitlines()


def ours(lab, board, network, place):
    return cost(layer(lab.result(run_of(board, network, place)), "inference"))


def third(lab, board, place):
    return ours(lab, board, board.network, place)


def ratio(lab, board, place):
    """Of latency to that of internal memory."""
    return third(lab, board, place).ms / third(lab, board, INTERNAL).ms


def silicon_ratio(board, place):
    return TABLE_3[board][place][1] / TABLE_3[board][INTERNAL][1]


def cells(silicon, mine):
    return Comparison("", silicon, mine, "").cells()[1:]


def table_3(lab):
    rows = []
    for board in BOARDS:
        for place in PLACES:
            milliwatts, milliseconds = TABLE_3[board][place]
            cost_here = third(lab, board, place)
            to_internal = ["", ""]
            if place != INTERNAL:
                to_internal = [times(silicon_ratio(board, place)), times(ratio(lab, board, place))]
            rows.append([
                f"{board.short}, {board.network}, {place}", *cells(milliseconds, cost_here.ms), *to_internal,
                *cells(milliwatts, cost_here.mw),
            ])
    heads = ["silicon, ms", "mcost, ms", "ratio", "of internal, silicon", "of internal, mcost", "silicon, mW", "mcost, mW", "ratio"]
    return grid(["Table III", *heads], rows)


def table_2(lab):
    rows = []
    for board, network, place, *silicon in TABLE_2:
        if network:
            result = cost(layer(lab.result(run_of(board, network, place)), "inference"))
            mine = [macs(lab, board, network, place) / 1e6, result.ms, result.mw, result.mj]
        else:
            mine = [None] * 4
        row = [f"{board.short}, {network or NOT_PUBLIC}, {place}", figure(silicon[0]), figure(mine[0])]
        for theirs, here in zip(silicon[1:], mine[1:]):
            row += cells(theirs, here)
        rows.append(row)
    heads = [head for unit in ("ms", "mW", "mJ") for head in (f"silicon, {unit}", f"mcost, {unit}", "ratio")]
    return grid(["Table II", "silicon, M MACs", "ours, M MACs", *heads], rows)


def macs(lab, board, network, place):
    entries = lab.result(run_of(board, network, place))["layers"]
    return sum(int(entry["macs_declared"] or 0) for entry in entries if entry["kind"] == "probe" and "op" in entry["metadata"])


def variants_table(lab):
    """What DMA by words and parameters in QSPI make of it."""
    rows = []
    for board in BOARDS:
        for place in [EXTERNAL, QSPI[0], OVERLAYS, WORDS, QSPI[1]]:
            if place in QSPI and board is L552:
                continue
            result = third(lab, board, place)
            figures_here = map(figure, (result.ms, result.mw, result.mj))
            rows.append([f"{board.short}, `{place}`", *figures_here, times(ratio(lab, board, place))])
    return grid(["build", "ms", "mW", "mJ", "of internal"], rows)


def each(text, boards=tuple(BOARDS)):
    return "; ".join(f"{board.short} {text(board)}" for board in boards)


def of_internal(lab, place):
    return ", ".join(f"{times(ratio(lab, board, place))} {board.short}" for board in BOARDS)


def findings(lab):
    return [*latency_findings(lab), *power_findings(lab), *largest_findings(lab), *variant_findings(lab)]


def latency_findings(lab):
    overlays = {board: ratio(lab, board, OVERLAYS) for board in BOARDS}
    external = {board: ratio(lab, board, EXTERNAL) for board in BOARDS}
    why = "With the paper's own ratios in the table above: "
    return [
        Finding(
            "overlays take at most about 1.1x of the time of internal memory (silicon 1.14x, 1.04x, 1.13x)",
            max(overlays.values()) < 1.15, of_internal(lab, OVERLAYS),
            why + "our kernels are faster than the paper's, so that the same copies are a larger part.",
        ),
        Finding(
            "external memory takes 1.4x to 3.5x of the time of internal memory (silicon 3.47x, 2.21x, 1.47x)",
            all(1.4 <= value <= 3.5 for value in external.values()), of_internal(lab, EXTERNAL),
            "Where it is less: " + each(lambda board: waits(lab, board)) + " of the cycles wait for the external memory. Our "
            "kernels read each input once into columns in SRAM and reuse each word that they load; each access that they spare "
            "is one that external memory cannot slow down.",
        ),
        Finding(
            "external memory slows the L552 down most and the F746, which has a data cache, least",
            external[L552] > external[F469] > external[F746], of_internal(lab, EXTERNAL),
            "The order of our boards is another.",
        ),
        Finding(
            "overlays are faster than external memory on all boards", all(overlays[board] < external[board] for board in BOARDS),
            each(lambda board: times(external[board] / overlays[board])), "Not on all of ours.",
        ),
    ]


def waits(lab, board):
    """The share of cycles in which external memory is waited for."""
    entry = layer(lab.result(run_of(board, board.network, EXTERNAL)), "inference")
    names = ("sdram", "fmc_sram", "qspi_nor")
    waiting = sum(int(count) for cause, count in entry["causes"].items() if cause.split(":")[-1] in names)
    return percent(waiting / int(entry["cycles"]))


def power_findings(lab):
    def powers(board):
        return ", ".join(figure(third(lab, board, place).mw) for place in PLACES)

    small = [L552, F469]
    less = all(third(lab, board, OVERLAYS).mw < third(lab, board, EXTERNAL).mw for board in small)
    more = third(lab, F746, OVERLAYS).mw > third(lab, F746, EXTERNAL).mw
    energies = {board: [third(lab, board, place).mj for place in PLACES] for board in BOARDS}
    return [
        Finding(
            "overlays draw less power than external memory on L552 and F469", less,
            "mW internal, external, overlays: " + each(powers, small), "Ours draw as much.",
        ),
        Finding(
            "on the F746 overlays draw more power than external memory (silicon 3.5 % more)", more,
            f"mW internal, external, overlays: {powers(F746)}",
            "Our tiles read less from SDRAM than the cached core does ("
            f"{bytes_from_sdram(lab, F746, OVERLAYS):,} bytes against {bytes_from_sdram(lab, F746, EXTERNAL):,}), and that saves "
            "more than DMA costs.",
        ),
        Finding(
            "yet overlays take less energy than external memory on all boards",
            all(energy[2] < energy[1] for energy in energies.values()),
            "mJ internal, external, overlays: " + each(lambda board: ", ".join(map(figure, energies[board]))), "Not on all of ours.",
        ),
        Finding(
            "internal memory takes the least power and energy on all boards",
            all(energy[0] == min(energy) for energy in energies.values())
            and all(third(lab, board, INTERNAL).mw < third(lab, board, OVERLAYS).mw for board in BOARDS),
            "mJ internal, external, overlays: " + each(lambda board: ", ".join(map(figure, energies[board]))), "Not on all of ours.",
        ),
    ]


def bytes_from_sdram(lab, board, place):
    """That the device gave, to core, cache and DMA."""
    entry = layer(lab.result(run_of(board, board.network, place)), "inference")["memories"]["sdram"]
    return int(entry["counters"]["device_read_bytes"])


def largest_findings(lab):
    boards = [F469, F746]
    gain = {b: ours(lab, b, LARGEST, EXTERNAL).ms / ours(lab, b, LARGEST, OVERLAYS).ms for b in boards}
    return [
        Finding(
            "MobileNetV3 w1.00 r160 meets a budget of 256 and 320 KB by tiling, up to 1.6x faster than external memory",
            min(gain.values()) > 1 and max(gain.values()) >= 1.4,
            f"linked for 256 and 320 KB; {each(lambda board: times(gain[board]), boards)}",
            "It meets the budgets; the less our kernels wait for external memory, the less there is to gain.",
        ),
    ]


def variant_findings(lab):
    gain = {board: third(lab, board, OVERLAYS).ms / third(lab, board, WORDS).ms for board in BOARDS}
    qspi = {
        board: [third(lab, board, place).ms / third(lab, board, base).ms for place, base in zip(QSPI, (EXTERNAL, OVERLAYS))]
        for board in (F469, F746)
    }
    return [
        Finding(
            "overlays make the memory of the parameters matter little: QSPI in place of SDRAM (ours)",
            all(overlays < 1.1 < external for external, overlays in qspi.values()),
            each(lambda board: f"external {times(qspi[board][0])}, overlays {times(qspi[board][1])}", (F469, F746)),
            "Not on all of ours.",
        ),
        Finding(
            "copying by words is faster than by bytes, which TinyOps does (ours)", min(gain.values()) > 1,
            each(lambda board: f"by {percent(gain[board] - 1)}"), "Not on all of ours.",
        ),
    ]


def chart(lab):
    groups = [f"{board.short}, {place}" for board in BOARDS for place in (EXTERNAL, OVERLAYS)]
    series = {
        "silicon": [silicon_ratio(board, place) for board in BOARDS for place in (EXTERNAL, OVERLAYS)],
        "mcost": [ratio(lab, board, place) for board in BOARDS for place in (EXTERNAL, OVERLAYS)],
    }
    return figures.bars("Latency over that of internal memory", "times", groups, series)


def section(lab):
    lines = [
        *INTRODUCTION, "", *table_3(lab), "", picture("tinyops", "Latency of external memory and overlays over internal memory"), "",
        *TABLE_3_REMARKS, "", *table_2(lab), "", *TABLE_2_REMARKS, "",
        "What words in place of bytes, and QSPI in place of SDRAM for the parameters, make of it:", "", *variants_table(lab),
    ]
    return Section("Networks larger than SRAM", lines, findings(lab), {"tinyops": chart(lab)})
