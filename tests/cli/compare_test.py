#!/usr/bin/python3
"""mcost compare and mcost check from outside: outputs, files for CI, exit statuses, messages, and the steps of CI systems.

Usage: compare_test.py MCOST SOURCE_DIR.
"""
import copy
import json
import os
import re
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree

import jsonschema
import yaml

MCOST = os.path.abspath(sys.argv[1])
SOURCE = os.path.abspath(sys.argv[2])
SAMPLES = os.path.join(SOURCE, "firmware_samples", "lenet5", "prebuilt")
DSP = os.path.join(SAMPLES, "lenet5-int8-dsp.elf")
PLAIN = os.path.join(SAMPLES, "lenet5-int8-plain.elf")
BOARD = "nucleo-l496zg"
MARK = "# ---- Measured. mcost check --bless writes what follows; review it like code. ----\n"


def run(*arguments, **options):
    return subprocess.run([MCOST, *arguments], capture_output=True, text=True, check=False, timeout=120, **options)


def schema(name):
    with open(os.path.join(SOURCE, "docs", "schema", name), encoding="utf-8") as stream:
        document = json.load(stream)
    jsonschema.Draft7Validator.check_schema(document)
    return jsonschema.Draft7Validator(document)


class Results(unittest.TestCase):
    """Results of the sample, made once."""

    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.shared = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.shared.cleanup)
        cls.dsp = cls.make("dsp.json", DSP, "--profile")
        cls.plain = cls.make("plain.json", PLAIN, "--profile")
        cls.slow = cls.make("slow.json", DSP, "--set", "memories.flash.wait_states=7")

    @classmethod
    def make(cls, name, firmware, *options):
        path = os.path.join(cls.shared.name, name)
        result = run("run", firmware, "--board", BOARD, "--format", "json", "--output", path, *options)
        assert result.returncode == 0, result.stderr
        return path

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

    def read(self, path):
        with open(path, encoding="utf-8") as stream:
            return stream.read()

    def good(self, *arguments, **options):
        result = run(*arguments, **options)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        return result.stdout

    def refused(self, message, *arguments):
        with self.subTest(" ".join(arguments)):
            result = run(*arguments)
            errors = result.stderr.replace(self.folder + os.sep, "").replace(self.shared.name + os.sep, "")
            self.assertEqual((errors, result.returncode, result.stdout), (f"mcost: error: {message}\n", 2, ""))

    def edited(self, path, change):
        """A copy of a result with something changed in it."""
        report = json.loads(self.read(path))
        change(report)
        return self.path("edited.json", json.dumps(report))

    @staticmethod
    def slower(cycles):
        """More cycles of issue in conv1, wherever they are counted."""

        def change(report):
            layer = next(layer for layer in report["layers"] if layer["name"] == "conv1")
            for cost in (report, layer, layer["self"]):
                cost["cycles"] += cycles
                cost["causes"]["issue"] += cycles
            report.pop("profile", None)
            report["energy"] = None
            report["energy_absent"] = "edited"
            for layer in report["layers"]:
                layer["energy"] = layer["self"]["energy"] = None

        return change


