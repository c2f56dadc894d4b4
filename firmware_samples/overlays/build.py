#!/usr/bin/python3
"""Builds one variant of the sample: build.py VARIANT OUTPUT.elf [--print]

This file is the one place that knows the sources and flags. A variant is BOARD-NETWORK-DEPLOYMENT, for example
f469-proxyless-w0.30-r144-overlays; `build.py --list` names all.
"""

import pathlib
import sys

FOLDER = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER.parent))
sys.path.insert(0, str(FOLDER.parent / "nn"))

import sources  # noqa: E402  (lies in a folder just added)
from sample_build import FREESTANDING, Sample  # noqa: E402

SDRAM_F746 = 0x60000000  # after SYSCFG_MEMRMP.SWP_FMC
QSPI = 0x90000000
# Of each board: core, flash, SRAM that is used, external memory of tensors and of parameters as (origin, length), bytes
# of a tile and of a layer's parameters in SRAM, how its DMA is, its own source.
BOARDS = {
    "f469": ("m4", "2M", "256K", (0xC0000000, "8M"), (QSPI, "8M"), (49152, 57344), "DMA_STREAMS", "board_plain.c"),
    "f746": ("m7", "1M", "320K", (SDRAM_F746, "8M"), (QSPI, "8M"), (24576, 57344), "DMA_STREAMS", "board_f746.c"),
    "l552": ("m33", "512K", "192K", (0x60000000, "1M"), (0x60100000, "1M"), (40960, 40960), "DMA_CHANNELS", "board_plain.c"),
}
# The networks of each board, and those of them that its own memory holds.
NETWORKS = {
    "f469": {
        "proxyless-w0.30-r144": True, "mobilenetv3-w0.50-r112": False, "mnasnet-w1.00-r80": False,
        "mobilenetv3-w0.75-r128": False, "mobilenetv3-w1.00-r160": False,
    },
    "f746": {
        "proxyless-w0.30-r176": True, "mobilenetv3-w0.55-r128": False, "mnasnet-w1.00-r128": False,
        "mobilenetv3-w1.00-r160": False,
    },
    "l552": {"proxyless-w0.10-r192": True, "mobilenetv3-w0.25-r80": False},
}


def ends_of(board, network, deployment):
    """Flags and sources of a variant behind those of the network."""
    core, rom, ram, tensors, parameters, (tile, block), dma, own = BOARDS[board]
    common = [*sources.CORES[core], sources.KERNELS["dsp"], *sources.network(network)]
    if deployment == "internal":
        place = ["-T../common/sample.ld", *sources.region("rom", 0x08000000, rom), *sources.region("ram", None, ram)]
        return [*common, *place, "../nn/run_in_place.c"]
    regions = [("rom", None, rom), ("ram", None, ram), ("tensors", *tensors), ("parameters", *parameters)]
    place = ["-Texternal.ld", *(flag for region in regions for flag in sources.region(*region)), own]
    if deployment == "external":
        return [*common, *place, "external.c"]
    item = 4 if deployment == "overlays-words" else 1
    defines = [f"-DTILE_BYTES={tile}", f"-DPARAMETER_BYTES={block}", f"-D{dma}", f"-DDMA_ITEM_BYTES={item}"]
    return [*common, *place, *defines, "overlays.c", "../nn/dma.c"]


def variants():
    table = {}
    for board, networks in NETWORKS.items():
        for network, is_small in networks.items():
            for deployment in ["internal"] * is_small + ["external", "overlays", "overlays-words"]:
                table[f"{board}-{network}-{deployment}"] = ends_of(board, network, deployment)
    return table


SAMPLE = Sample(
    FOLDER, [*FREESTANDING, *sources.FLAGS], [*sources.SOURCES, sources.MAIN],
    [*sources.HEADERS, "external.ld", "board.h", "../nn/dma.h"], variants(), size_limit=lambda _: 8_000_000, prebuilt=[],
    generated=sorted({name for networks in NETWORKS.values() for network in networks for name in sources.network(network)}),
    generator=sources.GENERATOR,
)

if __name__ == "__main__":
    if sys.argv[1:] == ["--list"]:
        print("\n".join(SAMPLE.variants))
        sys.exit(0)
    sys.exit(SAMPLE.main(__doc__.split("\n", maxsplit=1)[0]))
