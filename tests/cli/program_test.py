#!/usr/bin/python3
"""The program from outside: help, messages, exit statuses, streams, and reports of the committed samples.

Usage: program_test.py MCOST SOURCE_DIR. MCOST_BLESS=1 in the environment rewrites tests/golden/cli.
"""
import json
import os
import pty
import struct
import subprocess
import sys
import tempfile
import unittest

import jsonschema

sys.dont_write_bytecode = True
from firmware_case import BRANCH_BACK, BRANCH_TO_SELF, NOP, UDF, FolderCase, raw_firmware  # noqa: E402

MCOST = os.path.abspath(sys.argv[1])
SOURCE = os.path.abspath(sys.argv[2])
SAMPLES = os.path.join(SOURCE, "firmware_samples", "lenet5", "prebuilt")
SAMPLE = os.path.join(SAMPLES, "lenet5-int8-dsp.elf")
BOARDS = ("generic-m0", "generic-m3", "generic-m33", "generic-m4", "generic-m7", "launchxl-cc26x2r1",
          "nucleo-l496zg", "stm32f469i-disco")



def run(*arguments, **options):
    return subprocess.run([MCOST, *arguments], capture_output=True, text=True, check=False, timeout=120, **options)


class ProgramTest(FolderCase):
    def report(self, *arguments):
        """The JSON report of a run that ends well."""
        result = run("run", *arguments, "--format", "json")
        self.assertEqual(result.returncode, 0, result.stderr)
        return json.loads(result.stdout)


class Fit(unittest.TestCase):
    LENET = os.path.join(SOURCE, "firmware_samples", "lenet5", "prebuilt", "lenet5-int8-dsp.elf")

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def report(self, name, *options, board="nucleo-l496zg"):
        result = run("run", self.LENET, "--board", board, "--format", "json", "--output",
                     os.path.join(self.folder, name), *options)
        self.assertEqual(result.returncode, 0, result.stderr)
        with open(os.path.join(self.folder, name), encoding="utf-8") as stream:
            return json.load(stream)

    def csv(self, text):
        path = os.path.join(self.folder, "measured.csv")
        with open(path, "w", encoding="utf-8") as stream:
            stream.write(text)
        return path

    def test_a_board_with_the_fitted_value_gives_what_was_measured(self):
        before = self.report("run.json")
        wanted = before["energy"]["fj"] * 1.1
        board = os.path.join(self.folder, "mine.yaml")
        result = run("fit", self.csv(f"result,measured_mj\nrun.json,{wanted / 1e12:.9f}\n"), "--output", board)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        self.assertIn("energy.peripherals_uw", result.stdout)
        self.assertIn("nothing says how well they predict", result.stdout)
        after = self.report("again.json", board=board)
        self.assertAlmostEqual(after["energy"]["fj"] / wanted, 1, delta=1e-5)
        self.assertEqual(after["cycles"], before["cycles"])

    def refused(self, text, *options):
        result = run("fit", self.csv(text), *options)
        self.assertEqual((result.returncode, result.stdout), (2, ""))
        return result.stderr.replace(self.folder + os.sep, "")

    def test_mistakes_say_what_where_and_what_to_do(self):
        self.report("run.json")
        self.report("other.json", board="stm32f469i-disco")
        self.report("none.json", board="generic-m4")
        self.assertEqual(self.refused("result,joules\nrun.json,1\n"),
                         "mcost: error: columns are result, joules: measured.csv:1: name the columns result, and measured_mj or "
                         "measured_mw; layer may follow\n")
        self.assertEqual(self.refused("result,measured_mj\n"),
                         "mcost: error: no measurements: measured.csv: add a line for each run\n")
        self.assertEqual(self.refused("result,measured_mj\nrun.json\n"),
                         "mcost: error: 1 cells for 2 columns: measured.csv:2: write one cell for each column\n")
        self.assertEqual(self.refused("result,measured_mj\nrun.json,-1\n"),
                         'mcost: error: "-1" is no energy or power: measured.csv:2: write a positive number\n')
        self.assertEqual(self.refused("result,measured_mj\nnone.json,1\n"),
                         "mcost: error: the run has no energy: board has no energy data: measured.csv:2: use a board with "
                         "coefficients of energy to start from\n")
        self.assertEqual(self.refused("result,measured_mj\nrun.json,1\nother.json,1\n"),
                         "mcost: error: a run on stm32f469i-disco at the mcu's supply among runs on nucleo-l496zg at the mcu's: "
                         "measured.csv:3: fit one board and measuring point at a time\n")
        self.assertEqual(self.refused("result,measured_mj\nrun.json,1\nrun.json,1\n", "--coefficients",
                                      "energy.static_uw,energy.peripherals_uw"),
                         "mcost: error: these measurements cannot tell energy.static_uw and energy.peripherals_uw apart: "
                         "measured.csv: fit one of them, or measure runs in which their shares differ\n")
        self.assertEqual(self.refused("result,measured_mj\nrun.json,1\n", "--coefficients",
                                      "energy.static_uw,energy.active_fj"),
                         "mcost: error: 1 measurements for 2 coefficients: measured.csv: add measurements, or fit fewer "
                         "coefficients\n")
        self.assertIn('did you mean "energy.static_uw"?',
                      self.refused("result,measured_mj\nrun.json,1\n", "--coefficients", "energy.statc_uw"))
        self.assertIn('the run has no layer "conv9": measured.csv:2: did you mean "conv1"?',
                      self.refused("result,measured_mj,layer\nrun.json,1,conv9\n"))


