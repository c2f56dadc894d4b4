"""Where the papers' experiments run: samples are built once, runs go in parallel, results become parts of the page.

Uses what users use, `build.py` of a sample and `mcost run`; a module of an experiment has `RUNS`, the runs that it needs,
and `section(lab)`, what it says of them. Each run is executed once, however many modules name it, and nothing on the page
depends on the order in which runs end.
"""
import concurrent.futures
import importlib.util
import json
import math
import os
import pathlib
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
SAMPLES = ROOT / "firmware_samples"
FOLDER = ROOT / "build" / "papers"
sys.path[:0] = [str(SAMPLES), str(ROOT / "script")]
from generated_page import CannotRun, grid  # noqa: E402  (lies in a folder just added)
from sample_build import COMPILER, compiler_version  # noqa: E402

MISSING = "-"  # in a table: not measured, or does not fit


@dataclass(frozen=True)
class Run:
    """One `mcost run`. `options` are its further words, in which {scratch} is a folder of the run's own.

    `prepare(folder)`, a function, puts files there first, such as the image of an SD card.
    """

    sample: str
    variant: str
    board: str
    options: tuple = ()
    prepare: Callable = None

    def __str__(self):
        return " ".join([self.sample, self.variant, "on", self.board, *self.options])


class Lab:
    """Executes runs and keeps their results. `mcost` is the program; `folder` holds firmware and reports."""

    def __init__(self, mcost, jobs=None, folder=FOLDER):
        self.mcost = str(mcost)
        self.jobs = jobs or os.cpu_count()
        self.folder = pathlib.Path(folder)
        self.samples = {}
        self.results = {}

    def execute(self, runs):
        """Builds what the runs need, then runs those not executed yet; the first that fails raises CannotRun."""
        runs = [run for run in dict.fromkeys(runs) if run not in self.results]
        self.folder.mkdir(parents=True, exist_ok=True)
        builds = list(dict.fromkeys((run.sample, run.variant) for run in runs))
        self._in_parallel(lambda build: self._build(*build), builds)
        for run, result in zip(runs, self._in_parallel(self._run, runs, report=True)):
            self.results[run] = result

    def result(self, run):
        """The JSON report of a run that was executed."""
        return self.results[run]

    def elf(self, sample, variant):
        return self.folder / self._sample(sample).elf_name(variant)

    def sizes(self, sample, variant):
        """Bytes of flash and RAM that the linked firmware takes, without stack and heap."""
        self._build(sample, variant)
        text = self._output([f"{COMPILER.removesuffix('gcc')}size", str(self.elf(sample, variant))])
        code, data, bss = map(int, text.splitlines()[1].split()[:3])
        return code + data, data + bss

    def _sample(self, name):
        if name not in self.samples:
            spec = importlib.util.spec_from_file_location(f"build_{name}", SAMPLES / name / "build.py")
            module = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(module)
            self.samples[name] = module.SAMPLE
        return self.samples[name]

    def _build(self, name, variant):
        """Builds one firmware unless the file is of the same sources, flags and compiler."""
        sample = self._sample(name)
        elf = self.elf(name, variant)
        stamp = elf.with_suffix(".sources")
        version = compiler_version()
        if version is None:
            raise CannotRun(f"no cross compiler: {COMPILER} does not start; script/bootstrap installs it")
        sources = f"{version}\n{sample.source_hash(variant)}\n"
        if elf.exists() and stamp.exists() and stamp.read_text() == sources:
            return
        try:
            sample.build(variant, elf)
        except subprocess.CalledProcessError as error:
            again = f"firmware_samples/{name}/build.py {variant} {elf.name}"
            raise CannotRun(f"{name} {variant} does not build; repeat it: {again}") from error
        stamp.write_text(sources)

    def _run(self, run):
        """The report. The folder of a run that failed stays, so that the run can be repeated."""
        scratch = pathlib.Path(tempfile.mkdtemp(prefix="run-", dir=self.folder))
        if run.prepare:
            run.prepare(scratch)
        report = scratch / "report.json"
        words = [word.replace("{scratch}", str(scratch)) for word in run.options]
        command = [self.mcost, "run", str(self.elf(run.sample, run.variant)), "--board", run.board, *words]
        try:
            done = subprocess.run([*command, "--format", "json", "--output", str(report)], capture_output=True, text=True)
        except OSError as error:
            raise CannotRun(f"{error}; build it: cmake --build --preset release") from error
        if done.returncode:
            raise CannotRun(f"{run}: {why_failed(done, report)}; repeat it: {shlex.join(command)}")
        result = json.loads(report.read_text())
        shutil.rmtree(scratch)
        return result

    def _output(self, command):
        try:
            return subprocess.run(command, check=True, capture_output=True, text=True).stdout
        except (OSError, subprocess.CalledProcessError) as error:
            raise CannotRun(f"{shlex.join(command)}: {error}") from error

    def _in_parallel(self, work, items, report=False):
        """[work(item)...], `jobs` at a time. What fails first ends it all."""
        def timed(item):
            start = time.monotonic()
            return work(item), time.monotonic() - start

        with concurrent.futures.ThreadPoolExecutor(self.jobs) as pool:
            futures = {pool.submit(timed, item): item for item in items}
            try:
                for count, future in enumerate(concurrent.futures.as_completed(futures), 1):
                    _, seconds = future.result()
                    if report:
                        print(f"[{count}/{len(items)}] {futures[future]}: {seconds:.1f} s", file=sys.stderr, flush=True)
            except BaseException:
                pool.shutdown(cancel_futures=True)
                raise
        return [future.result()[0] for future in futures]


