#!/usr/bin/python3
"""Builds one variant of the sample: build.py VARIANT OUTPUT.elf [--print]

This file is the one place that knows the sources and flags; CMake and check_prebuilt.py use it.
"""

import pathlib
import sys

FOLDER = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER.parent))

from sample_build import FREESTANDING, Sample  # noqa: E402  (lies in the folder just added)

# ARMv6-M runs on every core, so that the same instructions are measured everywhere.
FLAGS = [*FREESTANDING, "-O2", "-g", "-mcpu=cortex-m0", "-masm-syntax-unified", "-Tmembench.ld"]
SHARED = ["../common/runtime.c", "start.c", "main.c", "request.c", "loops.c", "dma.c", "card.c"]
HEADERS = ["membench.ld", "../common/runtime.h", "../include/mcost.h", "membench.h"]
VARIANTS = {
    "rom0": [],  # boards with memory for code at 0
    "stm32": ["-Wl,--defsym=rom_origin=0x08000000"],
}
SAMPLE = Sample(FOLDER, FLAGS, SHARED, HEADERS, VARIANTS, size_limit=lambda _: 75_000)

if __name__ == "__main__":
    sys.exit(SAMPLE.main(__doc__.split("\n", maxsplit=1)[0]))