class Lifetime(unittest.TestCase):
    def test_mistakes(self):
        run_lenet = ["run", Fit.LENET, "--board"]
        for arguments, message in (
            (["nucleo-l496zg", "--battery", "CR2477"],
             "--battery and --period need each other: command line: write --battery CR2477 --period 30s"),
            (["nucleo-l496zg", "--battery", "AA", "--period", "30s"],
             'unknown battery "AA": --battery: use CR2477, 18650, or charge and voltage: 1200@3.0 for 1200 mAh at 3 V'),
            (["nucleo-l496zg", "--battery", "18650", "--period", "30"],
             '"30" is no period: --period: write a number up to 1000000 and us, ms, s, min or h: 30s'),
            (["generic-m4", "--battery", "18650", "--period", "30s"],
             "generic-m4 has no energy data, so no lifetime: --battery: choose a board with coefficients of energy: "
             "`mcost boards`"),
        ):
            with self.subTest(" ".join(arguments)):
                result = run(*run_lenet, *arguments)
                self.assertEqual(result.returncode, 2)
                self.assertTrue(result.stderr.endswith(f"mcost: error: {message}\n"), result.stderr)


class Help(ProgramTest):
    def test_golden(self):
        for name, arguments in {
            "help": ["--help"],
            "help-run": ["run", "--help"],
            "help-boards": ["boards", "--help"],
            "help-check": ["check", "--help"],
            "help-compare": ["compare", "--help"],
            "help-profile": ["profile", "--help"],
            "help-call": ["call", "--help"],
            "help-loop": ["loop", "--help"],
            "help-fit": ["fit", "--help"],
            "help-gdb": ["gdb", "--help"],
            "help-report": ["report", "--help"],
            "help-sweep": ["sweep", "--help"],
        }.items():
            with self.subTest(name):
                result = run(*arguments)
                self.assertEqual(result.returncode, 0)
                self.assertEqual(result.stderr, "")
                path = os.path.join(SOURCE, "tests", "golden", "cli", name + ".txt")
                if os.environ.get("MCOST_BLESS"):
                    with open(path, "w", encoding="utf-8") as stream:
                        stream.write(result.stdout)
                with open(path, encoding="utf-8") as stream:
                    self.assertEqual(stream.read(), result.stdout)

    def test_version(self):
        result = run("--version")
        self.assertRegex(result.stdout, r"^mcost \d+\.\d+\.\d+\n$")
        self.assertEqual(result.returncode, 0)


