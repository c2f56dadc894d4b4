"""Writes a graph as C for nn.h: NAME.c has the layers, their probes and the plan of the activations, NAME.s the
parameters, as words, since an assembler reads megabytes of them in no time."""

import numpy as np

from graph import ADD_SHIFT, fnv1a, pool_multiplier

OPERATIONS = {
    "conv": "NN_CONV", "depthwise": "NN_DEPTHWISE", "dense": "NN_DENSE", "add": "NN_ADD", "pool": "NN_POOL",
    "lookup": "NN_LOOKUP", "scale": "NN_SCALE",
}
# What a report calls them.
KINDS = {
    "conv": "conv2d", "depthwise": "depthwise_conv2d", "dense": "fully_connected", "add": "add",
    "pool": "average_pool2d", "lookup": "lookup", "scale": "mul",
}


CARD_BLOCK = 16384  # bytes that are read or written at a time
EDGE_CHANNELS = 32  # of a depthwise window that are gathered at a time, at least


def padded(data):
    return data + bytes(-len(data) % 4)


def weight_bytes(layer):
    """The weights of one layer as nn.h wants them."""
    if layer.op == "depthwise":
        return padded(layer.weights.tobytes())
    rows = layer.weights.reshape(layer.weights.shape[0], -1)
    return np.pad(rows, ((0, 0), (0, -rows.shape[1] % 4))).tobytes()


def block(layer):
    """The parameters of one layer, a multiple of four bytes."""
    if layer.op == "lookup":
        return np.array(layer.table, dtype=np.int8).tobytes()
    if not layer.has_weights:
        return b""
    return weight_bytes(layer) + scaling_bytes(layer)


def scaling_bytes(layer):
    """Behind the weights; Q-format has no multipliers."""
    multiplier = b"" if layer.multiplier is None else layer.multiplier.astype("<i4").tobytes()
    return layer.bias.astype("<i4").tobytes() + multiplier + padded(layer.shift.astype(np.uint8).tobytes())


def blocks(graph, make=block):
    """(offset, bytes) of each layer, and all of them in one; `make(layer)` is the block of one."""
    entries, data = [], b""
    for layer in graph.layers:
        piece = make(layer)
        entries.append((len(data), len(piece)))
        data += piece
    return entries, data


def metadata(graph, layer):
    """What the probe says of the layer."""
    source, out = graph.tensors[layer.inputs[0]], graph.tensors[layer.output]
    words = [f"op={KINDS[layer.op]}"]
    if layer.op in ("conv", "depthwise"):
        words += [f"kernel={layer.kernel}x{layer.kernel}", f"stride={layer.stride}"]
    words += [f"in={source.shape}", f"out={out.shape}"]
    if layer.has_weights:
        words.append("weights=" + "x".join(map(str, graph.weight_shape(layer))))
    return " ".join([*words, f"params={graph.parameter_count(layer)}", f"macs={graph.macs(layer)}"])


def constants(graph, layer):
    if layer.op == "add":
        return [*graph.add_constants(layer), ADD_SHIFT]
    if layer.op == "pool":
        source = graph.tensors[layer.inputs[0]]
        return [pool_multiplier(source.height * source.width), 0, 0, 0]
    return [0, 0, 0, 0]


