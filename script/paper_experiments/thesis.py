"""LeNet-5 and ResNet-20 on three boards: latency and energy of int8 and float builds, after the ETH thesis."""
from dataclasses import dataclass

from paper_experiments import figures
from paper_experiments.lab import (
    MISSING, Comparison, Finding, Run, Section, comparison_table, cost, figure, grid, layer, layers, mj, ms, percent, picture,
    times, total,
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
SILICON_MACC_RATIO = 141.3
CLOCK_RATIO = F4.megahertz / L4.megahertz
CONVOLUTIONS, DENSE = ["conv1", "conv2"], ["fc1", "fc2", "fc3"]


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


def energy_tables(results):
    lines = []
    for what, unit, place in (("latency", "ms", 0), ("energy", "mJ", 1), ("mean power", "mW", None)):
        rows = []
        for network in NETWORKS:
            for board, silicon in zip(BOARDS, ENERGY[network]):
                ours = results.of(network, FASTEST, board)
                theirs = silicon[place] if place is not None else 1000 * silicon[1] / silicon[0]
                mine = (ours.ms, ours.mj)[place] if place is not None else ours.mw
                rows.append(Comparison(f"{TITLES[network]}, {board.short}, {what}", theirs, mine, unit))
        lines += ["", *comparison_table(rows, what)]
    return lines


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
    rows = []
    for names, title in ((CONVOLUTIONS, "convolutions"), (DENSE, "dense layers")):
        entries = [layer(results.json(LENET, FASTEST, F4), name) for name in names]
        part = [sum(int(entry["metadata"][key]) for entry in entries) for key in ("params", "macs")]
        whole = [
            sum(int(entry["metadata"].get(key, 0)) for entry in layers(results.json(LENET, FASTEST, F4)).values())
            for key in ("params", "macs")
        ]
        shares = [percent(part[i] / whole[i]) for i in range(2)]
        for variant in (FASTEST, "int8-plain-ofast"):
            shares += [percent(share_of(results, variant, board, names)) for board in BOARDS]
        rows.append([title, *shares])
    heads = [f"{what}, {board.short}" for what in ("time, DSP", "time, plain") for board in BOARDS]
    return grid(["LeNet-5", "parameters", "MACs", *heads], rows)


def share_of(results, variant, board, names):
    return results.part(variant, board, names).ms / results.of(LENET, variant, board).ms


def causes_table(results):
    """Where the cycles of ResNet-20 go."""
    rows = []
    for variant in (FASTEST, "int8-plain-ofast", "float-fpu-ofast", SLOWEST):
        for board in BOARDS:
            if fits(RESNET, variant, board):
                run = results.json(RESNET, variant, board)
                rows.append([variant, board.short, *cause_cells(run)])
    return grid(["ResNet-20", "board", "cycles per MAC", "instructions per MAC", *CAUSES], rows)


# Heads of a table, and which causes of cycles belong there.
CAUSES = {
    "issue": ("issue",),
    "results, operands": ("address_interlock", "result_latency", "operand", "structural"),
    "branches": ("refill", "mispredict"),
    "flash and RAM": ("fetch_wait", "data_wait", "bus_wait"),
}


def cause_cells(run):
    macs = sum(int(entry["metadata"].get("macs", 0)) for entry in layers(run).values())
    cells = [figure(run["cycles"] / macs), figure(run["instructions"] / macs)]
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
                f"Our inference takes {mj(ours.mj)}, silicon's {mj(ENERGY[RESNET][0][1])}: as many joules give {with_silicon:.0f} days."),
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
    return [
        Finding("SIMD kernels make int8 faster, and less so on M7 (silicon 3.3x, 4.1x, 2.2x; 5.5x, 6.6x, 2.5x)", smaller,
                of_networks(lambda n: on_boards([times(value) for value in gains[n]])),
                "" if smaller else "TODO"),
        Finding("without FPU float LeNet-5 is 4x slower on L4", 3 < soft[0] < 5.3, on_boards([times(value) for value in soft]),
                "TODO"),
        Finding("the FPU does not matter to int8", int8_fp == 0, f"{int8_fp} floating-point instructions in int8 layers and set-up"),
        *worst_build_findings(results),
        *level_findings(results),
    ]


