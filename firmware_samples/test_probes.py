#!/usr/bin/python3
"""Proves that the static probes of include/mcost.h cost no instruction, and reads their notes back.

Links probe_test/ at -O0 to -O3 and -Os, with GCC, GCC -flto, and Clang where installed, with
--gc-sections. Demands that code and data are equal with probes and with MCOST_DISABLE_PROBES=1
(which keeps the compiler barriers), that the notes are right, are dropped with their code, and
survive strip. The LeNet-5 builds are compared likewise. Its layers, which are probes around calls,
must also be no larger than what MCOST_DISABLE_PROBES=2 makes, where the source has no trace of a
probe: there compilers order instructions differently, since nothing keeps them from moving across.
Exit status: 0 good, 1 a difference, 2 cannot run, 77 no Arm GCC (skipped).
"""

import collections
import itertools
import pathlib
import struct
import subprocess
import sys
import tempfile

FOLDER = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER / "lenet5"))
import build  # noqa: E402  (lies in the folder just added)
from sample_build import COMPILER, compiler_version  # noqa: E402  (build.py adds its folder)

CPU = "-mcpu=cortex-m4 -mthumb -mfpu=fpv4-sp-d16 -mfloat-abi=hard".split()
COMMON = "-Wall -Wextra -Werror -ffreestanding -ffunction-sections".split()
COMMON += [f"-I{FOLDER}/include"]
CXX = ["-std=c++11", "-fno-exceptions", "-fno-rtti"]
LINK = ["-nostdlib", "-ffunction-sections", "-Wl,--gc-sections", "-Wl,--build-id=none"]
LINK += ["-Wl,--fatal-warnings", "-Wl,-Ttext=0"]
OPTIMISATIONS = ("-O0", "-O1", "-O2", "-O3", "-Os")
BARRIERS = ["-DMCOST_DISABLE_PROBES"]
NOTHING = ["-DMCOST_DISABLE_PROBES=2"]
SKIPPED = 77
COMPARED = (".text", ".rodata", ".data", ".bss")
KINDS = {1: "begin", 2: "end", 3: "event", 4: "counter"}

Section = collections.namedtuple("Section", "kind flags address data")
Note = collections.namedtuple("Note", "kind address serial provider name args metadata")


def run(*command):
    subprocess.run([str(word) for word in command], check=True)


def read_sections(file):
    """Sections of a 32-bit little-endian ELF by name; those of one name are joined."""
    image = file.read_bytes()
    table, size, count, names_index = struct.unpack_from("<I10xHHH", image, 32)
    headers = [struct.unpack_from("<10I", image, table + i * size) for i in range(count)]
    names = headers[names_index][4]
    sections = {}
    for name, kind, flags, address, offset, length, *_ in headers:
        text = image[names + name : image.index(b"\0", names + name)].decode()
        data = bytes(length) if kind == 8 else image[offset : offset + length]
        old = sections.get(text)
        sections[text] = Section(kind, flags, address, (old.data if old else b"") + data)
    return sections


def read_notes(section):
    """Notes as laid out in mcost.h; raises ValueError when they are not."""
    notes, data, offset = [], section.data, 0
    while offset < len(data):
        name_size, size, kind, name = struct.unpack_from("<III8s", data, offset)
        desc = data[offset + 20 : offset + 20 + size]
        version, address, serial = struct.unpack_from("<III", desc)
        strings = desc[12:].split(b"\0")
        good = (name_size, name, version, len(desc)) == (6, b"mcost\0\0\0", 1, size)
        if not good or size % 4 or kind not in KINDS or len(strings) < 5 or any(strings[4:]):
            raise ValueError(f"malformed note at {offset}")
        notes.append(Note(KINDS[kind], address, serial, *(text.decode() for text in strings[:4])))
        offset += 20 + size
    return notes


class Toolchain:
    """A compiler that links probe_test."""

    def __init__(self, name, cc, flags=()):
        self.name, self.cc, self.flags = name, cc, list(flags)

    def compile(self, source, output, flags):
        language = CXX if source.suffix == ".cpp" else ["-std=c11"]
        run(self.cc, *self.flags, *CPU, *COMMON, *language, *flags, "-c", source, "-o", output)

    def link(self, output, optimisation, defines):
        """Builds probe_test; returns the sections."""
        objects = []
        for name in ("main.c", "first.cpp", "second.cpp"):
            objects.append(output.with_suffix(f".{name}.o"))
            self.compile(FOLDER / "probe_test" / name, objects[-1], [optimisation, *defines])
        flags = [word for word in self.flags if not word.startswith("--target")]
        run("arm-none-eabi-gcc", *flags, *CPU, optimisation, *LINK, *objects, "-lgcc", "-o", output)
        return read_sections(output)


def toolchains():
    found = [
        Toolchain("gcc", "arm-none-eabi-gcc"),
        Toolchain("gcc -flto", "arm-none-eabi-gcc", ["-flto"]),
    ]
    trial = ["clang", "--target=arm-none-eabi", *CPU, "-c", "-x", "c", "/dev/null"]
    try:
        subprocess.run([*trial, "-o", "/dev/null"], check=True, capture_output=True)
        found.append(Toolchain("clang", "clang", ["--target=arm-none-eabi"]))
    except (OSError, subprocess.CalledProcessError):
        print("clang does not compile for Arm here: left out")
    return found


