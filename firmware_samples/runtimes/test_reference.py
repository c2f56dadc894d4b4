#!/usr/bin/python3
"""Compares what all variants compute with numpy, bit for bit, and has the interpreter refuse what it must refuse.

Usage: test_reference.py MCOST. Builds the variants and runs them on a simulated STM32F746G-DISCO.
Exit status: 0 good, 1 a difference, 2 cannot run, 77 no cross compiler (skipped).
"""

import concurrent.futures
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import threading

sys.dont_write_bytecode = True

import build
import emit  # build.py adds its folder
import networks
from sample_build import COMPILER, compiler_version

BOARD = "stm32f746g-disco"
SKIPPED = 77
SET_UP = {
    "model_mapping", "operator_registration", "interpreter_build", "tensor_allocation", "nodes_and_tensors", "prepare",
    "planning", "allocation",
}
# (command line, exit status, what is printed) of what the interpreter refuses.
REFUSALS = [
    ("--model none", 10, "refused: these bytes are no model"),
    ("--model other", 11, "refused: the model has version 4, the interpreter reads version 3"),
    ("--without ADD", 12, r"refused: no kernel is registered for operator b\d+_add"),
    ("--without FULLY_CONNECTED", 12, "refused: no kernel is registered for operator classes"),
    ("--arena 0", 13, r"refused: the arena is too small: at least \d+ bytes more are needed for the list of tensors"),
    ("--arena 3000", 13, r"refused: the arena is too small: at least \d+ bytes more are needed for the list of operators"),
    ("--arena 20000", 13, r"refused: the arena is too small: at least \d+ bytes more are needed for b\d+_\w+"),
    ("--arena 90000", 13, r"refused: the arena is too small: at least \d+ bytes more are needed for the plan of tensors"),
    ("--arena 999999", 2, r"usage: runtimes .*"),
    ("--quickly", 2, r"usage: runtimes .*"),
]


class Test:
    def __init__(self, mcost, folder):
        self.mcost, self.folder = mcost, folder
        self.checks = self.failures = 0
        self.lock = threading.Lock()

    def expect(self, good, what):
        with self.lock:
            self.checks += 1
            if not good:
                self.failures += 1
                print(f"FAILED {what}")

    def elf(self, variant):
        return self.folder / build.SAMPLE.elf_name(variant)

    def run(self, variant, words="", options=()):
        """(exit status, lines that the firmware printed, report)."""
        command = [self.mcost, "run", self.elf(variant), "--board", BOARD, "--format", "json", "--args", f"runtimes {words}"]
        done = subprocess.run([*command, *options], capture_output=True, text=True, check=False, timeout=120)
        return done.returncode, done.stderr.splitlines(), json.loads(done.stdout)


def check_variant(test, variant, hashes):
    graph = networks.graph(variant.split("-")[0])
    status, lines, report = test.run(variant)
    test.expect(status == 0 and lines[0] == graph.name, f"{variant}: status {status}, {lines}")
    wanted = f"hash 0x{hashes[graph.name]:08x}"
    test.expect(wanted in lines, f"{variant}: {wanted}, but {lines}")
    layers = {layer["name"]: layer for layer in report["layers"]}
    for layer in graph.layers:
        test.expect(layers.get(layer.name, {}).get("visits") == 1, f"{variant}: layer {layer.name} once")
    found = SET_UP & layers.keys()
    test.expect(found == (SET_UP if variant.endswith("interpreter") else set()), f"{variant}: set-up of {sorted(found)}")


def check_refusal(test, variant, words, expected, text):
    status, lines, _ = test.run(variant, words)
    good = status == expected and len(lines) == 1 and re.fullmatch(text, lines[0])
    test.expect(good, f"{variant} {words}: {expected}, {text}, but {status}, {lines}")


def check_least_arena(test, variant):
    """The arena that the interpreter says it uses is the least with which it runs."""
    _, lines, _ = test.run(variant)
    used = int(next(line for line in lines if line.startswith("arena")).split()[1])
    status, again, _ = test.run(variant, f"--arena {used}")
    test.expect(status == 0 and again[1] == lines[1], f"{variant}: runs with {used} bytes, but {status}, {again}")
    status, again, _ = test.run(variant, f"--arena {used - 1}")
    test.expect(status == 13, f"{variant}: refuses {used - 1} bytes, but {status}, {again}")


def check_multipliers(test, variant):
    """The interpreter's multipliers and shifts are the graph's; one that is off by one rarely changes an output."""
    short = variant.split("-")[0]
    dump = test.folder / f"{variant}.arena"
    place = f"arena:{1024 * networks.ARENA_KIB[short]}={dump}"
    test.run(variant, options=["--dump-memory", place])
    arena = dump.read_bytes()
    for layer in networks.graph(short).layers:
        if layer.has_weights:
            test.expect(layer.multiplier.astype("<i4").tobytes() in arena, f"{variant}: multipliers of {layer.name}")
            test.expect(layer.shift.astype("u1").tobytes() in arena, f"{variant}: shifts of {layer.name}")


def main(mcost):
    if compiler_version() is None:
        print(f"{COMPILER} is not installed: skipped")
        return SKIPPED
    try:
        with tempfile.TemporaryDirectory() as name, concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            test = Test(mcost, pathlib.Path(name))
            graphs = [networks.graph(short) for short in networks.NETWORKS]
            hashes = {graph.name: emit.expected(graph) for graph in graphs}
            list(pool.map(lambda variant: build.SAMPLE.build(variant, test.elf(variant)), build.VARIANTS))
            checks = [pool.submit(check_variant, test, variant, hashes) for variant in build.VARIANTS]
            checks += [pool.submit(check_refusal, test, "vww-interpreter", *refusal) for refusal in REFUSALS]
            for short in networks.NETWORKS:
                checks += [pool.submit(check, test, f"{short}-interpreter") for check in (check_least_arena, check_multipliers)]
            for check in checks:
                check.result()
    except (OSError, subprocess.SubprocessError) as error:
        print(f"test_reference.py: error: {error}", file=sys.stderr)
        return 2
    print(f"{len(build.VARIANTS)} variants, {test.checks} checks, {test.failures} failed")
    return 1 if test.failures else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:2]) if len(sys.argv) == 2 else print(__doc__) or 2)