class BadInput(ProgramTest):
    """Every mistake: exact message, status 2, nothing on stdout."""

    def refuse(self, arguments, *messages):
        with self.subTest(" ".join(arguments)):
            result = run(*arguments)
            self.assertEqual(result.stderr, "".join(f"mcost: error: {message}\n" for message in messages))
            self.assertEqual(result.returncode, 2)
            self.assertEqual(result.stdout, "")

    def refuse_run(self, options, *messages):
        self.refuse(["run", SAMPLE, "--board", "generic-m4", *options], *messages)

    def test_command_line(self):
        commands = "commands: run, profile, report, compare, check, call, loop, gdb, sweep, fit, boards"
        self.refuse(["rnu"], f'unknown command "rnu": command line: did you mean "run"? {commands}')
        self.refuse(["nothing"], f'unknown command "nothing": command line: {commands}')
        self.refuse(
            ["run", "--board", "generic-m4"],
            "no firmware: command line: name an ELF file: mcost run FW.elf --board NAME",
        )
        self.refuse(["run", SAMPLE], "no board: command line: add --board NAME; `mcost boards` lists names")
        self.refuse(
            ["run", SAMPLE, "--bord", "generic-m4"],
            'unknown option "--bord": mcost run: did you mean "--board"? `mcost run --help` lists options',
        )
        self.refuse_run(["--board", "generic-m4"], "given more than once: --board: give it once")
        self.refuse_run(["extra"], 'unexpected argument "extra": mcost run: `mcost run --help` shows what it takes')
        self.refuse_run(
            ["--until"], "a value is missing: --until: `mcost COMMAND --help` says what it takes"
        )
        self.refuse(
            ["boards", "--resolved"],
            "--resolved needs a board: command line: write mcost boards NAME --resolved",
        )

    def test_no_command(self):
        result = run()
        self.assertEqual(result.returncode, 2)
        self.assertEqual(result.stdout, "")
        self.assertIn("mcost: error: no command: command line: commands: run, profile, report, compare, check, call, loop, gdb, sweep, fit, boards\n", result.stderr)

    def test_firmware(self):
        board = ["--board", "generic-m4"]
        text = self.path("notes.txt", b"hello, this is no firmware\n")
        self.refuse(
            ["run", text, *board],
            "neither an ELF nor an Intel HEX file: notes.txt: give an ELF, or --load-at ADDRESS for a raw binary",
        )
        self.refuse(
            ["run", "nothing.elf", *board], "no such file: nothing.elf: check the path of the firmware"
        )
        self.refuse(["run", self.path("empty.elf", b""), *board], "the file is empty: empty.elf: build the firmware again")
        with open(SAMPLE, "rb") as stream:
            half = self.path("half.elf", stream.read()[:40])
        result = run("run", half, *board)
        self.assertEqual(result.returncode, 2)
        self.assertRegex(result.stderr, r"^mcost: error: truncated ELF: .*: half\.elf.*: .*\n$")
        self.refuse_run(
            ["--load-at", "0"],
            "--load-at is for raw files, this is an ELF: lenet5-int8-dsp.elf: leave it out: an ELF names its addresses",
        )

    def test_firmware_that_does_not_fit(self):
        result = run("run", SAMPLE, "--board", "stm32f469i-disco", "--set", "memories.sram1.size_kib=8")
        self.assertEqual(result.returncode, 2)
        self.assertRegex(
            result.stderr,
            r"^mcost: error: \.bss at 0x20000000 has \d+ bytes, \d+ bytes over the end of sram1: lenet5-int8-dsp\.elf: "
            r"link for this board \(its memories: flash 0x00000000-0x001FFFFF, .*\) or choose another board\n$",
        )

    def test_board(self):
        for arguments in (["run", SAMPLE, "--board", "nucleo-l496"], ["boards", "nucleo-l496"]):
            result = run(*arguments)
            self.assertEqual(result.returncode, 2)
            self.assertEqual(result.stdout, "")
            self.assertIn('mcost: error: unknown board "nucleo-l496": --board: ', result.stderr)
            self.assertIn('did you mean "nucleo-l496zg"?', result.stderr)
        self.refuse(
            ["run", SAMPLE, "--board", "nosuch.yaml"],
            "cannot read the board file: nosuch.yaml: give an existing .yaml file or the name of a board (mcost boards)",
        )
        self.assertIn('did you mean "stm32f469i-disco"?', run("boards", "stm32f469").stderr)
        bad = self.path("bad.yaml", b"name: bad\nbogus: 1\n")
        result = run("run", SAMPLE, "--board", bad)
        self.assertEqual(result.returncode, 2)
        for line in result.stderr.splitlines():
            self.assertTrue(line.startswith("mcost: error: "), line)
        self.assertIn("bogus", result.stderr)

    def test_uart(self):
        self.refuse_run(["--uart", "uart0"], 'no UART and file in "uart0": --uart: write NAME=FILE or NAME=pty')
        self.refuse_run(["--uart", "uart0=nosuch.txt"],
                        "the file cannot be read: --uart uart0=nosuch.txt: name a file that exists, or pty")
        self.refuse_run(["--uart", "uart1=pty"],
                        'generic-m4 has no UART "uart1": --uart uart1=pty: did you mean "uart0"? UARTs: uart0')
        result = run("run", SAMPLE, "--board", "generic-m4", "--uart", "uart0=pty", "--max-cycles", "10")
        self.assertRegex(result.stderr, "(?m)^mcost: uart0 is at /dev/pts/[0-9]+$")

    def test_set(self):
        self.refuse_run(
            ["--set", "nonsense"],
            'no path and value in "nonsense": --set: write PATH=VALUE, for example memories.flash.wait_states=7',
        )
        self.refuse_run(
            ["--set", "memories.code.wait_stats=1", "--set", "memories.code.wait_states=x"],
            'unknown key "wait_stats": --set memories.code.wait_stats: did you mean "wait_states"? '
            "allowed: kind, wait_states, size_kib, fill, words, axi_request_cycles, axi_bridge_cycles, "
            "axi_return_cycles, axi_beat_bits, axi_clock_ratio, axi_line_extra_cycles, energy",
            'wait_states must be 0..15, got "x": --set memories.code.wait_states: write an integer',
        )
        self.refuse_run(
            ["--clock", "1000000", "--set", "clock.rated_hz=2000000"],
            "two core clocks: --clock and --set clock.rated_hz=2000000: give one of them",
        )
        self.refuse(
            ["run", SAMPLE, "--board", "stm32f469i-disco", "--clock", "400000000"],
            "rated_hz 400000000 is above clock.max_hz 180000000: --set clock.rated_hz: write at most 180000000, or "
            "raise clock.max_hz too",
        )
        self.refuse_run(
            ["--clock", "80MHz"],
            '"80MHz" is no number it takes: --clock: write hertz as an integer, for example 80000000',
        )

    def test_run_options(self):
        self.refuse_run(
            ["--place", ".rodat=data"],
            'the firmware has no section or symbol ".rodat": --place .rodat=data: did you mean ".rodata"? sections: '
            ".text, .rodata, .bss",
        )
        self.refuse_run(
            ["--until", "mian"], 'the firmware has no symbol "mian": --until: did you mean "main"?'
        )
        self.refuse_run(["--max-cycles", "0"], '"0" is no number it takes: --max-cycles: write a positive number of cycles')
        self.refuse_run(["--timeout", "soon"], '"soon" is no time: --timeout: write host seconds, for example 60 or 0.5')
        self.refuse_run(
            ["--layers", "calls:clasify"],
            'the firmware has no function "clasify": --layers calls:clasify: did you mean "classify"?',
        )
        self.refuse_run(
            ["--layers", "functions:("],
            "not a regular expression: --layers functions:(: write one as ECMAScript has them",
        )
        self.refuse_run(
            ["--semihosting-root", "no/such/folder"],
            "no such folder: --semihosting-root no/such/folder: name a folder that exists",
        )
        self.refuse_run(["--format", "xml"], 'unknown format "xml": --format: formats: text, json, csv, markdown')

    def test_trace(self):
        self.refuse_run(
            ["--trace", "pipelines"],
            'unknown trace "pipelines": --trace: use pipeline, or pipeline=FILE (.json for ui.perfetto.dev)',
        )
        self.refuse_run(
            ["--trace-count", "5"], "nothing is traced: --trace-count 5: add --trace pipeline"
        )
        self.refuse_run(
            ["--trace", "pipeline", "--trace-from", "mian:2"],
            'the firmware has no symbol "mian": --trace-from: did you mean "main"?',
        )
        self.refuse_run(
            ["--trace", "pipeline", "--trace-from", "0x40000000"],
            "no code can be at 0x40000000: --trace-from 0x40000000: give a function, or an address in memory that code "
            "runs from",
        )
        self.refuse_run(
            ["--trace", "pipeline=no/such/folder/t.json"],
            "the file cannot be written: --trace pipeline=no/such/folder/t.json: name a file in a folder you may write "
            "to",
        )

    def test_loop(self):
        def refuse(options, *messages):
            self.refuse(["loop", SAMPLE, "--board", "generic-m4", *options], *messages)

        self.refuse(
            ["loop", "--board", "generic-m4", "--at", "main"],
            "no firmware: command line: name an ELF file: mcost loop FW.elf --at SYMBOL+OFFSET --board NAME",
        )
        refuse(
            [],
            "no place: command line: add --at SYMBOL, --at SYMBOL+OFFSET or --at ADDRESS: an instruction of the loop",
        )
        refuse(["--at", "conv3x4"], 'the firmware has no symbol "conv3x4": --at: did you mean "conv3x3"?')
        refuse(
            ["--at", "0x40000000"],
            "no code can be at 0x40000000: --at 0x40000000: give a function, or an address in memory that code runs "
            "from",
        )
        refuse(
            ["--at", "conv3x3+0x1AA"],
            "0x00000866 is inside an instruction: --at conv3x3+0x1AA: give its address, 0x00000864",
        )
        refuse(["--at", "main", "--skip", "x"],
               '"x" is no number it takes: --skip: write how many visits come first, from 0')
        refuse(["--at", "main", "--format", "csv"], 'unknown format "csv": --format: formats: text, json')
        refuse(["--at", "main", "--layers", "none"],
               'unknown option "--layers": mcost loop: `mcost loop --help` lists options')

    def test_loop_that_is_not_reached(self):
        firmware = self.path("fw.bin", raw_firmware(NOP, BRANCH_TO_SELF, NOP))
        raw = ["loop", firmware, "--load-at", "0", "--board", "generic-m4"]
        self.refuse(
            [*raw, "--at", "0x44"],
            "0x00000044 was never reached: idle at 0x00000042 in cycle 3: --at 0x44: name an instruction that "
            "executes, or change how the run begins and ends",
        )
        self.refuse(
            [*raw, "--at", "0x40", "--skip", "1"],
            "0x00000040 was reached once only: --skip 1: skip fewer visits",
        )

    def test_files(self):
        self.refuse_run(
            ["--output", "no/such/folder/out.json"],
            "the file cannot be written: --output no/such/folder/out.json: name a file in a folder you may write to",
        )
        self.refuse_run(
            ["--input", "nothing.bin@image"],
            "the file cannot be read: --input nothing.bin@image: name a file that exists",
        )
        self.refuse_run(
            ["--dump-memory", "image:99999999=x.bin"],
            "no memory has 99999999 bytes at 0x20000000: --dump-memory image:99999999=x.bin: "
            "`mcost boards NAME` shows where memories are",
        )
        report = self.path("kept.json", b"before")
        self.refuse_run(["--output", report, "--until", "mian"],
                        'the firmware has no symbol "mian": --until: did you mean "main"?')
        with open(report, "rb") as stream:
            self.assertEqual(stream.read(), b"before")
        created = self.path("created.json")
        run("run", SAMPLE, "--board", "generic-m4", "--output", created, "--until", "mian")
        self.assertFalse(os.path.exists(created))


