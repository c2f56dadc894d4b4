"""The networks of the papers, as graphs with widths and resolutions to choose.

Blocks as published; of TinyOps' Proxyless and MNASNet the width also scales the last convolution, without which they
would not fit the boards they ran on. The counts of multiply-accumulates agree with the papers' (script/papers shows both).
"""

from graph import Graph


def rounded(channels, divisor=8):
    """To the nearest multiple, but not more than a tenth less."""
    result = max(divisor, int(channels + divisor / 2) // divisor * divisor)
    return result + divisor if result < 0.9 * channels else result


class Builder:
    """Appends blocks; `source` is the tensor that comes last."""

    def __init__(self, graph):
        self.graph = graph
        self.source = 0
        self.blocks = 0

    @property
    def channels(self):
        return self.graph.tensors[self.source].channels

    def squeeze(self, name, reduced):
        """Squeeze and excite."""
        g = self.graph
        gate = g.pool(f"{name}_squeeze", self.source)
        gate = g.dense(f"{name}_reduce", gate, reduced, relu=True)
        gate = g.dense(f"{name}_excite", gate, self.channels)
        gate = g.hard_sigmoid(f"{name}_gate", gate)
        self.source = g.scale(f"{name}_scale", self.source, gate)

    def convolve(self, name, outputs, kernel=1, stride=1, swish=False):
        self.source = self.graph.conv(name, self.source, outputs, kernel, stride, relu=not swish)
        if swish:
            self.source = self.graph.hard_swish(f"{name}_swish", self.source)

    def inverted(self, expanded, outputs, kernel, stride, squeeze=0, swish=False):
        """An inverted residual block: expand, depthwise, project, and the sum where the shape allows it."""
        g, before = self.graph, self.source
        name = f"b{self.blocks}"
        self.blocks += 1
        if expanded != self.channels:
            self.convolve(f"{name}_expand", expanded, swish=swish)
        self.source = g.depthwise(f"{name}_depthwise", self.source, kernel, stride, relu=not swish)
        if swish:
            self.source = g.hard_swish(f"{name}_depthwise_swish", self.source)
        if squeeze:
            self.squeeze(name, squeeze)
        self.source = g.conv(f"{name}_project", self.source, outputs, relu=False)
        if stride == 1 and g.tensors[before].channels == outputs:
            self.source = g.add(f"{name}_add", self.source, before)

    def end(self, last, classes, hidden=0):
        g = self.graph
        if last:
            self.convolve("last_conv", last, swish=hidden > 0)
        self.source = g.pool("pool", self.source)
        if hidden:
            self.source = g.dense("hidden", self.source, hidden)
            self.source = g.hard_swish("hidden_swish", self.source)
        g.dense("classes", self.source, classes)
        return g


def mobilenet_v2(width=0.35, resolution=128, classes=1000, extra=0):
    """MobileNetV2 (Sandler et al.). `extra` filters more in each of the first ten convolutions."""
    g = Graph(f"mobilenetv2-w{width:.2f}-r{resolution}", resolution, resolution)
    b = Builder(g)

    def more(channels):
        """Counts convolutions as they are appended: those of depth follow their input."""
        return channels + (extra if sum(layer.has_weights for layer in g.layers) < 10 else 0)

    b.convolve("conv1", more(rounded(32 * width)), 3, 2)
    for factor, channels, repeats, stride in (
        (1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1),
    ):
        for repeat in range(repeats):
            outputs = more(rounded(channels * width))
            expanded = b.channels * factor if factor == 1 else more(b.channels * factor)
            b.inverted(expanded, outputs, 3, stride if repeat == 0 else 1)
    return b.end(1280, classes)


def last_convolution(width=0.35, resolution=128):
    """The last convolution of MobileNetV2 alone."""
    g = Graph(f"lastconv-w{width:.2f}-r{resolution}", resolution // 32, resolution // 32, rounded(320 * width))
    g.conv("last_conv", 0, 1280)
    return g


def blocks_of(graph, width, divisor, stages, first=32, last=1280, classes=1000, hidden=0):
    b = Builder(graph)
    b.convolve("conv1", rounded(first * width, divisor), 3, 2)
    for channels, stride, kinds in stages:
        for index, (factor, kernel) in enumerate(kinds):
            outputs = rounded(channels * width, divisor)
            b.inverted(b.channels * factor, outputs, kernel, stride if index == 0 else 1)
    return b.end(rounded(last * width, divisor), classes, hidden)


def proxyless(width, resolution, classes=1000):
    """ProxylessNAS for mobile phones (Cai et al.)."""
    stages = (
        (16, 1, ((1, 3),)),
        (32, 2, ((3, 5), (3, 3))),
        (40, 2, ((3, 7), (3, 3), (3, 5), (3, 5))),
        (80, 2, ((6, 7), (3, 5), (3, 5), (3, 5))),
        (96, 1, ((6, 5), (3, 5), (3, 5), (3, 5))),
        (192, 2, ((6, 7), (6, 7), (3, 7), (3, 7))),
        (320, 1, ((6, 7),)),
    )
    g = Graph(f"proxyless-w{width:.2f}-r{resolution}", resolution, resolution)
    return blocks_of(g, width, 4, stages, classes=classes)


def mnasnet(width, resolution, classes=1000):
    """MnasNet-B1 (Tan et al.)."""
    stages = (
        (16, 1, ((1, 3),)),
        (24, 2, ((3, 3),) * 3),
        (40, 2, ((3, 5),) * 3),
        (80, 2, ((6, 5),) * 3),
        (96, 1, ((6, 3),) * 2),
        (192, 2, ((6, 5),) * 4),
        (320, 1, ((6, 3),)),
    )
    g = Graph(f"mnasnet-w{width:.2f}-r{resolution}", resolution, resolution)
    return blocks_of(g, width, 8, stages, classes=classes)


def mobilenet_v3(width, resolution, classes=1000):
    """MobileNetV3-Large (Howard et al.), with squeeze and excite and h-swish."""
    g = Graph(f"mobilenetv3-w{width:.2f}-r{resolution}", resolution, resolution)
    b = Builder(g)
    b.convolve("conv1", rounded(16 * width), 3, 2, swish=True)
    for kernel, expanded, outputs, squeeze, swish, stride in (
        (3, 16, 16, False, False, 1),
        (3, 64, 24, False, False, 2), (3, 72, 24, False, False, 1),
        (5, 72, 40, True, False, 2), (5, 120, 40, True, False, 1), (5, 120, 40, True, False, 1),
        (3, 240, 80, False, True, 2), (3, 200, 80, False, True, 1), (3, 184, 80, False, True, 1),
        (3, 184, 80, False, True, 1), (3, 480, 112, True, True, 1), (3, 672, 112, True, True, 1),
        (5, 672, 160, True, True, 2), (5, 960, 160, True, True, 1), (5, 960, 160, True, True, 1),
    ):
        wide = rounded(expanded * width)
        b.inverted(wide, rounded(outputs * width), kernel, stride, rounded(wide / 4) if squeeze else 0, swish)
    return b.end(rounded(960 * width), classes, hidden=rounded(1280 * width))


def mcunet(name, resolution, first, stages, classes):
    """What resembles an MCUNet (Lin et al.): inverted residual blocks with kernels of 3, 5 and 7, no last convolution.

    A stage is its channels, its stride, and factor and kernel of each block. The published networks were searched for;
    these are by hand, with about their multiply-accumulates and parameters.
    """
    b = Builder(Graph(f"{name}-w1.00-r{resolution}", resolution, resolution))
    b.convolve("conv1", first, 3, 2)
    for channels, stride, kinds in stages:
        for index, (factor, kernel) in enumerate(kinds):
            b.inverted(b.channels * factor, channels, kernel, stride if index == 0 else 1)
    return b.end(0, classes)


def mcunet_vww(width=1.0, resolution=80, classes=2):
    """11.6 M multiply-accumulates and 0.43 M parameters, as mcunet-vww1; comes in one width."""
    stages = (
        (8, 1, ((1, 3),)),
        (16, 2, ((4, 7), (3, 3), (3, 5))),
        (24, 2, ((4, 5), (4, 5), (5, 3))),
        (40, 2, ((5, 7), (4, 5), (4, 3))),
        (48, 1, ((4, 5), (4, 3))),
        (96, 2, ((4, 7), (4, 5), (4, 3))),
        (160, 1, ((4, 7),)),
    )
    return mcunet("mcunetvww", resolution, 16, stages, classes)


def mcunet_imagenet(width=1.0, resolution=96, classes=1000):
    """12.8 M multiply-accumulates and 0.64 M parameters, as mcunet-imagenet1; comes in one width."""
    stages = (
        (8, 1, ((1, 3),)),
        (16, 2, ((3, 5), (3, 3))),
        (24, 2, ((4, 5), (3, 3), (3, 3))),
        (40, 2, ((4, 7), (4, 5), (4, 3))),
        (48, 1, ((4, 5), (3, 3))),
        (96, 2, ((5, 7), (5, 5), (4, 3))),
        (160, 1, ((5, 7),)),
    )
    return mcunet("mcunetimagenet", resolution, 16, stages, classes)
