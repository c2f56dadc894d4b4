"""Writes a quantised graph as straight-line C for generated.h, and its parameters as assembly.

Everything that an interpreter finds out on the target is decided here: which kernel a layer gets, where tensors and
columns lie, which tensor is written over which.
"""

import numpy as np

import emit
from graph import ADD_SHIFT, lowest_places, pool_multiplier

DATA_CACHE = 4096
SCALING_BYTES = 9  # of a channel: bias, multiplier, shift
ALIGN = 8
GROUP = 4
FEW_CHANNELS = 24
IN_PLACE = ("depthwise", "add")


def edge(graph, layer):
    """Rows or columns before the first pixel of the output, where both directions are alike; TensorFlow's SAME."""
    source, out = graph.tensors[layer.inputs[0]], graph.tensors[layer.output]
    return max((out.height - 1) * layer.stride + layer.kernel - source.height, 0) // 2


def plane_row(graph, layer):
    """Halfwords of a row of a channel's plane: all that the windows of whole groups read, an even number."""
    source, out = graph.tensors[layer.inputs[0]], graph.tensors[layer.output]
    read = (out.width - 1) * layer.stride + layer.kernel + 1
    return -(-max(read, edge(graph, layer) + source.width) // 2) * 2


def by_channel(graph, layer):
    """Whether a 1x1 convolution reads its weights once: where they and the scaling do not fit the data cache."""
    outputs = graph.tensors[layer.output].channels
    return outputs * (graph.tensors[layer.inputs[0]].channels + SCALING_BYTES) > DATA_CACHE


def group_of(graph, layer):
    """Pixels that are multiplied at a time. With few channels requantising dominates, whose constants four then share;
    with many the products do, for which a compiler finds registers with two."""
    return 4 if graph.tensors[layer.inputs[0]].channels <= FEW_CHANNELS else 2


def scratch_bytes(graph, layer):
    source, out = graph.tensors[layer.inputs[0]], graph.tensors[layer.output]
    if layer.op == "depthwise":
        return 2 * source.height * plane_row(graph, layer)
    if layer.op == "conv" and layer.kernel == 1:
        return 2 * source.channels * (out.height * out.width if by_channel(graph, layer) else group_of(graph, layer))
    if layer.op == "conv":
        return 2 * 28 * GROUP
    return 2 * source.channels if layer.op == "dense" else 0


def plan(graph):
    """(offsets of tensors, offsets of the layers' scratch, size): the largest first, each at the lowest free place."""
    spans = graph.lifetimes()
    owner = {number: number for number in spans}
    lives = {number: list(ends) for number, ends in spans.items()}
    for layer in graph.layers:
        first = layer.inputs[0]
        if layer.op in IN_PLACE and spans[first][1] == spans[layer.output][0]:
            owner[layer.output] = owner[first]
            lives[owner[first]][1] = max(lives[owner[first]][1], spans[layer.output][1])
        elif layer.op in IN_PLACE:
            raise ValueError(f"{layer.name}: its input is needed later, so it cannot be written over")
    requests = [(graph.tensors[n].size, *lives[n], ("tensor", n)) for n in spans if owner[n] == n]
    requests += [(scratch_bytes(graph, layer), i, i, ("scratch", i)) for i, layer in enumerate(graph.layers)]
    places, size = lowest_places(requests, ALIGN)
    tensors = {number: places["tensor", owner[number]] for number in spans}
    return tensors, {i: places["scratch", i] for i in range(len(graph.layers))}, size


def depthwise_weights(layer):
    """[channel][row], rows padded to words, in each word the order 0, 2, 1, 3."""
    rows = layer.weights.transpose(2, 0, 1)
    rows = np.pad(rows, ((0, 0), (0, 0), (0, -rows.shape[2] % 4)))
    return rows.reshape(*rows.shape[:2], -1, 4)[..., [0, 2, 1, 3]].tobytes()


def scaling(layer, bias):
    words = bias.astype("<i4").tobytes() + layer.multiplier.astype("<i4").tobytes()
    return words + emit.padded((layer.shift - 33).astype(np.uint8).tobytes())


def block(graph, layer):
    if not layer.has_weights:
        return b""
    if layer.op != "depthwise":
        return emit.weight_bytes(layer) + scaling(layer, layer.bias)
    zero = graph.tensors[layer.inputs[0]].zero
    bias = layer.bias + zero * layer.weights.astype(np.int64).sum(axis=(0, 1))
    return depthwise_weights(layer) + scaling(layer, bias)


def blocks(graph):
    """(offset, weights' bytes) of each layer, and all bytes."""
    entries, data = [], b""
    for layer in graph.layers:
        piece = block(graph, layer)
        weights = len(depthwise_weights(layer) if layer.op == "depthwise" else emit.weight_bytes(layer)) if piece else 0
        entries.append((len(data), weights))
        data += piece
    return entries, data


def parameters(graph):
    return emit.assembly(blocks(graph)[1], "network_parameters")


def parts(entry, outputs):
    """The initialiser of a layer's parameters."""
    offset, weights = entry
    bias = offset + weights
    places = (offset, bias, bias + 4 * outputs, bias + 8 * outputs)
    kinds = ("const int8_t*", "const int32_t*", "const int32_t*", "const uint8_t*")
    return f"{{{', '.join(f'({kind})(network_parameters + {place})' for kind, place in zip(kinds, places))}}}"


def kernel_of(graph, layer):
    """(kernel of generated.h, its literals) of a layer."""
    source, out = graph.tensors[layer.inputs[0]], graph.tensors[layer.output]
    if layer.op == "conv" and layer.kernel == 1:
        kernel = "pointwise_by_channel" if by_channel(graph, layer) else "pointwise"
        return kernel, (source.channels, out.channels, out.height * out.width, group_of(graph, layer), out.zero)
    if layer.op == "conv":
        if (layer.kernel, layer.stride, source.channels, source.height % 2, source.width % (2 * GROUP)) != (3, 2, 3, 0, 0):
            raise ValueError(f"{layer.name}: no kernel for its shape")
        return "first_convolution", (source.height, source.width, out.channels, source.zero, out.zero)
    if layer.op == "depthwise":
        before = edge(graph, layer)
        return "depthwise", (
            layer.kernel, layer.stride, source.height, source.width, source.channels, before, before,
            plane_row(graph, layer), out.height, out.width, source.zero, out.zero,
        )
    if layer.op == "add":
        return "add", (*graph.add_constants(layer), ADD_SHIFT, out.size)
    if layer.op == "pool":
        pixels = source.height * source.width
        return "average_pool", (pixels, source.channels, pool_multiplier(pixels))
    if layer.op == "dense":
        return "dense", (source.channels, out.channels, out.zero)
    raise ValueError(f"{layer.name}: no kernel for {layer.op}")


# What a kernel gets at run time: these, then its tensors.
SCRATCH = {
    "pointwise": "int32_t*", "pointwise_by_channel": "int32_t*", "first_convolution": "int32_t*", "dense": "int32_t*",
    "depthwise": "int16_t*",
}


# Of a shared kernel these literals stay; the others become arguments.
UNROLLED_BY = {
    "pointwise": (3,), "pointwise_by_channel": (3,), "first_convolution": range(5), "depthwise": (0, 1),
}


def function(name, kernel, literals, tensors):
    """A kernel for all layers that agree in `literals`; what is None there is an argument, never a constant."""
    kept = "noipa" if None in literals else "noinline"
    names = ["first", "second"][:tensors]
    sizes = [f"size_{i}" if literal is None else str(literal) for i, literal in enumerate(literals)]
    types = [f"int {size}" for size in sizes if size.startswith("size_")]
    arguments = ["*p", "scratch"] if kernel in SCRATCH else []
    types += ["const struct parameters* p", f"{SCRATCH[kernel]} scratch"] if kernel in SCRATCH else []
    types += [f"value* {tensor}" for tensor in names]
    return [
        f"static __attribute__(({kept})) void {name}({', '.join(types)}) {{",
        f"  {kernel}({', '.join([*sizes, *arguments, *names])});",
        "}",
        "",
    ]


class Source:
    """The text of a network, layer by layer. With `shared` kernels only what they are unrolled by is literal."""

    def __init__(self, graph, shared=False):
        self.graph, self.shared = graph, shared
        self.entries, _ = blocks(graph)
        self.tensors, self.scratch, self.size = plan(graph)
        self.functions, self.constants, self.calls = {}, [], []
        self.definitions = []
        for index, layer in enumerate(graph.layers):
            self.add(index, layer)

    def at(self, number):
        return f"network_arena + {self.tensors[number]}"

    def add(self, index, layer):
        kernel, literals = kernel_of(self.graph, layer)
        places = [self.at(number) for number in layer.inputs]
        if layer.op not in IN_PLACE:
            places.append(self.at(layer.output))
        literal_at = UNROLLED_BY.get(kernel, ()) if self.shared else range(len(literals))
        key = (kernel, tuple(literal if i in literal_at else None for i, literal in enumerate(literals)))
        if key not in self.functions:
            self.functions[key] = f"{kernel}_{len(self.functions)}"
            self.definitions += function(self.functions[key], *key, len(places))
        arguments = [str(literal) for i, literal in enumerate(literals) if i not in literal_at]
        if kernel in SCRATCH:
            outputs = self.graph.tensors[layer.output].channels
            self.constants.append(f"static const struct parameters {layer.name} = {parts(self.entries[index], outputs)};")
            arguments += [f"&{layer.name}", f"({SCRATCH[kernel]})(network_arena + {self.scratch[index]})"]
        self.calls += [
            f'  MCOST_LAYER_BEGIN("{layer.name}", "{emit.metadata(self.graph, layer)}");',
            f"  {self.functions[key]}({', '.join([*arguments, *places])});",
            f'  MCOST_LAYER_END("{layer.name}");',
        ]

    def text(self):
        first, last = self.graph.tensors[0], self.graph.layers[-1].output
        return "\n".join([
            f"// {self.graph.name}: made by generate_c.py from a graph and a seed. Do not edit.",
            "",
            '#include "generated.h"',
            '#include "mcost.h"',
            '#include "network.h"',
            "",
            "extern const uint8_t network_parameters[];",
            f'const char network_name[] = "{self.graph.name}";',
            f"const int network_height = {first.height}, network_width = {first.width}, network_channels = {first.channels};",
            f"const int network_outputs = {self.graph.tensors[last].size};",
            f'static value network_arena[{self.size}] __attribute__((aligned(8), section(".bss.arena")));',
            f"value* const network_input = {self.at(0)};",
            f"value* const network_output = {self.at(last)};",
            "",
            *self.definitions,
            *self.constants,
            "",
            "void network_invoke(void) {",
            *self.calls,
            "}",
            "",
        ])


def c_source(graph, shared=False):
    return Source(graph, shared).text()
