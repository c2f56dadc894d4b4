"""A network of cells that branch, as architecture search finds them.

A cell reads the outputs of the two cells before it. Each of its branches is a separable convolution: it widens (1x1),
filters each channel (3x3, 5x5 or 7x7, by which it also halves the size) and narrows (1x1); additions join the branches.
The layers of a cell are defined level by level, as converters write models that they hold sorted by depth: first all
that widen, then all that filter, and so on. So the wide tensors of all branches live together in that order.
"""

from graph import Graph

RESOLUTION = 128
STEM = 16
CLASSES = 10
EXPANSION = 2
# Channels, and the branches: which input (0 is the last cell's output, 1 that of the one before), and the kernel.
CELLS = (
    (16, ((0, 3), (0, 5), (0, 7), (0, 3))),
    (32, ((0, 3), (0, 5), (1, 5), (1, 7))),
    (48, ((0, 3), (0, 5), (1, 5), (1, 7))),
)


def cell(graph, name, sources, channels, branches):
    """One cell at half the size of the last one's output; returns its output."""
    size = graph.tensors[sources[0]].height
    wide = [
        graph.conv(f"{name}{i}_widen", sources[which], channels * EXPANSION)
        for i, (which, _) in zip("abcd", branches)
    ]
    filtered = [
        graph.depthwise(f"{name}{i}_filter", source, kernel, graph.tensors[source].height * 2 // size)
        for i, source, (_, kernel) in zip("abcd", wide, branches)
    ]
    narrow = [graph.conv(f"{name}{i}_narrow", source, channels, relu=False) for i, source in zip("abcd", filtered)]
    left = graph.add(f"{name}_left", narrow[0], narrow[1])
    right = graph.add(f"{name}_right", narrow[2], narrow[3])
    return graph.add(f"{name}_join", left, right)


def network():
    """The graph, not yet quantised."""
    graph = Graph("reorder", RESOLUTION, RESOLUTION)
    before = last = graph.conv("stem", 0, STEM, 3, 2)
    for number, (channels, branches) in enumerate(CELLS, 1):
        before, last = last, cell(graph, f"cell{number}", (last, before), channels, branches)
    graph.dense("classes", graph.pool("pool", last), CLASSES)
    return graph
