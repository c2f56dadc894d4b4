"""What the tests of samples against a host reference have in common."""

import subprocess

TIMEOUT_S = 600


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
