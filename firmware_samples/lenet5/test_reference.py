#!/usr/bin/python3
"""Compares what the firmware prints with the host reference, bit for bit over 200 digits.

    test_reference.py [--elf-folder FOLDER] [--variant NAME]... [RUNNER...]
    test_reference.py --levels MCOST [--all]

RUNNER is the command that runs an ELF with the semihosting command line "lenet5 --all"; in its
words {elf} stands for the ELF. Default: QEMU's mps2-an386. With mcost:

    test_reference.py mcost run {elf} --board NAME --args "lenet5 --all"

Put -- before a RUNNER that starts with a dash. The second form builds the variants at -Os and -Ofast and runs them with
the program MCOST: the first digit, or with --all every one (minutes). Exit status: 0 equal, 1 different, 2 cannot run,
77 no compiler to build with.
"""

import argparse
import pathlib
import subprocess
import sys
import tempfile

import build
from sample_reference import compare, firmware_output, level_output, level_variants  # build.py adds its folder

QEMU = (
    "qemu-system-arm -M mps2-an386 -nographic -kernel {elf} "
    "-semihosting-config enable=on,target=native,arg=lenet5,arg=--all"
).split()
MIN_RIGHT = 190
SKIPPED = 77


def reference_output(variant, folder):
    """Builds and runs the reference of one variant; returns its lines."""
    program = pathlib.Path(folder) / f"reference-{variant}"
    is_float = variant.startswith("float")
    weights = "weights_float.c" if is_float else "weights_int8.c"
    command = ["cc", "-std=c11", "-O1", "-ffp-contract=off", "-DLENET5_REFERENCE"]
    command += ["-DLENET5_FLOAT"] if is_float else []
    command += ["-DLENET5_SOFT"] if variant.startswith("float-soft") else []
    command += ["reference.c", "digits.c", weights, "-o", str(program), "-lm"]
    subprocess.run(command, cwd=build.FOLDER, check=True)
    return subprocess.run([program], capture_output=True, text=True, check=True).stdout.splitlines()


def good_accuracy(variant, lines):
    """Whether enough digits are right, as the last line says."""
    right = int(lines[-1].split()[1])
    if right < MIN_RIGHT:
        print(f"{variant}: fewer than {MIN_RIGHT} digits are right")
    return right >= MIN_RIGHT


def levels(mcost, every, scratch):
    """The builds at -Os and -Ofast: the first digit or every one. Returns whether all are equal."""
    good = True
    for variant in level_variants(build):
        expected = reference_output(variant, scratch)
        actual = level_output(build, variant, mcost, pathlib.Path(scratch), every)
        good = compare(variant, actual, expected if every else expected[:1]) and good
    return good


def given(options, runner, scratch):
    """ELFs that are there, with the runner. Returns whether all are equal and good."""
    good = True
    for variant in options.variant or build.BUILDS:
        expected = reference_output(variant, scratch)
        elf = options.elf_folder.resolve() / build.elf_name(variant)
        good = compare(variant, firmware_output(runner, elf, "lenet5"), expected) and good
        good = good_accuracy(variant, expected) and good
    return good


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--elf-folder", type=pathlib.Path, default=build.FOLDER / "prebuilt")
    parser.add_argument("--variant", action="append", choices=build.VARIANTS, help="default: those at 0")
    parser.add_argument("--levels", metavar="MCOST", help="build and run the variants at -Os and -Ofast")
    parser.add_argument("--all", action="store_true", help="with --levels: every digit")
    parser.add_argument("runner", nargs=argparse.REMAINDER)
    options = parser.parse_args()
    runner = [word for i, word in enumerate(options.runner) if (i, word) != (0, "--")] or QEMU
    if not any("{elf}" in word for word in runner):
        runner.append("{elf}")

    if options.levels and build.compiler_version() is None:
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
