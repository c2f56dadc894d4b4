#!/usr/bin/python3
"""Writes the stack in its quantisations as C and assembly: emit_stacks.py FOLDER NAME.c NAME.s ...

NAME is affine, qformat, or codebook with a number of bits (codebook5). Without files it prints their sizes: emit_stacks.py
"""

import functools
import pathlib
import sys

sys.dont_write_bytecode = True
FOLDER = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(FOLDER), str(FOLDER.parent / "nn")]

import emit  # noqa: E402  (lies in a folder just added)
import stacks  # noqa: E402

BITS = (4, 5, 6, 7, 8)


@functools.cache
def stack(name):
    """The quantised graph of that name."""
    if name.startswith("codebook"):
        return stacks.codebook(int(name.removeprefix("codebook")))
    return {"affine": stacks.affine, "qformat": stacks.qformat}[name]()


def weight_layers(name):
    return [layer for layer in stack(name).layers if layer.has_weights]


def unpacked_bytes(name):
    """The weights of each layer as kernels want them."""
    return [len(emit.weight_bytes(layer)) for layer in weight_layers(name)]


def stored_bytes(name):
    """All parameters in flash: weights, as they are stored, and what scales."""
    make = stacks.encoded_block if name.startswith("codebook") else emit.block
    return sum(len(make(layer)) for layer in stack(name).layers)


def stored_weight_bytes(name):
    return stored_bytes(name) - sum(len(emit.scaling_bytes(layer)) for layer in weight_layers(name))


def buffer_bytes(name):
    """What weights are decoded to: room for every layer but the last, whose outputs take turns."""
    return max(unpacked_bytes(name)[:-1]) if name.startswith("codebook") else 0


def write(folder, path):
    name = path.stem
    if not name.startswith("codebook"):
        return emit.write(stack(name), folder, path.name)
    if path.suffix == ".s":
        text = emit.assembly(emit.blocks(stack(name), stacks.encoded_block)[1])
    else:
        room = buffer_bytes(name)
        buffer = f"int8_t codebook_weights[{room}] __attribute__((aligned(8)));\nconst int codebook_room = {room};\n"
        text = emit.c_source(stack(name), make=stacks.encoded_block) + buffer
    (folder / path.name).write_text(text)


def show():
    print("             parameters  of which weights   unpacked   buffer")
    for name in ("affine", "qformat", *(f"codebook{bits}" for bits in BITS)):
        unpacked = sum(unpacked_bytes(name))
        print(f"  {name:9}  {stored_bytes(name):10,}  {stored_weight_bytes(name):16,}  {unpacked:9,}  {buffer_bytes(name):7,}")


def main():
    if len(sys.argv) == 1:
        return show()
    folder, *names = map(pathlib.Path, sys.argv[1:])
    for name in names:
        write(folder, name)


if __name__ == "__main__":
    main()
