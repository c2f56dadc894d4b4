#!/usr/bin/python3
"""Compares what the firmware prints with the host reference, bit for bit over all images.

    test_reference.py [--elf-folder FOLDER] [--variant NAME]... [RUNNER...]
    test_reference.py --levels MCOST [--all]

RUNNER is the command that runs an ELF with the semihosting command line "resnet20 --all"; in its words {elf} stands
for the ELF. Default: QEMU's mps2-an386, with ELFs built for address 0, where its memory is. With mcost:

    test_reference.py mcost run {elf} --board NAME --args "resnet20 --all"

Also checks that the int8 tensors of images that were not used for their ranges spread well and seldom saturate. Put --
before a RUNNER that starts with a dash. The second form builds the variants at -Os and -Ofast and runs them with the
program MCOST: those of int8 and the first image, or with --all every one (minutes). Exit status: 0 equal, 1 different,
2 cannot run, 77 no compiler to build with.
"""

import argparse
import functools
import pathlib
import subprocess
import sys
import tempfile

import build
import calibrate
from sample_reference import compare, firmware_output, level_output, level_variants  # build.py adds its folder

QEMU = (
    "qemu-system-arm -M mps2-an386 -nographic -kernel {elf} "
    "-semihosting-config enable=on,target=native,arg=resnet20,arg=--all"
).split()
QEMU_ORIGIN = ["-Wl,--defsym=rom_origin=0"]
SKIPPED = 77
SPREAD_IMAGES = 24  # the first 16 of them gave the ranges
LEAST_DEVIATION = 10  # of 255 levels; after ReLU a good half of the values is at the zero point
MOST_SATURATED_PERCENT = 1


def spreads_well(folder):
    """Prints the extremes over all int8 tensors; returns whether they are good."""
    tensors = calibrate.tensors(calibrate.reference("int8", folder), SPREAD_IMAGES)
    narrow = min(tensors, key=lambda name: tensors[name][2])
    full = max(tensors, key=lambda name: tensors[name][3])
    deviation, saturated = tensors[narrow][2], tensors[full][3]
    print(f"int8: least standard deviation {deviation} ({narrow}), at 127 at most {saturated} % of values ({full})")
    return deviation >= LEAST_DEVIATION and saturated <= MOST_SATURATED_PERCENT


@functools.lru_cache
def lines_of(program):
    return subprocess.run([program], capture_output=True, text=True, check=True).stdout.splitlines()


def levels(mcost, every, scratch):
    """The builds at -Os and -Ofast, or those of int8 with the first image. Returns whether all are equal."""
    good = True
    for variant in level_variants(build):
        if every or variant.startswith("int8"):
            expected = lines_of(calibrate.reference(variant, scratch))
            actual = level_output(build, variant, mcost, pathlib.Path(scratch), every)
            good = compare(variant, actual, expected if every else expected[:1]) and good
    return good


def given(options, runner, scratch):
    """ELFs that are there, or for QEMU are built here, with the runner. Returns whether all are equal and good."""
    on_qemu = not runner
    folder = options.elf_folder.resolve() if options.elf_folder else build.FOLDER / "prebuilt"
    good = spreads_well(scratch)
    for variant in options.variant or (build.BUILDS if on_qemu else build.SAMPLE.prebuilt):
        elf = folder / build.elf_name(variant)
        if on_qemu and not options.elf_folder:
            elf = pathlib.Path(scratch) / build.elf_name(variant)
            build.build(variant, elf, QEMU_ORIGIN)
        expected = lines_of(calibrate.reference(variant, scratch))
        good = compare(variant, firmware_output(runner or QEMU, elf, "resnet20"), expected) and good
    return good


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--elf-folder", type=pathlib.Path, help="instead of prebuilt/")
    parser.add_argument("--variant", action="append", choices=build.VARIANTS, help="default: all that are there")
    parser.add_argument("--levels", metavar="MCOST", help="build and run the variants at -Os and -Ofast")
    parser.add_argument("--all", action="store_true", help="with --levels: float too, and every image")
    parser.add_argument("runner", nargs=argparse.REMAINDER)
    options = parser.parse_args()
    runner = [word for i, word in enumerate(options.runner) if (i, word) != (0, "--")]
    if runner and not any("{elf}" in word for word in runner):
        runner.append("{elf}")
    if (options.levels or not runner and not options.elf_folder) and build.compiler_version() is None:
        print("no arm-none-eabi-gcc to build with")
        return SKIPPED

    try:
        with tempfile.TemporaryDirectory() as scratch:
            if options.levels:
                good = levels(options.levels, options.all, scratch)
            else:
                good = given(options, runner, scratch)
    except (OSError, subprocess.SubprocessError, RuntimeError) as error:
        print(f"test_reference.py: error: {error}", file=sys.stderr)
        return 2
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
