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
# Nobody turns the FPU on: start-up code of newlib leaves that to the reset handler, which this firmware does not have.
FLOATING = r"""
#include <math.h>
#include <stdio.h>
volatile float x = 2.0f;
int main(void) {
  printf("%f\n", (double)sqrtf(x) * sin(x));
  return 0;
}
"""
EXPECTED = "2 world 3.000\n3703703670369\n"


def hard_float_faults(mcost, compiler, folder):
    """Starts at the entry point (literal pools are no vector table) and says that the FPU is off."""
    source = pathlib.Path(folder, "floating.c")
    elf = pathlib.Path(folder, "floating.elf")
    source.write_text(FLOATING)
    subprocess.run([compiler, "--specs=rdimon.specs", "-mcpu=cortex-m4", "-mthumb", "-mfloat-abi=hard",
                    "-mfpu=fpv4-sp-d16", "-O2", "-g", str(source), "-lm", "-o", str(elf)], check=True)
    run = subprocess.run([mcost, "run", str(elf), "--board", "generic-m4"], capture_output=True, check=False, text=True)
    if run.returncode == 1 and "no coprocessor" in run.stderr and "the FPU is off" in run.stderr:
        return []
    return [f"hard float: exit status {run.returncode}, stderr {run.stderr[:300]!r}"]


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
        faults = hard_float_faults(sys.argv[1], compiler, folder)
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
