#!/usr/bin/python3
"""Builds one variant of the sample: build.py VARIANT OUTPUT.elf [--print]

This file is the one place that knows the sources and flags; CMake and check_prebuilt.py use it.
"""

import pathlib
import sys

FOLDER = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER.parent))

from sample_build import FREESTANDING, Sample  # noqa: E402  (lies in the folder just added)

FLAGS = [
    *FREESTANDING,
    *"-O3 -g -mcpu=cortex-m4 -mfpu=fpv4-sp-d16 -mfloat-abi=hard -T../common/sample.ld".split(),
    "-Wl,--defsym=rom_origin=0x08000000",
    "-Wl,--defsym=ram_length=192K",
]
SHARED = [
    "../common/startup.c", "../common/runtime.c", "../resnet20/kernels_dsp.c", "main.c", "mix.c", "sd.c", "weights.c",
]
HEADERS = [
    "../common/sample.ld", "../common/runtime.h", "../include/mcost.h", "../resnet20/net.h", "mix.h", "power.h", "sd.h",
]
SAMPLE = Sample(FOLDER, FLAGS, SHARED, HEADERS, {"stm32": []}, size_limit=lambda _: 300_000)

if __name__ == "__main__":
    sys.exit(SAMPLE.main(__doc__.split("\n", maxsplit=1)[0]))
