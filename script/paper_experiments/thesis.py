"""LeNet-5 and ResNet-20 on three boards: latency and energy of int8 and float builds, after the ETH thesis."""
from paper_experiments import figures, thesis_runs
from paper_experiments.lab import (
    MISSING, Comparison, Section, comparison_table, figure, grid, layers, percent, picture, times,
)
from paper_experiments.thesis_findings import all_findings
from paper_experiments.thesis_runs import (
    BOARDS, BUILDS, CONVOLUTIONS, DENSE, ENERGY, F4, FASTEST, KINDS, LATENCY, LENET, NETWORKS, PLAIN, RESNET, RESNET_MACS,
    TITLES, Results, fits, silicon_per_mac,
)

RUNS = thesis_runs.RUNS
INTRODUCTION = """
*Measuring what Really Matters: Optimizing Neural Networks for TinyML*, a thesis at ETH. LeNet-5 with 3x3 kernels and
ResNet-20 on NUCLEO-L496ZG (L4: M4, 80 MHz), STM32F469I-DISCO (F4: M4, 180 MHz) and NUCLEO-F767ZI (F7: M7, 216 MHz).
The thesis runs TensorFlow Lite Micro on Mbed OS, int8 with and without CMSIS-NN and float32 with and without FPU.
Here: `firmware_samples/lenet5` and `firmware_samples/resnet20`, builds `int8-dsp` (SIMD kernels), `int8-plain` (plain
C), `float-fpu` and `float-soft` at `-Os` and `-Ofast`, for a Cortex-M4 on all three boards; one inference, caches
cold, without start-up and printing. There are no layers that quantise or dequantise in ours.
""".strip().splitlines()
LATENCY_REMARKS = """
ResNet-20 in float32 is 1.1 MB and does not fit the 1 MB flash of L4 (-). Our kernels are not those of TensorFlow Lite
Micro and CMSIS-NN, and have no interpreter around them; that is what ratios far below 1 show. Where the inner loop is
the same code, the routines of libgcc in the build without FPU, they are nearest to 1. Cycles per MAC say it board by
board: the plain kernels of TensorFlow Lite Micro take almost five times the cycles on F4 that they take on F7, ours
twice.
""".strip().splitlines()
ENERGY_REMARKS = """
The mean power of ResNet-20 is what `peripherals_uw` of the three boards was once calibrated to ([energy](energy.md)),
so it is no result; that of LeNet-5 and of each layer follows. Energy differs from silicon's as latency does.
""".strip().splitlines()
LEVEL_REMARKS = """
Without FPU -Ofast is no faster on F7: it calls the routines from more places, and their returns are then predicted wrongly
more often, because our model of the core assumes that it has no return stack.
""".strip().splitlines()
# Heads of a table, and which causes of cycles belong there.
CAUSES = {
    "issue": ("issue",),
    "results, operands": ("address_interlock", "result_latency", "operand", "structural"),
    "branches": ("refill", "mispredict"),
    "flash and RAM": ("fetch_wait", "data_wait", "bus_wait"),
}


def latency_table(results):
    return comparison_table([
        Comparison(f"{TITLES[network]}, {text}, {board.short}", silicon, results.ms(network, variant, board), "ms")
        for network in NETWORKS for variant, text in BUILDS.items()
        for board, silicon in zip(BOARDS, LATENCY[network][variant])
    ], "build and board")


def energy_table(results):
    """Latency, energy and mean power: silicon, ours, ratio."""
    rows = []
    for network in NETWORKS:
        for board, (theirs_ms, theirs_mj) in zip(BOARDS, ENERGY[network]):
            ours = results.of(network, FASTEST, board)
            row = [f"{TITLES[network]}, {board.short}"]
            for silicon, mine in ((theirs_ms, ours.ms), (theirs_mj, ours.mj), (1000 * theirs_mj / theirs_ms, ours.mw)):
                row += Comparison("", silicon, mine, "").cells()[1:]
            rows.append(row)
    heads = [head for unit in ("ms", "mJ", "mW") for head in (f"silicon, {unit}", f"mcost, {unit}", "ratio")]
    return grid(["int8 with SIMD, -Ofast", *heads], rows)


def size_table(lab):
    rows = []
    for network in NETWORKS:
        for kind in KINDS:
            (small, ram), (fast, _) = (lab.sizes(network, f"{kind}-{level}") for level in ("os", "ofast"))
            rows.append([TITLES[network], kind, f"{small:,}", f"{fast:,}", f"{fast - small:,}", f"{ram:,}"])
    return grid(["network", "build", "flash, -Os", "flash, -Ofast", "saved by -Os", "RAM"], rows)


