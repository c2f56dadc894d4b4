#!/usr/bin/python3
"""mcost profile from outside: views and exports of a stored result and of samples, and what mistakes are told.

Usage: profile_test.py MCOST SOURCE_DIR
"""
import json
import os
import re
import subprocess
import sys
import tempfile
import unittest

MCOST = os.path.abspath(sys.argv[1])
SOURCE = os.path.abspath(sys.argv[2])
REPORTS = os.path.join(SOURCE, "tests", "golden", "reports")
RESULT = os.path.join(REPORTS, "profile.json")
SAMPLE = os.path.join(SOURCE, "firmware_samples", "lenet5", "prebuilt", "lenet5-int8-dsp.elf")
FORMATS = "text, json, callgrind, collapsed, speedscope, perfetto, tflm-csv, lcov"


def profile(*arguments):
    return subprocess.run([MCOST, "profile", *arguments], capture_output=True, text=True, check=False, timeout=120)


def stored(name):
    with open(os.path.join(REPORTS, name), encoding="utf-8") as stream:
        return stream.read()


class StoredResult(unittest.TestCase):
    """A report can be made again from the JSON alone."""

    maxDiff = None

    def show(self, *options):
        result = profile(RESULT, *options)
        self.assertEqual(result.returncode, 0, result.stderr)
        return result.stdout

    def test_exports_are_those_of_the_result(self):
        for format_name, name in {
            "json": "profile.json",
            "callgrind": "profile.callgrind",
            "collapsed": "profile.collapsed",
            "speedscope": "profile.speedscope.json",
            "tflm-csv": "visits.tflm.csv",
        }.items():
            with self.subTest(format_name):
                self.assertEqual(self.show("--format", format_name), stored(name))

    def test_views(self):
        everything = stored("profile.txt")
        for view, heading in {
            "function": "Functions, in cycles",
            "tree": "Call tree, in cycles",
            "instruction": "Instructions, in cycles",
        }.items():
            with self.subTest(view):
                text = self.show("--by", view, "--top", "0")
                self.assertIn("\n\n" + heading, text)
                table = text[text.index(heading):text.index("\nnot shown: ")]
                self.assertIn(table, everything)
        self.assertEqual(self.show(), self.show("--by", "function"))
        self.assertIn("Source lines, in cycles", self.show("--by", "line"))
        self.assertIn(stored("bounds.txt"), self.show("--by", "layer"))

    def test_annotate_finds_functions_by_short_name_and_address(self):
        long_name = self.show("--annotate", "conv<int, 3>(std::vector<int> const&)")
        self.assertIn("smlad r0, r1, r2, r0  issue 2,000, result_latency 500, data_wait:flash 300", long_name)
        self.assertEqual(self.show("--annotate", "conv<int, 3>"), long_name)
        self.assertEqual(self.show("--annotate", "0x08000206"), long_name)

    def test_source_lines_come_from_below_the_folder_alone(self):
        with tempfile.TemporaryDirectory() as folder:
            root = os.path.join(folder, "root")
            os.makedirs(os.path.join(root, "inc"))
            os.makedirs(os.path.join(root, "src"))
            with open(os.path.join(root, "inc", "dot.h"), "w", encoding="utf-8") as stream:
                stream.write("\n" * 6 + "\tacc += x[i] * w[i];\n")
            with open(os.path.join(folder, "secret"), "w", encoding="utf-8") as stream:
                stream.write("secret\n" * 100)
            os.symlink(os.path.join(folder, "secret"), os.path.join(root, "src", "net.cpp"))
            text = self.show("--annotate", "conv<int, 3>", "--source-root", root)
            self.assertIn("inc/dot.h:7  dot (inlined)   acc += x[i] * w[i];\n", text)
            self.assertNotIn("secret", text)
            self.assertIn("inc/dot.h:7   acc +=", self.show("--by", "line", "--source-root", root))

    def test_coverage_says_what_it_cannot_know(self):
        result = profile(RESULT, "--format", "lcov")
        self.assertEqual(result.returncode, 0)
        self.assertIn("DA:42,2000\n", result.stdout)
        self.assertEqual(result.stderr, "mcost: lines that were never executed are in the firmware alone: profile that "
                                        "for the coverage of all\n")

    def test_output_file(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "out")
            self.assertEqual(self.show("--format", "collapsed", "--output", path), "")
            with open(path, encoding="utf-8") as stream:
                self.assertEqual(stream.read(), stored("profile.collapsed"))


