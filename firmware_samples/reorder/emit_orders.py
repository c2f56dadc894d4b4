#!/usr/bin/python3
"""Writes the network in its two orders as C and assembly: emit_orders.py FOLDER [default.c] [best.c] [reorder.s]

Without files it prints both orders and what they need: emit_orders.py
"""

import functools
import pathlib
import sys

sys.dont_write_bytecode = True
FOLDER = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(FOLDER), str(FOLDER.parent / "nn")]

import cells  # noqa: E402  (lies in a folder just added)
import emit  # noqa: E402
import orders  # noqa: E402


@functools.cache
def graph():
    """The quantised graph."""
    return cells.network().quantise()


@functools.cache
def order(name):
    """That of the definitions, or that of the least peak."""
    return {"default": lambda: list(range(len(graph().layers))), "best": lambda: orders.best(graph())}[name]()


def show():
    for name in ("default", "best"):
        print(f"{name}: {orders.peak(graph(), order(name)):,} bytes live at most, arena {graph().plan(order(name))[1]:,}")
        print("  " + " ".join(graph().layers[index].name for index in order(name)))


def main():
    if len(sys.argv) == 1:
        return show()
    folder, *names = map(pathlib.Path, sys.argv[1:])
    for name in names:
        emit.write(graph(), folder, name.name, None if name.suffix == ".s" else order(name.stem))


if __name__ == "__main__":
    main()
