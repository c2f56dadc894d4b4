"""An interpreter against generated code, after ETRI's paper: set-up, inference, flash and SRAM of two networks."""
import subprocess

from paper_experiments.lab import (
    COMPILER, CannotRun, Comparison, Finding, Run, Section, cost, figure, grid, layer, ms, percent, times,
)

BOARD = "stm32f746g-disco"
SAMPLE = "runtimes"
NETWORKS = {"vww": "VWW", "imagenet": "ImageNet"}
WAYS = {
    "interpreter": "interpreter", "calls": "its kernels called", "shared": "generated, sizes as arguments",
    "generated": "generated",
}
RUNS = [Run(SAMPLE, f"{network}-{way}", BOARD) for network in NETWORKS for way in WAYS]
# Symbols of the parameters: all that is constant in the model.
PARAMETERS = {
    "interpreter": "model_data", "calls": "nn_parameters", "shared": "network_parameters", "generated": "network_parameters",
}
PARTS = {
    "model_mapping": "model mapping, version", "operator_registration": "registration of kernels",
    "interpreter_build": "interpreter build", "nodes_and_tensors": "lists of tensors and operators, operators to kernels",
    "prepare": "preparation: multipliers and shifts from scales", "planning": "lifetimes and plan",
    "allocation": "places of tensors and scratch",
}
ALLOCATION = "tensor_allocation"  # nodes_and_tensors to allocation: one call, as in TensorFlow Lite Micro
KINDS = ("first convolution", "depthwise", "1x1 convolutions", "the rest")
# Of the paper: the interpreter's time over generated code's, set-up of VWW.
SILICON_SPEED_UP = 2
SILICON_SET_UP_MS = 28
SILICON_SET_UP_SHARE = 0.22
ABOUT = 1.5  # "about" a figure is within this factor of it
INTRODUCTION = """
*Deep Learning on MCUs: Comparative Analysis of Compile and Interpreter based Execution Methods* (ETRI). TensorFlow Lite
Micro against TinyEngine on STM32F746G-DISCO (M7, 216 MHz), two networks of MCUNet: VWW (11.6 M multiply-accumulates,
0.43 M parameters) and ImageNet (12.8 M, 0.64 M). Here: `firmware_samples/runtimes`, an interpreter and a generator made as
those are, and networks by hand that only resemble the paper's: the same kinds of blocks, 11.6 M and 0.43 M, 12.8 M and
0.63 M. Two controls tell where the gain comes from: the interpreter's kernels called one after the other, and the
generated network with sizes as arguments of its kernels. All four compute the same outputs, bit for bit.
""".strip().splitlines()


class Results:
    """What the runs and files say, by network and way."""

    def __init__(self, lab):
        self.lab = lab

    def json(self, network, way):
        return self.lab.result(Run(SAMPLE, f"{network}-{way}", BOARD))

    def inference(self, network, way):
        return layer(self.json(network, way), "inference" if way == "calls" else "invoke")

    def invoke_ms(self, network, way):
        return cost(self.inference(network, way)).ms

    def set_up_ms(self, network, part="setup"):
        return cost(layer(self.json(network, "interpreter"), part)).ms

    def share(self, network):
        """The set-up over one inference."""
        return self.set_up_ms(network) / self.invoke_ms(network, "interpreter")

    def speed_up(self, network, way="generated"):
        """The interpreter's inference over that of another way."""
        return self.invoke_ms(network, "interpreter") / self.invoke_ms(network, way)

    def touched(self, network, way):
        """Bytes of RAM that one inference reads or writes, stack included."""
        return self.inference(network, way)["memory_use"]["touched"]["total"]

    def sram_ratio(self, network, way="generated"):
        return self.touched(network, way) / self.touched(network, "interpreter")

    def sizes(self, network, way):
        """(flash, declared RAM)."""
        return self.lab.sizes(SAMPLE, f"{network}-{way}")

    def parameter_bytes(self, network, way):
        command = [f"{COMPILER.removesuffix('gcc')}nm", "-S", str(self.lab.elf(SAMPLE, f"{network}-{way}"))]
        try:
            text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        except (OSError, subprocess.CalledProcessError) as error:
            raise CannotRun(f"{' '.join(command)}: {error}") from error
        return next(int(line.split()[1], 16) for line in text.splitlines() if line.endswith(f" {PARAMETERS[way]}"))

    def by_kind(self, network, way):
        """ms of each of KINDS."""
        totals = dict.fromkeys(KINDS, 0)
        entries = {entry["name"]: entry for entry in self.json(network, way)["layers"]}
        for name, kind in self.kinds(network).items():
            totals[kind] += cost(entries[name]).ms
        return totals

    def kinds(self, network):
        """{layer: kind}, as the probes of the generated network say."""
        layers = self.json(network, "generated")["layers"]
        return {entry["name"]: kind_of(entry["metadata"]) for entry in layers if "op" in entry["metadata"]}

    def fattest(self, network):
        """The layer of the generated network that touches most."""
        layers = [entry for entry in self.json(network, "generated")["layers"] if "op" in entry["metadata"]]
        return max(layers, key=lambda entry: entry["memory_use"]["touched"]["total"])


