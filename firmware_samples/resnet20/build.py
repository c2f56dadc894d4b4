#!/usr/bin/python3
"""Builds one variant of the sample: build.py VARIANT OUTPUT.elf [--print] [--rom-origin ADDRESS]

This file is the one place that knows the sources and flags; CMake and check_prebuilt.py use it.
"""

import pathlib
import sys

FOLDER = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER.parent))

from sample_build import FREESTANDING, SOFT_FLOAT, Sample, at_each_level, compiler_version  # noqa: E402  (lies in the folder just added)

FLAGS = [
    *FREESTANDING,
    *"-O3 -g -mcpu=cortex-m4 -mfpu=fpv4-sp-d16 -mfloat-abi=hard -ffp-contract=off -T../common/sample.ld".split(),
]
SHARED = ["../common/startup.c", "../common/runtime.c", "main.c", "net.c", "images.c"]
HEADERS = [
    "../common/sample.ld", "../common/runtime.h", "../common/multiply_add.h", "../include/mcost.h", "images.h", "net.h",
    "generate.py", "ranges.json",
]
STM32 = ["-Wl,--defsym=rom_origin=0x08000000"]  # which --rom-origin overrides
LARGE = ["-Wl,--defsym=rom_length=2M", "-Wl,--defsym=ram_length=256K"]
BUILDS = {
    "int8-dsp": [*STM32, "kernels_dsp.c", "weights_int8.c"],
    "int8-plain": [*STM32, "kernels_plain.c", "weights_int8.c"],
    "float-fpu": [*STM32, *LARGE, "-DRESNET20_FLOAT", "kernels_float.c", "weights_float.c"],
}
# The thesis's builds.
THESIS = {**BUILDS, "float-soft": [*SOFT_FLOAT, *BUILDS["float-fpu"]]}
VARIANTS = {**BUILDS, **at_each_level(THESIS)}
SAMPLE = Sample(
    FOLDER, FLAGS, SHARED, HEADERS, VARIANTS,
    size_limit=lambda _: 400_000,
    name_flag=lambda variant: f'-DRESNET20_VARIANT="{variant}"',
    prebuilt=["int8-dsp", "int8-plain"],
    generated=["weights_int8.c", "weights_float.c"],
)
elf_name = SAMPLE.elf_name
build = SAMPLE.build

if __name__ == "__main__":
    sys.exit(SAMPLE.main(__doc__.split("\n", maxsplit=1)[0], origin_option=True))
