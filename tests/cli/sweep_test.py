#!/usr/bin/python3
"""Sweeps from outside: the same bytes whatever the number of jobs, resuming, failing cells, messages, the committed schema.

Usage: sweep_test.py MCOST SOURCE_FOLDER
"""
import csv
import io
import json
import os
import pty
import signal
import subprocess
import sys
import tempfile
import time
import unittest

import jsonschema
import yaml

MCOST = os.path.abspath(sys.argv[1])
SOURCE = os.path.abspath(sys.argv[2])
LENET5 = os.path.join(SOURCE, "firmware_samples", "lenet5")
DSP = os.path.join(LENET5, "prebuilt", "lenet5-int8-dsp.elf")
SPEC = os.path.join(LENET5, "sweep.yaml")
SCHEMA = os.path.join(SOURCE, "docs", "schema", "sweep.schema.json")
# 2 boards x 3 wait states; generic-m4 has no flash, so two cells fail.
GRID = [DSP, "--board", "stm32f469i-disco", "--board", "generic-m4", "--set", "memories.flash.wait_states=,0,9",
        "--args", "lenet5 1"]
FAILED = ("mcost: error: 2 of 6 cells failed: mcost sweep: the report says why; mend or exclude them\n")


def sweep(*arguments, **options):
    return subprocess.run([MCOST, "sweep", *arguments], capture_output=True, text=True, check=False, timeout=120, **options)


def contents(path):
    with open(path, encoding="utf-8") as stream:
        return stream.read()


