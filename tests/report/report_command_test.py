#!/usr/bin/python3
"""`mcost report` from outside: what it refuses, and that it leaves nothing half done.

Usage: report_command_test.py MCOST SOURCE_DIR
"""
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

MCOST = os.path.abspath(sys.argv[1])
SOURCE = os.path.abspath(sys.argv[2])
STORED = os.path.join(SOURCE, "tests", "golden", "reports", "run.json")


class ReportCommand(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        shutil.copy(STORED, os.path.join(self.folder, "run.json"))

    def write(self, name, contents):
        with open(os.path.join(self.folder, name), "wb") as stream:
            stream.write(contents)

    def report(self, *arguments):
        return subprocess.run([MCOST, "report", *arguments], cwd=self.folder, capture_output=True, text=True, check=False,
                              timeout=120)

    def test_writes_a_page(self):
        result = self.report("run.json", "--html", "page.html")
        self.assertEqual((result.returncode, result.stdout, result.stderr), (0, "", ""))
        with open(os.path.join(self.folder, "page.html"), encoding="utf-8") as stream:
            page = stream.read()
        self.assertTrue(page.startswith("<!doctype html>"))
        self.assertTrue(page.endswith("</html>\n"))
        self.assertEqual(page.count('{"runs":[{"file":"run.json",'), 1)

    def test_mistakes_say_what_where_and_what_to_do(self):
        with open(STORED, "rb") as stream:
            stored = stream.read()
        self.write("text.json", b"cycles 12\n")
        self.write("cut.json", stored[:1000])
        self.write("empty.json", b"")
        self.write("loop.json", b'{"schema": "mcost/loop/1"}')
        self.write("other.json", b'{"cycles": 1}')
        self.write("type.json", stored.replace(b'"partial": false', b'"partial": "no"').replace(b'"partial": true', b'"partial": "no"'))
        give = "give a file written by mcost with --format json"
        for arguments, message in (
            ([], "no result: mcost report: name files that `mcost run --format json --output RUN.json` wrote"),
            (["--html", "page.html"], "no result: mcost report: name files that `mcost run --format json --output RUN.json` wrote"),
            (["run.json"], "no file for the page: mcost report: add --html OUT.html"),
            (["none.json", "--html", "page.html"], "no such file: none.json: mcost report: check the path"),
            ([".", "--html", "page.html"], "no such file: .: mcost report: check the path"),
            (["run.json", "none.json", "--html", "page.html"], "no such file: none.json: mcost report: check the path"),
            (["text.json", "--html", "page.html"], f"not JSON, byte 1: text.json: {give}"),
            (["cut.json", "--html", "page.html"], f"not JSON, byte 1001: cut.json: {give}"),
            (["empty.json", "--html", "page.html"], f"not JSON, byte 1: empty.json: {give}"),
            (["other.json", "--html", "page.html"], f'key "schema" is missing: other.json: {give}'),
            (["loop.json", "--html", "page.html"], f'schema is "mcost/loop/1", not "mcost/run/1": loop.json.schema: {give}'),
            (["type.json", "--html", "page.html"], f"expected true or false: type.json.partial: {give}"),
            (["run.json", "--html", "run.json"], "the page would replace the result run.json: --html: name another file"),
            (["run.json", "--html", "none/page.html"], "the file cannot be written: --html: name a file in a folder you may write to"),
            (["run.json", "--html"], "a value is missing: --html: `mcost COMMAND --help` says what it takes"),
            (["run.json", "--htm", "page.html"], 'unknown option "--htm": mcost report: did you mean "--html"? `mcost report --help` lists options'),
            (["run.json"] * 25 + ["--html", "page.html"], "25 results: mcost report: compare at most 24 at a time"),
        ):
            with self.subTest(" ".join(arguments)):
                result = self.report(*arguments)
                self.assertEqual((result.returncode, result.stdout, result.stderr), (2, "", f"mcost: error: {message}\n"))
                self.assertFalse(os.path.exists(os.path.join(self.folder, "page.html")))
        with open(os.path.join(self.folder, "run.json"), "rb") as stream:
            self.assertEqual(stream.read(), stored)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[3:])
