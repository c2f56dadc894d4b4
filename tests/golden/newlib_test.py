#!/usr/bin/python3
"""newlib's rdimon firmware runs as it is: start-up code without a vector table, printf, malloc, arguments, exit code.

    newlib_test.py MCOST        exit status 77 (skipped) without arm-none-eabi-gcc and newlib
"""
import pathlib
import shutil
import subprocess
import sys
import tempfile

SOURCE = r"""
#include <stdio.h>
#include <stdlib.h>
int main(int argc, char** argv) {
  char* text = malloc(100);
  double x = 1.5;
  snprintf(text, 100, "%d %s %.3f", argc, argc > 1 ? argv[1] : "-", x * 2);
  puts(text);
  printf("%lld\n", 1234567890123LL * 3);
  fprintf(stderr, "to stderr\n");
  return 7;
}
"""
EXPECTED = "2 world 3.000\n3703703670369\n"


def main():
    compiler = shutil.which("arm-none-eabi-gcc")
    if compiler is None:
        print("skipped: no arm-none-eabi-gcc")
        return 77
    with tempfile.TemporaryDirectory() as folder:
        source = pathlib.Path(folder, "hello.c")
        elf = pathlib.Path(folder, "hello.elf")
        source.write_text(SOURCE)
        build = [compiler, "--specs=rdimon.specs", "-mcpu=cortex-m4", "-mthumb", "-mfloat-abi=soft", "-O2",
                 "-Wl,-Tdata=0x20000000", str(source), "-o", str(elf)]
        if subprocess.run(build, check=False).returncode != 0:
            print("skipped: no newlib with rdimon")
            return 77
        command = [sys.argv[1], "run", str(elf), "--board", "generic-m4", "--args", "hello world"]
        run = subprocess.run(command, capture_output=True, check=False, text=True)
    faults = []
    if run.returncode != 7:
        faults.append(f"exit status {run.returncode}, expected 7")
    if not run.stdout.startswith(EXPECTED):
        faults.append(f"console {run.stdout[:200]!r}, expected {EXPECTED!r}")
    if "to stderr" not in run.stderr:
        faults.append(f"stderr {run.stderr[:200]!r}")
    print("\n".join(faults) or "equal")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