class Compare(Results):
    def test_two_firmwares(self):
        text = self.good("compare", self.plain, self.dsp)
        for line in ("Only the firmware differs.", "Cycles by layer, largest change first",
                     "Change of cycles of layers by cause", "Cycles by function, without what they call",
                     "Cycles by cause, largest change first"):
            self.assertIn(line, text)
        self.assertRegex(text, r"cycles +3,247,602 +1,104,001 +-2,143,601 +-66\.0 %")
        self.assertRegex(text, r"conv2 +1,540,261 +464,248 +-1,076,013 +-69\.9 %")

    def test_two_boards_are_run_here(self):
        text = self.good("compare", DSP, "--board", BOARD, "--board", "stm32f469i-disco", "--by", "layer")
        self.assertRegex(text, r"board +nucleo-l496zg -> stm32f469i-disco\n +\d+ values differ")
        self.assertIn("The firmware is the same: the board made the difference.", text)
        self.assertNotIn("digit 0", text)

    def test_a_run_and_its_result_are_equal(self):
        self.assertIn("Every number compared is the same.",
                      self.good("compare", self.dsp, DSP, "--board", BOARD))

    def test_the_value_that_changed_is_named_before_any_number(self):
        text = self.good("compare", self.dsp, self.slow)
        named = text.index("memories.flash.wait_states: 4 -> 7")
        self.assertLess(named, text.index("1,104,001"))
        self.assertIn("The firmware is the same: values of the board made the difference.", text)

    def test_options_that_change_numbers_are_named(self):
        other = self.make("args.json", DSP, "--args", "lenet5 --all")
        text = self.good("compare", self.dsp, other)
        self.assertIn("--args lenet5 --all: only args", text)
        self.assertIn("The firmware is the same: options of the run made the difference.", text)

    def test_json_follows_its_schema(self):
        validator = schema("compare.schema.json")
        for options in ([], ["--metric", "macs_per_cycle"], ["--by", "memory"], ["--by", "function"]):
            with self.subTest(options):
                report = json.loads(self.good("compare", self.plain, self.dsp, "--format", "json", *options))
                validator.validate(report)
        with open(os.path.join(SOURCE, "tests", "golden", "reports", "compare.json"), encoding="utf-8") as stream:
            report = json.load(stream)
        validator.validate(report)
        for key in report:
            broken = copy.deepcopy(report)
            broken.pop(key)
            self.assertFalse(validator.is_valid(broken), key)

    def test_json_has_what_the_runs_have(self):
        report = json.loads(self.good("compare", self.plain, self.dsp, "--by", "layer", "--sort", "program",
                                      "--format", "json"))
        for index, path in enumerate((self.plain, self.dsp)):
            layers = json.loads(self.read(path))["layers"]
            for row, layer in zip(report["views"][0]["rows"], layers, strict=True):
                self.assertEqual((row["name"], row["values"][index]), (layer["name"], layer["cycles"]))
                causes = {name: values[index] for name, values in row["causes"].items() if values[index]}
                self.assertEqual(causes, {name: cycles for name, cycles in layer["causes"].items() if cycles})

    def test_csv_and_markdown(self):
        rows = self.good("compare", self.plain, self.dsp, "--format", "csv").splitlines()
        self.assertEqual(rows[0], "by,name,metric,cause,result,firmware,board,value,per,unit")
        self.assertEqual({row.count(",") for row in rows}, {9})
        self.assertIn("layer,conv1,cycles,,dsp,lenet5-int8-dsp.elf,nucleo-l496zg,353386,,cycles", rows)
        self.assertIn("| conv1 | 962,871 | 353,386 | -609,485 | -63.3 % | 28.4 % |",
                      self.good("compare", self.plain, self.dsp, "--format", "markdown"))

    def test_other_metrics(self):
        for metric, line in (("energy", r"conv1 +\d+\.\d+ uJ"), ("time", r"conv1 +12\.04 ms +4\.417 ms"),
                             ("bytes:flash", r"Bytes:flash by layer"), ("macs_per_cycle", r"conv1 +0\.\d+ +0\.199"),
                             ("live_bytes", r"Live_bytes by layer"), ("data_wait:flash", r"Data_wait:flash by layer")):
            with self.subTest(metric):
                self.assertRegex(self.good("compare", self.plain, self.dsp, "--metric", metric), line)

    def test_mistakes(self):
        self.refused("nothing to compare: command line: name results or firmware: mcost compare A.json B.json, or "
                     "mcost compare FW.elf --board A --board B", "compare")
        self.refused("one result alone: command line: name another result, firmware or --board to compare it with",
                     "compare", self.dsp)
        self.refused("one result alone: command line: name another result, firmware or --board to compare it with",
                     "compare", DSP, "--board", BOARD)
        self.refused(f"no board for the firmware {DSP}: command line: add --board NAME; `mcost boards` lists names",
                     "compare", self.dsp, DSP)
        self.refused("dsp.json is the result of a run: --board: leave the option out, or give the firmware instead",
                     "compare", self.dsp, self.slow, "--board", BOARD)
        self.refused('no result has the metric "cicles": --metric: did you mean "cycles"?', "compare", self.dsp,
                     self.slow, "--metric", "cicles")
        self.refused('no result has the metric "bytes:moon": --metric: use cycles, time, energy, instructions, macs, '
                     "macs_per_cycle, live_bytes, bytes:MEMORY or a cause such as data_wait:MEMORY", "compare",
                     self.dsp, self.slow, "--metric", "bytes:moon")
        self.refused('unknown by "layr": --by: did you mean "layer"? views: layer, function, cause, memory', "compare",
                     self.dsp, self.slow, "--by", "layr")
        self.refused('unknown sort "name": --sort: orders: change, program', "compare", self.dsp, self.slow, "--sort",
                     "name")
        self.refused('unknown format "html": --format: formats: text, markdown, json, csv', "compare", self.dsp,
                     self.slow, "--format", "html")
        self.refused('"x" is no number it takes: --top: write how many rows to show, 0 for all', "compare", self.dsp,
                     self.slow, "--top", "x")
        self.refused("--by memory counts what it shows: --metric time: leave one of them out", "compare", self.dsp,
                     self.slow, "--by", "memory", "--metric", "time")
        self.refused("the run was not profiled: slow.json: make it again: mcost run FW.elf --board NAME --profile "
                     "--format json", "compare", self.dsp, self.slow, "--by", "function")
        self.refused("no such file: nowhere.json: mcost compare: check the path", "compare", "nowhere.json", self.dsp)
        self.refused("25 results: mcost compare: compare at most 24 at a time", "compare", *[self.dsp] * 25)

    def test_a_board_that_is_no_yaml_is_refused(self):
        broken = self.edited(self.dsp, lambda report: report["board"].update(resolved="a: ["))
        result = run("compare", broken, self.dsp)
        self.assertEqual((result.returncode, result.stdout), (2, ""))
        self.assertIn("edited.json: board.resolved:1:", result.stderr)

    def test_a_board_that_cannot_run_it_is_named(self):
        result = run("compare", DSP, "--board", BOARD, "--board", "nucleo-f767zi")
        self.assertEqual((result.returncode, result.stdout), (2, ""))
        self.assertIn("program header 0, on nucleo-f767zi: ", result.stderr)

    def test_a_firmware_that_fails_is_status_1(self):
        result = run("compare", self.dsp, DSP, "--board", BOARD, "--max-cycles", "1000")
        self.assertEqual(result.returncode, 1)
        self.assertIn("cycle limit at ", result.stdout)


