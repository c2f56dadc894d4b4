"""The thesis's findings, each with our figure."""
from paper_experiments.lab import Finding, figure, layer, layers, mj, percent, times
from paper_experiments.thesis_runs import (
    BOARDS, DENSE, ENERGY, F4, F7, FASTEST, KINDS, L4, LATENCY, LENET, LENET_MACS, NETWORKS, PLAIN, RESNET, RESNET_MACS,
    SLOWEST, TITLES, fits, silicon_per_mac,
)

CLOCK_RATIO = F4.megahertz / L4.megahertz
ADDED_VALUES = 3 * (32 * 32 * 16 + 16 * 16 * 32 + 8 * 8 * 64)  # of ResNet-20


def all_findings(results):
    return board_findings(results) + energy_findings(results) + build_findings(results) + layer_findings(results)


def on_boards(values, boards=tuple(BOARDS)):
    """Texts by board: 2.10x L4, ..."""
    return ", ".join(f"{value} {board.short}" for value, board in zip(values, boards))


def of_networks(text_of):
    """Texts by network."""
    return "; ".join(f"{TITLES[network]} {text_of(network)}" for network in NETWORKS)


def texts(ratios):
    """Of LeNet-5 and ResNet-20."""
    return " and ".join(times(ratio) for ratio in ratios)


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


def correlation(points):
    """Pearson's."""
    n = len(points)
    mean_x, mean_y = (sum(point[i] for point in points) / n for i in range(2))
    xy = sum((x - mean_x) * (y - mean_y) for x, y in points)
    xx, yy = (sum((point[i] - mean) ** 2 for point in points) for i, mean in ((0, mean_x), (1, mean_y)))
    return xy / (xx * yy) ** 0.5


def energy_findings(results):
    """Energy over latency."""
    apart, correlated, off = [], [], []
    for board in BOARDS:
        lenet, resnet = (results.of(network, FASTEST, board).mw for network in NETWORKS)
        costs = [cost for _, _, cost in results.by_layer(board)]
        apart.append(abs(lenet / resnet - 1))
        correlated.append(correlation([(cost.ms, cost.mj) for cost in costs]))
        off.append(max(abs(cost.mw / resnet - 1) for cost in costs))
    lifetime = results.json(RESNET, FASTEST, L4)["lifetime"]
    days = lifetime["tenth_days"] / 10
    ours = results.of(RESNET, FASTEST, L4)
    with_silicon = ours.mj / ENERGY[RESNET][0][1] * days
    return [
        Finding("energy is linear in latency for whole runs (silicon: mean powers of the networks 1 %, 4 %, 9 % apart)",
                max(apart) < 0.1, f"mean powers {on_boards([percent(value) for value in apart])} apart"),
        Finding("energy is linear in latency for layers", min(correlated) > 0.99,
                f"correlation {on_boards([f'{value:.4f}' for value in correlated])}; no layer's mean power is further from "
                f"ResNet-20's than {on_boards([percent(value) for value in off])}"),
        Finding("ResNet-20 every 30 s lives 39 days on L4 from a CR2477", abs(days / 39 - 1) < 0.15, f"{days:.1f} days",
                f"Our inference takes {mj(ours.mj)}, silicon's {mj(ENERGY[RESNET][0][1])}: with as many joules it would be "
                f"{with_silicon:.0f} days."),
    ]


