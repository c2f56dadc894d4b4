#!/usr/bin/python3
"""What a run says besides its costs: how it failed.

Usage: run_report_test.py MCOST SOURCE_DIR.
"""
import os
import struct
import subprocess
import sys
import tempfile
import unittest

MCOST = os.path.abspath(sys.argv[1])
SOURCE = os.path.abspath(sys.argv[2])
SAMPLES = os.path.join(SOURCE, "firmware_samples", "lenet5", "prebuilt")
SAMPLE = os.path.join(SAMPLES, "lenet5-int8-dsp.elf")

UDF = 0xDE00
NOP = 0xBF00
WFI = 0xBF30
BRANCH_BACK = 0xE7FD


def run(*arguments):
    return subprocess.run([MCOST, *arguments], capture_output=True, text=True, check=False, timeout=120)


def raw_firmware(*halfwords):
    """A vector table whose reset vector is 0x40, and code there."""
    table = struct.pack("<2I", 0x20001000, 0x41).ljust(0x40, b"\0")
    return table + struct.pack(f"<{len(halfwords)}H", *halfwords)


class RunReport(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def path(self, name, contents=None):
        path = os.path.join(self.folder, name)
        if contents is not None:
            with open(path, "wb") as stream:
                stream.write(contents)
        return path

    def test_stderr_says_the_same_whatever_the_report_and_its_place(self):
        """A report in a file shows nobody how the firmware failed."""
        handler = struct.pack("<4I", 0x20001000, 0x41, 0, 0x45).ljust(0x40, b"\0")
        raw = ["--load-at", "0", "--board", "generic-m4"]
        crash = [os.path.join(SAMPLES, "lenet5-float-fpu.elf"), "--board", "generic-m4", "--entry", "main"]
        cases = {
            "exit behind a fault": (crash, 255, r"mcost: error: the firmware ended with exit code 255; first fault: .*the FPU is off"),
            "exit code": ([SAMPLE, "--board", "generic-m4", "--args", "lenet5 x"], 2,
                          r"mcost: error: the firmware ended with exit code 2: what it printed may say why\n"),
            "sleep behind a fault": ([self.path("idle.bin", handler + struct.pack("<4H", UDF, NOP, WFI, BRANCH_BACK)), *raw], 0,
                                     r"mcost: warning: the firmware is idle behind a fault: idle at 0x00000046; first fault: "
                                     r"undefined instruction \(HardFault\) at 0x00000040: .*\n"),
            "lockup": ([self.path("udf.bin", raw_firmware(UDF)), *raw], 1, r"mcost: error: .*: lockup: .*\n"),
            "limit": ([self.path("loop.bin", raw_firmware(NOP, BRANCH_BACK)), *raw, "--max-cycles", "1000"], 1,
                      r"mcost: error: .*: cycle limit at .*\n"),
        }
        for name, (arguments, status, message) in cases.items():
            expected = None
            for form in ("text", "json", "csv", "markdown"):
                for output in ([], ["--output", self.path("report")]):
                    with self.subTest(name, form=form, output=output):
                        result = run("run", *arguments, "--format", form, *output)
                        said = "".join(line for line in result.stderr.splitlines(True) if line.startswith("mcost: "))
                        self.assertEqual(result.returncode, status)
                        self.assertRegex(said, message)
                        self.assertEqual(said.count("\n"), 1)
                        expected = expected or said
                        self.assertEqual(said, expected)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
