#!/usr/bin/python3
"""Runs one generated image of snippets in QEMU and in mcost and compares what each snippet left.

    run_batch.py MCOST GENERATOR CORE [--work FOLDER] [--snippets N] [--seed N]

CORE is m0, m3, m4, m7 or m33. A record holds registers, flags, FPSCR and FP registers, special registers, exception number,
EXC_RETURN, fault status and a sum of the memory; batch.c writes it. Rules for differences are in batch_rules.py. Exit
status 77 (skipped) without the cross compiler or QEMU, or when mcost has no board for the core.
"""
import argparse
import pathlib
import shutil
import struct
import subprocess
import sys

FOLDER = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER.parent / "firmware"))

import batch_rules  # noqa: E402
import programs  # noqa: E402
import run_firmware  # noqa: E402
import targets  # noqa: E402
import toolchain  # noqa: E402

SKIPPED = 77
MOST_EXPLAINED = 12
INTEGER_FIELDS = (["index", "exception", "exc_return", "sp", "r0", "r1", "r2", "r3", "r12", "lr", "pc", "xpsr"]
                  + [f"r{i}" for i in range(4, 12)]
                  + ["control", "primask", "basepri", "faultmask", "msplim", "psplim", "msp", "cfsr", "hfsr",
                     "fault_address", "memory"])
FP_FIELDS = [f"s{i}" for i in range(32)] + ["fpscr"]


def fields_of(core):
    return INTEGER_FIELDS + (FP_FIELDS if core in programs.FPU else [])


def make_image(options, work, core, target):
    """Returns the ELF and the text of each snippet."""
    generated = work / "generated"
    generated.mkdir(parents=True, exist_ok=True)
    name = f"batch_{core}"
    source, listing = generated / f"{name}.S", generated / f"{name}.txt"
    subprocess.run([options.generator, core, str(options.snippets), str(options.seed), hex(target.ram[0]),
                    str(source), str(listing)], check=True)
    flags = ("-DBATCH_FP",) if core in programs.FPU else ()
    program = programs.Program(name, ("common/startup.c", "common/console.c", "../qemu/batch.c", "../qemu/entry.S",
                                      source.name), (core,), flags=flags)
    elf = toolchain.build(program, target, "O2", *targets.SOFT, work)
    return elf, [line.split(" ", 1)[1] for line in listing.read_text().splitlines()]


def records(console, names):
    size = 4 * len(names)
    if len(console) % size != 0:
        raise ValueError(f"{len(console)} bytes are no whole number of records of {size}: {console[-300:]!r}")
    for at in range(0, len(console), size):
        yield dict(zip(names, struct.unpack_from(f"<{len(names)}I", console, at)))


def show(names, expected, got):
    for name in names:
        if expected[name] != got[name]:
            print(f"    {name}: QEMU {expected[name]:08x}, mcost {got[name]:08x}")


def compare(core, texts, names, qemu, mcost):
    used = set()
    wrong = 0
    for text, expected, got in zip(texts, qemu, mcost):
        raw = dict(expected)
        batch_rules.apply(core, text, expected, got, used)
        if expected == got:
            continue
        wrong += 1
        if wrong <= MOST_EXPLAINED:
            print(f"{raw['index']}: {text}")
            show(names, expected, got)
    stale = [rule.name for rule in batch_rules.RULES if core in rule.cores and rule.name not in used]
    for name in stale:
        print(f"rule {name!r} is not needed on {core}: remove it from batch_rules.py")
    return wrong, stale


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("mcost")
    parser.add_argument("generator")
    parser.add_argument("core", choices=sorted(targets.TARGETS))
    parser.add_argument("--work", type=pathlib.Path, required=True)
    parser.add_argument("--snippets", type=int, default=4000)
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def main():
    options = arguments()
    for tool in (toolchain.GCC, toolchain.QEMU):
        if shutil.which(tool) is None:
            print(f"skipped: no {tool}")
            return SKIPPED
    core, target = options.core, targets.TARGETS[options.core]
    elf, texts = make_image(options, options.work.resolve(), core, target)
    names = fields_of(core)
    status, console, messages = toolchain.run_qemu(elf, target, 300)
    qemu = list(records(console, names))
    if status != 0 or len(qemu) != len(texts):
        print(f"QEMU ended with {status} after {len(qemu)} of {len(texts)} snippets: {messages}")
        return 1
    if not run_firmware.has_board(options.mcost, target.board):
        print(f"skipped: mcost has no board {target.board}; {len(qemu)} snippets ran in QEMU only")
        return SKIPPED
    command = [options.mcost, "run", str(elf), "--board", target.board, "--format", "json", "--output",
               str(elf.with_suffix(".mcost.json"))]
    status, console, messages = toolchain.run(command, 300)
    mcost = list(records(console, names))
    wrong, stale = compare(core, texts, names, qemu, mcost)
    if status != 0 or len(mcost) != len(texts):
        print(f"mcost ended with {status} after {len(mcost)} of {len(texts)} snippets: {messages}")
    exceptions = sum(record["exception"] != 11 for record in qemu)
    print(f"{core}: {len(texts)} snippets, {exceptions} ended by a fault, {wrong} differ")
    return 1 if wrong or stale or status != 0 or len(mcost) != len(texts) else 0


if __name__ == "__main__":
    sys.exit(main())