def worst_build_findings(results):
    def ratios(network):
        boards = [board for board in BOARDS if fits(network, SLOWEST, board)]
        return [results.ms(network, SLOWEST, b) / results.ms(network, FASTEST, b) for b in boards], boards

    lenet, resnet = ratios(LENET)[0], ratios(RESNET)[0]
    macs = ratio_of_macs(results)
    fast, slow = ([between(results, variant, board) for board in BOARDS if fits(RESNET, variant, board)]
                  for variant in (FASTEST, SLOWEST))
    return [
        Finding("the best build is over ten times as fast as the worst (silicon 12.9x, 14.1x, 15.7x; ResNet-20 29.3x, 34.6x)",
                min(lenet + resnet) > 10, of_networks(lambda n: on_boards([times(r) for r in ratios(n)[0]], ratios(n)[1]))),
        Finding("ResNet-20 has 141x the MACC of LeNet-5, but takes 55x to 61x as long when code is optimised, and 123x to 127x in "
                "the slowest build: MACs predict poorly", max(fast) < 0.8 * macs and min(slow) > max(fast),
                f"{macs:.1f}x the MACs; {on_boards([times(r) for r in fast])}; slowest build "
                f"{on_boards([times(r) for r in slow], (F4, F7))}", "TODO"),
    ]


def between(results, variant, board):
    """Latency of ResNet-20 over that of LeNet-5."""
    return results.ms(RESNET, variant, board) / results.ms(LENET, variant, board)


def ratio_of_macs(results):
    macs = [
        sum(int(entry["metadata"].get("macs", 0)) for entry in layers(results.json(n, FASTEST, F4)).values()) for n in NETWORKS
    ]
    return macs[1] / macs[0]


def level_findings(results):
    loss = {kind: [os_over_ofast(results, LENET, kind, b) for b in BOARDS] for kind in KINDS[:3]}
    return [
        Finding("-Os costs float and plain int8 much, int8 with SIMD little (LeNet-5)",
                min(loss["float-fpu"] + loss["int8-plain"]) > max(loss["int8-dsp"]),
                "; ".join(f"{kind} {on_boards([times(value) for value in values])}" for kind, values in loss.items()), "TODO"),
    ]


def layer_findings(results):
    dense = [share_of(results, FASTEST, b, DENSE) for b in BOARDS]
    first = {
        variant: [results.part(variant, b, ["conv1"]).ms / results.part(variant, b, ["conv2"]).ms for b in BOARDS]
        for variant in (FASTEST, "int8-plain-ofast")
    }
    adds = [add_ms(results, FASTEST, b) / add_ms(results, "int8-plain-ofast", b) for b in BOARDS]
    return [
        Finding("dense layers hold over 90 % of LeNet-5's parameters, under 30 % of its MACs and about 13 % of its time",
                0.08 < min(dense) and max(dense) < 0.2, f"{on_boards([percent(value) for value in dense])} of the time", "TODO"),
        Finding("the first convolution takes longer than the second with SIMD, though it has a third of the MACs, but not without",
                min(first[FASTEST]) > 1 > max(first["int8-plain-ofast"]),
                f"first over second {on_boards([times(v) for v in first[FASTEST]])}; without SIMD "
                f"{on_boards([times(v) for v in first['int8-plain-ofast']])}", "TODO"),
        Finding("ADD layers get slower with the SIMD kernels", min(adds) > 1, f"{on_boards([times(v) for v in adds])} of the time",
                "TODO"),
    ]


def add_ms(results, variant, board):
    entries = layers(results.json(RESNET, variant, board))
    return total(entry for entry in entries.values() if entry["metadata"]["op"] == "add").ms


def section(lab):
    results = Results(lab)
    lines = [
        "TODO",
        "",
        *latency_table(results),
        "",
        *energy_tables(results),
        "",
        *causes_table(results),
        "",
        *layer_table(results),
        "",
        *level_table(results),
        "",
        *size_table(lab),
    ]
    findings = board_findings(results) + energy_findings(results) + build_findings(results) + layer_findings(results)
    return Section("LeNet-5 and ResNet-20 on three boards", lines, findings, pictures(results))
