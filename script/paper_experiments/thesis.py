"""LeNet-5 and ResNet-20 on three boards: latency and energy of int8 and float builds, after the ETH thesis."""
from dataclasses import dataclass

from paper_experiments import figures
from paper_experiments.lab import (
    MISSING, Comparison, Finding, Run, Section, comparison_table, cost, figure, grid, layer, layers, mj, percent,
    picture, times, total,
)


@dataclass(frozen=True)
class Board:
    short: str
    name: str
    megahertz: int


L4, F4, F7 = BOARDS = [
    Board("L4", "nucleo-l496zg", 80), Board("F4", "stm32f469i-disco", 180), Board("F7", "nucleo-f767zi", 216),
]
LENET, RESNET = NETWORKS = ["lenet5", "resnet20"]
TITLES = {LENET: "LeNet-5", RESNET: "ResNet-20"}
KINDS = ["int8-dsp", "int8-plain", "float-fpu", "float-soft"]
FASTEST, SLOWEST = "int8-dsp-ofast", "float-soft-os"
# What the thesis calls each build.
BUILDS = {
    FASTEST: "int8, with CMSIS-NN", "int8-plain-ofast": "int8, without", "float-fpu-ofast": "float32",
    SLOWEST: "float32, FPU off, -Os",
}
# Latency in ms by build, L4, F4, F7. Float32 with and without CMSIS-NN are alike: those without.
LATENCY = {
    LENET: {
        FASTEST: [36.391, 16.106, 8.046], "int8-plain-ofast": [120.670, 65.598, 17.888],
        "float-fpu-ofast": [112.196, 58.543, 19.596], SLOWEST: [470.54, 227.60, 126.42],
    },
    RESNET: {
        FASTEST: [2217.01, 984.32, 449.30], "int8-plain-ofast": [12088.46, 6506.26, 1119.75],
        "float-fpu-ofast": [None, 6151.93, 1613.54], SLOWEST: [None, 28817.51, 15565.85],
    },
}
# ms and mJ of int8 with CMSIS-NN at -Ofast; L4, F4, F7.
ENERGY = {
    LENET: [(36.5, 1.6), (16.1, 3.8), (8.1, 3.2)],
    RESNET: [(2209.2, 98.2), (983.2, 224.0), (448.1, 193.3)],
}
LENET_MACS, RESNET_MACS = 274_656, 40_813_184  # of the layers; the thesis's tool counts more
CLOCK_RATIO = F4.megahertz / L4.megahertz
ADDED_VALUES = 3 * (32 * 32 * 16 + 16 * 16 * 32 + 8 * 8 * 64)  # of ResNet-20
CONVOLUTIONS, DENSE = ["conv1", "conv2"], ["fc1", "fc2", "fc3"]
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


def fits(network, variant, board):
    """Float32 weights of ResNet-20 are more than the flash of an L496."""
    return not (network == RESNET and variant.startswith("float") and board is L4)


def run_of(network, variant, board):
    # The lifetime of a battery is asked where the thesis does.
    battery = (network, variant, board) == (RESNET, FASTEST, L4)
    return Run(network, variant, board.name, ("--battery", "CR2477", "--period", "30s") if battery else ())


# The longest first, so that none is left over at the end.
RUNS = [
    run_of(network, f"{kind}-{level}", board)
    for network in reversed(NETWORKS) for kind in reversed(KINDS) for level in ("os", "ofast") for board in BOARDS
    if fits(network, f"{kind}-{level}", board)
]


class Results:
    """Costs of one inference."""

    def __init__(self, lab):
        self.lab = lab

    def json(self, network, variant, board):
        return self.lab.result(run_of(network, variant, board))

    def of(self, network, variant, board):
        return total(layers(self.json(network, variant, board)).values())

    def ms(self, network, variant, board):
        return self.of(network, variant, board).ms if fits(network, variant, board) else None

    def part(self, variant, board, names):
        """Of some layers of LeNet-5."""
        return total(layer(self.json(LENET, variant, board), name) for name in names)

    def by_layer(self, board):
        """(network, layer, cost) of both networks, the fastest build."""
        return [
            (network, name, cost(entry)) for network in NETWORKS
            for name, entry in layers(self.json(network, FASTEST, board)).items()
        ]


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
                times(os_over_ofast(results, network, kind, board)) if fits(network, kind, board) else MISSING
                for board in BOARDS
            ]
            rows.append([TITLES[network], kind, *ratios])
    return grid(["network", "build", *(board.short for board in BOARDS)], rows)


