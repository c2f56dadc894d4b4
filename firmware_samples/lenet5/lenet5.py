"""LeNet-5 with 3x3 kernels in numpy: forward, backward, Adam, and quantisation to int8.

Tensors are NHWC. Convolutions are valid (no padding), stride 1; pooling averages 2x2, rounding
sizes down; every layer with weights but the last is followed by ReLU.
"""

import numpy as np

# Name, kind, and shape of the weights: output, height, width, input; or output, input.
LAYERS = [
    ("conv1", "conv", (6, 3, 3, 1)),
    ("pool1", "pool", None),
    ("conv2", "conv", (16, 3, 3, 6)),
    ("pool2", "pool", None),
    ("fc1", "dense", (120, 576)),
    ("fc2", "dense", (84, 120)),
    ("fc3", "dense", (10, 84)),
]
LAST = "fc3"
BETA1, BETA2, EPSILON = 0.9, 0.999, 1e-8


def to_images(levels):
    """28x28 levels 0..15 to 32x32x1 float32 in 0..1, two pixels of zero around."""
    return np.pad(levels.astype(np.float32) / 15, ((0, 0), (2, 2), (2, 2)))[..., None]


def to_int8(levels):
    """As to_images, quantised with scale 1/255 and zero point -128."""
    values = levels.astype(np.int32) * 17 - 128
    return np.pad(values, ((0, 0), (2, 2), (2, 2)), constant_values=-128)[..., None]


def columns(x):
    """All 3x3 windows as rows: (n, h-2, w-2, 9*c), in the order row, column, channel."""
    height, width = x.shape[1] - 2, x.shape[2] - 2
    parts = [x[:, i : i + height, j : j + width] for i in range(3) for j in range(3)]
    return np.concatenate(parts, axis=3)


def quarters(x):
    """The four members of each 2x2 window, in row order."""
    height, width = x.shape[1] // 2 * 2, x.shape[2] // 2 * 2
    return [x[:, i:height:2, j:width:2] for i in range(2) for j in range(2)]


class Network:
    """Float32 network with its optimiser state; `weights` and `bias` map layer name to array."""

    def __init__(self, rng):
        self.weights, self.bias, self.moments, self.steps = {}, {}, {}, 0
        for name, kind, shape in LAYERS:
            if kind == "pool":
                continue
            fan_in = int(np.prod(shape[1:]))
            spread_of_weights = np.sqrt(2 / fan_in)
            self.weights[name] = (rng.standard_normal(shape) * spread_of_weights).astype(np.float32)
            self.bias[name] = np.zeros(shape[0], np.float32)

    def parameter_count(self):
        return sum(a.size for a in (*self.weights.values(), *self.bias.values()))

    def round_parameters(self):
        """Keeps five significant decimal digits, so that the generated text is short and exact."""
        for table in (self.weights, self.bias):
            for name, array in table.items():
                text = [f"{v:.5g}" for v in array.ravel()]
                table[name] = np.array(text, dtype=np.float32).reshape(array.shape)

    def forward(self, x, trace=None):
        """Returns the ten outputs per digit; appends (layer input, layer output) to `trace`."""
        for name, kind, shape in LAYERS:
            inputs = x
            if kind == "pool":
                x = sum(quarters(x)) / np.float32(4)
            else:
                inputs = columns(x) if kind == "conv" else x.reshape(len(x), -1)
                x = inputs @ self.weights[name].reshape(shape[0], -1).T + self.bias[name]
                x = x if name == LAST else np.maximum(x, 0)
            if trace is not None:
                trace.append((inputs, x))
        return x

    def step(self, x, labels, rate):
        """One Adam step on the cross-entropy of a batch; returns the loss."""
        trace = []
        logits = self.forward(x, trace)
        odds = np.exp(logits - logits.max(1, keepdims=True))
        odds /= odds.sum(1, keepdims=True)
        loss = -np.log(odds[np.arange(len(labels)), labels] + 1e-9).mean()
        gradient = odds
        gradient[np.arange(len(labels)), labels] -= 1
        gradient /= len(labels)
        self.steps += 1
        for (name, kind, shape), (inputs, output) in zip(reversed(LAYERS), reversed(trace)):
            gradient = gradient.reshape(output.shape)
            if kind == "pool":
                gradient = spread(gradient, inputs.shape)
                continue
            gradient = gradient if name == LAST else gradient * (output > 0)
            flat = gradient.reshape(-1, shape[0])
            weight_gradient = (flat.T @ inputs.reshape(len(flat), -1)).reshape(shape)
            back = gradient @ self.weights[name].reshape(shape[0], -1)
            self.adam(self.weights, name, weight_gradient, rate)
            self.adam(self.bias, name, flat.sum(0), rate)
            gradient = gather(back, shape[3]) if kind == "conv" else back
        return loss

    def adam(self, table, name, gradient, rate):
        first, second = self.moments.setdefault((id(table), name), (0, 0))
        first = BETA1 * first + (1 - BETA1) * gradient
        second = BETA2 * second + (1 - BETA2) * gradient**2
        self.moments[id(table), name] = first, second
        scale = np.sqrt(1 - BETA2**self.steps) / (1 - BETA1**self.steps)
        change = rate * scale * first / (np.sqrt(second) + EPSILON)
        table[name] = (table[name] - change).astype(np.float32)


