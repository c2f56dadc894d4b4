#!/usr/bin/python3
"""Runs the test firmware of one core in QEMU and in mcost; console and exit code must be equal, byte for byte.

    run_firmware.py MCOST CORE [--work FOLDER] [--only PATTERN] [--levels O0 Os O2 O3] [--variants N] [--jobs N]

CORE is m0, m3, m4, m7 or m33. Programs are in programs.py, rules for differences in differences.py. ELF files and QEMU's
answers are kept in FOLDER as long as nothing that went into them changes. Exit status 77 (skipped) without the cross
compiler or QEMU, or when mcost has no board for the core yet.
"""
import argparse
import concurrent.futures
import dataclasses
import difflib
import fnmatch
import json
import pathlib
import shutil
import subprocess
import sys

import differences
import generate
import programs
import targets
import toolchain

SKIPPED = 77


@dataclasses.dataclass(eq=False)
class Case:
    program: programs.Program
    target: targets.Target
    level: str
    float_name: str
    float_flags: tuple
    problem: str = ""  # empty: both agree
    used: set = dataclasses.field(default_factory=set)  # names of the rules that made a difference
    statistics: dict = dataclasses.field(default_factory=dict)

    def name(self):
        return f"{self.program.name}-{self.level}-{self.float_name}"


def expected_answer(case, elf):
    """What the program must say: (exit status, text)."""
    program, core = case.program, case.target.core
    if program.name in differences.EXPECTED:
        return 0, (toolchain.FOLDER / "expected" / f"{program.name}.txt").read_text()
    status, console, messages = toolchain.run_qemu(elf, case.target, program.seconds)
    if status not in range(256):
        raise toolchain.BuildError(f"QEMU ended with {status}\n{messages}{console.decode(errors='replace')[-2000:]}")
    text = console.decode(errors="replace")
    for rule in differences.MANUAL:
        if rule.applies(program.name, core):
            changed = rule.apply(text)
            if changed != text:
                case.used.add(rule.name)
            text = changed
    return status, text


def measured_answer(case, elf, mcost):
    report = elf.with_suffix(".mcost.json")
    report.unlink(missing_ok=True)
    command = [mcost, "run", str(elf), "--board", case.target.board, "--format", "json", "--output", str(report),
               "--max-cycles", "4000000000", "--profile"]  # whose sums mcost checks itself
    status, console, messages = toolchain.run(command, case.program.seconds)
    if status != "time-out" and report.exists():
        case.statistics = {"instructions": json.loads(report.read_text())["instructions"]}
    return status, console.decode(errors="replace"), messages


def masked(case, wanted, got):
    """Both texts with their masks on. A mask counts as used only if the texts would differ without it."""
    rules = [rule for rule in differences.MASKED if rule.applies(case.program.name, case.target.core)]

    def apply(text, leave_out):
        for rule in rules:
            text = text if rule is leave_out else rule.apply(text)
        return text

    case.used |= {rule.name for rule in rules if apply(wanted, rule) != apply(got, rule)}
    return apply(wanted, None), apply(got, None)


def check(case, mcost, work):
    try:
        compare(case, mcost, work)
    except toolchain.BuildError as error:
        case.problem = str(error)


def compare(case, mcost, work):
    elf = toolchain.build(case.program, case.target, case.level, case.float_name, case.float_flags, work)
    wanted_status, wanted = expected_answer(case, elf)
    if mcost is None:
        return
    status, got, messages = measured_answer(case, elf, mcost)
    wanted, got = masked(case, wanted, got)
    lines = []
    if status != wanted_status:
        lines.append(f"exit status {status}, expected {wanted_status}")
    if got != wanted:
        lines += difflib.unified_diff(wanted.splitlines(), got.splitlines(), "expected", "mcost", lineterm="", n=1)
        lines = [line for line in lines if line.strip() not in ("--- expected", "+++ mcost")]
    if lines and messages:
        lines.append(messages.splitlines()[0])
    case.problem = "\n".join(lines)


def has_board(mcost, board):
    listing = subprocess.run([mcost, "boards"], capture_output=True, check=True, text=True).stdout
    return any(line.split()[:1] == [board] for line in listing.splitlines())


def cases_of(core, pattern, levels, most):
    """At most `most` variants of a program, the next program's being the next: all occur."""
    target = targets.TARGETS[core]
    cases = []
    for program in programs.PROGRAMS:
        if core not in program.cores or not fnmatch.fnmatch(program.name, pattern):
            continue
        variants = [variant for variant in targets.variants(target) if variant[0] in program.levels and variant[0] in levels]
        first = len(cases) % max(1, len(variants))
        cases += [Case(program, target, *variant) for variant in (variants[first:] + variants[:first])[:most]]
    return cases


def stale_rules(cases, core):
    """Rules and entries of the list of failures that nothing needs any more."""
    ran = {case.program.name for case in cases}
    used = set().union(*[case.used for case in cases])
    for rule in differences.MANUAL + differences.MASKED:
        if any(rule.applies(name, core) for name in ran) and rule.name not in used:
            yield f"rule {rule.name!r} is not needed on {core}: remove it from differences.py"
    failed = {case.program.name for case in cases if case.problem}
    for program, failing_core in differences.FAILING:
        if failing_core == core and program in ran and program not in failed:
            yield f"{program} passes on {core}: remove it from FAILING in differences.py"


def report(cases, core, board, is_complete):
    known = [case for case in cases if case.problem and (case.program.name, core) in differences.FAILING]
    faults = [case for case in cases if case.problem and case not in known]
    for case in faults:
        print(f"--- {case.name()} on {board}\n{case.problem[:4000]}")
    stale = list(stale_rules(cases, core)) if is_complete else []
    print("\n".join(stale))
    expected = {case.program.name for case in known}
    for name in sorted(expected):
        print(f"known to fail on {core}: {name}: {differences.FAILING[name, core]}")
    instructions = sum(case.statistics.get("instructions", 0) for case in cases)
    print(f"{core}: {len({case.program.name for case in cases})} programs, {len(cases)} images, "
          f"{len(cases) - len(known) - len(faults)} equal, {len(known)} known to fail, {len(faults)} wrong, "
          f"{instructions} instructions")
    return 1 if faults or stale else 0


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("mcost")
    parser.add_argument("core", choices=sorted(targets.TARGETS))
    parser.add_argument("--work", type=pathlib.Path, default=toolchain.FOLDER.parents[1] / "build" / "test-firmware")
    parser.add_argument("--only", default="*", metavar="PATTERN")
    parser.add_argument("--levels", nargs="+", default=targets.LEVELS, choices=targets.LEVELS)
    parser.add_argument("--variants", type=int, metavar="N", help="so many of each program instead of all")
    parser.add_argument("--jobs", type=int, default=2)
    return parser.parse_args()


def main():
    options = arguments()
    for tool in (toolchain.GCC, toolchain.QEMU):
        if shutil.which(tool) is None:
            print(f"skipped: no {tool}")
            return SKIPPED
    board = targets.TARGETS[options.core].board
    mcost = options.mcost if has_board(options.mcost, board) else None
    work = options.work.resolve()
    generate.write_all(work / "generated")
    cases = cases_of(options.core, options.only, options.levels, options.variants)
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for future in [pool.submit(check, case, mcost, work) for case in cases]:
            future.result()
    if mcost is None and not any(case.problem for case in cases):
        print(f"skipped: mcost has no board {board}; {len(cases)} images were built and ran in QEMU only")
        return SKIPPED
    return report(cases, options.core, board, options.variants is None)


if __name__ == "__main__":
    sys.exit(main())