class Endings(ProgramTest):
    """Exit statuses, and what a person reads when the firmware failed."""

    def run_raw(self, halfwords, *options):
        firmware = self.path("fw.bin", raw_firmware(*halfwords))
        return run("run", firmware, "--load-at", "0", "--board", "generic-m4", *options)

    def test_exit_code_of_the_firmware_is_passed_on(self):
        result = run("run", SAMPLE, "--board", "generic-m4", "--args", "lenet5 x", "--format", "json")
        self.assertEqual(result.returncode, 2)
        exit_entry = json.loads(result.stdout)["exit"]
        self.assertEqual((exit_entry["reason"], exit_entry["code"]), ("exited", 2))

    def test_idle_and_until_are_success(self):
        result = self.run_raw([NOP, BRANCH_TO_SELF])
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        self.assertIn("idle at 0x00000042", result.stdout)
        result = self.run_raw([NOP, NOP, BRANCH_BACK], "--until", "0x42")
        self.assertEqual((result.returncode, result.stderr), (0, ""))

    def test_limits_fail(self):
        result = self.run_raw([NOP, BRANCH_BACK], "--max-cycles", "1000")
        self.assertEqual(result.returncode, 1)
        self.assertRegex(
            result.stderr,
            r"^mcost: error: the firmware did not end by itself: cycle limit at 0x0000004[02]: "
            r"raise --max-cycles, or end the run with --until\n$",
        )
        result = self.run_raw([NOP, BRANCH_BACK], "--timeout", "0.05", "--format", "json")
        self.assertEqual(result.returncode, 1)
        report = json.loads(result.stdout)
        self.assertTrue(report["partial"])
        self.assertEqual(report["exit"]["reason"], "time_limit")

    def test_fault_before_a_limit_is_what_matters(self):
        table = struct.pack("<4I", 0x20001000, 0x41, 0, 0x45).ljust(0x40, b"\0")
        firmware = self.path("fw.bin", table + struct.pack("<4H", NOP, UDF, NOP, BRANCH_BACK))
        result = run("run", firmware, "--load-at", "0", "--board", "generic-m4", "--max-cycles", "1000")
        self.assertEqual(result.returncode, 1)
        self.assertRegex(
            result.stderr,
            r"^mcost: error: the firmware did not end by itself: cycle limit at 0x0000004[46]; first fault: undefined "
            r"instruction \(HardFault\) at 0x00000042: the fault came first, the limit is no cause: the report has a "
            r"backtrace; build the firmware with -g for source lines\n$",
        )

    def test_place_of_every_end_has_its_line(self):
        report = self.report(SAMPLE, "--board", "generic-m4", "--until", "conv3x3")
        self.assertRegex(report["exit"]["line"], r"^kernels_dsp\.c:\d+$")
        crash = run("run", os.path.join(SAMPLES, "lenet5-float-fpu.elf"), "--board", "generic-m4", "--entry", "main")
        self.assertIn("the FPU is off", crash.stdout)
        self.assertNotIn("build the firmware with -g", crash.stderr)

    def test_lockup_fails_with_its_place(self):
        result = self.run_raw([NOP, UDF])
        self.assertEqual(result.returncode, 1)
        self.assertRegex(result.stderr, r"^mcost: error: the firmware did not end by itself: lockup: .*0x00000042")
        self.assertIn("lockup", result.stdout)

    def test_fault_has_symbol_and_line(self):
        # Without start-up code the FPU is off; the sample's handler prints and exits.
        result = run("run", os.path.join(SAMPLES, "lenet5-float-fpu.elf"), "--board", "generic-m4", "--entry", "main",
                     "--format", "json")
        report = json.loads(result.stdout)
        fault = report["exit"]["fault"]
        self.assertEqual(fault["kind"], "no_coprocessor")
        self.assertIsNotNone(fault["symbol"])
        self.assertRegex(fault["line"], r"^\w+\.c:\d+$")
        self.assertEqual(report["exit"]["code"], 255)
        self.assertEqual(result.returncode, 255)