class Mistakes(unittest.TestCase):
    maxDiff = None

    def refuse(self, arguments, message):
        with self.subTest(" ".join(arguments)):
            result = profile(*arguments)
            self.assertEqual(result.stderr, f"mcost: error: {message}\n")
            self.assertEqual((result.returncode, result.stdout), (2, ""))

    def test_options(self):
        self.refuse([], "no firmware: command line: name an ELF file: mcost profile FW.elf --board NAME; or the JSON "
                        "report of a run with --profile")
        self.refuse([SAMPLE], "no board: command line: add --board NAME; `mcost boards` lists names")
        self.refuse([RESULT, "--board", "generic-m4"],
                    f"{RESULT} is the result of a run: --board: leave the option out, or give the firmware instead")
        self.refuse([RESULT, "--by", "lines"],
                    'unknown by "lines": --by: did you mean "line"? views: function, line, instruction, tree, layer')
        self.refuse([RESULT, "--format", "xml"], f'unknown format "xml": --format: formats: {FORMATS}')
        self.refuse([RESULT, "--format", "callgrind", "--by", "line"],
                    "--by, --annotate and --top choose what the text shows: --format callgrind: leave them out, or use "
                    "--format text")
        self.refuse([RESULT, "--by", "line", "--annotate", "fib"],
                    "two views: --by and --annotate: give one of them")
        self.refuse([RESULT, "--top", "many"],
                    '"many" is no number it takes: --top: write how many rows to show, 0 for all')
        self.refuse([RESULT, "--annotate", "fibs"],
                    'no such function was executed: --annotate fibs: did you mean "fib"?')
        self.refuse([RESULT, "--annotate", "0x20000000"],
                    "no such function was executed: --annotate 0x20000000: `--by function` lists those that were")
        self.refuse([RESULT, "--annotate", "something_else"],
                    "no such function was executed: --annotate something_else: `--by function` lists those that were")
        self.refuse([RESULT, "--source-root", "no/such"],
                    "no such folder: --source-root no/such: name the folder that the firmware was built in")
        self.refuse(["no/such.json"], "no such file: no/such.json: mcost profile: check the path")

    def changed(self, folder, change):
        with open(RESULT, encoding="utf-8") as stream:
            run = json.load(stream)
        change(run)
        path = os.path.join(folder, "run.json")
        with open(path, "w", encoding="utf-8") as stream:
            json.dump(run, stream)
        return path

    def test_damaged_results(self):
        with tempfile.TemporaryDirectory() as folder:
            path = self.changed(folder, lambda run: run["profile"]["entries"][3]["causes"].update(issue=1999))
            self.refuse([path], "the numbers do not add up: profile of layer net/conv<1>: parts have 8952 cycles, the "
                                f"whole 8953: {path}: give a file as mcost wrote it")
            path = self.changed(folder, lambda run: run["profile"]["entries"][0].update(code=9))
            self.refuse([path], f"there are 9 instructions, so no number 9: {path}.profile.entries[0].code: give a file "
                                "written by mcost with --format json")
            path = self.changed(folder, lambda run: run.pop("profile"))
            again = "make it again: mcost run FW.elf --board NAME --profile --format json"
            self.refuse([path], f"the run was not profiled: {path}: {again}")
            path = self.changed(folder, lambda run: run["profile"]["spans"]["list"].append([0, 8990, 8991]))
            self.refuse([path], "the span is outside of the time that was recorded: "
                                f"{path}.profile.spans.list[6]: give a file written by mcost with --format json")
            path = self.changed(folder, lambda run: run["profile"]["spans"]["list"][2].append(1))
            self.refuse([path], f"expected node, begin and end: {path}.profile.spans.list[2]: give a file written by "
                                "mcost with --format json")
            path = self.changed(folder, lambda run: run["dma"]["list"][0].pop("to"))
            self.refuse([path], f'key "to" is missing: {path}.dma.list[0]: give a file written by mcost with --format json')
            path = self.changed(folder, lambda run: run["dma"].update(list=3))
            self.refuse([path], f"expected a list: {path}.dma.list: give a file written by mcost with --format json")
            path = self.changed(folder, lambda run: run.pop("visits"))
            self.refuse([path, "--format", "perfetto"], f"the run was not profiled: {path}: {again}")

    def test_functions_of_one_name(self):
        with tempfile.TemporaryDirectory() as folder:
            path = self.changed(folder, lambda run: run["profile"]["functions"][2].update(name="main"))
            self.refuse([path, "--annotate", "main"],
                        "2 functions are called so: --annotate main: give the address of one: 0x08000100, 0x08000300")


