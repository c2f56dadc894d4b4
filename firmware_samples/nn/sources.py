"""What a sample needs to link a network of nn/: sources, headers, and the files that generate.py makes of a name."""

FLAGS = ["-O3", "-g", "-I../nn"]
SOURCES = ["../common/startup.c", "../common/runtime.c", "../nn/ops.c", "../nn/image.c"]
MAIN = "../nn/main.c"  # of samples that have none of their own
HEADERS = [
    "../common/sample.ld", "../common/runtime.h", "../include/mcost.h", "../nn/nn.h", "../nn/hash.h", "../nn/generate.py", "../nn/graph.py",
    "../nn/emit.py", "../nn/architectures.py",
]
GENERATOR = "../nn/generate.py"
KERNELS = {"dsp": "../nn/kernels_dsp.c", "plain": "../nn/kernels_plain.c"}
CORES = {
    "m4": "-mcpu=cortex-m4 -mfpu=fpv4-sp-d16 -mfloat-abi=hard".split(),
    "m7": "-mcpu=cortex-m7 -mfpu=fpv5-sp-d16 -mfloat-abi=hard".split(),
    "m33": "-mcpu=cortex-m33 -mfpu=fpv5-sp-d16 -mfloat-abi=hard".split(),
}


def network(name):
    return [f"{name}.c", f"{name}.s"]


def region(memory, origin=None, length=None):
    """Flags that place and size `rom` or `ram` of common/sample.ld."""
    words = [] if origin is None else [f"-Wl,--defsym={memory}_origin={origin:#x}"]
    return words + ([] if length is None else [f"-Wl,--defsym={memory}_length={length}"])