class Traces(ProgramTest):
    """Where a trace goes, and that the report beside it stays what it is."""

    WINDOW = ["--trace-from", "conv3x3:2", "--trace-count", "5"]

    def test_text_stands_before_the_report(self):
        plain = run("run", SAMPLE, "--board", "generic-m4").stdout
        result = run("run", SAMPLE, "--board", "generic-m4", "--trace", "pipeline", *self.WINDOW)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        begin = result.stdout.index("Pipeline trace: lenet5-int8-dsp.elf on generic-m4, cortex-m4: 5 instructions in ")
        end = result.stdout.index("mcost 0.")
        self.assertEqual(result.stdout[:begin] + result.stdout[end:], plain)
        self.assertIn("conv3x3:\n", result.stdout[begin:end])

    def test_machines_keep_stdout(self):
        plain = run("run", SAMPLE, "--board", "nucleo-l496zg", "--format", "json").stdout
        result = run("run", SAMPLE, "--board", "nucleo-l496zg", "--format", "json", "--trace", "pipeline", *self.WINDOW)
        self.assertEqual(result.stdout, plain)
        self.assertIn("\nPipeline trace: ", result.stderr)

    def test_file_name_decides_the_format(self):
        plain = run("run", SAMPLE, "--board", "generic-m7")
        for name in ("trace.txt", "trace.json"):
            path = self.path(name)
            result = run("run", SAMPLE, "--board", "generic-m7", "--trace", "pipeline=" + path, *self.WINDOW)
            self.assertEqual((result.stdout, result.stderr), (plain.stdout, plain.stderr))
            with open(path, encoding="utf-8") as stream:
                text = stream.read()
            if name.endswith(".txt"):
                self.assertTrue(text.startswith("Pipeline trace: "))
                continue
            events = [event for event in json.loads(text)["traceEvents"] if event["ph"] == "X"]
            self.assertIn("push.w {r4, r5, r6, r7, r8, r9, r10, r11, lr}", [event["name"] for event in events])

    def test_place_that_is_not_reached_is_told(self):
        result = run("run", SAMPLE, "--board", "generic-m4", "--trace", "pipeline", "--trace-from", "conv3x3:99")
        self.assertEqual(result.returncode, 0)
        self.assertIn("Nothing was traced: --trace-from conv3x3 was reached 2 times\n", result.stdout)