class Test:
    def __init__(self):
        self.checks, self.failures = 0, 0

    def expect(self, good, text):
        self.checks += 1
        if not good:
            self.failures += 1
            print(f"FAILED: {text}")

    def same_code(self, what, one, other):
        """Both have equal code and data; names are those of sections that either has."""
        names = [name for name in {**one, **other} if name.startswith(COMPARED)]
        for name in names:
            equal = name in one and name in other and one[name].data == other[name].data
            self.expect(equal, f"{what}: {name} differs without probes")
        self.expect(".text" in names, f"{what}: no code")

    def notes(self, what, sections):
        """The notes of probe_test."""
        section = sections.get(".note.mcost")
        if section is None:
            self.expect(False, f"{what}: no notes")
            return
        loaded = section.flags & 2
        self.expect(section.kind == 7 and not loaded, f"{what}: section no note, or loaded")
        found = read_notes(section)
        code = sections[".text"]
        count = collections.Counter((note.kind, note.name) for note in found)
        for kind, name in itertools.product(("begin", "end"), ("outer", "inner")):
            self.expect(count[kind, name] == 1, f"{what}: {count[kind, name]} notes {kind} {name}")
        self.expect(count["begin", "inlined"] >= 2, f"{what}: an inlined probe has one address")
        instances = count["begin", "template"]
        self.expect(instances == 2, f"{what}: {instances} of 2 instances of a template")
        self.expect(count["begin", "dropped"] == 0, f"{what}: notes of dropped code are left")
        for note in found:
            inside = code.address <= note.address < code.address + len(code.data)
            self.expect(inside and note.address % 2 == 0, f"{what}: {note} has a bad address")
            self.expect(note.provider == "firmware", f"{what}: {note} has a bad provider")
        args = {note.name: note.args for note in found}
        self.expect(args["case0"] == "-4@#3211264", f"{what}: case0 {args['case0']}")
        self.expect(args["case1"] == "4@#-16", f"{what}: case1 {args['case1']}")
        self.expect(args["lambda"].endswith(" -4@#5 -4@#-5"), f"{what}: lambda {args['lambda']}")
        self.expect(len(args["both"].split("@")) == 3, f"{what}: both {args['both']}")
        metadata = {note.name: note.metadata for note in found if note.kind == "begin"}
        for layer, text in (("outer", "op=all macs=12"), ("inlined", "op=work 100%")):
            self.expect(metadata[layer] == text, f"{what}: metadata {metadata[layer]}")


def test_program(test, scratch, toolchain, optimisation):
    what = f"{toolchain.name} {optimisation}"
    elf = scratch / "probes.elf"
    probes = toolchain.link(elf, optimisation, [])
    barriers = toolchain.link(scratch / "barriers.elf", optimisation, BARRIERS)
    test.same_code(what, probes, barriers)
    test.notes(what, probes)
    test.expect(".note.mcost" not in barriers, f"{what}: disabled probes have notes")

    stripped = scratch / "stripped.elf"
    run("arm-none-eabi-strip", elf, "-o", stripped)
    test.notes(f"{what}, stripped", read_sections(stripped))

    nops = toolchain.link(scratch / "nops.elf", optimisation, ["-DMCOST_PROBE_NOP=1"])
    test.notes(f"{what}, NOP", nops)
    for note in read_notes(nops[".note.mcost"]):
        word = nops[".text"].data[note.address : note.address + 2]
        test.expect(word == b"\x00\xbf", f"{what}: {note} stands before {word.hex()}, not a NOP")


def test_layers(test, scratch, toolchain, optimisation):
    """Probes around calls add no instruction even to a source that never had them."""
    for kind in ([], ["-DLENET5_FLOAT"]):
        sizes = []
        for defines in ([], NOTHING):
            output = scratch / "net.o"
            toolchain.compile(FOLDER / "lenet5" / "net.c", output, [optimisation, *kind, *defines])
            sizes.append(len(read_sections(output)[".text.classify"].data))
        what = f"{toolchain.name} {optimisation} net.c {' '.join(kind)}"
        test.expect(sizes[0] <= sizes[1], f"{what}: {sizes[0]} bytes, without probes {sizes[1]}")


def test_lenet5(test, scratch, variant):
    elf = scratch / "lenet5.elf"
    build.build(variant, elf)
    probes = read_sections(elf)
    build.build(variant, elf, BARRIERS)
    test.same_code(f"lenet5 {variant}", probes, read_sections(elf))
    test.expect(len(read_notes(probes[".note.mcost"])) >= 15, f"lenet5 {variant}: too few notes")


def main():
    if compiler_version() is None:
        print(f"{COMPILER} is not installed: skipped")
        return SKIPPED
    test = Test()
    try:
        with tempfile.TemporaryDirectory() as name:
            scratch = pathlib.Path(name)
            for toolchain in toolchains():
                for optimisation in OPTIMISATIONS:
                    test_program(test, scratch, toolchain, optimisation)
                    if "-flto" not in toolchain.flags:
                        test_layers(test, scratch, toolchain, optimisation)
            for variant in build.VARIANTS:
                test_lenet5(test, scratch, variant)
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"test_probes.py: error: {error}", file=sys.stderr)
        return 2
    print(f"{test.checks} checks, {test.failures} failed")
    return 1 if test.failures else 0


if __name__ == "__main__":
    sys.exit(main())