class Hardware(Results):
    def log(self, result=None):
        layers = json.loads(self.read(result or self.slow))["layers"]
        return self.path("board.csv", "layer,cycles\n" + "".join(
            f"{layer['name']},{layer['cycles']}\n" for layer in layers if layer["kind"] != "outside"))

    def test_the_wrong_wait_states_are_found(self):
        text = self.good("compare", "--hardware", self.log(), self.dsp)
        self.assertRegex(text, r"conv2 +1 +1 +508,648 +464,248 +-44,400 +-8\.73 %")
        self.assertRegex(text, r"100 %  \+3\.00 cycles for each read of the array of flash\n")
        self.assertIn("memories.flash.wait_states = 4 (datasheet)", text)
        self.assertIn("these layers cannot tell them apart", text)

    def test_no_error_is_nothing_to_explain(self):
        self.assertIn("there is nothing to explain", self.good("compare", "--hardware", self.log(self.dsp), self.dsp))

    def test_uart_log_of_times(self):
        log = self.path("uart.log", "\x1b[1mboot\x1b[0m\r\n[00:01.5] conv1: 4.5 ms\r\nfc1 took 2,600 us\r\nidle: 7 cycles\n")
        text = self.good("compare", "--hardware", log, DSP, "--board", BOARD)
        self.assertRegex(text, r"conv1 +1 +1 +360,000 +353,386 ")
        self.assertRegex(text, r"fc1 +1 +1 +208,000 +206,139 ")
        self.assertIn("in the log, but no layer of the run: idle", text)
        self.assertIn("Too few layers to say which parameter of the model is wrong", text)

    def test_formats(self):
        validator = schema("hardware.schema.json")
        validator.validate(json.loads(self.good("compare", "--hardware", self.log(), self.dsp, "--format", "json")))
        rows = self.good("compare", "--hardware", self.log(), self.dsp, "--format", "csv").splitlines()
        self.assertEqual(rows[1], "conv1,1,1,353753,353386,-367")
        self.assertIn("| conv1 | 1 | 1 |",
                      self.good("compare", "--hardware", self.log(), self.dsp, "--format", "markdown"))

    def test_mistakes(self):
        self.refused("no such file: nowhere.log: --hardware: check the path", "compare", "--hardware", "nowhere.log",
                     self.dsp)
        self.refused("2 results beside one board: --hardware: name one result, or one firmware and one --board",
                     "compare", "--hardware", self.log(), self.dsp, self.slow)
        self.refused("the layers of a log are compared in cycles: --metric: leave it out with --hardware", "compare",
                     "--hardware", self.log(), self.dsp, "--metric", "energy")
        self.refused("there is no log: --hardware-hz: add --hardware LOG, or leave it out", "compare", self.dsp,
                     self.slow, "--hardware-hz", "5")
        self.refused('"fast" is no clock: --hardware-hz: write hertz as an integer, for example 80000000', "compare",
                     "--hardware", self.log(), self.dsp, "--hardware-hz", "fast")
        self.refused('the log measures no layer of the run: other.csv: layers are conv1, pool1, conv2, pool2, fc1, fc2, '
                     "fc3, (outside)", "compare", "--hardware", self.path("other.csv", "layer,cycles\nx,5\n"), self.dsp)


