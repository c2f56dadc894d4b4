"""What scripts that write a page of docs/ from runs of mcost have in common."""
import argparse
import json
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
FIGURE = re.compile(r"[-+]?[\d.,]+( %| ms|x)?(, then [\d.,]+)?|-?")


class CannotRun(Exception):
    """Says what is wrong and what to do."""


class Mcost:
    """The program, at `path`. The same arguments give the same numbers, so it runs once for them."""

    def __init__(self, path):
        self.path = path
        self.outputs = {}

    def output(self, *arguments):
        if arguments not in self.outputs:
            self.outputs[arguments] = self._run(arguments)
        return self.outputs[arguments]

    def _run(self, arguments):
        try:
            return subprocess.run([self.path, *arguments], check=True, capture_output=True, text=True).stdout
        except subprocess.CalledProcessError as error:
            raise CannotRun(f"{' '.join(map(str, error.cmd))}: {error.stderr.strip()}") from error
        except OSError as error:
            raise CannotRun(f"{error}; build it: cmake --build --preset release") from error

    def run(self, firmware, board, *options):
        """The JSON of a run."""
        return json.loads(self.output("run", firmware, "--board", board, "--format", "json", *options))


def grid(header, rows):
    """Lines of a Markdown table; columns of figures to the right."""
    figures = [all(FIGURE.fullmatch(row[i]) for row in rows) for i in range(len(header))]
    lines = ["| " + " | ".join(header) + " |", "|" + "|".join("---:" if right else "---" for right in figures) + "|"]
    return lines + ["| " + " | ".join(row) + " |" for row in rows]


def text_of(script, lines):
    """The page made of these lines."""
    return "\n".join([f"<!-- Made by script/{script}; do not edit. -->", *lines]) + "\n"


def main(script, description, lines_of):
    """Writes docs/<script>.md from `lines_of(mcost)`, or with --check compares. Returns the exit status."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--mcost", default=ROOT / "build" / "release" / "bin" / "mcost")
    arguments = parser.parse_args()
    page = ROOT / "docs" / f"{script.replace('_', '-')}.md"
    try:
        text = text_of(script, lines_of(Mcost(arguments.mcost)))
    except CannotRun as error:
        print(f"{script}: {error}", file=sys.stderr)
        return 2
    if not arguments.check:
        page.write_text(text)
        return 0
    if not page.exists() or page.read_text() != text:
        print(f"{script}: docs/{page.name} is out of date: run script/{script}", file=sys.stderr)
        return 1
    return 0
