#!/usr/bin/python3
"""Says when the prebuilt ELFs no longer match their source; --update makes them again.

The hash of the sources and of the compiler call is always compared with prebuilt/prebuilt.json. If
the same compiler version is installed, each ELF is built again and its loaded sections and probe
notes are compared byte for byte. Exit status: 0 all match, 1 some do not, 2 cannot check.
"""

import argparse
import hashlib
import json
import pathlib
import shlex
import subprocess
import sys
import tempfile

import build

PREBUILT = build.FOLDER / "prebuilt"
RECORD = PREBUILT / "prebuilt.json"
SECTIONS = (".text", ".rodata", ".data", ".note.mcost")
SIZE_LIMITS = {"int8-dsp": 300_000, "int8-plain": 300_000, "float-fpu": 450_000}


def section(elf, name):
    """Bytes of a section; empty if there is none."""
    with tempfile.TemporaryDirectory() as scratch:
        output = pathlib.Path(scratch) / "section"
        call = ["arm-none-eabi-objcopy", f"--dump-section={name}={output}", str(elf), "/dev/null"]
        subprocess.run(call, capture_output=True, check=False)
        return output.read_bytes() if output.exists() else b""


def sha256(file):
    return hashlib.sha256(file.read_bytes()).hexdigest()


def update():
    """Builds all variants into the folder and records how."""
    PREBUILT.mkdir(exist_ok=True)
    record = {"compiler": build.compiler_version(), "variants": {}}
    for variant in build.VARIANTS:
        elf = PREBUILT / build.elf_name(variant)
        build.build(variant, elf)
        elf.chmod(0o644)
        record["variants"][variant] = {
            "file": elf.name,
            "command": shlex.join(build.command(variant, f"prebuilt/{elf.name}")),
            "source_sha256": build.source_hash(variant),
            "elf_sha256": sha256(elf),
        }
    RECORD.write_text(json.dumps(record, indent=2) + "\n")


def problems_of(variant, entry, same_compiler):
    """What does not match, as a list of texts."""
    elf = PREBUILT / entry["file"]
    problems = []
    if build.source_hash(variant) != entry["source_sha256"]:
        problems.append("sources or flags changed since it was built")
    if sha256(elf) != entry["elf_sha256"]:
        problems.append("the file is not the one recorded")
    if elf.stat().st_size > SIZE_LIMITS[variant]:
        problems.append(f"{elf.stat().st_size} bytes, more than {SIZE_LIMITS[variant]}")
    if same_compiler:
        with tempfile.TemporaryDirectory() as scratch:
            again = pathlib.Path(scratch) / elf.name
            build.build(variant, again)
            for name in SECTIONS:
                if section(elf, name) != section(again, name):
                    problems.append(f"{name} differs from a new build")
    return problems


def check():
    record = json.loads(RECORD.read_text())
    installed = build.compiler_version()
    same_compiler = installed == record["compiler"]
    if not same_compiler:
        print(f"built with {record['compiler']}, installed is {installed}: comparing hashes only")
    good = True
    for variant in build.VARIANTS:
        problems = problems_of(variant, record["variants"][variant], same_compiler)
        print(f"{variant}: {'; '.join(problems) if problems else 'matches'}")
        good = good and not problems
    if not good:
        print("to build them again: firmware_samples/lenet5/check_prebuilt.py --update")
    return good


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--update", action="store_true", help="build the ELFs again and record how")
    options = parser.parse_args()
    try:
        if options.update:
            update()
        return 0 if check() else 1
    except (OSError, KeyError, ValueError, subprocess.SubprocessError) as error:
        print(f"check_prebuilt.py: error: {error!r}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