def kind_of(metadata):
    if metadata["op"] == "depthwise_conv2d":
        return "depthwise"
    if metadata["op"] == "conv2d":
        return "1x1 convolutions" if metadata["kernel"] == "1x1" else "first convolution"
    return "the rest"


def of_networks(text_of):
    return ", ".join(f"{text_of(network)} {title}" for network, title in NETWORKS.items())


def whole(count):
    return f"{count:,}"


def cost_table(results):
    rows = []
    for network, title in NETWORKS.items():
        for way, text in WAYS.items():
            flash, declared = results.sizes(network, way)
            set_up = figure(results.set_up_ms(network)) if way == "interpreter" else figure(0)
            rows.append([
                f"{title}, {text}", whole(flash), whole(results.parameter_bytes(network, way)),
                whole(results.touched(network, way)), whole(declared), set_up, figure(results.invoke_ms(network, way)),
                times(results.speed_up(network, way)),
            ])
    heads = ["flash", "of it parameters", "RAM touched by an inference", "RAM declared"]
    return grid(["network, way", *heads, "set-up, ms", "invoke, ms", "speed-up"], rows)


def set_up_table(results):
    rows = []
    for part, text in {**PARTS, "setup": "all"}.items():
        row = [text]
        for network in NETWORKS:
            spent = results.set_up_ms(network, part)
            row += [figure(1000 * spent), percent(spent / results.set_up_ms(network))]
        rows.append(row)
    heads = [head for title in NETWORKS.values() for head in (f"{title}, us", "share")]
    return grid(["set-up of the interpreter", *heads], rows)


def kind_table(results):
    rows = []
    for network, title in NETWORKS.items():
        spent = {way: results.by_kind(network, way) for way in WAYS}
        for kind in KINDS:
            cells = [figure(spent[way][kind]) for way in WAYS]
            rows.append([f"{title}, {kind}", *cells, times(spent["interpreter"][kind] / spent["generated"][kind])])
    return grid(["layers", *(f"{text}, ms" for text in WAYS.values()), "generated gains"], rows)


def silicon_table(results):
    comparisons = [
        Comparison("generated code's speed-up, VWW", SILICON_SPEED_UP, results.speed_up("vww"), ""),
        Comparison("generated code's speed-up, ImageNet", SILICON_SPEED_UP, results.speed_up("imagenet"), ""),
        Comparison("set-up, VWW, ms", SILICON_SET_UP_MS, results.set_up_ms("vww"), "ms"),
        Comparison("set-up over one inference, VWW, %", 100 * SILICON_SET_UP_SHARE, 100 * results.share("vww"), "%"),
    ]
    return grid(["", "silicon", "mcost", "ratio"], [comparison.cells() for comparison in comparisons])


def is_about(value, expected):
    return 1 / ABOUT <= value / expected <= ABOUT


def speed_finding(results):
    return Finding("Generated code is about twice as fast, for both networks",
                   all(is_about(results.speed_up(network), SILICON_SPEED_UP) for network in NETWORKS),
                   of_networks(lambda network: times(results.speed_up(network))), "The tables by layer show where it loses.")


def set_up_finding(results):
    spent, share = results.set_up_ms("vww"), results.share("vww")
    return Finding("The interpreter's set-up adds about 22 %, 28 ms (VWW)",
                   is_about(spent, SILICON_SET_UP_MS) and is_about(share, SILICON_SET_UP_SHARE),
                   f"{percent(share)}, {ms(spent)}", "The table of its parts shows what it is made of.")


