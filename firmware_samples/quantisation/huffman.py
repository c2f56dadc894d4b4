"""Canonical Huffman codes of bytes, as codebook.c decodes them.

In flash: 24 counts of 16 bits, how many codes have 1, 2, ... 24 bits; the int8 values in the order of their codes, filled
to a multiple of four bytes; the codes, the first in the highest bits of the first byte, filled up and with four bytes
behind them, since a decoder reads words.
"""

import collections
import heapq

import numpy as np

LONGEST = 24


def lengths(frequencies):
    """{symbol: bits} of a Huffman code; equal weights are joined in the order in which they came up."""
    heap = [(count, order, [symbol]) for order, (symbol, count) in enumerate(sorted(frequencies.items()))]
    result = dict.fromkeys(frequencies, 1 if len(heap) == 1 else 0)
    heapq.heapify(heap)
    order = len(heap)
    while len(heap) > 1:
        first, second = heapq.heappop(heap), heapq.heappop(heap)
        for symbol in first[2] + second[2]:
            result[symbol] += 1
        heapq.heappush(heap, (first[0] + second[0], order, first[2] + second[2]))
        order += 1
    if max(result.values()) > LONGEST:
        raise ValueError(f"a code of {max(result.values())} bits: {LONGEST} are the most that codebook.c reads")
    return result


def codes(sizes):
    """{symbol: code} of the canonical code with these lengths; and the symbols in its order."""
    order = sorted(sizes, key=lambda symbol: (sizes[symbol], symbol))
    result, code, length = {}, 0, sizes[order[0]]
    for symbol in order:
        code <<= sizes[symbol] - length
        length = sizes[symbol]
        result[symbol] = code
        code += 1
    return result, order


def encode(data):
    """Bytes of int8 values as the code and the coded values."""
    values = np.frombuffer(data, dtype=np.int8).tolist()
    sizes = lengths(collections.Counter(values))
    code_of, order = codes(sizes)
    counts = collections.Counter(sizes.values())
    head = np.array([counts[bits] for bits in range(1, LONGEST + 1)], dtype="<u2").tobytes()
    symbols = np.array(order, dtype=np.int8).tobytes()
    texts = {symbol: f"{code_of[symbol]:0{sizes[symbol]}b}" for symbol in order}
    bits = "".join([texts[value] for value in values])
    stream = int(bits + "0" * (-len(bits) % 8), 2).to_bytes(-(-len(bits) // 8), "big")
    return head + symbols + bytes(-len(symbols) % 4) + stream + bytes(-len(stream) % 4 + 4)
