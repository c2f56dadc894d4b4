#!/usr/bin/python3
"""Compares what the firmware prints with the host reference, bit for bit over all images.

    test_reference.py [--elf-folder FOLDER] [--variant NAME]... [RUNNER...]

RUNNER is the command that runs an ELF with the semihosting command line "resnet20 --all"; in its words {elf} stands
for the ELF. Default: QEMU's mps2-an386, with ELFs built for address 0, where its memory is. With mcost:

    test_reference.py mcost run {elf} --board NAME --args "resnet20 --all"

Also checks that the int8 tensors of images that were not used for their ranges spread well and seldom saturate. Put --
before a RUNNER that starts with a dash. Exit status: 0 equal, 1 different, 2 cannot run, 77 no compiler for QEMU's ELFs.
"""

import argparse
import pathlib
import subprocess
import sys
import tempfile

import build
import calibrate
from sample_reference import firmware_output  # build.py adds its folder

QEMU = (
    "qemu-system-arm -M mps2-an386 -nographic -kernel {elf} "
    "-semihosting-config enable=on,target=native,arg=resnet20,arg=--all"
).split()
QEMU_ORIGIN = ["-Wl,--defsym=rom_origin=0"]
SKIPPED = 77
SPREAD_IMAGES = 24  # the first 16 of them gave the ranges
LEAST_DEVIATION = 10  # of 255 levels; after ReLU a good half of the values is at the zero point
MOST_SATURATED_PERCENT = 1


def compare(variant, actual, expected):
    """Prints the verdict; returns whether all lines are equal."""
    different = [(a, e) for a, e in zip(actual, expected) if a != e]
    if different or len(actual) != len(expected):
        print(f"{variant}: DIFFERENT, {len(different)} lines of {len(expected)} ({len(actual)} came)")
        for pair in different[:3]:
            print("  firmware : %s\n  reference: %s" % pair)
        return False
    print(f"{variant}: equal, {expected[-1]}")
    return True


def spreads_well(folder):
    """Prints the extremes over all int8 tensors; returns whether they are good."""
    tensors = calibrate.tensors(calibrate.reference("int8", folder), SPREAD_IMAGES)
    narrow = min(tensors, key=lambda name: tensors[name][2])
    full = max(tensors, key=lambda name: tensors[name][3])
    deviation, saturated = tensors[narrow][2], tensors[full][3]
    print(f"int8: least standard deviation {deviation} ({narrow}), at 127 at most {saturated} % of values ({full})")
    return deviation >= LEAST_DEVIATION and saturated <= MOST_SATURATED_PERCENT


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--elf-folder", type=pathlib.Path, help="instead of prebuilt/")
    parser.add_argument("--variant", action="append", choices=build.VARIANTS, help="default: all that are there")
    parser.add_argument("runner", nargs=argparse.REMAINDER)
    options = parser.parse_args()
    runner = [word for i, word in enumerate(options.runner) if (i, word) != (0, "--")]
    if runner and not any("{elf}" in word for word in runner):
        runner.append("{elf}")
    on_qemu = not runner
    if on_qemu and not options.elf_folder and build.compiler_version() is None:
        print("no arm-none-eabi-gcc to build for QEMU's memory map")
        return SKIPPED

    try:
        with tempfile.TemporaryDirectory() as scratch:
            folder = options.elf_folder.resolve() if options.elf_folder else build.FOLDER / "prebuilt"
            variants = options.variant or (build.VARIANTS if on_qemu else build.SAMPLE.prebuilt)
            good = spreads_well(scratch)
            for variant in variants:
                elf = folder / build.elf_name(variant)
                if on_qemu and not options.elf_folder:
                    elf = pathlib.Path(scratch) / build.elf_name(variant)
                    build.build(variant, elf, QEMU_ORIGIN)
                call = [calibrate.reference(variant, scratch)]
                expected = subprocess.run(call, capture_output=True, text=True, check=True).stdout.splitlines()
                good = compare(variant, firmware_output(runner or QEMU, elf, "resnet20"), expected) and good
    except (OSError, subprocess.SubprocessError, RuntimeError) as error:
        print(f"test_reference.py: error: {error}", file=sys.stderr)
        return 2
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
