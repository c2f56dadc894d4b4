#!/usr/bin/python3
"""What a run says besides its costs: how it failed, what the image takes, what the firmware printed.

Usage: run_report_test.py MCOST SOURCE_DIR.
"""
import json
import os
import struct
import subprocess
import sys
import unittest

sys.dont_write_bytecode = True
from firmware_case import BRANCH_BACK, BRANCH_TO_SELF, NOP, UDF, FolderCase, raw_firmware  # noqa: E402

MCOST = os.path.abspath(sys.argv[1])
SOURCE = os.path.abspath(sys.argv[2])
SAMPLES = os.path.join(SOURCE, "firmware_samples", "lenet5", "prebuilt")
SAMPLE = os.path.join(SAMPLES, "lenet5-int8-dsp.elf")

WFI = 0xBF30


def run(*arguments):
    return subprocess.run([MCOST, *arguments], capture_output=True, text=True, check=False, timeout=120)


class RunReport(FolderCase):
    def report(self, *arguments):
        """The JSON report of a run that ends well."""
        result = run("run", *arguments, "--format", "json")
        self.assertEqual(result.returncode, 0, result.stderr)
        return json.loads(result.stdout)

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

    def test_image_says_what_it_takes_of_flash_and_ram(self):
        """As `size` counts: text 113,076, data 0, bss 8,944."""
        report = self.report(SAMPLE, "--board", "generic-m4")
        self.assertEqual(report["image"]["memories"], {"code": {"loaded_bytes": 113076, "reserved_bytes": 0},
                                                       "data": {"loaded_bytes": 0, "reserved_bytes": 8944}})
        text = run("run", SAMPLE, "--board", "generic-m4").stdout
        self.assertIn("\n  image         loaded code 113,076; reserved data 8,944  (bytes)\n", text)
        raw = self.path("fw.bin", raw_firmware(NOP, BRANCH_TO_SELF))
        report = self.report(raw, "--load-at", "0", "--board", "generic-m4")
        self.assertEqual(report["image"]["memories"], {"code": {"loaded_bytes": 0x44, "reserved_bytes": 0}})
        placed = self.report(SAMPLE, "--board", "stm32f469i-disco", "--place", ".rodata=sdram")
        self.assertEqual(placed["image"]["memories"]["sdram"], {"loaded_bytes": 109600, "reserved_bytes": 0})

    def test_report_has_what_the_firmware_printed(self):
        path = self.path("report.json")
        result = run("run", SAMPLE, "--board", "generic-m4", "--format", "json", "--output", path)
        with open(path, encoding="utf-8") as stream:
            report = json.load(stream)
        self.assertEqual(report["console"], result.stdout)
        self.assertTrue(report["console"].startswith("lenet5 int8-dsp\n"))
        self.assertIs(report["console_truncated"], False)
        raw = self.path("fw.bin", raw_firmware(NOP, BRANCH_TO_SELF))
        self.assertEqual(self.report(raw, "--load-at", "0", "--board", "generic-m4")["console"], "")

    def test_report_has_the_first_64_kib_of_what_was_printed(self):
        line = "a" + 21 * "\u00fc"  # 65,536 bytes end inside one of these
        # movs r0, #4 (SYS_WRITE0); adr r1, text; bkpt 0xAB; b back
        code = raw_firmware(0x2004, 0xA102, 0xBEAB, 0xE7FB, NOP, NOP) + line.encode() + b"\0"
        options = [self.path("fw.bin", code), "--load-at", "0", "--board", "generic-m4", "--max-cycles", "50000", "--format", "json"]
        first, second = (run("run", *options) for _ in range(2))
        self.assertEqual(first.stdout, second.stdout)
        report = json.loads(first.stdout)
        printed = "".join(part for part in first.stderr.splitlines(True) if not part.startswith("mcost: "))
        self.assertGreater(len(printed.encode()), 65536)
        self.assertEqual(report["console"], (2000 * line).encode()[:65535].decode())
        self.assertIs(report["console_truncated"], True)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
