#!/usr/bin/python3
"""Tests script/paper_experiments/lab.py and figures.py, and how script/papers refuses; no firmware is built or run."""
import contextlib
import importlib.machinery
import importlib.util
import io
import pathlib
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree

sys.dont_write_bytecode = True
ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
SCRIPT = ROOT / "script" / "papers"
sys.path.insert(0, str(ROOT / "script"))
from paper_experiments import figures, lab  # noqa: E402

# In place of mcost: notes that it was called, then does what its test wants.
FAKE = """#!/bin/sh
echo "$@" >> "$0.calls"
while [ $# -gt 0 ]; do
  if [ "$1" = --output ]; then report=$2; fi
  if [ "$1" = --sd ]; then card=$2; fi
  shift
done
"""
GOOD = 'echo "{\\"cycles\\": 7}" > "$report"\n'
REFUSED = 'echo "mcost: error: unknown board" >&2\nexit 2\n'
FAULT = (
    'echo \'{"exit": {"reason": "exited", "code": 255, "pc": "0x1", "symbol": "f", '
    '"fault": {"kind": "unaligned", "symbol": "g+0x4", "pc": "0x2"}}}\' > "$report"\nexit 255\n'
)


class FakeLab(lab.Lab):
    """Nothing is built."""

    def _build(self, name, variant):
        pass


