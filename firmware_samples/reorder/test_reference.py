#!/usr/bin/python3
"""Builds both orders, runs them on mcost, and compares with numpy and with the search: test_reference.py MCOST

Results are to be equal bit for bit; what mcost measures of memory is to be what the orders were found for; and the
default order is to be refused by the board that the best one runs on.
"""

import itertools
import sys

sys.dont_write_bytecode = True

import build
import emit
import emit_orders
import orders
import sample_run
from graph import Graph

BOARD = "nucleo-f767zi"
# The same part with SRAM of 1 MB: what the default order asks for.
ONE_MEGABYTE = build.FOLDER / "nucleo-f767zi-1mb.yaml"
BESIDES = 2560  # at most: columns of a convolution, windows at the edge, and stack


def check_order(test, name, report, lines):
    test.expect(f"hash {emit.expected(emit_orders.graph()):#010x}" in lines, f"{name}: printed {lines}")
    live = report["memory_use"]["live"]["total"]
    peak = orders.peak(emit_orders.graph(), emit_orders.order(name))
    test.expect(peak <= live <= peak + BESIDES, f"{name}: {live} bytes live, activations {peak}")
    touched = report["memory_use"]["touched"]["total"]
    arena = emit_orders.graph().plan(emit_orders.order(name))[1]
    test.expect(arena <= touched <= arena + BESIDES, f"{name}: {touched} bytes touched, arena {arena}")
    names = [layer["name"] for layer in report["layers"] if layer["kind"] == "probe" and layer["name"] != "inference"]
    expected = [emit_orders.graph().layers[index].name for index in emit_orders.order(name)]
    test.expect(names == expected, f"{name}: layers {names}")


def small_graph():
    """Two cells' worth of branches with few enough orders to try them all."""
    graph = Graph("small", 16, 16)
    narrow = graph.conv("narrow", 0, 4)
    wide = [graph.conv(f"wide{i}", narrow, 8 + 8 * i) for i in range(3)]
    filtered = [graph.depthwise(f"filter{i}", wide[i], stride=2) for i in range(2)]
    small = [graph.conv(f"small{i}", filtered[i], 8) for i in range(2)]
    graph.add("join", small[0], graph.conv("last", wide[2], 8, stride=2))
    return graph


def check_search(test):
    small = small_graph()
    valid = [order for order in itertools.permutations(range(len(small.layers))) if orders.is_valid(small, order)]
    least = min(orders.peak(small, order) for order in valid)
    found = orders.best(small)
    test.expect(tuple(found) in valid and orders.peak(small, found) == least, f"{found} of {len(valid)}, least {least}")
    test.expect(least < orders.peak(small), "the small graph's own order is the best already")
    graph = emit_orders.graph()
    for name in ("default", "best"):
        test.expect(orders.is_valid(graph, emit_orders.order(name)), f"{name}: no order")
    backwards = list(reversed(emit_orders.order("default")))
    test.expect(not orders.is_valid(graph, backwards), "an order that reads what is not there passes")


def check(test, mcost, scratch):
    elves = sample_run.build_all(build.SAMPLE, scratch)
    check_search(test)
    refusal = sample_run.refusal(mcost, elves["default"], BOARD)
    test.expect(refusal is not None and "bytes over the end" in refusal, f"default on {BOARD}: {refusal}")
    test.expect(sample_run.refusal(mcost, elves["best"], BOARD) is None, f"best does not run on {BOARD}")
    runs = sample_run.run_all([lambda elf=elf: sample_run.run(mcost, elf, ONE_MEGABYTE) for elf in elves.values()])
    for name, (report, lines) in zip(elves, runs):
        check_order(test, name, report, lines)


if __name__ == "__main__":
    sys.exit(sample_run.main(check, __doc__))
