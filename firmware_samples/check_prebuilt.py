#!/usr/bin/python3
"""Says when the prebuilt ELFs of a sample no longer match their source; --update makes them again.

The hash of the sources and of the compiler call is always compared with prebuilt/prebuilt.json. If
the same compiler version is installed, each ELF is built again and its loaded sections and probe
notes are compared byte for byte. Exit status: 0 all match, 1 some do not, 2 cannot check.
"""

import argparse
import hashlib
import importlib.util
import json
import pathlib
import shlex
import subprocess
import sys
import tempfile

from sample_build import compiler_version

FOLDER = pathlib.Path(__file__).resolve().parent
SECTIONS = (".text", ".rodata", ".data", ".note.mcost")


def sample_of(name):
    """SAMPLE of a folder's build.py."""
    spec = importlib.util.spec_from_file_location(f"build_{name}", FOLDER / name / "build.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.SAMPLE


def prebuilt_of(sample):
    return sample.folder / "prebuilt"


def section(elf, name):
    """Bytes of a section; empty if there is none."""
    with tempfile.TemporaryDirectory() as scratch:
        output = pathlib.Path(scratch) / "section"
        call = ["arm-none-eabi-objcopy", f"--dump-section={name}={output}", str(elf), "/dev/null"]
        subprocess.run(call, capture_output=True, check=False)
        return output.read_bytes() if output.exists() else b""


def sha256(file):
    return hashlib.sha256(file.read_bytes()).hexdigest()


def update(sample):
    """Builds the committed variants into the folder and records how."""
    prebuilt_of(sample).mkdir(exist_ok=True)
    record = {"compiler": compiler_version(), "variants": {}}
    for variant in sample.prebuilt:
        elf = prebuilt_of(sample) / sample.elf_name(variant)
        sample.build(variant, elf)
        elf.chmod(0o644)
        record["variants"][variant] = {
            "file": elf.name,
            "command": shlex.join(sample.command(variant, f"prebuilt/{elf.name}")),
            "source_sha256": sample.source_hash(variant),
            "elf_sha256": sha256(elf),
        }
    (prebuilt_of(sample) / "prebuilt.json").write_text(json.dumps(record, indent=2) + "\n")


def problems_of(sample, variant, entry, same_compiler):
    """What does not match, as a list of texts."""
    elf = prebuilt_of(sample) / entry["file"]
    problems = []
    if sample.source_hash(variant) != entry["source_sha256"]:
        problems.append("sources or flags changed since it was built")
    if sha256(elf) != entry["elf_sha256"]:
        problems.append("the file is not the one recorded")
    if elf.stat().st_size > sample.size_limit(variant):
        problems.append(f"{elf.stat().st_size} bytes, more than {sample.size_limit(variant)}")
    if same_compiler:
        with tempfile.TemporaryDirectory() as scratch:
            again = pathlib.Path(scratch) / elf.name
            sample.build(variant, again)
            for name in SECTIONS:
                if section(elf, name) != section(again, name):
                    problems.append(f"{name} differs from a new build")
    return problems


def check(name, sample):
    record = json.loads((prebuilt_of(sample) / "prebuilt.json").read_text())
    installed = compiler_version()
    same_compiler = installed == record["compiler"]
    if not same_compiler:
        print(f"built with {record['compiler']}, installed is {installed}: comparing hashes only")
    good = True
    for variant in sample.prebuilt:
        problems = problems_of(sample, variant, record["variants"][variant], same_compiler)
        print(f"{name} {variant}: {'; '.join(problems) if problems else 'matches'}")
        good = good and not problems
    if not good:
        print(f"to build them again: firmware_samples/check_prebuilt.py {name} --update")
    return good


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("sample", nargs="+", help="folder of a sample, for example lenet5")
    parser.add_argument("--update", action="store_true", help="build the ELFs again and record how")
    options = parser.parse_args()
    try:
        good = True
        for name in options.sample:
            sample = sample_of(name)
            if options.update:
                update(sample)
            good = check(name, sample) and good
        return 0 if good else 1
    except (OSError, KeyError, ValueError, subprocess.SubprocessError) as error:
        print(f"check_prebuilt.py: error: {error!r}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