class Loops(ProgramTest):
    def test_text_and_json_agree(self):
        arguments = ["loop", SAMPLE, "--board", "generic-m4", "--at", "conv3x3+0x1A8"]
        text = run(*arguments)
        self.assertEqual((text.returncode, text.stderr), (0, ""))
        self.assertIn("\nLoop 0x00000864 to 0x000008B0 in conv3x3: 28 cycles per iteration\n", text.stdout)
        report = run(*arguments, "--format", "json")
        self.assertEqual(report.returncode, 0)
        loop = json.loads(report.stdout)
        self.assertEqual(loop["schema"], "mcost/loop/1")
        self.assertEqual(loop["steady"]["cycles"], 28 * loop["steady"]["iterations"])
        self.assertEqual(sum(line["cycles"] for line in loop["instructions"]), loop["steady"]["cycles"])

    def test_code_that_does_not_come_back(self):
        firmware = self.path("fw.bin", raw_firmware(NOP, NOP, BRANCH_TO_SELF))
        result = run("loop", firmware, "--load-at", "0", "--board", "generic-m4", "--at", "0x40")
        self.assertEqual(result.returncode, 0)
        self.assertIn("No loop: the run does not come back to 0x40 in this visit. One passage, ", result.stdout)

    def test_loop_that_is_too_long_names_an_inner_one(self):
        result = run("loop", SAMPLE, "--board", "generic-m4", "--at", "conv3x3")
        self.assertEqual(result.returncode, 2)
        self.assertRegex(
            result.stderr,
            r"^mcost: error: not come back to within 1,024 instructions: --at conv3x3: name an instruction of an inner "
            r"loop, for example 0x[0-9A-F]{8} conv3x3\+0x[0-9A-F]+\n$",
        )


class Streams(ProgramTest):
    def test_text_follows_the_console_on_stdout(self):
        result = run("run", SAMPLE, "--board", "generic-m4")
        self.assertEqual(result.stderr, "")
        self.assertTrue(result.stdout.startswith("lenet5 int8-dsp\n"))
        self.assertLess(result.stdout.index("\ndone\n\nmcost "), result.stdout.index("\nLayers\n"))

    def test_console_moves_aside_for_machines(self):
        for form in ("json", "csv", "markdown"):
            result = run("run", SAMPLE, "--board", "generic-m4", "--format", form)
            self.assertTrue(result.stderr.startswith("lenet5 int8-dsp\n"), form)
            self.assertNotIn("lenet5 int8-dsp\n", result.stdout, form)

    def test_output_takes_the_report_away(self):
        report = self.path("report.json")
        result = run("run", SAMPLE, "--board", "generic-m4", "--format", "json", "--output", report)
        self.assertTrue(result.stdout.startswith("lenet5 int8-dsp\n"))
        self.assertTrue(result.stdout.endswith("done\n"))
        self.assertEqual(result.stderr, "")
        with open(report, encoding="utf-8") as stream:
            self.assertEqual(json.load(stream)["schema"], "mcost/run/1")

    def test_full_disk_is_an_error(self):
        if not os.path.exists("/dev/full"):
            self.skipTest("no /dev/full here")
        with open("/dev/full", "w", encoding="utf-8") as full:
            result = subprocess.run([MCOST, "boards"], stdout=full, stderr=subprocess.PIPE, text=True, check=False)
        self.assertEqual(result.returncode, 2)
        self.assertTrue(result.stderr.startswith("mcost: error: the output cannot be written: stdout: "))

    def test_progress_is_for_terminals(self):
        command = [MCOST, "run", SAMPLE, "--board", "generic-m4", "--args", "lenet5 1000000", "--timeout", "1.5",
                   "--format", "csv", "--output", self.path("out.csv")]
        quiet = subprocess.run(command, capture_output=True, text=True, check=False)
        self.assertNotIn("\r", quiet.stderr)
        terminal, other_end = pty.openpty()
        subprocess.run(command, stdout=subprocess.DEVNULL, stderr=other_end, check=False)
        os.close(other_end)
        shown = b""
        try:
            while chunk := os.read(terminal, 4096):
                shown += chunk
        except OSError:
            pass  # the end, as Linux says it
        os.close(terminal)
        self.assertRegex(shown.decode(), r"\rmcost: simulated [0-9.]+ \w+, [0-9.]+ simulated MHz")


