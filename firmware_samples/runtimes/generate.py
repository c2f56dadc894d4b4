#!/usr/bin/python3
"""Writes what build.py links: generate.py FOLDER NAME-WHAT ...

NAME is one of NETWORKS. WHAT is model.s, the interpreter's model; calls.c and calls.s, nn's calls of the same kernels;
network.c and parameters.s, the generated network; shared.c, the same with kernels for all shapes.
"""

import pathlib
import sys

sys.dont_write_bytecode = True
FOLDER = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(FOLDER), str(FOLDER.parent / "nn")]

import emit  # noqa: E402  (lies in a folder just added)
import generate_c  # noqa: E402
import model  # noqa: E402
import networks  # noqa: E402


WRITERS = {
    "model.s": lambda graph: emit.assembly(model.model_bytes(graph), "model_data")
    + emit.assembly(model.other_version(), "other_model_data"),
    "calls.c": emit.c_source,
    "calls.s": lambda graph: emit.assembly(emit.blocks(graph)[1]),
    "network.c": generate_c.c_source,
    "shared.c": lambda graph: generate_c.c_source(graph, shared=True),
    "parameters.s": generate_c.parameters,
}


def text_of(file):
    name, what = file.rsplit("-", maxsplit=1)
    return WRITERS[what](networks.graph(name))


def main():
    folder, *names = sys.argv[1:]
    for name in names:
        (pathlib.Path(folder) / name).write_text(text_of(name))


if __name__ == "__main__":
    main()