def os_over_ofast(results, network, kind, board):
    return results.ms(network, f"{kind}-os", board) / results.ms(network, f"{kind}-ofast", board)


def layer_table(results):
    """What kinds of layers of LeNet-5 have of parameters, multiply-accumulates and time."""
    entries = layers(results.json(LENET, FASTEST, F4))
    rows = []
    for names, title in ((CONVOLUTIONS, "convolutions"), (DENSE, "dense layers")):
        cells = [title]
        for key in ("params", "macs"):
            amounts = {name: int(entry["metadata"][key]) for name, entry in entries.items()}
            cells.append(percent(sum(amounts[name] for name in names) / sum(amounts.values())))
        for variant in (FASTEST, "int8-plain-ofast"):
            cells += [percent(share_of(results, variant, board, names)) for board in BOARDS]
        rows.append(cells)
    heads = [f"time, {what}, {board.short}" for what in ("SIMD", "plain") for board in BOARDS]
    return grid(["LeNet-5", "parameters", "MACs", *heads], rows)


def share_of(results, variant, board, names):
    return results.part(variant, board, names).ms / results.of(LENET, variant, board).ms


def silicon_per_mac(variant, board):
    """Cycles of ResNet-20."""
    silicon = LATENCY[RESNET][variant][BOARDS.index(board)]
    return silicon * board.megahertz * 1000 / RESNET_MACS if silicon else None


def causes_table(results):
    """Where the cycles of ResNet-20 go."""
    rows = []
    for variant in BUILDS:
        for board in BOARDS:
            if fits(RESNET, variant, board):
                silicon = figure(silicon_per_mac(variant, board))
                rows.append([f"{variant}, {board.short}", silicon, *cause_cells(results.json(RESNET, variant, board))])
    return grid(["ResNet-20", "silicon, cycles per MAC", "mcost", "instructions per MAC", *CAUSES], rows)


# Heads of a table, and which causes of cycles belong there.
CAUSES = {
    "issue": ("issue",),
    "results, operands": ("address_interlock", "result_latency", "operand", "structural"),
    "branches": ("refill", "mispredict"),
    "flash and RAM": ("fetch_wait", "data_wait", "bus_wait"),
}


def cause_cells(run):
    cells = [figure(run[what] / RESNET_MACS) for what in ("cycles", "instructions")]
    for names in CAUSES.values():
        cycles = sum(count for cause, count in run["causes"].items() if cause.split(":")[0] in names)
        cells.append(percent(cycles / run["cycles"]))
    return cells


def correlation(points):
    """Pearson's."""
    n = len(points)
    mean_x, mean_y = (sum(point[i] for point in points) / n for i in range(2))
    xy = sum((x - mean_x) * (y - mean_y) for x, y in points)
    xx, yy = (sum((point[i] - mean) ** 2 for point in points) for i, mean in ((0, mean_x), (1, mean_y)))
    return xy / (xx * yy) ** 0.5


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
        for who, speed in (("silicon", silicon_speed_up), ("mcost", lambda n, b: speed_up(results, n, b)))
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
    return LATENCY[network]["int8-plain-ofast"][i] / LATENCY[network][FASTEST][i]


def speed_up(results, network, board):
    return results.ms(network, "int8-plain-ofast", board) / results.ms(network, FASTEST, board)


def on_boards(values, boards=tuple(BOARDS)):
    """Texts by board: 2.10x L4, ..."""
    return ", ".join(f"{value} {board.short}" for value, board in zip(values, boards))


def of_networks(text_of):
    """Texts by network."""
    return "; ".join(f"{TITLES[network]} {text_of(network)}" for network in NETWORKS)


