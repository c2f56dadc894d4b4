#!/usr/bin/python3
"""Builds one variant of the sample: build.py VARIANT OUTPUT.elf [--print]

This file is the one place that knows the sources and flags. `best` is linked for the NUCLEO-F767ZI; `default` needs more
SRAM than any such part has, and is linked for one with 1 MB.
"""

import pathlib
import sys

FOLDER = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER.parent))
sys.path.insert(0, str(FOLDER.parent / "nn"))

import sources  # noqa: E402  (lies in a folder just added)
from sample_build import FREESTANDING, Sample  # noqa: E402

PARAMETERS = "reorder.s"
SRAM = {"default": "1M", "best": "512K"}
VARIANTS = {
    order: [
        *sources.region("rom", 0x08000000, "2M"), *sources.region("ram", None, size), f"{order}.c", PARAMETERS,
        "../nn/run_in_place.c", sources.KERNELS["dsp"],
    ] for order, size in SRAM.items()
}
SAMPLE = Sample(
    FOLDER, [*FREESTANDING, *sources.FLAGS, *sources.CORES["m7"], "-T../common/sample.ld"], [*sources.SOURCES, sources.MAIN],
    [*sources.HEADERS, "emit_orders.py", "cells.py", "orders.py"], VARIANTS, size_limit=lambda _: 300_000, prebuilt=[],
    generated=[PARAMETERS, *(f"{order}.c" for order in SRAM)], generator="emit_orders.py",
)

if __name__ == "__main__":
    sys.exit(SAMPLE.main(__doc__.split("\n", maxsplit=1)[0]))
