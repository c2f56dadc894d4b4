#!/usr/bin/python3
"""Writes the layers of cases.py as C and assembly, or networks of ../nn: emit_cases.py FOLDER cases.c cases.s NETWORK.c ..."""

import functools
import pathlib
import sys

sys.dont_write_bytecode = True
FOLDER = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(FOLDER), str(FOLDER.parent / "nn")]

import cases  # noqa: E402  (lies in a folder just added)
import emit  # noqa: E402
import generate  # noqa: E402


@functools.cache
def graphs():
    """{name: the quantised layer}"""
    return {name: cases.case(name) for name in cases.SHAPES}


def steps(graph, index, offset):
    """One case: an image as input, the layer between its probes, its outputs."""
    source, out, layer = graph.tensors[0], graph.tensors[1], graph.layers[0]
    yield f"  nn_make_image(nn_arena, {source.height}, {source.width}, {source.channels});"
    yield f'  MCOST_LAYER_BEGIN("{layer.name}", "{emit.metadata(graph, layer)}");'
    yield f"  nn_run(&layers[{index}], nn_arena, 0, nn_arena + {offset});"
    yield f'  MCOST_LAYER_END("{layer.name}");'
    yield f'  report("{layer.name}", nn_arena + {offset}, {out.size});'


def c_source():
    rows, calls, begin = [], [], 0
    output = max(graph.tensors[0].size for graph in graphs().values())
    output += -output % 8
    for index, graph in enumerate(graphs().values()):
        length = len(emit.block(graph.layers[0]))
        rows.append(emit.layer_row(graph, graph.layers[0], (begin, length)))
        calls += steps(graph, index, output)
        begin += length
    arena = output + max(graph.tensors[1].size for graph in graphs().values())
    columns = max(emit.column_words(graph) for graph in graphs().values())
    return "\n".join([
        "// Made by emit_cases.py. Do not edit.",
        "",
        '#include "convolutions.h"',
        '#include "mcost.h"',
        "",
        f'value nn_arena[{arena}] __attribute__((aligned(8), section(".bss.nn_arena")));',
        *emit.columns_source(columns),
        f"const uint32_t nn_macs = {sum(graph.total_macs() for graph in graphs().values())}u;",
        "",
        "static const struct layer layers[] = {",
        *rows,
        "};",
        "",
        "void run_cases(void) {",
        *calls,
        "}",
        "",
    ])


def assembly():
    return emit.assembly(b"".join(emit.block(graph.layers[0]) for graph in graphs().values()))


def main():
    folder, *names = map(pathlib.Path, sys.argv[1:])
    for name in names:
        if name.stem == "cases":
            (folder / name).write_text(c_source() if name.suffix == ".c" else assembly())
        else:
            emit.write(generate.network(name.stem), folder, name.name)


if __name__ == "__main__":
    main()
