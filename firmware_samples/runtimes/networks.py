"""The networks of the sample, and the arenas that the interpreter gets for them."""

import functools
import importlib.util
import pathlib
import sys

NN = pathlib.Path(__file__).resolve().parent.parent / "nn"
sys.path.insert(0, str(NN))

NETWORKS = {"vww": "mcunetvww-w1.00-r80", "imagenet": "mcunetimagenet-w1.00-r96"}
ARENA_KIB = {"vww": 128, "imagenet": 160}


@functools.cache
def graph(name):
    """The quantised graph of a short name."""
    spec = importlib.util.spec_from_file_location("nn_generate", NN / "generate.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.network(NETWORKS[name])
