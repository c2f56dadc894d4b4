"""What a MAC costs in depthwise and in pointwise convolutions, and what width and resolution make of it, after TinyOps."""
from dataclasses import dataclass

from paper_experiments import figures
from paper_experiments.lab import (
    SAMPLES, Comparison, Finding, Run, Section, comparison_table, cost, figure, grid, layer, percent, picture,
)

SAMPLE = "convolutions"


@dataclass(frozen=True)
class Board:
    short: str
    name: str
    core: str


BOARDS = [
    Board("L552", "stm32l552e-eval", "m33"), Board("F469", "stm32f469i-disco", "m4"), Board("F746", "stm32f746g-disco", "m7"),
]
KERNELS = ["dsp", "plain"]
DEPTHWISE = ["depthwise_3x3", "depthwise_5x5", "depthwise_7x7"]
POINTWISE = ["pointwise_16", "pointwise_32", "pointwise_96"]
CASES = [*DEPTHWISE, *POINTWISE, "convolution_3x3"]
WIDE, NARROW, SMALL = NETWORKS = ["proxyless-w1.00-r112", "proxyless-w0.30-r112", "proxyless-w1.00-r80"]
LARGER = str(SAMPLES / SAMPLE / "stm32f469i-disco-8mb.yaml")
RUNS = [Run(SAMPLE, network, LARGER) for network in NETWORKS] + [
    Run(SAMPLE, f"{kernels}-{board.core}", board.name) for kernels in KERNELS for board in BOARDS
]
# The depthwise share of MACs, in percent, as TinyOps states it: of width 1.00 and 0.30, and of a lower resolution.
SILICON = {WIDE: 18, NARROW: 29, SMALL: 13}
TITLES = {WIDE: "width 1.00, 112x112", NARROW: "width 0.30, 112x112", SMALL: "width 1.00, 80x80"}
INTRODUCTION = """
*Enabling ImageNet-Scale Deep Learning on MCUs for Accurate and Efficient Inference* (TinyOps) says of its networks where
their time goes. Here: `firmware_samples/convolutions`, seven layers of 705,600 MACs each (depthwise with 64 channels;
pointwise from 16, 32 and 96 channels; 3x3 with 20 channels) on the boards of that paper, with SIMD kernels (`dsp`) and
without; and ProxylessNAS in two widths and two resolutions on an F469 that is given 8 MB of flash, so that full width
fits. Cycles per MAC:
""".strip().splitlines()


def cycles_per_mac(lab, kernels, board, case):
    entry = layer(lab.result(Run(SAMPLE, f"{kernels}-{board.core}", board.name)), case)
    return int(entry["cycles"]) / entry["macs_declared"]


def issued(lab, board, case):
    """Cycles per MAC, as text."""
    entry = layer(lab.result(Run(SAMPLE, f"dsp-{board.core}", board.name)), case)
    return figure(int(entry["causes"]["issue"]) / entry["macs_declared"])


def case_table(lab):
    columns = [(kernels, board) for kernels in KERNELS for board in BOARDS]
    rows = [[f"`{case}`", *(figure(cycles_per_mac(lab, *column, case)) for column in columns)] for case in CASES]
    return grid(["layer", *(f"{board.short}, {kernels}" for kernels, board in columns)], rows)


def depthwise_shares(result):
    """(of MACs, of time) of all layers of a network."""
    entries = [entry for entry in result["layers"] if entry["kind"] == "probe" and "op" in entry["metadata"]]
    depthwise = [entry for entry in entries if entry["metadata"]["op"] == "depthwise_conv2d"]
    macs, cycles = (
        [sum(int(entry[key] or 0) for entry in group) for group in (depthwise, entries)] for key in ("macs_declared", "cycles")
    )
    return macs[0] / macs[1], cycles[0] / cycles[1]


def network_table(lab):
    rows = []
    for network in NETWORKS:
        result = lab.result(Run(SAMPLE, network, LARGER))
        macs, time = depthwise_shares(result)
        rows.append([TITLES[network], figure(cost(layer(result, "inference")).ms), percent(macs), percent(time)])
    return grid(["ProxylessNAS", "ms on F469", "depthwise share of MACs", "of time"], rows)