def level_table(results):
    """What -Os costs against -Ofast."""
    rows = []
    for network in NETWORKS:
        for kind in KINDS:
            ratios = [
                times(results.os_over_ofast(network, kind, board)) if fits(network, kind, board) else MISSING
                for board in BOARDS
            ]
            rows.append([TITLES[network], kind, *ratios])
    return grid(["network", "build", *(board.short for board in BOARDS)], rows)


def layer_table(results):
    """What kinds of layers of LeNet-5 have of parameters, multiply-accumulates and time."""
    entries = layers(results.json(LENET, FASTEST, F4))
    rows = []
    for names, title in ((CONVOLUTIONS, "convolutions"), (DENSE, "dense layers")):
        cells = [title]
        for key in ("params", "macs"):
            amounts = {name: int(entry["metadata"][key]) for name, entry in entries.items()}
            cells.append(percent(sum(amounts[name] for name in names) / sum(amounts.values())))
        for variant in (FASTEST, PLAIN):
            cells += [percent(results.share(variant, board, names)) for board in BOARDS]
        rows.append(cells)
    heads = [f"time, {what}, {board.short}" for what in ("SIMD", "plain") for board in BOARDS]
    return grid(["LeNet-5", "parameters", "MACs", *heads], rows)


def causes_table(results):
    """Where the cycles of ResNet-20 go."""
    rows = []
    for variant in BUILDS:
        for board in BOARDS:
            if fits(RESNET, variant, board):
                silicon = figure(silicon_per_mac(variant, board))
                rows.append([f"{variant}, {board.short}", silicon, *cause_cells(results.json(RESNET, variant, board))])
    return grid(["ResNet-20", "silicon, cycles per MAC", "mcost", "instructions per MAC", *CAUSES], rows)


def cause_cells(run):
    cells = [figure(run[what] / RESNET_MACS) for what in ("cycles", "instructions")]
    for names in CAUSES.values():
        cycles = sum(count for cause, count in run["causes"].items() if cause.split(":")[0] in names)
        cells.append(percent(cycles / run["cycles"]))
    return cells


def pictures(results):
    pareto, by_layer = [], []
    for i, board in enumerate(BOARDS):
        silicon = [ENERGY[network][i] for network in NETWORKS]
        ours = [results.of(network, FASTEST, board) for network in NETWORKS]
        pareto.append(figures.Series(f"{board.short}, silicon", silicon, i, hollow=True, line=True))
        pareto.append(figures.Series(f"{board.short}, mcost", [(c.ms, c.mj) for c in ours], i, line=True))
        points = sorted((c.ms, c.mj) for _, _, c in results.by_layer(board))
        by_layer.append(figures.Series(f"{board.short}, layers", points, i))
    speed_ups = {
        f"{TITLES[network]}, {who}": [speed(network, board) for board in BOARDS]
        for network in NETWORKS
        for who, speed in (("silicon", silicon_speed_up), ("mcost", results.speed_up))
    }
    return {
        "thesis-pareto": figures.scatter(
            "One inference, int8 with SIMD: LeNet-5 left, ResNet-20 right", "latency, ms", "energy, mJ", pareto),
        "thesis-layers": figures.scatter(
            "Layers of LeNet-5 and ResNet-20, int8 with SIMD", "latency, ms", "energy, mJ", by_layer),
        "thesis-speed-up": figures.bars(
            "What SIMD brings: int8 without over with, -Ofast", "times as fast", [b.short for b in BOARDS], speed_ups),
    }


def silicon_speed_up(network, board):
    i = BOARDS.index(board)
    return LATENCY[network][PLAIN][i] / LATENCY[network][FASTEST][i]


def section(lab):
    results = Results(lab)
    lines = [
        *INTRODUCTION,
        "",
        "### Latency",
        "",
        *latency_table(results),
        "",
        *LATENCY_REMARKS,
        "",
        *causes_table(results),
        "",
        picture("thesis-speed-up", "Speed-up of int8 by SIMD kernels on three boards, silicon and mcost"),
        "",
        "### Energy",
        "",
        *energy_table(results),
        "",
        *ENERGY_REMARKS,
        "",
        picture("thesis-pareto", "Energy over latency of both networks on three boards, silicon and mcost"),
        "",
        picture("thesis-layers", "Energy over latency of each layer on three boards"),
        "",
        "### Layers of LeNet-5",
        "",
        *layer_table(results),
        "",
        "### -Os and -Ofast",
        "",
        "Latency at -Os over that at -Ofast:",
        "",
        *level_table(results),
        "",
        *LEVEL_REMARKS,
        "",
        "Bytes of flash (code, weights, images) and of RAM (without stack):",
        "",
        *size_table(lab),
    ]
    return Section("Two networks on three boards", lines, all_findings(results), pictures(results))