def board_findings(results):
    """What changes from board to board."""
    cost_of = {(n, b.short): results.of(n, FASTEST, b) for n in NETWORKS for b in BOARDS}
    f4_over_l4 = [cost_of[n, "L4"].ms / cost_of[n, "F4"].ms for n in NETWORKS]
    f7_over_f4 = [cost_of[n, "F4"].ms / cost_of[n, "F7"].ms for n in NETWORKS]
    f7_over_l4 = [cost_of[n, "L4"].ms / cost_of[n, "F7"].ms for n in NETWORKS]
    clock = F7.megahertz / F4.megahertz
    cheapest = all(cost_of[n, "L4"].mj < min(cost_of[n, "F4"].mj, cost_of[n, "F7"].mj) for n in NETWORKS)
    dominated = all(cost_of[n, "F7"].mj < cost_of[n, "F4"].mj and f > 1 for n, f in zip(NETWORKS, f7_over_f4))
    energies = of_networks(lambda n: on_boards([mj(cost_of[n, b.short].mj) for b in BOARDS]))
    return [
        Finding("F4 is faster than L4 by the ratio of clocks, 2.25x (silicon 2.26x, 2.25x)",
                all(abs(ratio / CLOCK_RATIO - 1) < 0.05 for ratio in f4_over_l4), texts(f4_over_l4)),
        Finding("F7 gains more than its clock, 1.20x over F4 (silicon about 2x)", min(f7_over_f4) > 1.1 * clock,
                f"{texts(f7_over_f4)} over F4, {texts(f7_over_l4)} over L4"),
        Finding("L4 takes the least energy", cheapest, energies),
        Finding("F7 takes about half of F4's time and less energy, so F4 is not on the Pareto front", dominated,
                f"{texts(1 / ratio for ratio in f7_over_f4)} of the time and "
                f"{texts(cost_of[n, 'F7'].mj / cost_of[n, 'F4'].mj for n in NETWORKS)} of the energy"),
    ]


def texts(ratios):
    """Of LeNet-5 and ResNet-20."""
    return " and ".join(times(ratio) for ratio in ratios)


def energy_findings(results):
    """Energy over latency."""
    worst, least = [], []
    for board in BOARDS:
        runs = [results.of(network, FASTEST, board).mw for network in NETWORKS]
        worst.append(abs(runs[0] / runs[1] - 1))
        least.append(correlation([(c.ms, c.mj) for _, _, c in results.by_layer(board)]))
    lifetime = results.json(RESNET, FASTEST, L4)["lifetime"]
    days = lifetime["tenth_days"] / 10
    ours = results.of(RESNET, FASTEST, L4)
    with_silicon = ours.mj / ENERGY[RESNET][0][1] * days
    return [
        Finding("energy is linear in latency for whole runs (silicon: mean powers of the networks 1 %, 4 %, 9 % apart)",
                max(worst) < 0.1, f"mean powers {on_boards([percent(value) for value in worst])} apart"),
        Finding("energy is linear in latency for layers", min(least) > 0.99,
                f"correlation {on_boards([f'{value:.4f}' for value in least])}"),
        Finding("ResNet-20 every 30 s lives 39 days on L4 from a CR2477", abs(days / 39 - 1) < 0.15, f"{days:.1f} days",
                f"Our inference takes {mj(ours.mj)}, silicon's {mj(ENERGY[RESNET][0][1])}: with as many joules it would be "
                f"{with_silicon:.0f} days."),
    ]