def spread(gradient, shape):
    """Gradient of average pooling."""
    back = np.zeros(shape, np.float32)
    for part in quarters(back):
        part += gradient / 4
    return back


def gather(back, channels):
    """Gradient of `columns`."""
    n, height, width, _ = back.shape
    x = np.zeros((n, height + 2, width + 2, channels), np.float32)
    for k in range(9):
        i, j = divmod(k, 3)
        x[:, i : i + height, j : j + width] += back[..., k * channels : (k + 1) * channels]
    return x


class QuantisedLayer:
    """Integers of one layer. Output = clamp(output_zero + round(sum * multiplier / 2**shift))."""

    def __init__(self, weights, bias, input_scale, input_zero, output_scale, output_zero):
        rows = weights.reshape(len(weights), -1)
        scale = np.maximum(np.abs(rows).max(1), 1e-8) / 127
        self.weights = np.rint(rows / scale[:, None]).astype(np.int64).reshape(weights.shape)
        self.bias = np.rint(bias / (input_scale * scale)).astype(np.int64)
        # With no padding every window is full, so the input's zero point is a constant per channel.
        self.folded_bias = self.bias - input_zero * self.weights.reshape(len(weights), -1).sum(1)
        ratio = input_scale * scale.astype(np.float64) / output_scale
        mantissa, exponent = np.frexp(ratio)
        self.multiplier = np.rint(mantissa * 2**31).astype(np.int64)
        self.shift = 31 - exponent
        overflow = self.multiplier == 2**31
        self.multiplier[overflow] //= 2
        self.shift[overflow] -= 1
        assert self.shift.min() > 32 and self.shift.max() < 63
        self.input_zero, self.output_zero, self.output_scale = input_zero, output_zero, output_scale

    def apply(self, inputs):
        total = inputs @ self.weights.reshape(len(self.weights), -1).T + self.folded_bias
        assert np.abs(total).max() < 2**31
        rounded = (total * self.multiplier + (1 << (self.shift - 1))) >> self.shift
        return np.clip(rounded + self.output_zero, -128, 127)


class QuantisedNetwork:
    """`layers` maps the name of a layer with weights to its QuantisedLayer."""

    def __init__(self, layers):
        self.layers = layers

    def forward(self, x):
        x = x.astype(np.int64)
        for name, kind, _ in LAYERS:
            if kind == "pool":
                x = (sum(quarters(x)) + 2) >> 2
            else:
                inputs = columns(x) if kind == "conv" else x.reshape(len(x), -1)
                x = self.layers[name].apply(inputs)
        return x


def quantise(network, images):
    """Activation ranges come from `images`; ReLU outputs have zero point -128: clamping is ReLU."""
    trace = []
    network.forward(images, trace)
    scale, zero = 1 / 255, -128
    layers = {}
    for (name, kind, _), (_, output) in zip(LAYERS, trace):
        if kind == "pool":
            continue
        low, high = float(output.min()) if name == LAST else 0, float(output.max())
        next_scale = (high - low) / 255
        next_zero = int(round(-128 - low / next_scale))
        layers[name] = QuantisedLayer(
            network.weights[name], network.bias[name], scale, zero, next_scale, next_zero
        )
        scale, zero = next_scale, next_zero
    return QuantisedNetwork(layers)