def column_words(graph):
    """Of nn_columns: two columns of halfwords, as long as the longest window of a convolution; or a window of some
    channels of a depthwise one."""
    words = [0]
    for layer in graph.layers:
        channels = graph.tensors[layer.inputs[0]].channels
        if layer.op == "conv":
            words.append(layer.kernel**2 * channels)
        elif layer.op == "depthwise":
            words.append(layer.kernel**2 * min(channels, EDGE_CHANNELS) // 4)
    return -(-max(words) // 4) * 4


def columns_source(words):
    return [
        f"int32_t nn_columns[{words}] __attribute__((aligned(8)));",
        "const int nn_columns_bytes = sizeof nn_columns;",
    ]


def layer_row(graph, layer, entry):
    source, out = graph.tensors[layer.inputs[0]], graph.tensors[layer.output]
    shape = [layer.kernel, layer.stride, source.height, source.width, source.channels, out.channels, out.height, out.width]
    words = [OPERATIONS[layer.op], *shape, source.zero, graph.output_zero(layer), *entry]
    return f"  {{{', '.join(map(str, words))}, {{{', '.join(map(str, constants(graph, layer)))}}}}},"


def place(offsets, number):
    return offsets[number] if isinstance(offsets[number], str) else f"nn_arena + {offsets[number]}"


def on_card(graph, tensors):
    """Places for tensors on an SD card, one behind the other from its first block on."""
    places, block = {}, 0
    for number in tensors:
        places[number] = f"NN_ON_CARD({block})"
        block += -(-graph.tensors[number].size // CARD_BLOCK)
    return places


def calls(graph, offsets, order):
    for position, index in enumerate(order):
        layer = graph.layers[index]
        second = place(offsets, layer.inputs[1]) if len(layer.inputs) > 1 else "0"
        yield f'  MCOST_LAYER_BEGIN("{layer.name}", "{metadata(graph, layer)}");'
        yield f"  nn_run(&nn_layers[{position}], {place(offsets, layer.inputs[0])}, {second},"
        yield f"         {place(offsets, layer.output)});"
        yield f'  MCOST_LAYER_END("{layer.name}");'


def c_source(graph, order=None, card=(), make=block):
    """The layers run in `order` (theirs in the graph, if None); the plan follows from it. Tensors of `card` are there."""
    order = list(order or range(len(graph.layers)))
    entries, _ = blocks(graph, make)
    offsets, size = graph.plan(order, elsewhere=card)
    offsets |= on_card(graph, card)
    first, last = graph.tensors[0], graph.layers[-1].output
    return "\n".join([
        f"// {graph.name}: made by emit.py from a graph and a seed. Do not edit.",
        "",
        '#include "nn.h"',
        '#include "mcost.h"',
        "",
        f'const char nn_name[] = "{graph.name}";',
        f"const int nn_height = {first.height}, nn_width = {first.width}, nn_channels = {first.channels};",
        f"const int nn_output_size = {graph.tensors[last].size};",
        f"const uint32_t nn_macs = {graph.total_macs()}u;",
        f'value nn_arena[{size}] __attribute__((aligned(8), section(".bss.nn_arena")));',
        *columns_source(column_words(graph)),
        f"value* const nn_input = {place(offsets, 0)};",
        f"value* const nn_output = {place(offsets, last)};",
        "",
        f"const int nn_layer_count = {len(order)};",
        "const struct layer nn_layers[] = {",
        *(layer_row(graph, graph.layers[index], entries[index]) for index in order),
        "};",
        "",
        "void nn_network(void) {",
        *calls(graph, offsets, order),
        "}",
        "",
    ])


def assembly(data, symbol="nn_parameters"):
    """Bytes, a multiple of four, as a constant in a section of its own name."""
    words = np.frombuffer(data, dtype="<u4")
    lines = [
        "@ Made by emit.py. Do not edit.",
        f'  .section .rodata.{symbol}, "a", %progbits',
        "  .balign 8",
        f"  .global {symbol}",
        f"  .type {symbol}, %object",
        f"{symbol}:",
    ]
    lines += ["  .word " + ",".join(f"0x{word:x}" for word in words[i : i + 16]) for i in range(0, len(words), 16)]
    return "\n".join([*lines, f"  .size {symbol}, {len(data)}", ""])


def write(graph, folder, name, order=None, card=()):
    """`folder`/`name`: NAME.c or NAME.s of a quantised graph."""
    path = folder / name
    path.write_text(c_source(graph, order, card) if path.suffix == ".c" else assembly(blocks(graph)[1]))


def expected(graph):
    """The hash that firmware prints."""
    return fnv1a(graph.run()[graph.layers[-1].output])