def build_findings(results):
    """What changes from build to build on one board."""
    gains = {n: [speed_up(results, n, b) for b in BOARDS] for n in NETWORKS}
    smaller = all(min(g[:2]) > g[2] > 1 for g in gains.values())
    soft = [results.ms(LENET, "float-soft-ofast", b) / results.ms(LENET, "float-fpu-ofast", b) for b in BOARDS]
    int8_fp = max(
        results.json(n, f"int8-{kind}-ofast", b)["instruction_classes"]["floating_point"]
        for n in NETWORKS for kind in ("dsp", "plain") for b in BOARDS
    )
    per_mac = {
        what: " and ".join(figure(silicon_per_mac(variant, board)) for board in (F4, F7))
        for what, variant in (("plain", "int8-plain-ofast"), ("simd", FASTEST))
    }
    return [
        Finding("SIMD kernels make int8 faster, and less so on M7 (silicon 3.3x, 4.1x, 2.2x; 5.5x, 6.6x, 2.5x)", smaller,
                of_networks(lambda n: on_boards([times(value) for value in gains[n]])),
                "Faster they are. On silicon it is the plain kernels that set F7 apart: with ResNet-20 on F4 and F7 they take "
                f"{per_mac['plain']} cycles per MAC, the SIMD kernels {per_mac['simd']}. Both of ours take about half the "
                "cycles on F7 (table above)."),
        Finding("without FPU float LeNet-5 is 4x slower on L4", 3 < soft[0] < 5.3,
                on_boards([times(value) for value in soft]),
                f"With FPU our kernels take {times(of_silicon(results, 'float-fpu-ofast'))} of silicon's time on L4, "
                f"without, at -Os, {times(of_silicon(results, SLOWEST))}: there libgcc's routines cost both the same, so an "
                "FPU saves us a larger share."),
        Finding("the FPU does not matter to int8", int8_fp == 0, f"{int8_fp} floating-point instructions in int8 runs"),
        *worst_build_findings(results),
        *level_findings(results),
    ]


def of_silicon(results, variant):
    """Latency of LeNet-5 on L4 over silicon's."""
    return results.ms(LENET, variant, L4) / LATENCY[LENET][variant][0]


def worst_build_findings(results):
    def best_over_worst(network):
        boards = [board for board in BOARDS if fits(network, SLOWEST, board)]
        return [results.ms(network, SLOWEST, b) / results.ms(network, FASTEST, b) for b in boards], boards

    ratios = {network: best_over_worst(network) for network in NETWORKS}
    macs = RESNET_MACS / LENET_MACS
    fast = [between(results, FASTEST, board) for board in BOARDS]
    slow = [between(results, SLOWEST, board) for board in (F4, F7)]
    return [
        Finding("the best build is over ten times as fast as the worst (silicon 12.9x, 14.1x, 15.7x; 29.3x, 34.6x)",
                min(min(values) for values, _ in ratios.values()) > 10,
                of_networks(lambda n: on_boards([times(value) for value in ratios[n][0]], ratios[n][1]))),
        Finding("MACs predict poorly where code is optimised: ResNet-20 has 141x the MACC of LeNet-5 and takes 55x to 61x as "
                "long, in the slowest build 123x to 127x", max(fast) < 0.75 * macs and min(slow) > 0.75 * macs,
                f"{times(macs)} the MACs, {on_boards([times(r) for r in fast])}; in the slowest build "
                f"{on_boards([times(r) for r in slow], (F4, F7))}",
                "The layers of LeNet-5 that MACs describe worst, few channels and few columns, cost our kernels less."),
    ]


def between(results, variant, board):
    """Latency of ResNet-20 over that of LeNet-5."""
    return results.ms(RESNET, variant, board) / results.ms(LENET, variant, board)


