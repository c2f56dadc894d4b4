#!/usr/bin/python3
"""Builds one variant of the sample: build.py VARIANT OUTPUT.elf [--print] [--rom-origin ADDRESS]

This file is the one place that knows the sources and flags; CMake and check_prebuilt.py use it.
"""

import argparse
import hashlib
import pathlib
import shlex
import subprocess
import sys

FOLDER = pathlib.Path(__file__).resolve().parent
COMPILER = "arm-none-eabi-gcc"
FLAGS = (
    "-std=c11 -O3 -g -mcpu=cortex-m4 -mthumb -mfpu=fpv4-sp-d16 -mfloat-abi=hard -ffreestanding "
    "-ffp-contract=off -fno-common -ffunction-sections -fdata-sections -Wall -Wextra -Wshadow "
    "-Wconversion -Wno-sign-conversion -I../include -I../common -nostdlib -Wl,--gc-sections "
    "-Wl,--build-id=none -Wl,--fatal-warnings -T../common/sample.ld"
).split()
SHARED = ["../common/startup.c", "../common/runtime.c", "main.c", "net.c", "digits.c"]
HEADERS = ["../common/sample.ld", "../common/runtime.h", "../include/mcost.h", "digits.h", "net.h"]
VARIANTS = {
    "int8-dsp": ["kernels_dsp.c", "weights_int8.c"],
    "int8-plain": ["kernels_plain.c", "weights_int8.c"],
    "float-fpu": ["-DLENET5_FLOAT", "kernels_float.c", "weights_float.c"],
}


def elf_name(variant):
    return f"lenet5-{variant}.elf"


def command(variant, output):
    """The compiler call, to be run in the folder of the sample."""
    name = f'-DLENET5_VARIANT="{variant}"'
    return [COMPILER, *FLAGS, name, *SHARED, *VARIANTS[variant], "-o", str(output)]


def hide_paths():
    """Flags that keep this machine's folders out of the debug information."""
    call = [COMPILER, "-print-file-name=include"]
    headers = subprocess.run(call, capture_output=True, text=True, check=True).stdout.strip()
    return [
        f"-ffile-prefix-map={FOLDER}=firmware_samples/lenet5",
        f"-ffile-prefix-map={headers}=gcc/include",
    ]


def compiler_version():
    """First line of --version, or None if the compiler is not installed."""
    try:
        result = subprocess.run([COMPILER, "--version"], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return result.stdout.split("\n", maxsplit=1)[0]


def inputs(variant):
    """Every file that the ELF depends on, relative to the folder of the sample."""
    sources = [word for word in VARIANTS[variant] if not word.startswith("-")]
    return sorted([*SHARED, *HEADERS, *sources])


def source_hash(variant):
    """SHA-256 over the command and the name and content of every input."""
    digest = hashlib.sha256(" ".join(command(variant, "")).encode())
    for name in inputs(variant):
        digest.update(f"\n{name}\n".encode() + (FOLDER / name).read_bytes())
    return digest.hexdigest()


def build(variant, output, extra=()):
    """Raises OSError if the compiler does not start, CalledProcessError if it fails."""
    call = [*command(variant, pathlib.Path(output).resolve()), *hide_paths(), *extra]
    subprocess.run(call, cwd=FOLDER, check=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("variant", choices=VARIANTS)
    parser.add_argument("output")
    parser.add_argument("--print", action="store_true", help="only print the compiler call")
    parser.add_argument("--rom-origin", help="where the code starts, for example 0x08000000")
    options = parser.parse_args()
    if options.print:
        print(shlex.join(command(options.variant, options.output)))
        return 0
    extra = [f"-Wl,--defsym=rom_origin={options.rom_origin}"] if options.rom_origin else []
    try:
        build(options.variant, options.output, extra)
    except OSError as error:
        print(f"build.py: error: {COMPILER} does not start, {error}, install it", file=sys.stderr)
        return 2
    except subprocess.CalledProcessError as error:
        return error.returncode
    return 0


if __name__ == "__main__":
    sys.exit(main())
