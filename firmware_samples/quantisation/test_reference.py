#!/usr/bin/python3
"""Builds every quantisation, runs it on mcost, and compares with numpy, bit for bit: test_reference.py MCOST"""

import sys

sys.dont_write_bytecode = True

import build
import emit
import emit_stacks
import huffman
import sample_run

BOARD = "nucleo-f767zi"
VARIANTS = [f"{name}-{kernels}" for name in build.STACKS for kernels in ("dsp", "plain")]


def decoded(data):
    """What huffman.encode() was given, with what fills the last word: bit by bit, as its description says."""
    counts = [int.from_bytes(data[i : i + 2], "little") for i in range(0, 2 * huffman.LONGEST, 2)]
    first = 2 * huffman.LONGEST
    values = data[first : first + sum(counts)]
    stream = data[first + len(values) + -len(values) % 4 :]
    bits = "".join(f"{byte:08b}" for byte in stream)
    table, code, place = {}, 0, 0
    for length, count in enumerate(counts, 1):
        code <<= 1
        for _ in range(count):
            table[f"{code:0{length}b}"] = values[place]
            code, place = code + 1, place + 1
    result, begin = bytearray(), 0
    for end in range(1, len(bits) + 1):
        if bits[begin:end] in table:
            result.append(table[bits[begin:end]])
            begin = end
    return bytes(result)


def check_codes(test):
    weights = b"".join(emit.weight_bytes(layer) for layer in emit_stacks.weight_layers("codebook5")[:8])
    for data in (weights, b"\x01\x01\xff\x7f\x80", b"\x05\x05", bytes(range(256))):
        test.expect(decoded(huffman.encode(data)).startswith(data), f"a code of {len(set(data))} values")


def check_variant(test, variant, report, lines):
    stack = emit_stacks.stack(build.STACKS[variant.rpartition("-")[0]][0])
    test.expect(f"hash {emit.expected(stack):#010x}" in lines, f"{variant}: printed {lines}")
    decoders = [layer["path"][-2] for layer in report["layers"] if layer["name"] == "decode"]
    weighty = [layer.name for layer in stack.layers if layer.has_weights]
    test.expect(decoders == (weighty if variant.startswith("codebook") else []), f"{variant}: decode of {decoders}")


def check(test, mcost, scratch):
    check_codes(test)
    elves = sample_run.build_all(build.SAMPLE, scratch, VARIANTS)
    runs = sample_run.run_all([lambda elf=elf: sample_run.run(mcost, elf, BOARD) for elf in elves.values()])
    for variant, (report, lines) in zip(VARIANTS, runs):
        check_variant(test, variant, report, lines)


if __name__ == "__main__":
    sys.exit(sample_run.main(check, __doc__))
