"""Quantised networks as graphs: shapes, weights from a seed, results in numpy, and a plan of the activations.

Nothing is trained. Weights are nearly normal without mean, and each layer's multipliers are chosen from what the layer
reads, so that activations stay spread over int8; time, memory and energy do not depend on more. All sums are integers
that a double holds exactly, so results are the same on every machine: this is the reference that firmware must equal.
"""

import dataclasses
import math

import numpy as np

RELU_ZERO = -128
RELU_LEVELS = 100  # of the output for one standard deviation of a sum; the clamp then is at 2.55, as ReLU6 clips
LINEAR_LEVELS = 40
UNIT_LEVELS = 32  # of a table's input and of h-swish's output for a real 1
ADD_SHIFT = 14


@dataclasses.dataclass
class Tensor:
    """int8, NHWC with N = 1; real value = some scale * (value - zero)."""

    height: int
    width: int
    channels: int
    zero: int

    @property
    def size(self):
        return self.height * self.width * self.channels

    @property
    def shape(self):
        return f"1x{self.height}x{self.width}x{self.channels}"


@dataclasses.dataclass
class Layer:
    """`op` is conv, depthwise, dense, add, pool, lookup or scale; `inputs` are tensors' numbers."""

    name: str
    op: str
    inputs: list
    output: int
    kernel: int = 1
    stride: int = 1
    relu: bool = False
    table: list = None  # of a lookup, for -128 to 127
    # Made by Graph.quantise(). Weights are [output][row][column][input], of depthwise [row][column][channel].
    weights: np.ndarray = None
    bias: np.ndarray = None  # with the zero point of the input folded in
    multiplier: np.ndarray = None
    shift: np.ndarray = None

    @property
    def has_weights(self):
        return self.op in ("conv", "depthwise", "dense")


