#!/usr/bin/python3
"""Proves that mcost_tflm.h turns profiling events into layers, and what its probes cost.

Usage: test_tflm.py MCOST. Builds tflm_test/ at -O0 to -O3 and -Os with GCC, and Clang where installed, without
exceptions or RTTI and with more warnings than usual as errors. Runs it on simulated boards, demands the layers, names
and visits, and that code and data are the same with MCOST_DISABLE_PROBES=1.
Exit status: 0 good, 1 a difference, 2 cannot run, 77 no Arm GCC (skipped).
"""

import json
import pathlib
import subprocess
import sys
import tempfile

FOLDER = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER))
import test_probes  # noqa: E402  (lies in the folder just added)

GCC = "arm-none-eabi-g++"
FLAGS = ["-ffreestanding", "-ffunction-sections", "-fdata-sections", f"-I{FOLDER}/include", f"-I{FOLDER}/common"]
FLAGS += [f"-I{FOLDER}/tflm_test", "-Werror"]
CXX = "-std=c++17 -fno-exceptions -fno-rtti -fno-threadsafe-statics -fno-use-cxa-atexit".split()
WARNINGS = (
    "-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast -Wcast-qual -Wcast-align "
    "-Wnon-virtual-dtor -Woverloaded-virtual -Wundef -Wdouble-promotion -Wunused"
).split()
GCC_WARNINGS = "-Weffc++ -Wuseless-cast -Wlogical-op -Wduplicated-cond -Wsuggest-override".split()
LINK = ["-nostdlib", f"-L{FOLDER}/common", f"-T{FOLDER}/common/sample.ld", "-Wl,--gc-sections", "-Wl,--build-id=none"]
LINK += ["-Wl,-z,noexecstack", "-Wl,--fatal-warnings"]
LONG = "0123456789abcdef" * 4 + "..."
# Path of names and visits, in the order of first begins.
LAYERS = [
    ("CONV_2D", 4), ("DEPTHWISE_CONV_2D", 2), (LONG, 2), (r"tab\x09here \xC3\xA9", 2), ("event", 4),
    ("WHILE", 1), ("WHILE/ADD", 3), ("SOFTMAX", 1), ("PAIR", 1), ("OUTER", 1), ("OUTER/LEFT", 1), ("(outside)", 1),
]  # fmt: skip


def build(compiler, output, optimisation, defines):
    warnings = [*WARNINGS, *(GCC_WARNINGS if compiler[0] == GCC else [])]
    main = output.with_suffix(".o")
    test_probes.run(*compiler, *test_probes.CPU, *FLAGS, *CXX, *warnings, optimisation, *defines,
                    "-c", FOLDER / "tflm_test" / "main.cpp", "-o", main)
    test_probes.run("arm-none-eabi-gcc", *test_probes.CPU, *FLAGS, "-std=c11", optimisation, *LINK,
                    FOLDER / "common" / "startup.c", FOLDER / "common" / "runtime.c", main, "-lgcc", "-o", output)
    return test_probes.read_sections(output)


def report(mcost, elf, board, layers=()):
    command = [mcost, "run", elf, "--board", board, "--format", "json", *layers]
    return json.loads(subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout)


def check_run(test, what, run):
    found = [("/".join(layer["path"]), layer["visits"]) for layer in run["layers"]]
    test.expect(found[:-1] == LAYERS[:-1] and found[-1][0] == "(outside)", f"{what}: layers {found}")
    notes = [note for note in run["notes"] if note.startswith("layer ")]
    expected = [
        "layer STRAY: an end without a begin, once",
        "layer OUTER/LEFT: still open when the layer around it ended, closed there, once",
        "layer event: its name could not be read 4 times at ",  # begins and ends of two rounds
        "layer event: its name could not be read 4 times at ",
    ]
    good = len(notes) == len(expected) and all(map(str.startswith, notes, expected))
    test.expect(good, f"{what}: notes {notes}")
    cycles = {"/".join(layer["path"]): layer["cycles"] for layer in run["layers"]}
    test.expect(cycles["CONV_2D"] > cycles["DEPTHWISE_CONV_2D"] > cycles["PAIR"], f"{what}: {cycles}")


def check_build(test, mcost, scratch, compiler, optimisation):
    what = f"{compiler[0]} {optimisation}"
    elf = scratch / "tflm.elf"
    probes = build(compiler, elf, optimisation, [])
    barriers = build(compiler, scratch / "barriers.elf", optimisation, test_probes.BARRIERS)
    nops = build(compiler, scratch / "nops.elf", optimisation, ["-DMCOST_PROBE_NOP=1"])
    nothing = build(compiler, scratch / "nothing.elf", optimisation, test_probes.NOTHING)
    test.same_code(what, probes, barriers)
    notes = test_probes.read_notes(probes[".note.mcost"])
    test.expect(all(note.args.startswith("4s@") for note in notes), f"{what}: {notes}")
    most = len(probes[".text"].data) + 4 * len(notes)  # a NOP, and what may align behind it
    test.expect(len(nops[".text"].data) <= most, f"{what}: more than a NOP for a probe")
    # Without any trace of a probe at most the load of the pointer is less. At -Os GCC inlines by size, and counts a
    # probe as five instructions.
    cost = len(probes[".text"].data) - len(nothing[".text"].data)
    test.expect(cost <= 4 * len(notes) or optimisation == "-Os", f"{what}: {len(notes)} probes cost {cost} bytes")
    for board in ("generic-m4", "nucleo-l496zg"):
        run = report(mcost, elf, board)
        check_run(test, f"{what} {board}", run)
        without = report(mcost, elf, board, ("--layers", "none"))
        same = all(run[key] == without[key] for key in ("cycles", "causes", "instructions"))
        test.expect(same, f"{what} {board}: looking costs something")


def check_header(test, scratch):
    """The header alone, included twice, in each standard it is meant for."""
    source = scratch / "alone.cpp"
    source.write_text('#include "mcost_tflm.h"\n#include "mcost_tflm.h"\n', encoding="utf-8")
    for standard in ("c++11", "c++14", "c++17", "c++20"):
        command = [GCC, *test_probes.CPU, *FLAGS, *WARNINGS, *GCC_WARNINGS, "-fno-exceptions", "-fno-rtti",
                   f"-std={standard}", "-fsyntax-only", str(source)]
        result = subprocess.run(command, capture_output=True, text=True, check=False)
        test.expect(result.returncode == 0 and not result.stderr, f"{standard}: {result.stderr}")


def main(mcost):
    if test_probes.compiler_version() is None:
        print("arm-none-eabi-gcc is not installed: skipped")
        return test_probes.SKIPPED
    test = test_probes.Test()
    compilers = [[GCC]]
    if any(toolchain.name == "clang" for toolchain in test_probes.toolchains()):
        compilers.append(["clang", "--target=arm-none-eabi", "-fshort-enums"])
    try:
        with tempfile.TemporaryDirectory() as name:
            scratch = pathlib.Path(name)
            check_header(test, scratch)
            for compiler in compilers:
                for optimisation in ("-O0", "-O1", "-O2", "-O3", "-Os"):
                    check_build(test, mcost, scratch, compiler, optimisation)
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"test_tflm.py: error: {error} {getattr(error, 'stderr', '') or ''}", file=sys.stderr)
        return 2
    print(f"{test.checks} checks, {test.failures} failed")
    return 1 if test.failures else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:2]) if len(sys.argv) == 2 else print(__doc__) or 2)