class LabTest(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = pathlib.Path(scratch.name)
        self.program = self.folder / "mcost"

    def execute(self, does, runs):
        self.program.write_text(FAKE + does)
        self.program.chmod(0o755)
        made = FakeLab(self.program, jobs=2, folder=self.folder / "papers")
        with contextlib.redirect_stderr(io.StringIO()) as said:
            made.execute(runs)
        return made, said.getvalue()

    def calls(self):
        return (self.folder / "mcost.calls").read_text().splitlines()

    def test_equal_runs_are_executed_once_and_reported(self):
        run = lab.Run("lenet5", "int8-dsp", "nucleo-f767zi")
        made, said = self.execute(GOOD, [run, lab.Run("lenet5", "int8-dsp", "nucleo-f767zi")])
        self.assertEqual(made.result(run), {"cycles": 7})
        self.assertEqual(len(self.calls()), 1)
        self.assertRegex(said, r"^\[1/1\] lenet5 int8-dsp on nucleo-f767zi: \d+\.\d s\n$")
        made.execute([run])
        self.assertEqual(len(self.calls()), 1)

    def test_a_run_finds_its_files_in_a_folder_of_its_own(self):
        def card(folder):
            (folder / "card.img").write_text('{"cycles": 9}')

        run = lab.Run("power", "stm32", "nucleo-f767zi", ("--sd", "{scratch}/card.img"), card)
        made, _ = self.execute('cp "$card" "$report"\n', [run])
        self.assertEqual(made.result(run), {"cycles": 9})
        self.assertEqual(list((self.folder / "papers").iterdir()), [])

    def failure(self, does):
        with self.assertRaises(lab.CannotRun) as raised:
            self.execute(does, [lab.Run("lenet5", "int8-dsp", "moon", ("--seed", "1"))])
        return str(raised.exception)

    def test_a_refused_run_says_in_one_line_which_why_and_how_to_repeat_it(self):
        elf = self.folder / "papers" / "lenet5-int8-dsp.elf"
        self.assertEqual(
            self.failure(REFUSED),
            "lenet5 int8-dsp on moon --seed 1: mcost: error: unknown board; "
            f"repeat it: {self.program} run {elf} --board moon --seed 1")

    def test_a_firmware_that_faults_is_a_failure_with_its_fault(self):
        self.assertIn("on moon --seed 1: exited, exit code 255, unaligned at g+0x4; repeat it:", self.failure(FAULT))

    def test_a_missing_program_says_how_to_build_it(self):
        made = FakeLab(self.folder / "nothing", folder=self.folder / "papers")
        with self.assertRaisesRegex(lab.CannotRun, "cmake --build --preset release"):
            made.execute([lab.Run("lenet5", "int8-dsp", "moon")])


class PartsTest(unittest.TestCase):
    def test_a_finding_that_does_not_hold_needs_a_reason(self):
        with self.assertRaises(ValueError):
            lab.Finding("it is faster", False, "0.9x")
        line = lab.Finding("it is faster", False, "0.9x", "It waits.").line()
        self.assertEqual(line, "- **Does not hold**: it is faster. Here 0.9x. It waits.")

    def test_a_finding_needs_our_figure(self):
        with self.assertRaises(ValueError):
            lab.Finding("it is faster", True, "")

    def test_the_reason_is_shown_only_where_a_finding_does_not_hold(self):
        self.assertEqual(lab.Finding("it is faster", True, "2x", "It waits.").line(), "- Holds: it is faster. Here 2x.")

    def test_figures_have_three_digits_or_all_before_the_point(self):
        shown = [lab.figure(value) for value in (12088.46, 36.391, 8.046, 0.3756, 0, None)]
        self.assertEqual(shown, ["12,088", "36.4", "8.05", "0.376", "0.00", "-"])
        self.assertEqual([lab.times(2.254), lab.percent(0.1234), lab.ms(2.5), lab.mj(98.2)],
                         ["2.25x", "12.3 %", "2.50 ms", "98.2 mJ"])

    def test_a_comparison_is_silicon_ours_and_ours_over_silicon(self):
        lines = lab.comparison_table([lab.Comparison("a", 10, 25, "ms"), lab.Comparison("b", None, 5, "ms"),
                                      lab.Comparison("c", 4, None, "ms")], "build")
        self.assertEqual(lines, ["| build | silicon, ms | mcost, ms | ratio |", "|---|---:|---:|---:|",
                                 "| a | 10.0 | 25.0 | 2.50 |", "| b | - | 5.00 | - |", "| c | 4.00 | - | - |"])

    def test_units_of_one_table_are_one(self):
        with self.assertRaises(ValueError):
            lab.comparison_table([lab.Comparison("a", 1, 2, "ms"), lab.Comparison("b", 1, 2, "mJ")])

    def test_an_inference_is_its_outermost_layers_without_what_is_outside(self):
        entry = {"kind": "probe", "parent": None, "cycles": 100, "time_s": 0.001, "energy": {"fj": "2000000000000"}}
        result = {"image": {"name": "x.elf"}, "board": {"name": "moon"}, "layers": [
            {**entry, "name": "conv"}, {**entry, "name": "inner", "parent": 0}, {**entry, "name": "fc"},
            {**entry, "name": "(outside)", "kind": "outside"}]}
        whole = lab.total(lab.layers(result).values())
        self.assertEqual((whole.cycles, whole.ms, whole.mj, whole.mw), (200, 2.0, 4.0, 2000.0))
        self.assertEqual(lab.cost(lab.layer(result, "inner")).cycles, 100)
        with self.assertRaisesRegex(lab.CannotRun, "x.elf on moon has no layer pool"):
            lab.layer(result, "pool")


class FiguresTest(unittest.TestCase):
    def series(self):
        return [figures.Series("a < b & c", [(1, 10), (1000, 20000)], line=True),
                figures.Series("silicon", [(3, 7.5)], 2, hollow=True)]

    def test_charts_are_well_formed_with_a_mark_for_each_point(self):
        root = xml.etree.ElementTree.fromstring(figures.scatter("t", "x", "y", self.series()))
        svg = "{http://www.w3.org/2000/svg}"
        self.assertEqual(root.tag, f"{svg}svg")
        self.assertEqual(len(root.findall(f"{svg}circle")), 3)  # two points and the legend
        self.assertIn("a < b & c", [one.text for one in root.findall(f"{svg}text")])
        self.assertEqual(root.find(f"{svg}rect").get("fill"), "white")

    def test_higher_values_are_drawn_higher(self):
        root = xml.etree.ElementTree.fromstring(figures.scatter("t", "x", "y", self.series()))
        low, high = root.findall("{http://www.w3.org/2000/svg}circle")[:2]
        self.assertLess(float(high.get("cy")), float(low.get("cy")))
        self.assertGreater(float(high.get("cx")), float(low.get("cx")))

    def test_bars_leave_a_gap_for_what_is_missing(self):
        root = xml.etree.ElementTree.fromstring(figures.bars("t", "y", ["L4", "F4"], {"a": [1, 2], "b": [None, 4]}))
        bars = [one for one in root.findall("{http://www.w3.org/2000/svg}rect") if one.get("fill") != "white"]
        heights = sorted(float(one.get("height")) for one in bars)
        self.assertEqual(len(heights), 5)  # three bars and two of the legend
        self.assertAlmostEqual(heights[-1] / heights[-2], 2, places=2)

    def test_no_logarithm_of_nothing(self):
        with self.assertRaises(ValueError):
            figures.scatter("t", "x", "y", [figures.Series("a", [(0, 1)])])


class ScriptTest(unittest.TestCase):
    def papers(self, *words, path):
        return subprocess.run([sys.executable, SCRIPT, *words], env={"PATH": path}, capture_output=True, text=True)

    def test_without_cross_compiler_there_is_one_line_with_the_remedy(self):
        done = self.papers("--only", "thesis", path="/nonexistent")
        self.assertEqual(done.returncode, 2)
        self.assertEqual(
            done.stderr,
            "papers: no cross compiler: arm-none-eabi-gcc does not start; script/bootstrap installs it\n")

    def test_an_unknown_experiment_is_refused_with_those_there_are(self):
        done = self.papers("--only", "moon", path="/nonexistent")
        self.assertEqual(done.returncode, 2)
        self.assertRegex(done.stderr, r"^papers: no experiment moon: choose one of thesis.*\n$")

    def test_the_page_sums_up_all_findings(self):
        loader = importlib.machinery.SourceFileLoader("papers", str(SCRIPT))
        papers = importlib.util.module_from_spec(importlib.util.spec_from_loader("papers", loader))
        loader.exec_module(papers)
        found = [lab.Finding("one", True, "1.00x"), lab.Finding("two", False, "2.00x", "Because.")]
        lines = papers.page([lab.Section("Paper", ["text"], found)]).splitlines()
        self.assertEqual(lines[0], papers.MADE_BY)
        for line in ("| one | yes | 1.00x |", "| two | **no** | 2.00x |", "## Paper",
                     "- **Does not hold**: two. Here 2.00x. Because."):
            self.assertIn(line, lines)


if __name__ == "__main__":
    unittest.main()
