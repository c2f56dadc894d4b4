"""Single layers of equal work: 705,600 multiply-accumulates each, of depthwise, pointwise and ordinary convolutions.

The number is 64 * (3 * 5 * 7)^2: with 64 channels a depthwise convolution of any of these kernels then has a square input.
"""

from graph import Graph

MACS = 705_600
# name: operation, kernel, size, channels, outputs (of a depthwise convolution its channels)
SHAPES = {
    "depthwise_3x3": ("depthwise", 3, 35, 64, 64),
    "depthwise_5x5": ("depthwise", 5, 21, 64, 64),
    "depthwise_7x7": ("depthwise", 7, 15, 64, 64),
    "pointwise_16": ("conv", 1, 35, 16, 36),
    "pointwise_32": ("conv", 1, 21, 32, 50),
    "pointwise_96": ("conv", 1, 7, 96, 150),
    "convolution_3x3": ("conv", 3, 14, 20, 20),
}


def case(name):
    """The layer as a quantised graph of its own."""
    operation, kernel, size, channels, outputs = SHAPES[name]
    graph = Graph(name, size, size, channels)
    if operation == "depthwise":
        graph.depthwise(name, 0, kernel)
    else:
        graph.conv(name, 0, outputs, kernel)
    return graph.quantise()