def build_findings(results):
    """What changes from build to build on one board."""
    gains = {n: [results.speed_up(n, b) for b in BOARDS] for n in NETWORKS}
    smaller = all(min(g[:2]) > g[2] > 1 for g in gains.values())
    soft = [results.ms(LENET, "float-soft-ofast", b) / results.ms(LENET, "float-fpu-ofast", b) for b in BOARDS]
    int8_fp = max(
        results.json(n, f"int8-{kind}-ofast", b)["instruction_classes"]["floating_point"]
        for n in NETWORKS for kind in ("dsp", "plain") for b in BOARDS
    )
    per_mac = {
        variant: ", ".join(figure(silicon_per_mac(variant, board)) for board in BOARDS) for variant in (PLAIN, FASTEST)
    }
    no_icache = [results.ms_without_icache(PLAIN, b) / results.ms_without_icache(FASTEST, b) for b in (L4, F4)]
    return [
        Finding("SIMD kernels make int8 faster, and less so on M7 (silicon 3.3x, 4.1x, 2.2x; 5.5x, 6.6x, 2.5x)", smaller,
                of_networks(lambda n: on_boards([times(value) for value in gains[n]])),
                "Faster they are. On silicon it is the plain kernels that set F7 apart: with ResNet-20 on L4, F4 and F7 they "
                f"take {per_mac[PLAIN]} cycles per MAC, the SIMD kernels {per_mac[FASTEST]}. L4 and F4 have the same "
                "core and other flash: so the plain kernels seem to wait for code there, which the 16 KB cache of F7 holds. "
                "Ours fit the 1 KB in front of the flash of L4 and F4; with that off, as if they did not, LeNet-5 gains "
                f"{on_boards([times(value) for value in no_icache], (L4, F4))}, more than on F7."),
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
    loss = {kind: [results.os_over_ofast(LENET, kind, b) for b in BOARDS] for kind in KINDS[:3]}
    conv, dense = (
        results.part("int8-dsp-os", F4, names).ms / results.part(FASTEST, F4, names).ms for names in (["conv1"], DENSE)
    )
    saved = {n: {k: results.flash(n, f"{k}-ofast") - results.flash(n, f"{k}-os") for k in KINDS} for n in NETWORKS}
    most = max(max(by_kind.values()) for by_kind in saved.values())
    smaller = [1 - results.flash(n, FASTEST) / results.flash(n, "float-fpu-ofast") for n in NETWORKS]
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


def per_mac(results, variant, board, name):
    entry = layer(results.json(LENET, variant, board), name)
    return entry["cycles"] / int(entry["metadata"]["macs"])


def layer_findings(results):
    dense = [results.share(FASTEST, b, DENSE) for b in BOARDS]
    first = {
        variant: [results.part(variant, b, ["conv1"]).ms / results.part(variant, b, ["conv2"]).ms for b in BOARDS]
        for variant in (FASTEST, PLAIN)
    }
    dearer = {
        variant: [per_mac(results, variant, b, "conv1") / per_mac(results, variant, b, "conv2") for b in BOARDS]
        for variant in (FASTEST, PLAIN)
    }
    price = ", ".join(figure(per_mac(results, FASTEST, F4, name)) for name in ("conv1", "conv2", "fc1"))
    adds = [of_adds(results, FASTEST, b, "cycles") / of_adds(results, PLAIN, b, "cycles") for b in BOARDS]
    words = [of_adds(results, variant, F4, "instructions") / ADDED_VALUES for variant in (FASTEST, PLAIN)]
    return [
        Finding("dense layers hold over 90 % of LeNet-5's parameters, 29 % of its MACs and about 13 % of its time",
                0.08 < min(dense) and max(dense) < 0.18, f"{on_boards([percent(value) for value in dense])} of the time",
                "They take less of the time than of the MACs here too, but our convolutions are not as much dearer: "
                f"cycles per MAC of the convolutions and of the largest dense layer are {price} on F4."),
        Finding("with SIMD the first convolution takes longer than the second, which has three times its MACs; not without",
                min(first[FASTEST]) > 1 > max(first[PLAIN]),
                f"first over second {on_boards([times(v) for v in first[FASTEST]])}; without SIMD "
                f"{on_boards([times(v) for v in first[PLAIN]])}",
                f"Per MAC the first is dearer by {on_boards([times(v) for v in dearer[FASTEST]])} with SIMD and "
                f"{on_boards([times(v) for v in dearer[PLAIN]])} without: the same tendency, but it takes 3.0x. Our kernels read "
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