class SweepTest(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def path(self, name, text=None):
        path = os.path.join(self.folder, name)
        if text is not None:
            with open(path, "w", encoding="utf-8") as stream:
                stream.write(text)
        return path

    def files(self, folder):
        found = {}
        for where, _, names in os.walk(folder):
            for name in names:
                path = os.path.join(where, name)
                found[os.path.relpath(path, folder)] = contents(path)
        return found

    def grid(self, *arguments):
        result = sweep(*GRID, *arguments)
        self.assertEqual((result.returncode, result.stderr), (1, FAILED))
        return result.stdout

    def test_replayed_cells_are_those_that_are_executed(self):
        axes = ["--set", "memories.flash.wait_states=0,3,7,9", "--clock", "60000000,90000000,180000000"]
        for more in (["--set", "memories.sram1.wait_states=,1"], ["--place", ".rodata=,sdram", "--no-memory-use"]):
            command = [DSP, "--board", "stm32f469i-disco", "--args", "lenet5 1", *axes, *more, "--format", "jsonl", "--by-layer"]
            replayed = sweep(*command)
            self.assertEqual((replayed.returncode, replayed.stderr), (0, ""))
            self.assertEqual(sweep(*command, "--execute").stdout, replayed.stdout)
            self.assertEqual(len(replayed.stdout.splitlines()), 24)

    def test_the_number_of_jobs_changes_no_byte(self):
        for arguments in ([], ["--format", "csv"], ["--format", "jsonl", "--by-layer"], ["--format", "markdown"],
                          ["--format", "csv", "--by-layer"]):
            one = self.grid("--jobs", "1", *arguments)
            self.assertEqual(self.grid("--jobs", "2", *arguments), one)
            self.assertEqual(self.grid("--jobs", "9", *arguments), one)
        for jobs in ("1", "3"):
            self.grid("--jobs", jobs, "--output", self.path(jobs) + "/", "--results", self.path(jobs + "/runs"), "--by-layer")
        one = self.files(self.path("1"))
        self.assertEqual(self.files(self.path("3")), one)
        self.assertEqual(sorted(name for name in one if "/" not in name), ["cells.jsonl", "layers.csv", "sweep.csv"])
        self.assertEqual(sum(name.startswith("runs/") for name in one), 4)

    def test_a_cell_costs_what_its_run_costs(self):
        folder = self.path("out/")
        self.grid("--output", folder, "--results", self.path("runs"))
        rows = list(csv.DictReader(io.StringIO(contents(os.path.join(folder, "sweep.csv")))))
        self.assertEqual([row["cell"] for row in rows], list("123456"))
        self.assertEqual([row["memories.flash.wait_states"] for row in rows], ["", "0", "9"] * 2)
        self.assertEqual([bool(row["error"]) for row in rows], [False] * 4 + [True] * 2)
        run = subprocess.run([MCOST, "run", DSP, "--board", "stm32f469i-disco", "--set", "memories.flash.wait_states=9",
                              "--args", "lenet5 1", "--format", "json"], capture_output=True, text=True, check=True, timeout=120)
        report = json.loads(run.stdout)
        row = rows[2]
        for key in ("cycles", "instructions", "macs"):
            self.assertEqual(int(row[key]), report[key])
        self.assertAlmostEqual(float(row["time_s"]), report["time_s"], delta=1e-12)
        self.assertEqual(round(float(row["energy_j"]) * 1e15), report["energy"]["fj"])
        self.assertEqual(int(row["flash_read_bytes"]), report["memories"]["flash"]["read_bytes"])
        self.assertEqual(int(row["flash_stall_cycles"]), report["memories"]["flash"]["stall_cycles"])
        self.assertEqual(int(row["live_bytes"]), report["memory_use"]["live"]["total"])
        groups = ("issue", "latency", "memory", "branch", "bus", "exception", "sleep")
        self.assertEqual(sum(int(row[group + "_cycles"]) for group in groups), report["cycles"])
        # The report of the cell is that of the run, and can be read again.
        self.assertEqual(contents(self.path("runs/" + row["result"])), run.stdout)
        html = self.path("cells.html")
        subprocess.run([MCOST, "report", self.path("runs/" + row["result"]), "--html", html], capture_output=True, check=True,
                       timeout=120)

    def test_a_sweep_goes_on_where_it_was(self):
        folder = self.path("out/")
        kept = os.path.join(folder, "cells.jsonl")
        report = self.grid("--output", folder)
        whole = contents(kept)
        lines = whole.splitlines(keepends=True)
        # Half a line, as after a loss of power; two whole ones; none; everything.
        for text in (lines[0] + lines[1][:100], lines[3] + lines[1], "", whole):
            self.path("out/cells.jsonl", text)
            self.assertEqual(self.grid("--output", folder), report)
            self.assertEqual(contents(kept), whole)
        # A kept cell is believed: this shows that it is not run again.
        self.path("out/cells.jsonl", whole.replace('"instructions":745106', '"instructions":745107'))
        self.grid("--output", folder)
        self.assertEqual(contents(kept).count('"instructions":745107'), 4)
        # Other options are other cells.
        result = sweep(*GRID, "--output", folder, "--seed", "1")
        self.assertEqual(result.stderr, f"mcost: {kept}: 4 cells of other settings, firmware or versions were replaced\n" + FAILED)
        self.assertEqual(contents(kept).count('"instructions":745106'), 4)

    def test_a_file_of_lines_goes_on_too(self):
        file = self.path("cells.jsonl")
        self.assertEqual(self.grid("--output", file), "")
        whole = contents(file)
        self.path("cells.jsonl", whole[:len(whole) // 2])
        self.grid("--output", file)
        self.assertEqual(contents(file), whole)
        self.assertEqual(self.grid("--format", "jsonl"), whole)

    def test_an_interrupted_sweep_keeps_what_is_finished(self):
        folder = self.path("out/")
        kept = os.path.join(folder, "cells.jsonl")
        arguments = [DSP, "--board", "nucleo-l496zg", "--set",
                     "memories.flash.accelerator.prefetch_enabled=true,false",
                     "--set", "memories.flash.wait_states=0,1,2,3,4,5,6,7,8,9", "--args", "lenet5 20", "--jobs", "1",
                     "--output", folder]
        process = subprocess.Popen([MCOST, "sweep", *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(3000):
            if os.path.exists(kept) and contents(kept).count("\n") >= 2:
                break
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        process.wait(timeout=60)
        lines = contents(kept).count("\n")
        self.assertGreaterEqual(lines, 2)
        result = sweep(*arguments)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        self.assertEqual(contents(kept).count("\n"), 20)
        again = sweep(*arguments[:-1], self.path("other/"))
        self.assertEqual(again.stdout, result.stdout)
        self.assertEqual(self.files(self.path("other")), self.files(folder))

    def test_results_that_are_gone_are_made_again(self):
        runs = self.path("runs")
        arguments = ["--output", self.path("out/"), "--results", runs]
        self.grid(*arguments)
        before = self.files(runs)
        os.remove(os.path.join(runs, sorted(before)[0]))
        self.grid(*arguments)
        self.assertEqual(self.files(runs), before)

    def test_failing_cells_are_rows(self):
        spec = self.path("sweep.yaml", f"""
firmware: {DSP}
boards: stm32f469i-disco
args: lenet5 1
cells:
  - {{board: stm32f469i-disco, set: {{memories.flash.wait_states: 99}}}}
  - {{board: generic-m0}}
  - {{board: stm32f469i-disco, max_cycles: 1000}}
  - {{board: stm32f469i-disco, args: lenet5 200, timeout: 0.01}}
  - {{board: stm32f469i-disco, until: nosuch}}
  - {{board: stm32f469i-disco, place: {{.bss: sdram}}}}
  - {{board: stm32f469i-disco, place: {{.rodata: nosuch}}}}
  - {{board: stm32f469i-disco, args: lenet5 --bad}}
""")
        result = sweep(spec, "--format", "csv")
        self.assertEqual(result.returncode, 1)
        self.assertEqual(result.stderr, FAILED.replace("2 of 6", "8 of 9"))
        rows = list(csv.DictReader(io.StringIO(result.stdout)))
        errors = [row["error"] for row in rows]
        self.assertEqual([bool(error) for error in errors], [False] + [True] * 8)
        for error, expected in zip(errors, ("", "wait_states must be 0..", "built for", "cycle limit at", "time limit at",
                                            'no symbol "nosuch"', "fault", 'no memory "nosuch"', "exit code"), strict=True):
            self.assertIn(expected, error)
            self.assertNotIn("\n", error)
        self.assertEqual([row["cycles"] != "" for row in rows], [not error for error in errors])
        self.assertEqual([row["exit"] for row in rows], ["exited", "", "", "cycle_limit", "time_limit", "", "exited", "", "exited"])
        self.assertEqual([row["status"] for row in rows],
                         ["ok", "bad_setting", "does_not_fit", "limit", "limit", "bad_setting", "firmware_failed", "bad_setting",
                          "firmware_failed"])
        self.assertNotEqual(rows[8]["exit_code"], "0")
        lenient = list(csv.DictReader(io.StringIO(sweep(spec, "--format", "csv", "--any-exit-code").stdout)))
        # A fault is one whatever its handler does.
        self.assertEqual([row["cycles"] != "" for row in lenient], [True] + [False] * 7 + [True])

    def test_a_firmware_that_does_not_fit_has_not_crashed(self):
        """A smaller flash, and a board whose flash is elsewhere: nothing ran, and nobody need look for a bug."""
        small = sweep(DSP, "--board", "generic-m4", "--set", "memories.code.size_kib=,32", "--args", "lenet5 1", "--format", "jsonl")
        elsewhere = sweep(DSP, "--board", "nucleo-f767zi", "--args", "lenet5 1", "--format", "jsonl")
        whole, cut = [json.loads(line) for line in small.stdout.splitlines()]
        self.assertEqual((whole["status"], whole["error"]), ("ok", None))
        for cell in (cut, json.loads(elsewhere.stdout)):
            self.assertEqual((cell["status"], cell["exit"]), ("does_not_fit", None))
            self.assertRegex(cell["error"], r"over the end of (code|itcm)")

    def test_the_schema_of_sweeps_holds(self):
        schema = json.loads(contents(SCHEMA))
        jsonschema.Draft7Validator.check_schema(schema)
        jsonschema.validate(yaml.safe_load(contents(SPEC)), schema)
        jsonschema.validate({"firmware": ["a.elf", {"file": "b.elf", "name": "b", "args": 3}], "boards": "x", "clock": [1, None],
                             "set": {"a.b": [[1, 2], [3]], "c": True}, "cells": [{"board": "x", "clock": 3, "set": {"a": 1}}]}, schema)
        for wrong in (
            {},
            {"firmware": []},
            {"firmware": {"name": "a"}},
            {"firmware": {"file": "a", "clock": 3}},
            {"board": "x"},
            {"set": [1]},
            {"set": {"a": []}},
            {"zip": ["clock"]},
            {"zip": [["clock"]]},
            {"cells": [{"boards": ["x"]}]},
            {"cells": [{}]},
            {"memory_use": "no"},
            {"columns": "cycles"},
        ):
            with self.assertRaises(jsonschema.ValidationError, msg=wrong):
                jsonschema.validate(wrong, schema)

    def test_lines_follow_their_schema(self):
        schema = json.loads(contents(os.path.join(SOURCE, "docs", "schema", "sweep-cell.schema.json")))
        jsonschema.Draft7Validator.check_schema(schema)
        kept = self.path("kept.jsonl")
        self.grid("--output", kept, "--by-layer", "--results", self.path("runs"))
        lines = [json.loads(line) for line in contents(kept).splitlines()]
        with open(os.path.join(SOURCE, "tests", "golden", "reports", "sweep.jsonl"), encoding="utf-8") as stream:
            golden = [{**json.loads(line), "key": ""} for line in stream]
        for line in lines + golden:
            jsonschema.validate(line, schema)
        self.assertEqual([line["error"] is None for line in lines], [True] * 4 + [False] * 2)
        self.assertGreater(len(lines[0]["layers"]), 5)
        for layer in lines[0]["layers"]:
            self.assertEqual(sum(layer["cycles_by_group"].values()), layer["cycles"])
        for wrong in ({**lines[0], "speed": 1}, {**lines[0], "error": "x"}, {**lines[5], "error": None},
                      {**lines[5], "status": "tired"}):
            with self.assertRaises(jsonschema.ValidationError):
                jsonschema.validate(wrong, schema)

    def test_mistakes_are_one_line_each(self):
        def refused(*arguments):
            result = sweep(*arguments, cwd=self.folder)
            self.assertEqual((result.returncode, result.stdout), (2, ""))
            self.assertEqual(os.listdir(self.folder), ["text"])
            return result.stderr.replace("mcost: error: ", "")

        self.path("text", "hello\n")
        board = ["--board", "generic-m4"]
        self.assertEqual(refused(), "no firmware: command line: name an ELF file: mcost sweep FW.elf --board NAME, or firmware: in "
                         "the YAML\nno board: command line: add --board NAME, or boards: in the YAML; `mcost boards` lists names\n")
        self.assertEqual(refused("a.yaml", "b.yml"), "two specifications, a.yaml and b.yml: command line: sweep one after the other\n")
        self.assertEqual(refused("none.yaml"), "the specification cannot be read: none.yaml: name a YAML file that exists; "
                         "docs/sweep.md says how it is written\n")
        self.assertEqual(refused("none.elf", *board), "no such file: none.elf: check the path of the firmware\n")
        self.assertIn('unknown board "nosuch": --board: boards: generic-m0, ', refused(DSP, "--board", "nosuch"))
        self.assertEqual(refused(DSP, *board, "--set", "x"), 'no "=" with values in "x": --set: write PATH=VALUE,VALUE, for example '
                         "memories.flash.wait_states=0,5\n")
        self.assertEqual(refused(DSP, *board, "--place", "=x"), 'no "=" with values in "=x": --place: write WHAT=MEMORY,MEMORY, for '
                         "example .rodata=,sram3 (nothing: as linked)\n")
        self.assertEqual(refused(DSP, *board, "--set", "a=1", "--set", "a=2"), "given more than once: --set a: give it once, with "
                         "values separated by commas\n")
        self.assertEqual(refused(DSP, *board, "--set", "a=1,1"), '"1" is given twice: --set a: keep one\n')
        self.assertEqual(refused(DSP, *board, "--set", "memories.flash.wait_states=0,5"),
                         'unknown memory "flash": --set memories.flash.wait_states: memories: code, data\n')
        self.assertEqual(refused(DSP, *board, "--clock", "fast,slow"),
                         '"fast" is no number it takes: --clock: write hertz as an integer, for example 80000000\n')
        self.assertEqual(refused(DSP, *board, "--clock", "1", "--set", "clock.rated_hz=2"),
                         "two core clocks: command line and --set clock.rated_hz: command line: give one of clock and "
                         "clock.rated_hz\n")
        for jobs in ("0", "1025", "many", "-1"):
            self.assertEqual(refused(DSP, *board, f"--jobs={jobs}"),
                             f'"{jobs}" is no number it takes: --jobs: write a number from 1 to 1024\n')
        self.assertEqual(refused(DSP, *board, "--max-cells", "0"),
                         '"0" is no number it takes: --max-cells: write a number from 1 to 1000000\n')
        self.assertEqual(refused(DSP, *board, "--max-cells", "5", "--set", "a=1,2,3", "--set", "b=1,2"),
                         "more than 5 cells: 3 x 2: --max-cells: leave out values, or raise --max-cells\n")
        self.assertEqual(refused(DSP, *board, "--format", "json"),
                         'unknown format "json": --format: did you mean "jsonl"? formats: text, csv, jsonl, markdown\n')
        self.assertIn('unknown metric "cycels": --columns: did you mean "cycles"? metrics: ', refused(DSP, *board, "--columns", "cycels"))
        self.assertIn('unknown metric "joules": --pareto: metrics: ', refused(DSP, *board, "--pareto", "joules"))
        self.assertEqual(refused(DSP, *board, "--output", "text/x.csv"),
                         "the file cannot be written: --output text/x.csv: name a file in a folder you may write to\n")
        self.assertEqual(refused(DSP, *board, "--output", "text/"), "the folder cannot be made: --output text/: name a folder below one "
                         "you may write to\n")
        self.assertEqual(refused(DSP, *board, "--output", "text", "--format", "jsonl"),
                         "no cell of a sweep: text:1: name a file that mcost sweep wrote, or one that does not exist\n")
        self.assertEqual(refused(DSP, *board, "--results", "text/x"), "the folder cannot be made: --results text/x: name a folder below "
                         "one you may write to\n")
        self.assertEqual(refused(DSP, *board, "--uart", "x"), 'unknown option "--uart": mcost sweep: did you mean "--pareto"? `mcost sweep '
                         "--help` lists options\n")

    def test_a_terminal_shows_progress_and_a_pipe_does_not(self):
        arguments = [DSP, "--board", "nucleo-l496zg", "--set", "memories.flash.wait_states=0,1,2,3,4,5,6,7", "--args",
                     "lenet5 40", "--jobs", "2"]
        leader, follower = pty.openpty()
        with subprocess.Popen([MCOST, "sweep", *arguments], stdout=subprocess.PIPE, stderr=follower) as process:
            os.close(follower)
            shown = b""
            try:
                while part := os.read(leader, 4096):
                    shown += part
            except OSError:
                pass  # the other end is closed
            table = process.stdout.read().decode()
        os.close(leader)
        self.assertEqual(process.returncode, 0)
        self.assertRegex(shown.decode(), r"\rmcost: \d of 8 cells, [\d.]+ cells/s, \d+ s left")
        self.assertTrue(shown.endswith(b"\r\x1b[K"))
        result = sweep(*arguments)
        self.assertEqual((result.returncode, result.stderr, result.stdout), (0, "", table))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