def planning_finding(results):
    def part(network, *names):
        return sum(results.set_up_ms(network, name) for name in names) / results.set_up_ms(network)

    narrow = of_networks(lambda network: percent(part(network, "planning", "allocation")))
    return Finding("Planning and allocation, one call that also prepares operators, are most of the set-up",
                   all(part(network, ALLOCATION) > 0.5 for network in NETWORKS),
                   f"{of_networks(lambda network: percent(part(network, ALLOCATION)))}; plan and places alone {narrow}",
                   "The table of its parts shows what it is made of.")


def flash_finding(results):
    ratios = {
        network: results.parameter_bytes(network, "generated") / results.parameter_bytes(network, "interpreter")
        for network in NETWORKS
    }
    flash = of_networks(lambda n: times(results.sizes(n, "generated")[0] / results.sizes(n, "interpreter")[0]))
    return Finding("Flash for parameters is about equal", all(abs(ratio - 1) < 0.15 for ratio in ratios.values()),
                   f"generated over interpreter {of_networks(lambda network: times(ratios[network]))}; all of flash {flash}")


def sram_finding(results):
    kept = {n: results.touched(n, "interpreter") - results.touched(n, "calls") for n in NETWORKS}
    saved = {n: results.touched(n, "calls") - results.touched(n, "generated") for n in NETWORKS}
    fat = results.fattest("vww")
    reason = (
        "What the interpreter keeps besides tensors, lists and multipliers, is "
        f"{of_networks(lambda n: whole(kept[n]))} bytes, which generated code has in flash or not at all. Depthwise layers "
        f"written over their inputs save {of_networks(lambda n: whole(saved[n]))} bytes more, what their kernels need for it "
        "counted. The rest is the tensors of one layer that both must hold, of VWW "
        f"{fat['name']} ({fat['metadata']['in']} to {fat['metadata']['out']}); the paper's networks are others."
    )
    return Finding("Generated code needs less than half of the interpreter's SRAM",
                   all(results.sram_ratio(network) < 0.5 for network in NETWORKS),
                   of_networks(lambda network: times(results.sram_ratio(network))), reason)


def no_set_up_finding(results):
    names = {entry["name"] for network in NETWORKS for entry in results.json(network, "generated")["layers"]}
    return Finding("Generated code has no set-up", not names & {"setup", *PARTS},
                   f"0 ms against {of_networks(lambda network: ms(results.set_up_ms(network)))}")


def remarks(results):
    """Where the gain comes from."""
    def gain(network):
        spent = [results.by_kind(network, way)["depthwise"] for way in ("interpreter", "generated")]
        return times(spent[0] / spent[1])

    interpreting = of_networks(lambda network: percent(1 - 1 / results.speed_up(network, "calls")))
    constants = of_networks(lambda network: times(results.speed_up(network) / results.speed_up(network, "shared")))
    prepare = of_networks(lambda network: percent(results.set_up_ms(network, "prepare") / results.set_up_ms(network)))
    return [
        f"Interpreting itself is {interpreting} of an inference. What generated code gains are other kernels, most where "
        f"depthwise ones work channel by channel ({of_networks(gain)}), and constants: {constants} over the same kernels with "
        f"sizes as arguments. Of the set-up {prepare} are multipliers of output channels, which the interpreter computes in "
        "double precision as TensorFlow Lite Micro does; this core's unit has single precision only.",
    ]


def section(lab):
    results = Results(lab)
    lines = [
        *INTRODUCTION,
        "",
        *silicon_table(results),
        "",
        "Bytes, and times of one inference, caches cold. RAM touched is what mcost saw the inference read or write.",
        "",
        *cost_table(results),
        "",
        *set_up_table(results),
        "",
        *kind_table(results),
        "",
        *remarks(results),
        "",
        f"Below, *about* is within a factor of {ABOUT}.",
    ]
    findings = [
        speed_finding(results), set_up_finding(results), planning_finding(results), flash_finding(results),
        sram_finding(results), no_set_up_finding(results),
    ]
    return Section("Interpreter or generated code", lines, findings)
