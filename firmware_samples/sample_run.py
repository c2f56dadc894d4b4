"""What the tests that build a sample and run it on mcost have in common."""

import concurrent.futures
import json
import pathlib
import subprocess
import sys
import tempfile

from sample_build import compiler_version

SKIPPED = 77  # as CTest is told
TIMEOUT_S = 300
JOBS = 2


def build_all(sample, folder, variants=None):
    """Builds variants, all if None, two at a time. Returns {variant: ELF}."""
    elves = {variant: pathlib.Path(folder) / sample.elf_name(variant) for variant in variants or sample.variants}
    with concurrent.futures.ThreadPoolExecutor(JOBS) as pool:
        for built in [pool.submit(sample.build, variant, elf) for variant, elf in elves.items()]:
            built.result()
    return elves


def run(mcost, elf, board, options=()):
    """(report of `mcost run`, lines that the firmware printed)."""
    command = [mcost, "run", elf, "--board", board, "--format", "json", *options]
    result = subprocess.run(command, capture_output=True, text=True, check=True, timeout=TIMEOUT_S)
    return json.loads(result.stdout), result.stderr.splitlines()


def refusal(mcost, elf, board, options=()):
    """The error with which mcost refuses to run an ELF; None if it runs it."""
    command = [mcost, "run", elf, "--board", board, *options]
    result = subprocess.run(command, capture_output=True, text=True, check=False, timeout=TIMEOUT_S)
    return result.stderr.strip() if result.returncode == 2 else None


def run_all(jobs):
    """`jobs` are calls without arguments; their results in order, two at a time."""
    with concurrent.futures.ThreadPoolExecutor(JOBS) as pool:
        return [future.result() for future in [pool.submit(job) for job in jobs]]


class Test:
    """Counts checks and prints those that fail."""

    def __init__(self):
        self.checks = 0
        self.failures = 0

    def expect(self, condition, what):
        self.checks += 1
        if not condition:
            self.failures += 1
            print(f"FAILED: {what}")


def main(check, description, check_all=None):
    """The command line `test_reference.py MCOST [--all]`; `check(test, mcost, scratch)` does the work, `check_all` that of
    --all, which takes longer. Returns the exit status: 0 equal, 1 different, 2 cannot run, 77 no cross compiler."""
    words = sys.argv[1:]
    if check_all and words[1:] == ["--all"]:
        check = check_all
        words.pop()
    if len(words) != 1 or words[0].startswith("-"):
        print(description, file=sys.stderr)
        return 2
    if compiler_version() is None:
        print("arm-none-eabi-gcc is not installed: skipped")
        return SKIPPED
    test = Test()
    try:
        with tempfile.TemporaryDirectory() as scratch:
            check(test, words[0], pathlib.Path(scratch))
    except (OSError, subprocess.SubprocessError) as error:
        print(f"test_reference.py: error: {error} {getattr(error, 'stderr', None) or ''}", file=sys.stderr)
        return 2
    print(f"{test.checks} checks, {test.failures} failed")
    return 1 if test.failures else 0
