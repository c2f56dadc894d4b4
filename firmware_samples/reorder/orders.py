"""Orders of execution of a graph: what one needs of memory at most, and the one that needs least.

An order is a list of the layers' indices in which each layer follows those whose tensors it reads. While a layer runs,
its inputs, its output and every tensor that a later layer reads are live; the most that ever is live is the order's peak.
"""


def readers(graph):
    """For each tensor, the layers that read it."""
    result = {number: set() for number in range(len(graph.tensors))}
    for index, layer in enumerate(graph.layers):
        for number in layer.inputs:
            result[number].add(index)
    return result


def is_valid(graph, order):
    """Whether each layer runs once, after those it reads from."""
    known = {0}
    for index in order:
        if not known.issuperset(graph.layers[index].inputs):
            return False
        known.add(graph.layers[index].output)
    return sorted(order) == list(range(len(graph.layers)))


def peak(graph, order=None):
    """The most bytes that are live at one time, activations only."""
    spans = graph.lifetimes(order)
    steps = range(len(graph.layers))
    return max(sum(graph.tensors[n].size for n, (first, last) in spans.items() if first <= step <= last) for step in steps)


def best(graph):
    """An order of the least peak, the first of them in the order of indices.

    What is live depends only on which layers have run, so the search goes over those sets, not over orders: those of a
    graph with a few branches of a few layers each are few thousands, while its orders are beyond counting.
    """
    read_by = readers(graph)
    everything = frozenset(range(len(graph.layers)))
    least = {everything: 0}
    choice = {}

    def live_after(done):
        """What layers to come read. Tensor 0 is the graph's input, tensor n + 1 what layer n writes."""
        return {number for number, users in read_by.items() if (number == 0 or number - 1 in done) and users - done}

    def search(done):
        """The least peak of what is left to run after `done`."""
        if done in least:
            return least[done]
        live = live_after(done)
        held = sum(graph.tensors[number].size for number in live)
        found = None
        for index in sorted(everything - done):
            layer = graph.layers[index]
            if not live.issuperset(layer.inputs):
                continue
            total = max(held + graph.tensors[layer.output].size, search(done | {index}))
            if found is None or total < found:
                found, choice[done] = total, index
        least[done] = found
        return found

    search(frozenset())
    order, done = [], frozenset()
    while done != everything:
        order.append(choice[done])
        done = done | {choice[done]}
    return order
