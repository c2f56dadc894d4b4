#!/usr/bin/python3
"""Builds one variant of the sample: build.py VARIANT OUTPUT.elf [--print]

This file is the one place that knows the sources and flags. A variant is BOARD-NETWORK-DEPLOYMENT, for example
f469-proxyless-w0.30-r144-overlays; `build.py --list` names all.
"""

import dataclasses
import pathlib
import sys

FOLDER = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER.parent))
sys.path.insert(0, str(FOLDER.parent / "nn"))

import sources  # noqa: E402  (lies in a folder just added)
from sample_build import FREESTANDING, Sample  # noqa: E402

SDRAM_F469 = 0xC0000000
SDRAM_F746 = 0x60000000  # after SYSCFG_MEMRMP.SWP_FMC
FMC_SRAM = 0x60000000
QSPI = 0x90000000
MEGABYTE = 0x100000


@dataclasses.dataclass(frozen=True)
class Board:
    """Memories are (origin, length): of SRAM only what is used. Parameters are loaded into `store` and copied from there
    to `parameters`; -qspi uses them in `store`. `tile` and `block` are bytes in SRAM of a tile and a layer's parameters."""

    core: str
    rom: str
    ram: str
    tensors: tuple
    parameters: tuple
    store: tuple
    tile: int
    block: int
    dma: str
    source: str


# Parameters are in another bank of the SDRAM than tensors, so that a row of both is open.
BOARDS = {
    "f469": Board(
        "m4", "2M", "256K", (SDRAM_F469, "4M"), (SDRAM_F469 + 4 * MEGABYTE, "8M"), (QSPI, "8M"), 49152, 57344, "DMA_STREAMS",
        "board_plain.c",
    ),
    "f746": Board(
        "m7", "1M", "320K", (SDRAM_F746, "2M"), (SDRAM_F746 + 2 * MEGABYTE, "6M"), (QSPI, "8M"), 24576, 57344, "DMA_STREAMS",
        "board_f746.c",
    ),
    # Its 2 MB of SRAM behind the FMC hold both; a debugger loads the parameters there.
    "l552": Board(
        "m33", "512K", "192K", (FMC_SRAM, "1M"), (FMC_SRAM + MEGABYTE, "1M"), (FMC_SRAM + MEGABYTE, "1M"), 40960, 40960,
        "DMA_CHANNELS", "board_plain.c",
    ),
}
# A small one for the test.
TESTED = {"proxyless-w0.10-r64": True}
# The networks of TinyOps' tables by board, and those of them that its own memory holds.
NETWORKS = {
    "f469": {
        "proxyless-w0.30-r144": True, "mobilenetv3-w0.50-r112": False, "mnasnet-w1.00-r80": False,
        "mobilenetv3-w0.75-r128": False, "mobilenetv3-w1.00-r160": False,
    },
    "f746": {
        "proxyless-w0.30-r176": True, "mobilenetv3-w0.25-r64": False, "mobilenetv3-w0.55-r128": False, "mnasnet-w1.00-r128": False,
        "mobilenetv3-w1.00-r160": False,
    },
    "l552": {"proxyless-w0.10-r192": True, "mobilenetv3-w0.25-r80": False},
}


def own_words(board, network, deployment):
    """Flags and sources of a variant alone."""
    common = [*sources.CORES[board.core], sources.KERNELS["dsp"], *sources.network(network)]
    if deployment == "internal":
        place = [*sources.region("rom", 0x08000000, board.rom), *sources.region("ram", None, board.ram)]
        return [*common, "-T../common/sample.ld", *place, "../nn/run_in_place.c"]
    parameters = board.store if deployment.endswith("-qspi") else board.parameters
    regions = [
        ("rom", None, board.rom), ("ram", None, board.ram), ("tensors", *board.tensors), ("parameters", *parameters),
        ("store", *board.store),
    ]
    place = ["-Texternal.ld", *(flag for region in regions for flag in sources.region(*region)), board.source, "load.c"]
    if deployment.startswith("external"):
        return [*common, *place, "external.c"]
    item = 4 if deployment.endswith("-words") else 1
    defines = [f"-DTILE_BYTES={board.tile}", f"-DPARAMETER_BYTES={board.block}", f"-D{board.dma}", f"-DDMA_ITEM_BYTES={item}"]
    return [*common, *place, *defines, "overlays.c", "../nn/dma.c"]


def deployments(board, is_small):
    """Of a network; only a small one runs in all ways."""
    words = ["external", "overlays", "overlays-words"]
    if not is_small:
        return words
    return ["internal", *words] + (["external-qspi", "overlays-qspi"] if board.store != board.parameters else [])


def variants():
    table = {}
    for board, networks in NETWORKS.items():
        for network, is_small in (TESTED | networks).items():
            for deployment in deployments(BOARDS[board], is_small):
                table[f"{board}-{network}-{deployment}"] = own_words(BOARDS[board], network, deployment)
    return table


SAMPLE = Sample(
    FOLDER, [*FREESTANDING, *sources.FLAGS], [*sources.SOURCES, sources.MAIN],
    [*sources.HEADERS, "external.ld", "board.h", "../nn/dma.h"], variants(), size_limit=lambda _: 8_000_000, prebuilt=[],
    generated=sorted({
        name for networks in [*NETWORKS.values(), TESTED] for network in networks for name in sources.network(network)
    }),
    generator=sources.GENERATOR,
)

if __name__ == "__main__":
    if sys.argv[1:] == ["--list"]:
        print("\n".join(SAMPLE.variants))
        sys.exit(0)
    sys.exit(SAMPLE.main(__doc__.split("\n", maxsplit=1)[0]))
