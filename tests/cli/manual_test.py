#!/usr/bin/python3
"""Manual pages and shell completion, as script/manual makes them: complete, well-formed, and used by the shells themselves.

    manual_test.py MCOST SOURCE_DIR        shells and linters that are not installed are left out
"""
import json
import os
import pty
import re
import select
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

MCOST = os.path.abspath(sys.argv[1])
SOURCE = os.path.abspath(sys.argv[2])


def run(*arguments, **options):
    return subprocess.run(arguments, capture_output=True, text=True, check=False, timeout=60, **options)


class Terminal:
    """A shell at a terminal: what is typed, and what it shows."""

    def __init__(self, command, folder):
        self.pid, self.descriptor = pty.fork()
        if self.pid == 0:
            os.chdir(folder)
            path = os.path.dirname(MCOST) + ":" + os.environ["PATH"]
            os.execvpe(command[0], command, {"PATH": path, "TERM": "dumb", "HOME": os.path.dirname(folder), "PS1": "> ", "LC_ALL": "C.UTF-8"})

    def type(self, text, wanted, seconds=20):
        """Types, and returns what the terminal shows until `wanted` is in it or the time is over."""
        os.write(self.descriptor, text.encode())
        shown, end = "", time.monotonic() + seconds
        while wanted not in shown and time.monotonic() < end:
            if select.select([self.descriptor], [], [], 0.2)[0]:
                try:
                    shown += os.read(self.descriptor, 65536).decode(errors="replace")
                except OSError:
                    break
        return shown

    def close(self):
        os.close(self.descriptor)
        os.waitpid(self.pid, 0)


