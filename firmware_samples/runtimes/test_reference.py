#!/usr/bin/python3
"""Builds all variants, runs them on mcost and compares with numpy, bit for bit: test_reference.py MCOST

The interpreter also is to find the graph's multipliers, to use no more of its arena than it says, and to refuse what it
must refuse, each with a message and an exit status of its own.
"""

import functools
import json
import re
import subprocess
import sys

sys.dont_write_bytecode = True

import build
import emit  # build.py adds its folder
import networks
import sample_run

BOARD = "stm32f746g-disco"
SET_UP = {
    "model_mapping", "operator_registration", "interpreter_build", "tensor_allocation", "nodes_and_tensors", "prepare",
    "planning", "allocation",
}
TOO_SMALL = r"refused: the arena is too small: at least \d+ bytes more are needed for "
# Command line of the firmware: exit status, what it prints.
REFUSALS = {
    "--model none": (10, "refused: these bytes are no model"),
    "--model other": (11, "refused: the model has version 4, the interpreter reads version 3"),
    "--without ADD": (12, r"refused: no kernel is registered for operator b\d+_add"),
    "--without FULLY_CONNECTED": (12, "refused: no kernel is registered for operator classes"),
    "--arena 0": (13, TOO_SMALL + "the list of tensors"),
    "--arena 3000": (13, TOO_SMALL + "the list of operators"),
    "--arena 20000": (13, TOO_SMALL + r"b\d+_\w+"),
    "--arena 90000": (13, TOO_SMALL + "the plan of tensors"),
    "--arena 999999": (2, "usage: .*"),
    "--quickly": (2, "usage: .*"),
}


def run(mcost, elf, words="", options=()):
    """(exit status, lines that the firmware printed, report)."""
    command = [mcost, "run", elf, "--board", BOARD, "--format", "json", "--args", f"runtimes {words}", *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=sample_run.TIMEOUT_S)
    if not done.stdout:
        raise subprocess.SubprocessError(f"no report, {done.stderr}")
    # Behind what the firmware printed mcost says that it failed.
    printed = [line for line in done.stderr.splitlines() if not line.startswith("mcost: ")]
    return done.returncode, printed, json.loads(done.stdout)


def check_variant(test, variant, result):
    status, lines, report = result
    graph = networks.graph(variant.split("-")[0])
    wanted = f"hash {emit.expected(graph):#010x}"
    test.expect(status == 0 and lines[0] == graph.name and lines[1] == wanted, f"{variant}: {wanted}, but {status}, {lines}")
    layers = {layer["name"]: layer for layer in report["layers"]}
    for layer in graph.layers:
        test.expect(layers.get(layer.name, {}).get("visits") == 1, f"{variant}: layer {layer.name} once")
    found = SET_UP & layers.keys()
    test.expect(found == (SET_UP if variant.endswith("interpreter") else set()), f"{variant}: set-up of {sorted(found)}")


def check_refusal(test, words, result):
    status, lines, _ = result
    expected, text = REFUSALS[words]
    good = status == expected and len(lines) == 1 and re.fullmatch(text, lines[0])
    test.expect(good, f"{words}: {expected}, {text}, but {status}, {lines}")


def check_multipliers(test, name, arena):
    """They lie in the arena after the run. The hash does not tell: one that is off by one rarely changes an output."""
    for layer in networks.graph(name).layers:
        if layer.has_weights:
            test.expect(layer.multiplier.astype("<i4").tobytes() in arena, f"{name}: multipliers of {layer.name}")
            test.expect(layer.shift.astype("u1").tobytes() in arena, f"{name}: shifts of {layer.name}")


def check_least_arena(test, mcost, name, elf, lines):
    """What the interpreter says it uses is the least with which it runs."""
    used = int(next(line for line in lines if line.startswith("arena")).split()[1])
    enough, less = sample_run.run_all([functools.partial(run, mcost, elf, f"--arena {size}") for size in (used, used - 1)])
    test.expect(enough[0] == 0 and enough[1][1] == lines[1], f"{name}: runs with {used} bytes, but {enough[:2]}")
    test.expect(less[0] == 13, f"{name}: refuses {used - 1} bytes, but {less[:2]}")


def check(test, mcost, scratch):
    elves = sample_run.build_all(build.SAMPLE, scratch)
    dumps = {name: scratch / f"{name}.arena" for name in networks.NETWORKS}
    options = {
        f"{name}-interpreter": ["--dump-memory", f"arena:{1024 * networks.ARENA_KIB[name]}={dump}"]
        for name, dump in dumps.items()
    }
    jobs = [functools.partial(run, mcost, elf, options=options.get(variant, ())) for variant, elf in elves.items()]
    results = dict(zip(elves, sample_run.run_all(jobs)))
    for variant, result in results.items():
        check_variant(test, variant, result)
    jobs = [functools.partial(run, mcost, elves["vww-interpreter"], words) for words in REFUSALS]
    for words, result in zip(REFUSALS, sample_run.run_all(jobs)):
        check_refusal(test, words, result)
    for name, dump in dumps.items():
        check_multipliers(test, name, dump.read_bytes())
        variant = f"{name}-interpreter"
        check_least_arena(test, mcost, name, elves[variant], results[variant][1])


if __name__ == "__main__":
    sys.exit(sample_run.main(check, __doc__))
