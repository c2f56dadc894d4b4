"""One network in Q-format, affine and with codebooks, after the study of deployment costs."""
import sys

from paper_experiments import figures
from paper_experiments.lab import (
    SAMPLES, Comparison, Finding, Run, Section, comparison_table, cost, figure, grid, layer, percent, picture, times,
)

sys.path[:0] = [str(SAMPLES / "nn"), str(SAMPLES / "quantisation")]
import emit_stacks  # noqa: E402  (lies in a folder just added)

SAMPLE = "quantisation"
BOARD = "nucleo-f767zi"
FORMATS = ["qformat", "affine", "codebook"]
KERNELS = ["dsp", "plain"]
VARIANTS = [f"{name}-{kernels}" for kernels in KERNELS for name in FORMATS]
CODEBOOKS = ["codebook4-dsp", "codebook8-dsp"]
STACKS = {"qformat": "qformat", "affine": "affine", "codebook4": "codebook4", "codebook": "codebook5", "codebook8": "codebook8"}
RUNS = [Run(SAMPLE, variant, BOARD) for variant in [*VARIANTS, *CODEBOOKS]]
SQUEEZENET_MB = (0.47, 4.8)  # stored, unpacked
INTRODUCTION = """
*Deep Learning on Microcontrollers: A Study on Deployment Costs and Challenges*: its part on quantisation, whose results
are plots. Here: `firmware_samples/quantisation`, MobileNetV2 0.35 for 128x128 on a NUCLEO-F767ZI in Q-format (scales are
powers of two), affine (zero points, a multiplier per output), and codebook (32 values a layer by k-means, Huffman-coded;
`codebook4` and `codebook8` have 16 and 256), each with SIMD kernels (`dsp`) and without. The paper's affine kernels were a
plain reference, its Q-format ones CMSIS-NN. The weights of a layer are decoded to SRAM before it runs, in each inference.
""".strip().splitlines()


def result_of(lab, variant):
    return lab.result(Run(SAMPLE, variant, BOARD))


def inference(lab, variant):
    return cost(layer(result_of(lab, variant), "inference"))


def decoding(lab, variant):
    """Milliseconds of all that is decoded in one inference."""
    return sum(cost(entry).ms for entry in result_of(lab, variant)["layers"] if entry["name"] == "decode")


def cost_table(lab):
    rows = []
    for run in RUNS:
        ours, unpacking = inference(lab, run.variant), decoding(lab, run.variant)
        share = percent(unpacking / ours.ms) if unpacking else "-"
        rows.append([f"`{run.variant}`", *map(figure, (ours.ms, ours.mj, ours.mw)), figure(unpacking or None), share])
    return grid(["build", "ms", "mJ", "mW", "decoding, ms", "share"], rows)


def size_table(lab):
    rows = []
    for name, stack in STACKS.items():
        flash, ram = lab.sizes(SAMPLE, f"{name}-dsp")
        stored, unpacked = emit_stacks.stored_weight_bytes(stack), sum(emit_stacks.unpacked_bytes(stack))
        rows.append([f"`{name}-dsp`", *(f"{size:,}" for size in (flash, stored, unpacked, ram, emit_stacks.buffer_bytes(stack)))])
    heads = ["flash", "of it weights, as stored", "weights, unpacked", "RAM", "of it for unpacked weights"]
    return grid(["build", *(f"{head}, bytes" for head in heads)], rows)


def growth(stack):
    """Of the weights when they are unpacked."""
    return sum(emit_stacks.unpacked_bytes(stack)) / emit_stacks.stored_weight_bytes(stack)


def compression_table():
    theirs = SQUEEZENET_MB[1] / SQUEEZENET_MB[0]
    return comparison_table([
        Comparison("SqueezeNet; here MobileNetV2, 32 values a layer", theirs, growth("codebook5"), ""),
        Comparison("the same; here 16 values", theirs, growth("codebook4"), ""),
    ], "unpacked over stored")


def findings(lab):
    ms = {variant: inference(lab, variant).ms for variant in VARIANTS}
    fastest = all(ms[f"qformat-{k}"] < ms[f"affine-{k}"] for k in KERNELS) and ms["qformat-dsp"] < ms["qformat-plain"]
    slowest = {k: ms[f"codebook-{k}"] / ms[f"affine-{k}"] for k in KERNELS}
    apart = all(ms[f"codebook-{k}"] - ms[f"affine-{k}"] > ms[f"affine-{k}"] - ms[f"qformat-{k}"] for k in KERNELS)
    powers = [inference(lab, run.variant).mw for run in RUNS]
    spread = (max(powers) - min(powers)) / max(powers)
    same_kernels = {k: ms[f"affine-{k}"] / ms[f"qformat-{k}"] for k in KERNELS}
    stored, unpacked = emit_stacks.stored_weight_bytes("codebook5"), sum(emit_stacks.unpacked_bytes("codebook5"))
    return [
        Finding(
            "Q-format is fastest, and more so with SIMD; affine is slower", fastest,
            f"affine in plain C takes {figure(ms['affine-plain'])} ms, Q-format {figure(ms['qformat-plain'])} ms, with SIMD "
            f"{figure(ms['qformat-dsp'])} ms ({times(ms['affine-plain'] / ms['qformat-dsp'])})",
            f"It is SIMD that counts, not the format: with the same kernels affine takes {percent(same_kernels['plain'] - 1)} more "
            f"in plain C and {percent(same_kernels['dsp'] - 1)} more with SIMD.",
        ),
        Finding(
            "codebook is slowest by far, for unpacking", min(slowest.values()) > 1 and apart,
            f"{times(slowest['dsp'])} of affine with SIMD kernels, {times(slowest['plain'])} in plain C, further from affine than "
            f"affine is from Q-format; decoding alone takes {figure(decoding(lab, 'codebook-dsp'))} ms",
        ),
        Finding(
            "energy follows latency in all", spread < 0.1,
            f"mean power from {figure(min(powers))} to {figure(max(powers))} mW, while latency varies by "
            f"{times(max(ms.values()) / min(ms.values()))}",
        ),
        Finding(
            "a compressed model unpacks before use, so its stored size misleads", unpacked > stored,
            f"{stored:,} bytes of codes become {unpacked:,} of weights, {times(unpacked / stored)}, and take "
            f"{emit_stacks.buffer_bytes('codebook5'):,} bytes of SRAM for one layer at a time",
        ),
    ]


def chart(lab):
    series = {kernels: [inference(lab, f"{name}-{kernels}").ms for name in FORMATS] for kernels in KERNELS}
    return figures.bars("MobileNetV2 0.35, 128x128, on F767ZI", "ms", FORMATS, series)


def section(lab):
    lines = [
        *INTRODUCTION, "", *cost_table(lab), "", picture("quantisation", "Latency of three quantisations, with and without SIMD"),
        "", *size_table(lab), "", *compression_table(), "",
        f"Our weights come from a seed and are nearly normal, so 32 values need {figure(8 / growth('codebook5'))} bits each; "
        "SqueezeNet",
        "was pruned, and most of its weights are 0.",
    ]
    return Section("Quantisation", lines, findings(lab), {"quantisation": chart(lab)})