class Reports(ProgramTest):
    """Promises about numbers, on the committed samples."""

    def test_schema_and_sums(self):
        with open(os.path.join(SOURCE, "docs", "schema", "run.schema.json"), encoding="utf-8") as stream:
            validator = jsonschema.Draft7Validator(json.load(stream))
        for variant in ("int8-dsp", "int8-plain", "float-fpu"):
            for board in set(BOARDS) - {"generic-m0", "generic-m3"}:
                with self.subTest(variant=variant, board=board):
                    firmware = os.path.join(SAMPLES, f"lenet5-{variant}.elf")
                    report = self.report(firmware, "--board", board, "--stats")
                    validator.validate(report)
                    self.check_sums(report)
                    names = [layer["name"] for layer in report["layers"]]
                    self.assertEqual(
                        names, ["conv1", "pool1", "conv2", "pool2", "fc1", "fc2", "fc3", "(outside)"]
                    )

    def test_firmware_for_another_core_is_refused(self):
        for board, core in (("generic-m0", "cortex-m0"), ("generic-m3", "cortex-m3")):
            with self.subTest(board):
                result = run("run", SAMPLE, "--board", board)
                self.assertEqual(result.returncode, 2)
                self.assertEqual(result.stdout, "")
                message, _, boards = result.stderr.partition(", or use ")
                self.assertEqual(
                    message,
                    f"mcost: error: the firmware is built for ARMv7E-M with an FPU of FPv4-SP, board {board} has a {core} without FPU: "
                    "lenet5-int8-dsp.elf: build it for the board's core",
                )
                boards = boards.rstrip("\n").split(", ")
                self.assertLess({"generic-m4", "generic-m7", "nucleo-l496zg", "stm32f469i-disco"}, set(boards))
                self.assertTrue({"generic-m0", "generic-m3", "nucleo-f207zg"}.isdisjoint(boards))

    def check_sums(self, report):
        self.assertEqual(sum(report["causes"].values()), report["cycles"])
        for layer in report["layers"]:
            self.assertEqual(sum(layer["causes"].values()), layer["cycles"])
            self.assertEqual(sum(layer["self"]["causes"].values()), layer["self"]["cycles"])
        outermost = [layer for layer in report["layers"] if layer["parent"] is None]
        for key in ("cycles", "instructions", "macs"):
            self.assertEqual(sum(layer[key] for layer in outermost), report[key])
            self.assertEqual(sum(layer["self"][key] for layer in report["layers"]), report[key])
        for cause, cycles in report["causes"].items():
            self.assertEqual(sum(layer["causes"].get(cause, 0) for layer in outermost), cycles)
        for memory, traffic in report["memories"].items():
            for key, value in traffic.items():
                parts = (layer["memories"].get(memory, {}).get(key) for layer in outermost)
                if key == "counters":
                    parts = [part for part in parts if part]
                    for counter, count in value.items():
                        self.assertEqual(sum(part[counter] for part in parts), count)
                else:
                    self.assertEqual(sum(part or 0 for part in parts), value)

    def test_looking_changes_nothing(self):
        plain = self.report(SAMPLE, "--board", "nucleo-l496zg", "--layers", "none")
        for layers in ("probes", "calls:classify", "calls:main", "functions:.", "functions:conv"):
            report = self.report(SAMPLE, "--board", "nucleo-l496zg", "--layers", layers)
            self.check_sums(report)
            for key in ("cycles", "instructions", "macs", "causes", "memories"):
                self.assertEqual(report[key], plain[key], (layers, key))

    def test_calls_are_the_probed_layers(self):
        probes = self.report(SAMPLE, "--board", "generic-m4", "--args", "lenet5 2")["layers"]
        calls = self.report(SAMPLE, "--board", "generic-m4", "--args", "lenet5 2", "--layers", "calls:classify")["layers"]
        self.assertEqual(
            [layer["name"] for layer in calls],
            ["conv3x3#1", "average_pool2x2#1", "conv3x3#2", "average_pool2x2#2", "fully_connected#1",
             "fully_connected#2", "fully_connected#3", "(outside)"],
        )
        for probe, call in zip(probes[:-1], calls[:-1]):
            self.assertEqual((probe["visits"], call["visits"]), (2, 2))
            self.assertEqual(probe["macs"], call["macs"])

    def test_assumptions_say_what_is_known(self):
        report = self.report(SAMPLE, "--board", "stm32f469i-disco")
        for entry in report["assumptions"]:
            expected = False if entry["source"] == "datasheet" else None
            self.assertIs(entry["verified"], expected, entry)
        self.assertIn("assumed", {entry["source"] for entry in report["assumptions"]})

    def test_same_bytes_every_time_and_from_the_resolved_board(self):
        arguments = ["run", SAMPLE, "--board", "stm32f469i-disco", "--format", "json"]
        first = run(*arguments).stdout
        self.assertEqual(run(*arguments, cwd=self.folder).stdout, first)
        self.assertNotIn(SOURCE, first)
        resolved = run("boards", "stm32f469i-disco", "--resolved")
        self.assertEqual(resolved.stdout, json.loads(first)["board"]["resolved"])
        board = self.path("board.yaml", resolved.stdout.encode())
        again = json.loads(run("run", SAMPLE, "--board", board, "--format", "json").stdout)
        self.assertEqual(again, json.loads(first))

    def test_input_and_dump(self):
        # Start-up code clears `image`: the input is there when main starts, and main fills it anew.
        data = self.path("input.bin", bytes(range(16)))
        dump = self.path("dump.bin")
        self.report(SAMPLE, "--board", "generic-m4", "--input", data + "@image", "--until", "main",
                    "--dump-memory", f"image:16={dump}")
        with open(dump, "rb") as stream:
            self.assertEqual(stream.read(), bytes(range(16)))

    def test_dump_that_cannot_be_written(self):
        # Found before the run where it can be; else the report is there all the same.
        arguments = ["run", SAMPLE, "--board", "generic-m4", "--until", "main", "--dump-memory"]
        early = run(*arguments, "image:16=no/such/folder/dump.bin")
        self.assertEqual(
            early.stderr,
            "mcost: error: the file cannot be written: --dump-memory image:16=no/such/folder/dump.bin: "
            "name a file in a folder you may write to\n",
        )
        self.assertEqual((early.returncode, early.stdout), (2, ""))
        if not os.path.exists("/dev/full"):
            self.skipTest("no /dev/full here")
        kept = self.path("kept.bin")
        late = run(*arguments, "image:16=/dev/full", "--dump-memory", f"image:16={kept}")
        self.assertEqual(
            late.stderr,
            "mcost: error: the file cannot be written to its end: --dump-memory image:16=/dev/full: check its disk\n",
        )
        self.assertEqual(late.returncode, 2)
        self.assertIn("reached 0x", late.stdout)
        self.assertEqual(os.path.getsize(kept), 16)

    def test_input_for_main_keeps_until(self):
        data = self.path("input.bin", bytes(16))
        report = self.report(SAMPLE, "--board", "generic-m4", "--input", data + "@image", "--until", "reset_handler")
        self.assertEqual((report["exit"]["reason"], report["exit"]["symbol"]), ("until", "reset_handler"))
        self.assertEqual(report["cycles"], 0)
        self.assertIn("main was not reached: --input was written before the run only", report["notes"])

    def test_clock_scales_time(self):
        slow = self.report(SAMPLE, "--board", "generic-m4", "--clock", "1000000")
        self.assertEqual(slow["clock_hz"], 1000000)
        self.assertAlmostEqual(slow["time_s"], slow["cycles"] / 1e6)

    def test_csv_has_a_row_per_layer(self):
        rows = run("run", SAMPLE, "--board", "generic-m4", "--format", "csv").stdout.splitlines()
        self.assertEqual(len(rows), 9)
        self.assertEqual(len({row.count(",") for row in rows}), 1)


