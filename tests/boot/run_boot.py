"""Boots start-up code on a board, in its run state and from reset: run_boot.py MCOST BOARD --work DIR."""
import argparse
import json
import pathlib
import re
import shutil
import subprocess
import sys
import unittest

from boards import BOARDS

FOLDER = pathlib.Path(__file__).resolve().parent
GCC = "arm-none-eabi-gcc"
SKIP = 77


def build(board, work):
    work.mkdir(parents=True, exist_ok=True)
    elf = work / f"boot-{board.name}.elf"
    command = [GCC, *board.cpu, "-mthumb", "-Os", "-g", "-std=gnu11", "-ffreestanding", "-nostartfiles", "-nostdlib", "-Wall",
               "-Wextra", "-Werror", f"-DFAMILY_{board.family}", f'-DBOARD="{board.name}"',
               *[f"-D{name}={value}u" for name, value in board.defines.items()], str(FOLDER / "boot.c"),
               f"-Wl,--defsym=CODE_BASE={board.code:#x}", "-Wl,--no-warn-rwx-segments", f"-T{FOLDER / 'boot.ld'}", "-lgcc", "-o",
               str(elf)]
    subprocess.run(command, check=True)
    return elf


class Boot(unittest.TestCase):
    mcost = work = board = None

    def run_firmware(self, *options):
        report = self.work / f"boot-{self.board.name}.json"
        result = subprocess.run([self.mcost, "run", str(self.elf), "--board", self.board.name, "--format", "json", "--output",
                                 str(report), "--max-cycles", "1000000000", *options], capture_output=True, check=False, text=True)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        return result.stdout, json.loads(report.read_text())

    def setUp(self):
        self.elf = build(self.board, self.work)

    def check(self, console, report, first_clock):
        board = self.board
        self.assertEqual(console, f"{board.name} {board.clock}" + (f" {board.timer}" if board.timer else "") + "\n")
        self.assertEqual(report["exit"]["reason"], "exited")
        self.assertEqual(report["clock_hz"], board.clock)
        clocks = report.get("clocks_hz", [board.clock])
        self.assertEqual(clocks[0], first_clock)
        cycles = report.get("cycles_at_clock", [report["cycles"]])
        self.assertEqual(sum(cycles), report["cycles"])
        self.assertAlmostEqual(report["time_s"], sum(c / hz for c, hz in zip(cycles, clocks)), delta=1e-12)
        for note in report["notes"]:
            self.assertIsNone(re.search("too fast|too few|allows|misread|never written|qspi_nor|BUSY|started it up|set the FMC", note), note)
        guessed = [r for r in report["unmodelled"] if r["peripheral"].startswith(("rcc", "usart", "lpuart", "gpio", "tim", "crc", "quadspi"))]
        self.assertEqual(guessed, [])

    def test_boots_from_reset(self):
        console, report = self.run_firmware("--set", "start=reset")
        self.check(console, report, self.board.reset_clock)
        self.assertGreaterEqual(len(report.get("clocks_hz", [0])), 2 if self.board.clock != self.board.reset_clock else 1)

    def test_boots_from_the_run_state(self):
        console, report = self.run_firmware()
        self.check(console, report, self.board.clock)

    def test_a_pinned_clock_stays(self):
        console, report = self.run_firmware("--clock", "10000000")
        self.assertTrue(console.startswith(f"{self.board.name} {self.board.clock}"), console)
        self.assertEqual(report["clock_hz"], 10000000)
        self.assertNotIn("clocks_hz", report)

    def test_start_up_times_pass(self):
        _, instant = self.run_firmware("--set", "start=reset")
        _, typical = self.run_firmware("--set", "start=reset", "--set", "clock.start_up=typical")
        if self.board.family == "CC26":
            self.assertEqual(instant["cycles"], typical["cycles"])
        else:
            # A PLL takes 40 us or more; some of it passes while code goes on.
            self.assertGreater(typical["time_s"], instant["time_s"] + 20e-6)

    def test_the_console_receives_a_file(self):
        if self.board.family == "CC26":
            self.skipTest("its UART receives nothing")
        console = {0x40004800: "usart3", 0x40008000: "lpuart1", 0x40004400: "usart2", 0x40011000: "usart1",
                   0x40013800: "usart1"}[self.board.defines["CONSOLE"]]
        text = self.work / f"boot-{self.board.name}.txt"
        text.write_text("line one\nline two\n")
        with_file, _ = self.run_firmware("--uart", f"{console}={text}")
        without, _ = self.run_firmware()
        self.assertEqual(with_file, without + text.read_text())


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("mcost")
    parser.add_argument("board", choices=BOARDS)
    parser.add_argument("--work", type=pathlib.Path, required=True)
    arguments = parser.parse_args()
    if shutil.which(GCC) is None:
        print("no cross compiler")
        sys.exit(SKIP)
    Boot.mcost, Boot.board, Boot.work = arguments.mcost, BOARDS[arguments.board], arguments.work
    unittest.main(argv=[sys.argv[0]])


if __name__ == "__main__":
    main()