class Random:
    """SplitMix64 of Steele, Lea and Flood, many words at a time."""

    def __init__(self, seed):
        self.state = np.uint64(seed)

    def words(self, count):
        with np.errstate(over="ignore"):
            steps = np.arange(1, count + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15) + self.state
            self.state = steps[-1]
            z = (steps ^ (steps >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
            z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
            return z ^ (z >> np.uint64(31))

    def bell(self, count):
        """Sums of four bytes less their mean: nearly normal."""
        return self.words(count).view(np.uint8).reshape(count, 8)[:, :4].astype(np.int64).sum(axis=1) - 510


def fixed_point(ratio):
    """Multiplier of 31 bits and shift of a positive ratio."""
    mantissa, exponent = math.frexp(ratio)
    multiplier, shift = round(mantissa * 2**31), 31 - exponent
    if multiplier == 2**31:
        multiplier, shift = multiplier // 2, shift - 1
    if not 33 <= shift < 63:
        raise ValueError(f"the ratio {ratio} is out of range")
    return multiplier, shift


def rescale(sums, multiplier, shift, zero):
    """int8 of zero + sums * multiplier / 2^shift, halves up."""
    half = np.int64(1) << (shift - 1)
    return np.clip(zero + ((sums * multiplier + half) >> shift), -128, 127).astype(np.int8)


def image(height, width, channels):
    """Patches that run into each other, and a little noise: what nn/image.c makes."""
    y, x, c = np.meshgrid(np.arange(height), np.arange(width), np.arange(channels), indexing="ij")
    noise = (y * 7919 + x * 104729 + c * 1299709) * 2654435761 % 2**32 >> 27
    return ((y * (3 + c) + (x * y >> 3) + x * (5 - c) + noise) % 256 - 128).astype(np.int8)


class Graph:
    """Built layer by layer; tensors are numbers. `quantise` makes the parameters, `run` the results."""

    def __init__(self, name, height, width, channels=3):
        self.name = name
        self.tensors = [Tensor(height, width, channels, RELU_ZERO)]
        self.layers = []

    def _append(self, name, op, inputs, shape, zero, **rest):
        self.tensors.append(Tensor(*shape, zero))
        self.layers.append(Layer(name, op, list(inputs), len(self.tensors) - 1, **rest))
        return len(self.tensors) - 1

    def conv(self, name, source, outputs, kernel=1, stride=1, relu=True):
        """SAME padding as TensorFlow has it."""
        t = self.tensors[source]
        shape = (-(-t.height // stride), -(-t.width // stride), outputs)
        return self._append(name, "conv", [source], shape, RELU_ZERO if relu else 0, kernel=kernel, stride=stride, relu=relu)

    def depthwise(self, name, source, kernel=3, stride=1, relu=True):
        t = self.tensors[source]
        shape = (-(-t.height // stride), -(-t.width // stride), t.channels)
        zero = RELU_ZERO if relu else 0
        return self._append(name, "depthwise", [source], shape, zero, kernel=kernel, stride=stride, relu=relu)

    def dense(self, name, source, outputs, relu=False):
        """Of a tensor with one pixel."""
        return self._append(name, "dense", [source], (1, 1, outputs), RELU_ZERO if relu else 0, relu=relu)

    def add(self, name, first, second):
        t = self.tensors[first]
        return self._append(name, "add", [first, second], (t.height, t.width, t.channels), 0)

    def pool(self, name, source):
        """The average of all pixels."""
        t = self.tensors[source]
        return self._append(name, "pool", [source], (1, 1, t.channels), t.zero)

    def hard_swish(self, name, source):
        """x * relu6(x + 3) / 6 of a tensor whose zero is 0."""
        t = self.tensors[source]
        zero = -116  # the least value, -0.375, then fits
        reals = [x / UNIT_LEVELS for x in range(-128, 128)]
        table = [max(-128, min(127, zero + math.floor(r * min(max(r + 3, 0), 6) / 6 * UNIT_LEVELS + 0.5))) for r in reals]
        return self._append(name, "lookup", [source], (t.height, t.width, t.channels), zero, table=table)

    def hard_sigmoid(self, name, source):
        """relu6(x + 3) / 6, where 0 to 1 is -128 to 127."""
        t = self.tensors[source]
        reals = [x / UNIT_LEVELS for x in range(-128, 128)]
        table = [math.floor(min(max(r + 3, 0), 6) / 6 * 255 + 0.5) - 128 for r in reals]
        return self._append(name, "lookup", [source], (t.height, t.width, t.channels), RELU_ZERO, table=table)

    def scale(self, name, source, gate):
        """Each channel times its gate."""
        t = self.tensors[source]
        return self._append(name, "scale", [source, gate], (t.height, t.width, t.channels), t.zero)

    def output_zero(self, layer):
        """As `struct layer` has it."""
        return self.tensors[layer.output].zero

    def macs(self, layer):
        """Multiply-accumulates of convolutions and dense layers, biases not counted."""
        out = self.tensors[layer.output]
        if layer.op == "depthwise":
            return out.size * layer.kernel**2
        if layer.op in ("conv", "dense"):
            return out.size * layer.kernel**2 * self.tensors[layer.inputs[0]].channels
        return 0

    def total_macs(self):
        return sum(map(self.macs, self.layers))

    def weight_shape(self, layer):
        channels = self.tensors[layer.inputs[0]].channels
        if layer.op == "depthwise":
            return (layer.kernel, layer.kernel, channels)
        return (self.tensors[layer.output].channels, layer.kernel, layer.kernel, channels)

    def parameter_count(self, layer):
        if not layer.has_weights:
            return 0
        return math.prod(self.weight_shape(layer)) + self.tensors[layer.output].channels

    def quantise(self, seed=35):
        """Weights from `seed`, multipliers from one run on the image."""
        random = Random(seed)
        values = {0: image(self.tensors[0].height, self.tensors[0].width, self.tensors[0].channels)}
        for layer in self.layers:
            if layer.has_weights:
                self._draw(layer, random, values[layer.inputs[0]])
            values[layer.output] = self._execute(layer, values)
        return self

    def _draw(self, layer, random, source):
        shape = self.weight_shape(layer)
        outputs = self.tensors[layer.output].channels
        length = math.prod(shape) // outputs
        rows = random.bell(math.prod(shape)).reshape(outputs, length)
        rows = rows - (2 * rows.sum(axis=1, keepdims=True) + length) // (2 * length) if length > 9 else rows
        largest = np.maximum(np.abs(rows).max(axis=1, keepdims=True), 1)
        rows = (2 * 127 * rows + largest) // (2 * largest)
        zero = self.tensors[layer.inputs[0]].zero
        power = int(((source.astype(np.int64) - zero) ** 2).sum())
        rms = max(math.sqrt(power / source.size), 1.0)
        levels = RELU_LEVELS if layer.relu else LINEAR_LEVELS
        norms = [math.sqrt(max(int(square), 1)) for square in (rows**2).sum(axis=1)]
        fixed = [fixed_point(levels / (rms * norm)) for norm in norms]
        bias = [math.floor(int(b) / 1470 * rms * norm) for b, norm in zip(random.bell(outputs), norms)]  # a tenth
        layer.bias = np.array(bias, dtype=np.int64) - zero * rows.sum(axis=1)
        layer.multiplier = np.array([multiplier for multiplier, _ in fixed], dtype=np.int64)
        layer.shift = np.array([shift for _, shift in fixed], dtype=np.int64)
        layer.weights = (rows.T if layer.op == "depthwise" else rows).reshape(shape).astype(np.int8)

    def run(self, pixels=None):
        """All tensors by number, as firmware computes them."""
        first = self.tensors[0]
        values = {0: image(first.height, first.width, first.channels) if pixels is None else pixels}
        for layer in self.layers:
            values[layer.output] = self._execute(layer, values)
        return values

    def _execute(self, layer, values):
        out = self.tensors[layer.output]
        sources = [values[number].astype(np.int64) for number in layer.inputs]
        zeros = [self.tensors[number].zero for number in layer.inputs]
        if layer.has_weights:
            sums = self._sums(layer, values[layer.inputs[0]], zeros[0])
            return rescale(sums + layer.bias, layer.multiplier, layer.shift, out.zero)
        if layer.op == "add":
            a, b, constant = self.add_constants(layer)
            return np.clip((sources[0] * a + sources[1] * b + constant) >> ADD_SHIFT, -128, 127).astype(np.int8)
        if layer.op == "pool":
            pixels = sources[0].shape[0] * sources[0].shape[1]
            total = sources[0].sum(axis=(0, 1), keepdims=True)
            return ((total * pool_multiplier(pixels) + 2**15) >> 16).astype(np.int8)
        if layer.op == "lookup":
            return np.array(layer.table, dtype=np.int8)[sources[0] + 128]
        if layer.op == "scale":
            gated = ((sources[0] - zeros[0]) * (sources[1] + 128) + 128) >> 8
            return np.clip(gated + zeros[0], -128, 127).astype(np.int8)
        raise ValueError(layer.op)

    def _sums(self, layer, source, zero):
        """Sums of products without bias; pixels beyond the edge hold the zero point."""
        out = self.tensors[layer.output]
        kernel, stride = layer.kernel, layer.stride
        pads = []
        for size, outputs in ((source.shape[0], out.height), (source.shape[1], out.width)):
            total = max((outputs - 1) * stride + kernel - size, 0)
            pads.append((total // 2, total - total // 2))
        padded = np.pad(source.astype(np.float64), (*pads, (0, 0)), constant_values=zero)
        weights = layer.weights.astype(np.float64)
        sums = np.zeros((out.height, out.width, out.channels))
        for y in range(kernel):
            for x in range(kernel):
                window = padded[y : y + (out.height - 1) * stride + 1 : stride, x : x + (out.width - 1) * stride + 1 : stride]
                if layer.op == "depthwise":
                    sums += window * weights[y, x]
                else:
                    flat = np.ascontiguousarray(window).reshape(-1, window.shape[2])
                    sums += (flat @ weights[:, y, x].T).reshape(sums.shape)
        return sums.astype(np.int64)

    def add_constants(self, layer):
        """Multipliers and constant of an addition, which keeps the spread: a factor of 1/sqrt(2) each."""
        ratio = round(2**ADD_SHIFT / math.sqrt(2))
        zeros = sum(self.tensors[number].zero for number in layer.inputs)
        constant = (self.tensors[layer.output].zero << ADD_SHIFT) - ratio * zeros + (1 << (ADD_SHIFT - 1))
        return ratio, ratio, constant

    def lifetimes(self, order=None):
        """(first, last) step at which each tensor lives; the graph's input lives from step 0, its output to the end."""
        order = order or range(len(self.layers))
        spans = {0: [0, 0]}
        for step, index in enumerate(order):
            layer = self.layers[index]
            spans[layer.output] = [step, step]
            for number in layer.inputs:
                spans[number][1] = step
        spans[self.layers[-1].output][1] = len(self.layers)
        return {number: tuple(span) for number, span in spans.items()}

    def plan(self, order=None, in_place=("lookup",), align=8, elsewhere=()):
        """Offsets of all tensors in one arena, and its size: the largest first, each at the lowest place that is free
        while it lives. The output of an `in_place` layer takes its first input's place if that ends there. Tensors
        `elsewhere` get no place."""
        spans = {number: span for number, span in self.lifetimes(order).items() if number not in elsewhere}
        owner = {number: number for number in spans}
        lives = {number: list(span) for number, span in spans.items()}
        for index in order or range(len(self.layers)):
            layer = self.layers[index]
            source = layer.inputs[0]
            if not {source, layer.output} <= spans.keys():
                continue
            if layer.op in in_place and spans[source][1] == spans[layer.output][0]:
                owner[layer.output] = owner[source]
                lives[owner[source]][1] = max(lives[owner[source]][1], spans[layer.output][1])
        requests = [(self.tensors[n].size, *lives[n], n) for n in spans if owner[n] == n]
        places, size = lowest_places(requests, align)
        return {number: places[owner[number]] for number in spans}, size


def lowest_places(requests, align):
    """Offsets by key, and the size of the whole, of requests (bytes, first step, last step, key): the largest first, of
    equal ones that with the lower key, each at the lowest place that is free while it lives."""
    places, placed = {}, []
    for size, first, last, key in sorted(requests, key=lambda request: (-request[0], request[3])):
        size = -(-size // align) * align
        offset = 0
        for begin, end, other_first, other_last in sorted(placed):
            if other_first <= last and first <= other_last and begin < offset + size and offset < end:
                offset = end
        placed.append((offset, offset + size, first, last))
        places[key] = offset
    return places, max(end for _, end, _, _ in placed)


def spilled(graph, budget):
    """The tensors that do not fit an arena of `budget` bytes: of the fullest steps the largest, until the rest fits."""
    elsewhere = []
    while graph.plan(elsewhere=elsewhere)[1] > budget:
        spans = {number: span for number, span in graph.lifetimes().items() if number not in elsewhere}
        live = [[number for number, (first, last) in spans.items() if first <= step <= last] for step in range(len(graph.layers))]
        fullest = max(live, key=lambda numbers: sum(graph.tensors[number].size for number in numbers))
        elsewhere.append(max(fullest, key=lambda number: (graph.tensors[number].size, -number)))
    return sorted(elsewhere)


def pool_multiplier(pixels):
    """1 / pixels in 16 bits of fraction."""
    return (2**16 + pixels // 2) // pixels


def fnv1a(values):
    """The hash that firmware prints of int8 values."""
    state = 2166136261
    for byte in np.asarray(values, dtype=np.int8).tobytes():
        state = (state ^ byte) * 16777619 % 2**32
    return state
