"""Writes a quantised graph as the model that the interpreter reads: a FlatBuffer, one piece of read-only bytes.

Tables find their fields through a vtable and everything else through offsets, as FlatBuffers lay them out; the schema,
which model.h has for the firmware, is that of a runtime for microcontrollers: tensors, operators, operator codes, buffers.
Scales are doubles: multipliers of the graph have 31 bits, which float32 cannot carry.
"""

import math
import struct

import numpy as np

import emit
from graph import fixed_point

VERSION = 3
IDENTIFIER = b"MCM3"
CODES = ("conv", "depthwise", "dense", "add", "pool")
INT8, INT32 = 0, 1
BUFFER_ALIGN = 16
INPUT_SCALE = 1 / 127.5
RELU_SCALE = 6 / 255
LINEAR_SCALE = 0.0472
ALIGN = {"B": 1, "H": 2, "i": 4, "I": 4, "d": 8}


class Table:
    """`fields`: (slot, format of struct, value); of a reference the format is None and the value a Table or Vector."""

    align = 4

    def __init__(self, *fields):
        order = sorted(fields, key=lambda field: -ALIGN[field[1] or "I"])
        self.places, end = {}, 4
        for slot, kind, value in order:
            end = -(-end // ALIGN[kind or "I"]) * ALIGN[kind or "I"]
            self.places[slot] = (end, kind, value)
            end += ALIGN[kind or "I"]
        self.size = end
        self.slots = max(self.places) + 1
        self.vtable_size = 4 + 2 * self.slots

    @property
    def before(self):
        """Bytes of the vtable, which lies before the table."""
        return self.vtable_size

    def references(self):
        return [(offset, value) for offset, kind, value in self.places.values() if kind is None]

    def write(self, data, at):
        vtable = at - self.vtable_size
        places = [self.places.get(slot, (0,))[0] for slot in range(self.slots)]
        struct.pack_into(f"<HH{self.slots}H", data, vtable, self.vtable_size, self.size, *places)
        struct.pack_into("<i", data, at, at - vtable)
        for offset, kind, value in self.places.values():
            if kind is not None:
                struct.pack_into(f"<{kind}", data, at + offset, value)


class Vector:
    """A count and its items: numbers of one format, or references if that is None."""

    before = 0

    def __init__(self, kind, items, align=4):
        self.kind, self.items = kind, items
        self.align = max(align, ALIGN[kind or "I"])  # of the items
        self.size = 4 + ALIGN[kind or "I"] * len(items)

    def references(self):
        return [(4 + 4 * i, item) for i, item in enumerate(self.items)] if self.kind is None else []

    def write(self, data, at):
        struct.pack_into("<I", data, at, len(self.items))
        if self.kind is not None:
            struct.pack_into(f"<{len(self.items)}{self.kind}", data, at + 4, *self.items)


class Text(Vector):
    """Ends in a NUL that is not counted."""

    def __init__(self, text):
        super().__init__("B", text.encode())
        self.size += 1


def lay_out(root):
    """{object: place} in the order in which they are first met, so that all offsets point forward; and the end."""
    places, waiting, end = {}, [root], 8  # the root's offset and the identifier
    while waiting:
        item = waiting.pop(0)
        if item in places:
            continue
        end += item.before
        first = 4 if isinstance(item, Vector) else 0
        end = -(-(end + first) // item.align) * item.align - first
        places[item] = end
        end += item.size
        waiting += [value for _, value in item.references()]
    return places, end


def serialise(root):
    """The bytes, a multiple of four."""
    places, end = lay_out(root)
    data = bytearray(-(-end // 4) * 4)
    struct.pack_into("<I4s", data, 0, places[root], IDENTIFIER)
    for item, at in places.items():
        item.write(data, at)
        for offset, value in item.references():
            struct.pack_into("<I", data, at + offset, places[value] - at - offset)
    return bytes(data)


def activation_scales(graph):
    """Of each tensor; an addition has inputs of one scale and keeps their spread, so its output's is sqrt(2) of it."""
    scales = {0: INPUT_SCALE}
    for layer in graph.layers:
        source = scales[layer.inputs[0]]
        if layer.op == "add":
            scales[layer.output] = source * math.sqrt(2)
        elif layer.op == "pool":
            scales[layer.output] = source
        else:
            scales[layer.output] = RELU_SCALE if layer.relu else scale_of_sum(graph, layer, scales)
    return scales


def scale_of_sum(graph, layer, scales):
    """Of a linear output: that of what will be added to it, if something will."""
    for user in graph.layers:
        if user.op == "add" and layer.output in user.inputs:
            other = user.inputs[1 - user.inputs.index(layer.output)]
            return scales.get(other, LINEAR_SCALE)
    return LINEAR_SCALE


def filter_scales(layer, source, output):
    """One for each channel: what makes source * filter / output the layer's multiplier and shift, exactly."""
    scales = []
    for multiplier, shift in zip(layer.multiplier.tolist(), layer.shift.tolist()):
        scale = multiplier / 2**shift * output / source
        if fixed_point(source * scale / output) != (multiplier, shift):
            raise ValueError(f"{layer.name}: no scale gives the multiplier {multiplier} and shift {shift}")
        scales.append(scale)
    return scales


class Writer:
    """Collects tensors, operators and buffers; buffer 0 is the empty one of tensors without data."""

    def __init__(self, graph):
        self.graph = graph
        self.buffers = [Table((0, None, Vector("B", b"")))]
        self.scales = activation_scales(graph)
        names = {layer.output: layer.name for layer in graph.layers}
        self.tensors = [
            self.tensor(names.get(i, "image"), (1, t.height, t.width, t.channels), INT8, 0, [self.scales[i]], t.zero)
            for i, t in enumerate(graph.tensors)
        ]

    def tensor(self, name, shape, kind, buffer, scales, zero):
        quantisation = Table((0, None, Vector("d", scales)), (1, "i", zero))
        return Table(
            (0, None, Vector("i", shape)), (1, "B", kind), (2, "I", buffer), (3, None, Text(name)), (4, None, quantisation),
        )

    def constant(self, name, shape, kind, data, scales):
        """The number of a tensor with data of its own."""
        self.buffers.append(Table((0, None, Vector("B", data, align=BUFFER_ALIGN))))
        self.tensors.append(self.tensor(name, shape, kind, len(self.buffers) - 1, scales, 0))
        return len(self.tensors) - 1

    def operator(self, layer):
        inputs = list(layer.inputs)
        if layer.has_weights:
            scales = filter_scales(layer, self.scales[layer.inputs[0]], self.scales[layer.output])
            shape = self.graph.weight_shape(layer)
            shape = (1,) * (4 - len(shape)) + tuple(shape)
            inputs.append(self.constant(f"{layer.name}/weights", shape, INT8, emit.weight_bytes(layer), scales))
            bias = layer.bias.astype("<i4").tobytes()
            inputs.append(self.constant(f"{layer.name}/bias", (len(layer.bias),), INT32, bias, [1.0]))
        return Table(
            (0, "I", CODES.index(layer.op)), (1, None, Vector("i", inputs)), (2, None, Vector("i", [layer.output])),
            (3, None, Table((0, "I", layer.stride))),
        )

    def model(self):
        operators = [self.operator(layer) for layer in self.graph.layers]
        codes = [Table((0, "I", code)) for code in range(len(CODES))]
        subgraph = Table(
            (0, None, Vector(None, self.tensors)), (1, None, Vector(None, operators)),
            (2, None, Vector("i", [0])), (3, None, Vector("i", [self.graph.layers[-1].output])),
        )
        return Table(
            (0, "I", VERSION), (1, None, Vector(None, codes)), (2, None, subgraph), (3, None, Text(self.graph.name)),
            (4, None, Vector(None, self.buffers)),
        )


def model_bytes(graph):
    return serialise(Writer(graph).model())


def other_version():
    """A model of a version that the interpreter does not know, without anything else."""
    return serialise(Table((0, "I", VERSION + 1), (3, None, Text("of another version"))))