def why_failed(done, report):
    """mcost's own words on a run that failed, in one line."""
    said = done.stderr.strip().splitlines()
    if said:
        return said[-1]
    if not report.exists():
        return f"exit status {done.returncode}"
    ended = json.loads(report.read_text())["exit"]
    fault = ended["fault"]
    what = f"{fault['kind']} at {fault['symbol'] or fault['pc']}" if fault else f"at {ended['symbol'] or ended['pc']}"
    return f"{ended['reason']}, exit code {ended['code']}, {what}"


@dataclass(frozen=True)
class Cost:
    """Of a run, a layer, or some of them."""

    cycles: int
    ms: float
    mj: float

    @property
    def mw(self):
        return 1000 * self.mj / self.ms


def cost(entry):
    """Of a run's or a layer's JSON."""
    energy = entry.get("energy")
    return Cost(int(entry["cycles"]), 1000 * entry["time_s"], int(energy["fj"]) / 1e12 if energy else math.nan)


def layers(result):
    """{name: JSON} of the outermost layers in the order of the firmware, without what is outside of them all."""
    return {entry["name"]: entry for entry in result["layers"] if entry["parent"] is None and entry["kind"] != "outside"}


def layer(result, name):
    found = [entry for entry in result["layers"] if entry["name"] == name]
    if not found:
        raise CannotRun(f"{result['image']['name']} on {result['board']['name']} has no layer {name}")
    return found[0]


def total(entries):
    """The cost of several layers together; of all, without start-up and printing: that of the inference."""
    costs = [cost(entry) for entry in entries]
    return Cost(sum(c.cycles for c in costs), sum(c.ms for c in costs), sum(c.mj for c in costs))


def figure(value):
    """Three significant digits, or all before the point; MISSING for None."""
    if value is None:
        return MISSING
    size = abs(value)
    digits = 0 if size >= 100 else 1 if size >= 10 else 2 if size >= 1 or size == 0 else 3
    return f"{value:,.{digits}f}"


def ms(value):
    return f"{figure(value)} ms"


def mj(value):
    return f"{figure(value)} mJ"


def percent(part):
    return f"{100 * part:.1f} %"


def times(ratio):
    """A ratio as text: 2.25x."""
    return f"{figure(ratio)}x"


@dataclass
class Comparison:
    """One figure of silicon beside ours; None for what was not measured or does not fit."""

    what: str
    silicon: float
    mcost: float
    unit: str

    @property
    def ratio(self):
        """Of ours to silicon's."""
        return self.mcost / self.silicon if self.silicon and self.mcost is not None else None

    def cells(self):
        return [self.what, figure(self.silicon), figure(self.mcost), figure(self.ratio)]


def comparison_table(comparisons, what=""):
    """Lines of a Markdown table: what | silicon | mcost | ratio. The rows have one unit."""
    units = {comparison.unit for comparison in comparisons}
    if len(units) != 1:
        raise ValueError(f"rows of one table in several units: {sorted(units)}")
    unit = units.pop()
    heads = [f"{head}, {unit}" if unit else head for head in ("silicon", "mcost")]
    return grid([what, *heads, "ratio"], [comparison.cells() for comparison in comparisons])


@dataclass
class Finding:
    """What a paper found, whether it holds here, and our figure. One that does not hold has a reason, shown only then."""

    statement: str
    holds: bool
    figure: str
    reason: str = ""

    def __post_init__(self):
        if not self.figure:
            raise ValueError(f"a finding without our figure: {self.statement}")
        if not self.holds and not self.reason:
            raise ValueError(f"a finding that does not hold, without a reason: {self.statement}")

    def verdict(self):
        return "yes" if self.holds else "**no**"

    def line(self):
        """As an item of a list, with the reason."""
        words = f"- {'Holds' if self.holds else '**Does not hold**'}: {self.statement}. Here {self.figure}."
        return words if self.holds else f"{words} {self.reason}"


@dataclass
class Section:
    """Of one paper: Markdown below its title, its findings, and {file name: SVG} of the pictures that the lines show."""

    title: str
    lines: list
    findings: list
    pictures: dict = field(default_factory=dict)

    def page(self):
        return ["", f"## {self.title}", "", *self.lines, "", "### Findings", "", *(f.line() for f in self.findings)]


def picture(name, what):
    """The Markdown line that shows docs/images/papers-<name>.svg."""
    return f"![{what}](images/papers-{name}.svg)"