class Samples(unittest.TestCase):
    def test_visits_of_layers(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "visits.csv")
            result = profile(SAMPLE, "--board", "generic-m4", "--format", "tflm-csv", "--output", path)
            self.assertEqual(result.returncode, 0, result.stderr)
            with open(path, encoding="utf-8") as stream:
                rows = stream.read().splitlines()
        run = json.loads(subprocess.run([MCOST, "run", SAMPLE, "--board", "generic-m4", "--format", "json"],
                                        capture_output=True, text=True, check=True, timeout=120).stdout)
        layers = [layer for layer in run["layers"] if layer["kind"] == "probe"]
        self.assertEqual(rows, ['"Event","Tag","Ticks"'] +
                         [f"{i},{layer['name']},{layer['cycles']}" for i, layer in enumerate(layers)])
        self.assertNotIn("visits", run)

    def trace(self, *arguments):
        """The slices of a trace by track, in the order of time, and what it says of itself."""
        result = profile(*arguments, "--format", "perfetto")
        self.assertEqual(result.returncode, 0, result.stderr)
        trace = json.loads(result.stdout)
        tracks = {event["tid"]: event["args"]["name"] for event in trace["traceEvents"]
                  if event["name"] == "thread_name"}
        slices = {}
        for event in trace["traceEvents"]:
            if event["ph"] == "X":
                slices.setdefault(tracks[event["tid"]], []).append(
                    (event["args"]["begin"], event["args"]["begin"] + event["args"]["cycles"], event))
        return slices, trace["otherData"]

    def check_nesting(self, slices):
        ends = []
        last = 0
        for begin, end, event in slices:
            self.assertLessEqual(last, begin)
            last = begin
            while ends and ends[-1] <= begin:
                ends.pop()
            self.assertTrue(not ends or end <= ends[-1], event)
            ends.append(end)

    def test_functions_over_time(self):
        slices, about = self.trace(SAMPLE, "--board", "generic-m4")
        self.assertEqual(about["dropped_calls_and_returns"], 0)
        functions = slices["2 functions"]
        self.check_nesting(functions)
        # Each layer of convolution is a call of its kernel.
        kernels = [(begin, end) for begin, end, event in functions if event["name"] == "conv3x3"]
        layers = [(begin, end) for begin, end, event in slices["1 layers"] if event["name"].startswith("conv")]
        self.assertEqual(len(kernels), len(layers))
        for kernel, layer in zip(kernels, layers):
            self.assertTrue(layer[0] <= kernel[0] and kernel[1] <= layer[1], (kernel, layer))
        self.assertEqual([event["name"] for begin, _, event in functions if begin == 0], ["reset_handler"])

    def test_transfers_over_time(self):
        """What membench's DMA copies is in the layer around it, and in a report without --profile too."""
        arguments = [os.path.join(SOURCE, "firmware_samples", "membench", "prebuilt", "membench-stm32.elf"), "--board",
                     "stm32f469i-disco", "--args", "0x20010000 stream 0x40026400 0x40023830 22"]
        slices, _ = self.trace(*arguments)
        transfers = slices["5 dma2 stream 0"]
        layers = [(begin, end) for begin, end, event in slices["1 layers"] if event["name"].startswith("dma copy")]
        self.assertEqual([(event["name"], event["args"]["bytes"], event["args"]["ending"]) for _, _, event in transfers],
                         [("sram1 to sram1", 1024, "complete")] * 2)
        for transfer, layer in zip(transfers, layers, strict=True):
            self.assertTrue(layer[0] < transfer[0] and transfer[1] < layer[1], (transfer, layer))
        run = json.loads(subprocess.run([MCOST, "run", *arguments, "--format", "json"], capture_output=True, text=True,
                                        check=True, timeout=120).stdout)
        self.assertEqual([(entry["begin"], entry["end"]) for entry in run["dma"]["list"]],
                         [transfer[:2] for transfer in transfers])
        self.assertNotIn("profile", run)

    def test_bounds(self):
        result = profile(SAMPLE, "--board", "stm32f469i-disco", "--by", "layer")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertRegex(result.stdout, r"conv1 +371,370 +70,201 +0\.189 +0\.744 +25\.4 +5\.38 +issue")

    def test_advice_was_tried(self):
        """What is advised can be typed, and saves what it says."""
        arguments = ["--board", "stm32f469i-disco"]
        text = profile(SAMPLE, *arguments, "--by", "layer").stdout
        advised = re.findall(r"--place ([^\s,]+) saves ([\d,]+) cycles", text)
        self.assertEqual([placement for placement, _ in advised], [".rodata=sram3", ".text=sram2"], text)

        def cycles(*options):
            done = subprocess.run([MCOST, "run", SAMPLE, *arguments, *options, "--format", "json"],
                                  capture_output=True, text=True, check=True, timeout=120)
            return json.loads(done.stdout)["cycles"]

        before = cycles()
        for placement, saved in advised:
            self.assertEqual(before - cycles("--place", placement), int(saved.replace(",", "")))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
