#!/usr/bin/python3
"""Compares what the firmware prints with the host reference, bit for bit over 200 digits.

    test_reference.py [--elf-folder FOLDER] [--variant NAME]... [RUNNER...]

RUNNER is the command that runs an ELF with the semihosting command line "lenet5 --all"; in its
words {elf} stands for the ELF. Default: QEMU's mps2-an386. With mcost:

    test_reference.py mcost run {elf} --board NAME --args "lenet5 --all"

Put -- before a RUNNER that starts with a dash. Exit status: 0 equal, 1 different, 2 cannot run.
"""

import argparse
import pathlib
import subprocess
import sys
import tempfile

import build
from sample_reference import firmware_output  # build.py adds its folder

QEMU = (
    "qemu-system-arm -M mps2-an386 -nographic -kernel {elf} "
    "-semihosting-config enable=on,target=native,arg=lenet5,arg=--all"
).split()
MIN_RIGHT = 190


def reference_output(variant, folder):
    """Builds and runs the reference of one variant; returns its lines."""
    program = pathlib.Path(folder) / f"reference-{variant}"
    is_float = variant.startswith("float")
    weights = "weights_float.c" if is_float else "weights_int8.c"
    command = ["cc", "-std=c11", "-O1", "-ffp-contract=off", "-DLENET5_REFERENCE"]
    command += ["-DLENET5_FLOAT"] if is_float else []
    command += ["reference.c", "digits.c", weights, "-o", str(program), "-lm"]
    subprocess.run(command, cwd=build.FOLDER, check=True)
    return subprocess.run([program], capture_output=True, text=True, check=True).stdout.splitlines()


def compare(variant, actual, expected):
    """Prints the verdict; returns whether all lines are equal and the accuracy is good."""
    different = [(a, e) for a, e in zip(actual, expected) if a != e]
    if different or len(actual) != len(expected):
        count = f"{len(different)} lines of {len(expected)} ({len(actual)} came)"
        print(f"{variant}: DIFFERENT, {count}")
        for pair in different[:3]:
            print("  firmware : %s\n  reference: %s" % pair)
        return False
    right = int(expected[-1].split()[1])
    print(f"{variant}: equal, {expected[-2]}, {expected[-1]}")
    if right < MIN_RIGHT:
        print(f"{variant}: fewer than {MIN_RIGHT} digits are right")
    return right >= MIN_RIGHT


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--elf-folder", type=pathlib.Path, default=build.FOLDER / "prebuilt")
    parser.add_argument("--variant", action="append", choices=build.VARIANTS, help="default: those at 0")
    parser.add_argument("runner", nargs=argparse.REMAINDER)
    options = parser.parse_args()
    runner = [word for i, word in enumerate(options.runner) if (i, word) != (0, "--")] or QEMU
    if not any("{elf}" in word for word in runner):
        runner.append("{elf}")

    good = True
    try:
        with tempfile.TemporaryDirectory() as scratch:
            for variant in options.variant or build.BUILDS:
                expected = reference_output(variant, scratch)
                elf = options.elf_folder.resolve() / build.elf_name(variant)
                actual = firmware_output(runner, elf, "lenet5")
                good = compare(variant, actual, expected) and good
    except (OSError, subprocess.SubprocessError, RuntimeError) as error:
        print(f"test_reference.py: error: {error}", file=sys.stderr)
        return 2
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