def level_findings(results):
    loss = {kind: [os_over_ofast(results, LENET, kind, b) for b in BOARDS] for kind in KINDS[:3]}
    conv, dense = (
        results.part("int8-dsp-os", F4, names).ms / results.part(FASTEST, F4, names).ms for names in (["conv1"], DENSE)
    )
    saved = {n: {k: flash_of(results, n, f"{k}-ofast") - flash_of(results, n, f"{k}-os") for k in KINDS} for n in NETWORKS}
    most = max(max(by_kind.values()) for by_kind in saved.values())
    smaller = [1 - flash_of(results, n, FASTEST) / flash_of(results, n, "float-fpu-ofast") for n in NETWORKS]
    return [
        Finding("-Os costs much with float and plain int8 (LeNet-5)", min(loss["float-fpu"] + loss["int8-plain"]) > 1.25,
                "; ".join(f"{kind} {on_boards([times(value) for value in loss[kind]])}" for kind in KINDS[1:3])),
        Finding("-Os costs little with the SIMD kernels (LeNet-5)", max(loss["int8-dsp"]) < 1.1,
                on_boards([times(value) for value in loss["int8-dsp"]]),
                "Less than the other builds lose, but CMSIS-NN writes its inner loops out and ours leave that to the compiler: "
                f"on F4 the first convolution, whose loops are three words long, takes {times(conv)} as long, the dense layers "
                f"{times(dense)}."),
        Finding("-Os saves 115 KiB of code", most > 100 * 1024, f"at most {most:,} bytes",
                "Our firmware has 2 to 6 KB of code, without the interpreter, operating system and C library that -Os made "
                "smaller there."),
        Finding("int8 cuts the model by 73 % and 72 %", min(smaller) > 0.65,
                f"the firmware by {percent(smaller[0])} (with 25 KB of test digits in both) and {percent(smaller[1])}"),
    ]


def flash_of(results, network, variant):
    return results.lab.sizes(network, variant)[0]


def per_mac(results, variant, board, name):
    entry = layer(results.json(LENET, variant, board), name)
    return entry["cycles"] / int(entry["metadata"]["macs"])


def layer_findings(results):
    dense = [share_of(results, FASTEST, b, DENSE) for b in BOARDS]
    plain = "int8-plain-ofast"
    first = {
        variant: [results.part(variant, b, ["conv1"]).ms / results.part(variant, b, ["conv2"]).ms for b in BOARDS]
        for variant in (FASTEST, plain)
    }
    dearer = {
        variant: [per_mac(results, variant, b, "conv1") / per_mac(results, variant, b, "conv2") for b in BOARDS]
        for variant in (FASTEST, plain)
    }
    price = ", ".join(figure(per_mac(results, FASTEST, F4, name)) for name in ("conv1", "conv2", "fc1"))
    adds = [of_adds(results, FASTEST, b, "cycles") / of_adds(results, plain, b, "cycles") for b in BOARDS]
    words = [of_adds(results, variant, F4, "instructions") / ADDED_VALUES for variant in (FASTEST, plain)]
    return [
        Finding("dense layers hold over 90 % of LeNet-5's parameters, 29 % of its MACs and about 13 % of its time",
                0.08 < min(dense) and max(dense) < 0.18, f"{on_boards([percent(value) for value in dense])} of the time",
                "They take less of the time than of the MACs here too, but our convolutions are not as much dearer: "
                f"cycles per MAC of the convolutions and of the largest dense layer are {price} on F4."),
        Finding("with SIMD the first convolution takes longer than the second, which has three times its MACs; not without",
                min(first[FASTEST]) > 1 > max(first[plain]),
                f"first over second {on_boards([times(v) for v in first[FASTEST]])}; without SIMD "
                f"{on_boards([times(v) for v in first[plain]])}",
                f"Per MAC the first is dearer by {on_boards([times(v) for v in dearer[FASTEST]])} with SIMD and "
                f"{on_boards([times(v) for v in dearer[plain]])} without: the same tendency, but it takes 3.0x. Our kernels read "
                "a row of the window with one channel as one word."),
        Finding("additions get slower with the SIMD kernels (ResNet-20)", min(adds) > 1,
                f"{on_boards([times(v) for v in adds])} of the time",
                f"Our kernel adds four values at a time with SMLAD, {figure(words[0])} instructions per value instead of "
                f"{figure(words[1])}."),
    ]


def of_adds(results, variant, board, what):
    """Cycles or instructions of all additions of ResNet-20."""
    entries = layers(results.json(RESNET, variant, board)).values()
    return sum(entry[what] for entry in entries if entry["metadata"]["op"] == "add")


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
        "Bytes of flash (code, weights, images) and of RAM (without stack):",
        "",
        *size_table(lab),
    ]
    findings = board_findings(results) + energy_findings(results) + build_findings(results) + layer_findings(results)
    return Section("Two networks on three boards", lines, findings, pictures(results))
