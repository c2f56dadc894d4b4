"""The same layers in three quantisations, each with its results in numpy.

Affine: as `../nn`, int8 with a zero point per tensor and a multiplier per output. Q-format: scales are powers of two
and zeros are 0, so that a shift and a saturation scale a sum. Codebook: affine, but the weights of a layer are 2^bits
values at most (k-means), stored as Huffman codes that have to be decoded before they serve.
"""

import math

import numpy as np

import architectures
import emit
import huffman
from graph import RELU_LEVELS, Graph

WIDTH, RESOLUTION = 0.35, 128
Q_RELU_LEVELS = RELU_LEVELS // 2  # a ReLU has the upper half of int8 only


def layers():
    """MobileNetV2, not yet quantised."""
    return architectures.mobilenet_v2(WIDTH, RESOLUTION)


def affine():
    return layers().quantise()


class QFormat(Graph):
    """`graph`, not yet quantised, with zeros of 0."""

    def __init__(self, graph):
        super().__init__(graph.name, graph.tensors[0].height, graph.tensors[0].width, graph.tensors[0].channels)
        self.tensors = graph.tensors
        self.layers = graph.layers
        for tensor in self.tensors:
            tensor.zero = 0

    def output_zero(self, layer):
        """The least output."""
        return 0 if layer.relu or not layer.has_weights else -128

    def _draw(self, layer, random, source):
        """The weights of the affine layer, and the shift that is nearest to its multipliers."""
        super()._draw(layer, random, source)
        levels = Q_RELU_LEVELS / RELU_LEVELS if layer.relu else 1.0
        ratios = levels * layer.multiplier / 2.0**layer.shift
        shift = round(-math.log2(ratios.mean()))
        layer.bias = layer.bias + (1 << (shift - 1))
        layer.multiplier = None
        layer.shift = np.array([shift], dtype=np.int64)

    def _execute(self, layer, values):
        if layer.has_weights:
            sums = self._sums(layer, values[layer.inputs[0]], 0) + layer.bias
            return np.clip(sums >> layer.shift[0], self.output_zero(layer), 127).astype(np.int8)
        if layer.op == "add":
            first, second = (values[number].astype(np.int64) for number in layer.inputs)
            return ((first + second) >> 1).astype(np.int8)
        return super()._execute(layer, values)


def qformat():
    return QFormat(layers()).quantise()


def centroids(weights, count):
    """At most `count` int8 values, sorted: k-means over the weights' histogram, from evenly spread ones on."""
    levels, sizes = np.unique(weights.astype(np.int64), return_counts=True)
    if len(levels) <= count:
        return levels
    current = np.unique(levels[0] + (2 * np.arange(count) + 1) * (levels[-1] - levels[0]) // (2 * count))
    while True:
        nearest = nearest_of(levels, current)
        size = np.bincount(nearest, sizes, len(current)).astype(np.int64)
        total = np.bincount(nearest, sizes * levels, len(current)).astype(np.int64)
        used = size > 0
        following = np.unique((2 * total[used] + size[used]) // (2 * size[used]))
        if np.array_equal(following, current):
            return current
        current = following


def nearest_of(levels, values):
    """For each level the index of the nearest value; of two that are equally near the lower."""
    return np.abs(levels[:, None] - values[None, :]).argmin(axis=1)


class Codebook(Graph):
    """`graph`, not yet quantised; its weights become 2^bits values a layer at most."""

    def __init__(self, graph, bits):
        super().__init__(graph.name, graph.tensors[0].height, graph.tensors[0].width, graph.tensors[0].channels)
        self.tensors = graph.tensors
        self.layers = graph.layers
        self.bits = bits

    def _draw(self, layer, random, source):
        super()._draw(layer, random, source)
        values = centroids(layer.weights.reshape(-1), 2**self.bits)
        replacement = values[nearest_of(np.arange(-128, 128), values)].astype(np.int8)
        before = self._sums_of_outputs(layer)
        layer.weights = replacement[layer.weights.astype(np.int64) + 128]
        layer.bias = layer.bias - self.tensors[layer.inputs[0]].zero * (self._sums_of_outputs(layer) - before)

    def _sums_of_outputs(self, layer):
        """Of the weights of each output: what the zero point of the input counts."""
        axes = (0, 1) if layer.op == "depthwise" else (1, 2, 3)
        return layer.weights.astype(np.int64).sum(axis=axes)


def codebook(bits):
    return Codebook(layers(), bits).quantise()


def encoded_block(layer):
    """The parameters of a layer as codebook.c wants them: what scales first, then the code, then the weights in it."""
    if not layer.has_weights:
        return emit.block(layer)
    return emit.scaling_bytes(layer) + huffman.encode(emit.weight_bytes(layer))