class Check(Results):
    def blessed(self, source=None, *options):
        path = self.path("base.yaml")
        self.good("check", source or self.dsp, "--baseline", path, "--bless", *options)
        return path

    def test_the_same_passes(self):
        base = self.blessed(DSP, "--board", BOARD)
        text = self.good("check", DSP, "--board", BOARD, "--baseline", base)
        self.assertTrue(text.startswith("PASSED\n"), text)
        self.assertIn("Firmware, board, options and version are the same.", text)

    def test_a_result_is_as_good_as_its_run(self):
        self.assertTrue(self.good("check", DSP, "--board", BOARD, "--profile", "--baseline", self.blessed())
                        .startswith("PASSED\n"))

    def test_baselines_are_yaml_with_a_line_for_each_number(self):
        base = self.blessed()
        document = yaml.safe_load(self.read(base))
        report = json.loads(self.read(self.dsp))
        validator = schema("baseline.schema.json")
        validator.validate(document)
        for key in ("tool", "image", "board", "metrics"):
            self.assertFalse(validator.is_valid({name: value for name, value in document.items() if name != key}), key)
        self.assertEqual(document["schema"], "mcost/baseline/1")
        self.assertEqual((document["tool"], document["board"]), (report["tool"]["version"], BOARD))
        self.assertEqual(document["image_sha256"], report["image"]["sha256"])
        metrics = document["metrics"]
        self.assertEqual(metrics["cycles"], report["cycles"])
        self.assertEqual(metrics["energy"], report["energy"]["fj"])
        for layer in report["layers"]:
            self.assertEqual(metrics[f"layers.{layer['name']}.cycles"], layer["cycles"])
        self.assertEqual(list(metrics), sorted(metrics))
        self.assertEqual(self.read(base), self.read(self.blessed()))

    def test_a_regression_is_status_3(self):
        base = self.blessed()
        worse = self.edited(self.dsp, self.slower(20000))
        result = run("check", worse, "--baseline", base)
        self.assertEqual(result.returncode, 3, result.stderr)
        self.assertRegex(result.stdout, r"cycles +1,104,001 +1,124,001 +\+20,000 +\+1\.81 % +\+1% +FAILED")
        self.assertRegex(result.stdout, r"layers\.conv1\.cycles +353,386 +373,386 +\+20,000 +\+5\.66 % +\+1% +warning")
        self.assertIn("cycles of the run by cause: issue +20,000", result.stdout)
        self.assertIn("run it again with --bless", result.stdout)
        self.assertEqual(run("check", worse, "--baseline", base, "--tolerance", "2%", "--limit", "energy=+1%",
                             ).returncode, 3, "energy that has gone is not kept")

    def test_a_cycle_decides(self):
        base = self.blessed(self.edited(self.dsp, self.slower(0)))
        for cycles, status in ((11040, 0), (11041, 3)):  # 1 % of 1,104,001
            result = run("check", self.edited(self.dsp, self.slower(cycles)), "--baseline", base)
            self.assertEqual(result.returncode, status, result.stdout)

    def test_changed_boards_and_options_are_named_first(self):
        base = self.blessed()
        result = run("check", self.slow, "--baseline", base)
        self.assertEqual(result.returncode, 3)
        named = result.stdout.index("values of memories.flash have changed")
        self.assertLess(named, result.stdout.index("1,104,001"))
        self.assertIn("options   --set memories.flash.wait_states=7: only this run", result.stdout)
        self.assertIn("The firmware is the same: values of the board and options of the run made the difference.",
                      re.sub(r"\s+", " ", result.stdout))
        older = self.read(base).replace('tool: "0.', 'tool: "9.')
        self.assertIn("mcost     9.1.0 -> 0.1.0", run("check", self.dsp, "--baseline", self.path("old.yaml", older)).stdout)

    def test_limits_on_the_line(self):
        base = self.blessed()
        for options, status in (
                (["--limit", "cycles=+10%", "--limit", "energy=+10%"], 0),
                (["--limit", "cycles=+10%", "--limit", "energy=+10%", "--limit", "layers.conv1.cycles=+300"], 3),
                (["--limit", "cycles=+10%", "--limit", "energy=+10%", "--warn", "layers.conv1.cycles=+300"], 0),
                (["--tolerance", "8%"], 0), (["--tolerance", "7%"], 3),
                (["--tolerance", "8%", "--limit", "energy<0.7mJ"], 0),
                (["--tolerance", "8%", "--limit", "energy<600uJ"], 3),
                (["--tolerance", "8%", "--limit", "time<=15ms"], 0),
                (["--tolerance", "8%", "--limit", "macs_per_cycle>0.28"], 3),
                (["--tolerance", "8%", "--limit", "layers.*.cycles=+5%"], 3),
                (["--tolerance", "8%", "--limit", "layers.*.cycles=+14%"], 0)):
            with self.subTest(options):
                result = run("check", self.slow, "--baseline", base, *options)
                self.assertEqual((result.returncode, result.stderr), (status, ""), result.stdout)

    def test_limits_alone_need_no_baseline(self):
        self.assertTrue(self.good("check", self.dsp, "--limit", "cycles<2M").startswith("PASSED\n"))
        self.assertEqual(run("check", self.dsp, "--limit", "cycles<1M").returncode, 3)
        limits = self.path("limits.yaml", "limits:\n  layers.conv1.cycles: <300k\n")
        self.assertEqual(run("check", self.dsp, "--limits", limits).returncode, 3)

    def test_improvement_advises_to_bless(self):
        text = self.good("check", self.dsp, "--baseline", self.blessed(self.slow))
        self.assertRegex(text, r"PASSED: \d+ improvements\n")
        self.assertRegex(text, r"cycles +1,181,373 +1,104,001 +-77,372 +-6\.55 % +\+1% +improved")
        self.assertIn("Better than the baseline: run it again with --bless", text)

    def test_blessing_keeps_what_people_wrote(self):
        head = "# Ours: conv1 may take what it likes.\ntolerance: 0.5%\nlimits:\n  layers.conv1.cycles: +50%\n\n"
        base = self.path("base.yaml", head)
        self.good("check", self.dsp, "--baseline", base, "--bless")
        first = self.read(base)
        self.assertTrue(first.startswith(head + MARK))
        text = self.good("check", self.slow, "--baseline", base, "--bless")
        self.assertTrue(text.startswith("BLESSED: "), text)
        second = self.read(base)
        self.assertTrue(second.startswith(head + MARK))
        self.assertIn("  cycles: 1181373\n", second)
        self.assertNotEqual(first, second)

    def test_blessing_writes_what_limits_need(self):
        base = self.blessed(None, "--limit", "layers.*.energy=+2%", "--limit", "time=+2%", "--limit", "macs_per_cycle=-1%")
        metrics = yaml.safe_load(self.read(base))["metrics"]
        self.assertIn("layers.conv1.energy", metrics)
        self.assertEqual((metrics["time"], metrics["macs_per_cycle"]), (13800012500, "315413/1104001"))
        self.good("check", self.dsp, "--baseline", base, "--limit", "macs_per_cycle=-1%")
        self.assertEqual(run("check", self.slow, "--baseline", base, "--tolerance", "9%", "--limit",
                             "macs_per_cycle=-1%").returncode, 3)

    def test_blessing_resolves_a_conflict(self):
        base = self.blessed()
        text = self.read(base).replace("  cycles: 1104001\n",
                                       "<<<<<<< ours\n  cycles: 1\n=======\n  cycles: 2\n>>>>>>> theirs\n")
        broken = self.path("broken.yaml", text)
        self.assertEqual(run("check", self.dsp, "--baseline", broken).returncode, 2)
        self.good("check", self.dsp, "--baseline", broken, "--bless")
        self.assertEqual(self.read(broken), self.read(self.blessed()))

    def test_blessing_does_not_lift_absolute_limits(self):
        base = self.path("base.yaml", "limits:\n  cycles: <1M\n")
        self.assertEqual(run("check", self.dsp, "--baseline", base, "--bless").returncode, 3)
        self.assertIn("  cycles: 1104001\n", self.read(base))

    def test_blessed_lines_of_two_branches_merge(self):
        base = self.blessed(self.edited(self.dsp, self.slower(0)))
        text = self.read(base)
        ours = self.path("ours.yaml", text.replace("layers.conv1.cycles: 353386", "layers.conv1.cycles: 353000"))
        theirs = self.path("theirs.yaml", text.replace("layers.pool2.cycles: 5814", "layers.pool2.cycles: 5800"))
        merged = subprocess.run(["git", "merge-file", "-p", ours, base, theirs], capture_output=True, text=True, check=True)
        self.assertIn("layers.conv1.cycles: 353000", merged.stdout)
        self.assertIn("layers.pool2.cycles: 5800", merged.stdout)

    def test_firmware_that_fails_is_status_1_and_never_blessed(self):
        base = self.path("base.yaml")
        for options in (["--max-cycles", "1000"], ["--args", "lenet5 --nonsense"]):
            with self.subTest(options):
                result = run("check", DSP, "--board", BOARD, "--baseline", base, "--bless", *options)
                if options[0] == "--args" and result.returncode == 0:
                    self.skipTest("the sample takes any argument")
                self.assertEqual((result.returncode, result.stdout), (1, ""))
                self.assertFalse(os.path.exists(base))

    def test_partial_results_are_never_a_baseline(self):
        def partial(report):
            report["partial"] = True
            report["exit"]["reason"] = "time_limit"

        self.refused("the result is partial: stopped by host time: edited.json: make it again without --timeout", "check",
                     self.edited(self.dsp, partial), "--baseline", self.path("base.yaml"), "--bless")
        self.assertFalse(os.path.exists(self.path("base.yaml")))

    def test_json_follows_its_schema(self):
        validator = schema("check.schema.json")
        base = self.blessed()
        for source in (self.dsp, self.slow):
            report = json.loads(run("check", source, "--baseline", base, "--format", "json").stdout)
            validator.validate(report)
            self.assertEqual(report["outcome"], "passed" if source == self.dsp else "failed")
        validator.validate(json.loads(self.good("check", self.dsp, "--limit", "cycles<2M", "--format", "json")))
        with open(os.path.join(SOURCE, "tests", "golden", "reports", "check.json"), encoding="utf-8") as stream:
            report = json.load(stream)
        validator.validate(report)
        for key in report:
            broken = copy.deepcopy(report)
            broken.pop(key)
            self.assertFalse(validator.is_valid(broken), key)

    def test_junit(self):
        junit = self.path("junit.xml")
        self.assertEqual(run("check", self.slow, "--baseline", self.blessed(), "--junit", junit).returncode, 3)
        suites = xml.etree.ElementTree.parse(junit).getroot()
        suite = suites.find("testsuite")
        cases = suite.findall("testcase")
        self.assertEqual((int(suite.get("tests")), int(suite.get("failures"))), (len(cases), 2))
        failed = {case.get("name"): case.find("failure") for case in cases if case.find("failure") is not None}
        self.assertEqual(set(failed), {"cycles", "energy"})
        self.assertEqual(failed["cycles"].get("message"),
                         "1,181,373 cycles, baseline 1,104,001 cycles, +7.01 %; limit cycles=+1%")
        warned = [case.get("name") for case in cases if case.find("system-out") is not None]
        self.assertIn("layers.conv2.cycles", warned)
        self.assertTrue(any("memories.flash" in entry.get("value") for entry in suite.iter("property")))

    def test_benchmark_json(self):
        path = self.path("bench.json")
        self.good("check", self.dsp, "--baseline", self.blessed(), "--benchmark-json", path)
        entries = json.loads(self.read(path))
        for entry in entries:
            self.assertEqual(set(entry), {"name", "unit", "value"})
            self.assertIsInstance(entry["value"], (int, float))
        by_name = {entry["name"]: entry for entry in entries}
        self.assertEqual(by_name["lenet5-int8-dsp.elf on nucleo-l496zg: cycles"],
                         {"name": "lenet5-int8-dsp.elf on nucleo-l496zg: cycles", "unit": "cycles", "value": 1104001})
        self.assertEqual(by_name["lenet5-int8-dsp.elf on nucleo-l496zg: energy"]["unit"], "uJ")

    def test_summary_is_appended_only_when_asked(self):
        base = self.blessed()
        summary = self.path("summary.md", "before\n")
        environment = dict(os.environ, GITHUB_STEP_SUMMARY=summary)
        self.good("check", self.dsp, "--baseline", base, env=environment)
        self.assertEqual(self.read(summary), "before\n")
        self.good("check", self.dsp, "--baseline", base, "--github-summary", env=environment)
        self.assertTrue(self.read(summary).startswith("before\n### mcost check: PASSED\n"), self.read(summary))
        del environment["GITHUB_STEP_SUMMARY"]
        result = run("check", self.dsp, "--baseline", base, "--github-summary", env=environment)
        self.assertEqual((result.returncode, result.stderr),
                         (2, "mcost: error: GITHUB_STEP_SUMMARY is not set: --github-summary: leave the option out where "
                             "no GitHub action runs\n"))

    def test_markdown_file_is_the_markdown_report(self):
        path = self.path("summary.md")
        base = self.blessed()
        text = self.good("check", self.dsp, "--baseline", base, "--markdown", path, "--format", "markdown")
        self.assertEqual(self.read(path), text)

    def test_mistakes(self):
        base = self.blessed()
        self.refused("nothing to check: command line: name a firmware or a result: mcost check FW.elf --board NAME "
                     "--baseline FILE", "check")
        self.refused("nothing to check against: command line: add --baseline FILE.yaml, or --limit METRIC<VALUE",
                     "check", self.dsp)
        self.refused("no file to bless: --bless: add --baseline FILE.yaml", "check", self.dsp, "--bless")
        self.refused("no such baseline: --baseline nowhere.yaml: write it with --bless, look at it, and commit it",
                     "check", self.dsp, "--baseline", "nowhere.yaml")
        self.refused("no board: command line: add --board NAME; `mcost boards` lists names", "check", DSP,
                     "--baseline", base)
        self.refused("dsp.json is the result of a run: --board: leave the option out, or give the firmware instead",
                     "check", self.dsp, "--baseline", base, "--board", BOARD)
        self.refused("the baseline is of nucleo-l496zg, the run on stm32f469i-disco: --baseline base.yaml: keep a "
                     "baseline for each board", "check", DSP, "--board", "stm32f469i-disco", "--baseline", base)
        self.refused('"cycles" is no limit: nothing says how much: --limit: write METRIC=+2%, METRIC=+500, METRIC<5mJ '
                     "(also <=, >, >=); METRIC is one of the run or layers.PATH.METRIC", "check", self.dsp, "--baseline",
                     base, "--limit", "cycles")
        self.refused("the limit layers.conv9.cycles=+2% fits nothing: neither run nor baseline has layers.conv9.cycles: "
                     "limits: `--format json` lists the names of metrics, layers and functions", "check", self.dsp,
                     "--baseline", base, "--limit", "layers.conv9.cycles=+2%")
        self.refused('"1" is no tolerance: --tolerance: write per cent with up to 6 decimals, for example 1% or 0.5%',
                     "check", self.dsp, "--baseline", base, "--tolerance", "1")
        self.refused('unknown format "csv": --format: formats: text, markdown, json', "check", self.dsp, "--baseline",
                     base, "--format", "csv")
        self.refused("the limit cycles=+2% compares with a baseline: command line: add --baseline FILE.yaml, or write an "
                     "absolute limit", "check", self.dsp, "--limit", "cycles=+2%")
        self.refused("the baseline has no time: limit time=+2%: run with --bless and this limit, which writes it",
                     "check", self.dsp, "--baseline", base, "--limit", "time=+2%")
        self.refused("the baseline has no layers.conv1.energy: limit layers.*.energy=+2%: run with --bless and this "
                     "limit, which writes it", "check", self.dsp, "--baseline", base, "--limit", "layers.*.energy=+2%")
        empty = self.path("empty.yaml", "limits:\n  cycles: +2%\n")
        self.refused("the baseline has no numbers: --baseline empty.yaml: write it with --bless, look at it, and commit "
                     "it", "check", self.dsp, "--baseline", empty)
        self.refused('"energy<5" is no limit: an energy needs J, mJ, uJ, nJ, pJ or fJ: limits.yaml:2:11 limits: write '
                     "METRIC=+2%, METRIC=+500, METRIC<5mJ (also <=, >, >=); METRIC is one of the run or layers.PATH.METRIC",
                     "check", self.dsp, "--limits", self.path("limits.yaml", "limits:\n  energy: <5\n"))