def share_table(shares):
    return comparison_table(
        [Comparison(TITLES[network], SILICON[network], 100 * shares[network][0], "%") for network in NETWORKS],
        "depthwise share of MACs",
    )


def listed(lab, kernels, board, cases):
    return ", ".join(figure(cycles_per_mac(lab, kernels, board, case)) for case in cases)


def findings(lab, shares):
    def each(text):
        return "; ".join(f"{board.short} {text(board)}" for board in BOARDS)

    def of(board, case):
        return cycles_per_mac(lab, "dsp", board, case)

    slower = all(min(of(board, d) for d in DEPTHWISE) > max(of(board, p) for p in POINTWISE) for board in BOARDS)
    ordered = [board for board in BOARDS if of(board, DEPTHWISE[0]) < min(of(board, case) for case in DEPTHWISE[1:])]
    least_bad = len(ordered) == len(BOARDS)
    why = (
        f"It holds on {' and '.join(board.short for board in ordered) or 'none of the boards'}. What an output costs once (bias, "
        "scaling, storing) is shared by 9 products at 3x3 and by 25 at 5x5; against that, more of the larger windows lie at the "
        "edge, where they are gathered before they are multiplied, which is less. Issued cycles per MAC from 3x3 to 7x7: "
        + each(lambda board: ", ".join(issued(lab, board, case) for case in DEPTHWISE))
        + ". Ours is one kernel for all sizes; CMSIS-NN, which TinyOps ran, has one of its own for 3x3."
    )
    return [
        Finding(
            "depthwise convolutions have lower throughput than pointwise ones", slower,
            "cycles per MAC 3x3, 5x5, 7x7 against 16, 32, 96 channels: " + each(
                lambda board: f"{listed(lab, 'dsp', board, DEPTHWISE)} against {listed(lab, 'dsp', board, POINTWISE)}"
            ),
        ),
        Finding(
            "of depthwise convolutions 3x3 is the least bad, 5x5 and 7x7 are worse", least_bad,
            "cycles per MAC " + each(lambda board: listed(lab, "dsp", board, DEPTHWISE)), "" if least_bad else why,
        ),
        Finding(
            "narrowing a network by width moves work into depthwise layers", shares[NARROW][0] > 1.5 * shares[WIDE][0],
            f"{percent(shares[WIDE][0])} of MACs at width 1.00, {percent(shares[NARROW][0])} at 0.30; of time "
            f"{percent(shares[WIDE][1])} and {percent(shares[NARROW][1])}",
        ),
        Finding(
            "lowering the resolution does not", abs(shares[SMALL][0] - shares[WIDE][0]) < 0.01,
            f"{percent(shares[WIDE][0])} of MACs at 112x112, {percent(shares[SMALL][0])} at 80x80; of time "
            f"{percent(shares[WIDE][1])} and {percent(shares[SMALL][1])}",
        ),
    ]


def chart(lab):
    groups = [case.replace("_", " ").replace("depthwise", "dw").replace("pointwise", "pw") for case in CASES]
    groups[-1] = "3x3"
    series = {board.short: [cycles_per_mac(lab, "dsp", board, case) for case in CASES] for board in BOARDS}
    return figures.bars("Cycles per MAC of layers of equal work", "cycles per MAC", groups, series)


def section(lab):
    shares = {network: depthwise_shares(lab.result(Run(SAMPLE, network, LARGER))) for network in NETWORKS}
    lines = [
        *INTRODUCTION, "", *case_table(lab), "", picture("convolutions", "Cycles per MAC of layers of equal work, SIMD kernels"), "",
        "ProxylessNAS, narrowed and at a lower resolution:", "", *network_table(lab), "", *share_table(shares), "",
        "The 18 % at full width and the 13 % at all resolutions are not of one network; ours agrees with the second.",
    ]
    return Section("Depthwise convolutions, width and resolution", lines, findings(lab, shares), {"convolutions": chart(lab)})
