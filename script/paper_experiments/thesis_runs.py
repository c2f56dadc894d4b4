"""What the thesis's experiment runs, what silicon gave, and costs of our runs by network, build and board."""
from dataclasses import dataclass

from paper_experiments.lab import Run, cost, layer, layers, total


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
FASTEST, PLAIN, SLOWEST = "int8-dsp-ofast", "int8-plain-ofast", "float-soft-os"
# What the thesis calls each build.
BUILDS = {
    FASTEST: "int8, with CMSIS-NN", PLAIN: "int8, without", "float-fpu-ofast": "float32",
    SLOWEST: "float32, FPU off, -Os",
}
# Latency in ms by build, L4, F4, F7. Float32 with and without CMSIS-NN are alike: those without.
LATENCY = {
    LENET: {
        FASTEST: [36.391, 16.106, 8.046], PLAIN: [120.670, 65.598, 17.888],
        "float-fpu-ofast": [112.196, 58.543, 19.596], SLOWEST: [470.54, 227.60, 126.42],
    },
    RESNET: {
        FASTEST: [2217.01, 984.32, 449.30], PLAIN: [12088.46, 6506.26, 1119.75],
        "float-fpu-ofast": [None, 6151.93, 1613.54], SLOWEST: [None, 28817.51, 15565.85],
    },
}
# ms and mJ of int8 with CMSIS-NN at -Ofast; L4, F4, F7.
ENERGY = {
    LENET: [(36.5, 1.6), (16.1, 3.8), (8.1, 3.2)],
    RESNET: [(2209.2, 98.2), (983.2, 224.0), (448.1, 193.3)],
}
LENET_MACS, RESNET_MACS = 274_656, 40_813_184  # of the layers; the thesis's tool counts more
CONVOLUTIONS, DENSE = ["conv1", "conv2"], ["fc1", "fc2", "fc3"]


def fits(network, variant, board):
    """Float32 weights of ResNet-20 are more than the flash of an L496."""
    return not (network == RESNET and variant.startswith("float") and board is L4)


def run_of(network, variant, board):
    # The lifetime of a battery is asked where the thesis does.
    battery = (network, variant, board) == (RESNET, FASTEST, L4)
    return Run(network, variant, board.name, ("--battery", "CR2477", "--period", "30s") if battery else ())


# What code meets whose loops do not fit the instruction cache in front of the flash of L4 and F4, 1 KB.
NO_ICACHE = ("--set", "memories.flash.accelerator.icache_enabled=false")


def without_icache(variant, board):
    return Run(LENET, variant, board.name, NO_ICACHE)


# The longest first, so that none is left over at the end.
RUNS = [
    run_of(network, f"{kind}-{level}", board)
    for network in reversed(NETWORKS) for kind in reversed(KINDS) for level in ("os", "ofast") for board in BOARDS
    if fits(network, f"{kind}-{level}", board)
] + [without_icache(variant, board) for variant in (FASTEST, PLAIN) for board in (L4, F4)]


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

    def ms_without_icache(self, variant, board):
        return total(layers(self.lab.result(without_icache(variant, board))).values()).ms

    def part(self, variant, board, names):
        """Of some layers of LeNet-5."""
        return total(layer(self.json(LENET, variant, board), name) for name in names)

    def by_layer(self, board):
        """(network, layer, cost) of both networks, the fastest build."""
        return [
            (network, name, cost(entry)) for network in NETWORKS
            for name, entry in layers(self.json(network, FASTEST, board)).items()
        ]

    def share(self, variant, board, names):
        """Of the time of LeNet-5, in some of its layers."""
        return self.part(variant, board, names).ms / self.of(LENET, variant, board).ms

    def speed_up(self, network, board):
        """What SIMD brings to int8."""
        return self.ms(network, PLAIN, board) / self.ms(network, FASTEST, board)

    def os_over_ofast(self, network, kind, board):
        return self.ms(network, f"{kind}-os", board) / self.ms(network, f"{kind}-ofast", board)

    def flash(self, network, variant):
        return self.lab.sizes(network, variant)[0]


def silicon_per_mac(variant, board):
    """Cycles of ResNet-20."""
    silicon = LATENCY[RESNET][variant][BOARDS.index(board)]
    return silicon * board.megahertz * 1000 / RESNET_MACS if silicon else None