class ContinuousIntegration(Results):
    """The files for CI systems: parsed, and their steps run here."""

    def parsed(self, *path):
        with open(os.path.join(SOURCE, *path), encoding="utf-8") as stream:
            return yaml.safe_load(stream)

    def baseline(self):
        path = self.path("base.yaml")
        self.good("check", self.dsp, "--baseline", path, "--bless")
        return path

    def test_github_action(self):
        action = self.parsed(".github", "actions", "mcost-check", "action.yml")
        self.assertEqual(action["runs"]["using"], "composite")
        build, check = action["runs"]["steps"]
        self.assertEqual(build["if"], "${{ inputs.mcost == '' }}")
        for step in (build, check):
            self.assertEqual(step["shell"], "bash")
            self.assertNotIn("${{", step["run"], "inputs reach the shell as variables only")
        for firmware, status in ((self.dsp, 0), (self.slow, 3)):
            with self.subTest(firmware):
                summary = self.path("summary.md", "")
                given = {"firmware": firmware, "baseline": self.baseline(), "mcost": MCOST, "options": "--warn\nmacs=+0\n",
                         "junit": self.path("junit.xml"), "benchmark-json": self.path("bench.json")}
                values = {name: given.get(name, entry.get("default", "")) for name, entry in action["inputs"].items()}
                values = {f"inputs.{name}": value for name, value in values.items()}
                values["github.action_path"] = os.path.join(SOURCE, ".github", "actions", "mcost-check")
                environment = dict(os.environ, GITHUB_STEP_SUMMARY=summary)
                for name, text in check["env"].items():
                    environment[name] = re.sub(r"\$\{\{ *([\w.-]+) *\}\}", lambda match: values[match[1]], text)
                result = subprocess.run(["bash", "-eo", "pipefail", "-c", check["run"]], env=environment, cwd=self.folder,
                                        capture_output=True, text=True, check=False, timeout=120)
                self.assertEqual((result.returncode, result.stderr), (status, ""))
                self.assertIn("### mcost check: ", self.read(summary))
                self.assertTrue(xml.etree.ElementTree.parse(given["junit"]).getroot().find("testsuite") is not None)
                self.assertTrue(json.loads(self.read(given["benchmark-json"])))

    def test_gitlab_snippet(self):
        job = self.parsed("ci", "gitlab.yml")[".mcost-check"]
        environment = {name: value for name, value in os.environ.items() if name != "GITHUB_STEP_SUMMARY"}
        environment |= {name: str(value) for name, value in job["variables"].items()}
        environment |= {"MCOST_CI": os.path.join(SOURCE, "ci"), "MCOST_PROGRAM": MCOST, "MCOST_FIRMWARE": self.slow,
                        "MCOST_BASELINE": self.baseline()}
        result = subprocess.run(["sh", "-ec", "\n".join(job["script"])], env=environment, cwd=self.folder,
                                capture_output=True, text=True, check=False, timeout=120)
        self.assertEqual((result.returncode, result.stderr), (3, ""))
        artifacts = job["artifacts"]
        for name in [artifacts["reports"]["junit"], *artifacts["paths"]]:
            self.assertTrue(os.path.getsize(self.path(name)), name)

    def test_without_firmware_the_script_says_what_to_set(self):
        environment = {name: value for name, value in os.environ.items() if not name.startswith("MCOST")}
        result = subprocess.run(["sh", os.path.join(SOURCE, "ci", "mcost_check.sh")], env=environment,
                                capture_output=True, text=True, check=False, timeout=60)
        self.assertNotEqual(result.returncode, 0)
        self.assertIn("MCOST_FIRMWARE: name the firmware", result.stderr)