class ManualTest(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = folder.name
        subprocess.run([os.path.join(SOURCE, "script", "manual"), "--mcost", MCOST, "--output", cls.folder], check=True)
        cls.tree = json.loads(run(MCOST, "--describe").stdout)
        cls.commands = [command["name"] for command in cls.tree["commands"]]
        cls.boards = run(MCOST, "boards", "--names").stdout.split()
        cls.work = os.path.join(cls.folder, "work")
        os.makedirs(os.path.join(cls.work, "sub"))
        for name in ("fw.elf", "run.json", "board.yaml", "notes.txt"):
            with open(os.path.join(cls.work, name), "w", encoding="utf-8"):
                pass

    def read(self, name):
        with open(os.path.join(self.folder, name), encoding="utf-8") as stream:
            return stream.read()

    def need(self, program):
        if shutil.which(program) is None:
            self.skipTest(f"no {program}")


class Tree(ManualTest):
    def test_the_tree_is_that_of_the_help(self):
        shown = run(MCOST, "--help").stdout
        self.assertEqual(self.commands, re.findall(r"^  ([a-z]+) {5,}", shown.split("Subcommands:")[1], re.MULTILINE))
        for command in self.tree["commands"]:
            text = run(MCOST, command["name"], "--help").stdout
            flags = set(re.findall(r"^  (?:-\w,)?(--[a-z-]+)", text, re.MULTILINE))
            self.assertEqual(flags, {option["names"][-1] for option in command["options"]})
            for option in command["options"] + command["positionals"]:
                self.assertTrue(option["help"], option)
                self.assertIn(option["help"], text)

    def test_hidden_options_are_nowhere(self):
        self.assertNotIn("--describe", run(MCOST, "--help").stdout + json.dumps(self.tree))


class Pages(ManualTest):
    def test_a_page_for_each_command(self):
        names = sorted(os.listdir(os.path.join(self.folder, "man1")))
        self.assertEqual(names, sorted(["mcost.1"] + [f"mcost-{name}.1" for name in self.commands]))
        for command in self.tree["commands"]:
            page = self.read(f"man1/mcost-{command['name']}.1")
            for option in command["options"]:
                self.assertIn(f"\\fB{option['names'][-1]}".replace("-", "\\-"), page)

    def test_man_has_nothing_to_warn_of(self):
        self.need("man")
        for name in os.listdir(os.path.join(self.folder, "man1")):
            shown = run("man", "--warnings", "-E", "UTF-8", "-l", "-Tutf8", os.path.join(self.folder, "man1", name),
                        env={**os.environ, "LC_ALL": "C.UTF-8", "MAN_KEEP_FORMATTING": ""})
            self.assertEqual((shown.returncode, shown.stderr), (0, ""))
            self.assertIn("SYNOPSIS", re.sub(".\b", "", shown.stdout))

    def test_mandoc_has_nothing_to_warn_of(self):
        self.need("mandoc")
        for name in os.listdir(os.path.join(self.folder, "man1")):
            found = run("mandoc", "-T", "lint", "-W", "warning", os.path.join(self.folder, "man1", name)).stdout
            # Pages of the same program are the same whenever they are made.
            self.assertEqual([line for line in found.splitlines() if "missing date" not in line], [])


class Bash(ManualTest):
    def complete(self, *words):
        script = ('source "$0"; complete -p mcost >/dev/null || exit 9; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); '
                  '_mcost; printf "%s\\n" "${COMPREPLY[@]}"')
        path = os.path.dirname(MCOST) + ":" + os.environ["PATH"]
        done = run("bash", "--norc", "-c", script, os.path.join(self.folder, "bash", "mcost"), *words, cwd=self.work,
                   env={**os.environ, "PATH": path})
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return done.stdout.split()

    def test_commands_and_options(self):
        self.assertEqual(self.complete("mcost", ""), self.commands)
        self.assertEqual(self.complete("mcost", "boa"), ["boards"])
        self.assertEqual(self.complete("mcost", "--"), ["--help", "--version"])
        for command in self.tree["commands"]:
            names = [name for option in command["options"] for name in option["names"]]
            self.assertEqual(self.complete("mcost", command["name"], "-"), names)

    def test_boards_and_words(self):
        self.assertEqual(self.complete("mcost", "run", "fw.elf", "--board", "generic-"),
                         [name for name in self.boards if name.startswith("generic-")])
        self.assertEqual(self.complete("mcost", "run", "--board", "")[:len(self.boards)], self.boards)
        self.assertIn("board.yaml", self.complete("mcost", "run", "--board", ""))
        self.assertNotIn("fw.elf", self.complete("mcost", "run", "--board", ""))
        self.assertEqual(self.complete("mcost", "run", "--board", "=", "nucleo-f7"), ["nucleo-f746zg", "nucleo-f767zi"])
        self.assertEqual(self.complete("mcost", "boards", "stm32f4"), ["stm32f469i-disco"])
        self.assertEqual(self.complete("mcost", "run", "fw.elf", "--format", ""), ["text", "json", "csv", "markdown"])
        self.assertEqual(self.complete("mcost", "call", "fw.elf", "f", "--returns", "f"), ["f32", "f64"])

    def test_files(self):
        self.assertEqual(self.complete("mcost", "run", ""), ["fw.elf", "sub/"])
        self.assertEqual(self.complete("mcost", "report", "run.json", ""), ["run.json", "sub/"])
        self.assertEqual(self.complete("mcost", "run", "fw.elf", "--semihosting-root", ""), ["sub/"])
        self.assertEqual(sorted(self.complete("mcost", "run", "fw.elf", "--sd", "")),
                         ["board.yaml", "fw.elf", "notes.txt", "run.json", "sub/"])
        self.assertEqual(self.complete("mcost", "run", "fw.elf", ""), [])
        self.assertEqual(self.complete("mcost", "run", "fw.elf", "--max-cycles", ""), [])

    def test_at_a_terminal(self):
        shell = Terminal(["bash", "--norc", "--noprofile", "-i"], self.work)
        try:
            shell.type(f"source {self.folder}/bash/mcost\n", "> ")
            shown = shell.type("mcost run fw.elf --board stm32f4\t", "stm32f469i-disco")
            self.assertIn("stm32f469i-disco", shown)
        finally:
            shell.close()


class Zsh(ManualTest):
    def test_syntax(self):
        self.need("zsh")
        done = run("zsh", "-n", os.path.join(self.folder, "zsh", "_mcost"))
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_at_a_terminal(self):
        self.need("zsh")
        shell = Terminal(["zsh", "-f", "-i"], self.work)
        try:
            shell.type(f"PS1='> '; fpath=({self.folder}/zsh $fpath); autoload -Uz compinit; compinit -u; print re''ady\n", "ready")
            for typed, wanted in (("mcost boa", "boards"), ("mcost run fw.elf --board stm32f4", "stm32f469i-disco"),
                                  ("mcost boards stm32f4", "stm32f469i-disco"), ("mcost run fw.elf --format mark", "markdown"),
                                  ("mcost run f", "fw.elf")):
                shown = shell.type(typed + "\t", wanted, 10)
                self.assertIn(wanted, shown)
                shell.type("\x15", "> ", 1)
        finally:
            shell.close()


class Fish(ManualTest):
    def complete(self, line):
        path = os.path.dirname(MCOST) + ":" + os.environ["PATH"]
        done = run("fish", "--no-config", "-c", f"source {self.folder}/fish/mcost.fish; complete -C '{line}'", cwd=self.work,
                   env={**os.environ, "PATH": path, "HOME": self.folder})
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return [entry.split("\t")[0] for entry in done.stdout.splitlines()]

    def test_completions(self):
        self.need("fish")
        self.assertEqual(run("fish", "--no-config", "-n", os.path.join(self.folder, "fish", "mcost.fish")).returncode, 0)
        self.assertEqual(sorted(self.complete("mcost ")), sorted(self.commands))
        self.assertEqual(self.complete("mcost run fw.elf --board generic-m3"), ["generic-m3", "generic-m33"])
        self.assertIn("stm32f469i-disco", self.complete("mcost boards stm"))
        self.assertEqual(sorted(self.complete("mcost run fw.elf --format ")), ["csv", "json", "markdown", "text"])
        for command in self.tree["commands"]:
            names = {option["names"][-1] for option in command["options"]}
            self.assertEqual(set(self.complete(f"mcost {command['name']} --")), names)
        self.assertIn("fw.elf", self.complete("mcost run fw"))


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]])
