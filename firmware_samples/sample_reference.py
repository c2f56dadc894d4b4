"""What the tests of samples against a host reference have in common."""

import subprocess

from sample_build import LEVELS

TIMEOUT_S = 600
LEVELS_BOARD = "nucleo-f767zi"  # with an FPU and room for every build


def firmware_output(runner, elf, sample):
    """Runs the ELF of `sample`; returns the lines between its first and its multiply-accumulate line."""
    command = [word.replace("{elf}", str(elf)) for word in runner]
    # QEMU prints semihosting text to stderr; simulators may add a report around it.
    result = subprocess.run(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
    )
    lines = result.stdout.splitlines()
    first = next((i for i, line in enumerate(lines) if line.startswith(f"{sample} ")), None)
    last = next((i for i, line in enumerate(lines) if "multiply-accumulates" in line), None)
    if result.returncode != 0 or first is None or last is None:
        tail = "\n".join(lines[-5:])
        status = f"exit status {result.returncode}, output ends in:"
        raise RuntimeError(f"{' '.join(command)}: {status}\n{tail}")
    return lines[first + 1 : last]


def level_variants(build):
    """Those of a sample that are built at a level of optimisation of their own."""
    return [variant for variant in build.VARIANTS if variant.rpartition("-")[2] in LEVELS]


def level_output(build, variant, mcost, folder, every):
    """Builds a variant into `folder` and runs it with `mcost`; returns the line of its first input, or those of every one."""
    elf = folder / build.elf_name(variant)
    build.build(variant, elf)
    sample = build.FOLDER.name
    arguments = f"{sample} --all" if every else sample
    runner = [mcost, "run", "{elf}", "--board", LEVELS_BOARD, "--no-memory-use", "--args", arguments]
    return firmware_output(runner, elf, sample)


def compare(variant, actual, expected):
    """Prints the verdict; returns whether all lines are equal."""
    different = [(a, e) for a, e in zip(actual, expected) if a != e]
    if different or len(actual) != len(expected):
        print(f"{variant}: DIFFERENT, {len(different)} lines of {len(expected)} ({len(actual)} came)")
        for pair in different[:3]:
            print("  firmware : %s\n  reference: %s" % pair)
        return False
    print(f"{variant}: equal, {expected[-1]}")
    return True