class Boards(ProgramTest):
    def test_list_names_every_shipped_board(self):
        result = run("boards")
        self.assertEqual(result.returncode, 0)
        listed = [line.split()[0] for line in result.stdout.splitlines()[1:] if line and not line.startswith("`")]
        files = sorted(name[:-5] for name in os.listdir(os.path.join(SOURCE, "configs", "boards")))
        self.assertEqual(listed, files)
        external = next(line for line in result.stdout.splitlines() if line.startswith("stm32f469i-disco"))
        self.assertIn(" 2,048 KiB ", external)
        self.assertIn(" 384 KiB ", external)
        self.assertIn(" sdram 16,384 KiB, qspi 16,384 KiB ", external)

    def test_every_board_is_shown(self):
        for name in sorted(os.listdir(os.path.join(SOURCE, "configs", "boards"))):
            with self.subTest(name):
                result = run("boards", name[:-5])
                self.assertEqual((result.returncode, result.stderr), (0, ""))
                self.assertIn("Memory map", result.stdout)

    def test_one_board(self):
        result = run("boards", "nucleo-l496zg")
        self.assertEqual(result.returncode, 0)
        for text in ("80 MHz", "0x08000000-0x080FFFFF", "4 wait states", "ART (L4)", "energy   asleep 9.900 mW, 389.0 pJ for a cycle more, measured at the mcu's supply pins",
                     "memories.flash.wait_states = 4  (datasheet: "):
            self.assertIn(text, result.stdout)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