class Documents(Results):
    """Commands of the pages, run in order, print what the pages show; a line "..." stands for any lines."""

    def pieces(self, page):
        text = self.read(os.path.join(SOURCE, "docs", page))
        return re.findall(r"^```(sh|text)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)

    def check_page(self, page):
        environment = dict(os.environ, PATH=os.path.dirname(MCOST) + os.pathsep + os.environ["PATH"])
        for name in os.listdir(SAMPLES):
            os.symlink(os.path.join(SAMPLES, name), self.path(name))
        printed = ""
        shown = 0
        for kind, block in self.pieces(page):
            if kind == "sh":
                result = subprocess.run(["bash", "-c", block], cwd=self.folder, env=environment, capture_output=True,
                                        text=True, check=False, timeout=120)
                self.assertNotIn("error", result.stderr)
                printed = result.stdout
                continue
            shown += 1
            pattern = "".join(r"(?:.*\n)*?" if line == "..." else re.escape(line) + "\n" for line in block.splitlines())
            if not re.fullmatch(pattern, printed):
                self.assertEqual(block, printed, page)
        return shown

    def test_compare(self):
        self.assertEqual(self.check_page("compare.md"), 4)

    def test_ci(self):
        os.symlink(self.dsp, self.path("dsp.json"))
        self.assertEqual(self.check_page("ci.md"), 2)

    def test_limits_of_the_page_are_limits(self):
        text = self.read(os.path.join(SOURCE, "docs", "ci.md"))
        limits = re.search(r"^```yaml\n(tolerance:.*?)^```$", text, re.MULTILINE | re.DOTALL)[1]
        schema("baseline.schema.json").validate(yaml.safe_load(limits))
        base = self.path("base.yaml", limits)
        self.good("check", self.dsp, "--baseline", base, "--bless", "--limit", "layers.conv1.cycles=+10%")
        self.good("check", self.dsp, "--baseline", base)
        limits = re.findall(r"`([a-z_.:0-9*]+(?:=|<=|>=|<|>)[^`]+)`", text.split("## Baselines")[0])
        self.assertGreater(len(limits), 7)
        options = [word for limit in limits for word in ("--limit", limit)]
        self.assertIn(run("check", self.dsp, "--baseline", base, "--bless", *options).returncode, (0, 3))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
