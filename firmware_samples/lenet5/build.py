#!/usr/bin/python3
"""Builds one variant of the sample: build.py VARIANT OUTPUT.elf [--print] [--rom-origin ADDRESS]

This file is the one place that knows the sources and flags; CMake and check_prebuilt.py use it.
"""

import pathlib
import sys

FOLDER = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER.parent))

from sample_build import SOFT_FLOAT, Sample, at_each_level, compiler_version  # noqa: E402  (lies in the folder just added)

FLAGS = (
    "-std=c11 -O3 -g -mcpu=cortex-m4 -mthumb -mfpu=fpv4-sp-d16 -mfloat-abi=hard -ffreestanding "
    "-ffp-contract=off -fno-common -ffunction-sections -fdata-sections -Wall -Wextra -Wshadow "
    "-Wconversion -Wno-sign-conversion -I../include -I../common -nostdlib -Wl,--gc-sections "
    "-Wl,--build-id=none -Wl,--fatal-warnings -T../common/sample.ld"
).split()
SHARED = ["../common/startup.c", "../common/runtime.c", "main.c", "net.c", "digits.c"]
HEADERS = [
    "../common/sample.ld", "../common/runtime.h", "../common/multiply_add.h", "../include/mcost.h", "digits.h", "net.h",
]
BUILDS = {
    "int8-dsp": ["kernels_dsp.c", "weights_int8.c"],
    "int8-plain": ["kernels_plain.c", "weights_int8.c"],
    "float-fpu": ["-DLENET5_FLOAT", "kernels_float.c", "weights_float.c"],
}
# Code at 0 for QEMU, the CC26x2 and the generic boards; at the address of flash for every STM32.
STM32 = "-Wl,--defsym=rom_origin=0x08000000"
# The thesis's builds, for its boards, which all have 1 MB of flash or more.
THESIS = {**BUILDS, "float-soft": [*SOFT_FLOAT, *BUILDS["float-fpu"]]}
VARIANTS = {
    **BUILDS,
    **{f"{name}-stm32": [STM32, *words] for name, words in BUILDS.items()},
    **at_each_level(THESIS, STM32, "-Wl,--defsym=rom_length=1M"),
}
SAMPLE = Sample(
    FOLDER, FLAGS, SHARED, HEADERS, VARIANTS,
    size_limit=lambda variant: 450_000 if variant.startswith("float") else 300_000,
    name_flag=lambda variant: f'-DLENET5_VARIANT="{variant}"',
    prebuilt=[*BUILDS, "int8-dsp-stm32", "int8-plain-stm32"],
)
elf_name = SAMPLE.elf_name
build = SAMPLE.build

if __name__ == "__main__":
    sys.exit(SAMPLE.main(__doc__.split("\n", maxsplit=1)[0], origin_option=True))
