#!/usr/bin/python3
"""Writes what build.py links: generate.py FOLDER NAME-model.s NAME-network.c NAME-parameters.s ...

NAME is one of NETWORKS. NAME-model.s is the interpreter's model, the two others are the generated network.
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


def text_of(file):
    name, what = file.rsplit("-", maxsplit=1)
    graph = networks.graph(name)
    if what == "model.s":
        return emit.assembly(model.model_bytes(graph), "model_data") + emit.assembly(model.other_version(), "other_model_data")
    return generate_c.c_source(graph) if what == "network.c" else generate_c.parameters(graph)


def main():
    folder, *names = sys.argv[1:]
    for name in names:
        (pathlib.Path(folder) / name).write_text(text_of(name))


if __name__ == "__main__":
    main()
