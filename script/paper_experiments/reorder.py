"""One branching network in two orders of its operators, after the paper on operator reordering."""
from paper_experiments import figures
from paper_experiments.lab import SAMPLES, Finding, Run, Section, cost, figure, grid, layer, percent, picture, times

SAMPLE = "reorder"
ORDERS = ["default", "best"]
BOARD = "nucleo-f767zi"
SRAM = 512 * 1024
STACK = 4096  # what the linker leaves for it at least
LARGER = str(SAMPLES / SAMPLE / "nucleo-f767zi-1mb.yaml")
FITTING = Run(SAMPLE, "best", BOARD)
RUNS = [Run(SAMPLE, order, LARGER) for order in ORDERS] + [FITTING]
INTRODUCTION = """
*Neural networks on microcontrollers: saving memory at inference via operator reordering* (Liberis, Lane). Here:
`firmware_samples/reorder`, an int8 network of three cells with four branches each, at 128x128 (36.2 M MACs), on a
NUCLEO-F767ZI (512 KB of SRAM). `default` runs the operators by depth, as a converter writes them; `best` in the order
of the least peak, which a search over the sets of operators that may have run finds. Memory is what mcost sees of
accesses: live is what a later read still needs, stack included. Both orders run on the board as it would be with 1 MB of
SRAM; `best` also on the board as it is. The paper's figures are of other networks, so none are laid beside these.
""".strip().splitlines()


def inference(result):
    return cost(layer(result, "inference"))


def memory(result, kind):
    return int(result["memory_use"][kind]["total"])


def table(lab):
    rows = []
    for run in RUNS:
        result = lab.result(run)
        ours = inference(result)
        amounts = [memory(result, kind) for kind in ("live", "touched")]
        rows.append([
            run.variant, result["board"]["name"], *(f"{bytes:,}" for bytes in amounts), figure(ours.ms), figure(ours.mj),
        ])
    return grid(["order", "board", "live bytes, at most", "bytes touched", "ms", "mJ"], rows)


def live_over_time(result):
    """(ms, KB) where each stretch begins and ends."""
    timeline, hertz = result["memory_use"]["timeline"], result["clock_hz"]
    points = []
    for entry, following in zip(timeline, timeline[1:] + [{"cycle": result["cycles"]}]):
        kilobytes = int(entry["live"]["total"]) / 1024
        points += [(1000 * int(at["cycle"]) / hertz, kilobytes) for at in (entry, following)]
    return points


def chart(lab):
    series = [
        figures.Series(f"{order} order", live_over_time(lab.result(run)), colour, line=True, marked=False)
        for colour, (order, run) in enumerate(zip(ORDERS, RUNS))
    ]
    return figures.scatter("Live bytes while two orders run", "ms", "KB", series, log=False)


def findings(lab):
    default, best = (lab.result(run) for run in RUNS[:2])
    most, least = memory(default, "live"), memory(best, "live")
    needs = {order: lab.sizes(SAMPLE, order)[1] + STACK for order in ORDERS}
    slower = inference(best).cycles / inference(default).cycles - 1
    macs = {int(result["macs"]) for result in (default, best)}
    return [
        Finding(
            "the order in which the operators of a branching graph run changes the peak of live tensors", least < most,
            f"{most:,} bytes by depth, {least:,} in the best order: {percent(1 - least / most)} less",
        ),
        Finding(
            "a reordered network fits a part with 512 KB of SRAM where the default order does not",
            needs["best"] <= SRAM < needs["default"],
            f"linked with stack {needs['best']:,} of {SRAM:,} bytes, by depth {needs['default']:,}; mcost refuses to run that on "
            "the board",
        ),
        Finding(
            "results and work are unchanged", len(macs) == 1 and abs(slower) < 0.02,
            f"the same {macs.pop():,} MACs in {percent(abs(slower))} {'less' if slower < 0 else 'more'} time",
            "That outputs are equal bit for bit is what firmware_samples/reorder/test_reference.py proves.",
        ),
        Finding(
            "the gain adds to other compression", least < most,
            f"the network is int8 already, a quarter of float32; the order saves another factor of {times(most / least)}",
        ),
    ]


def section(lab):
    lines = [*INTRODUCTION, "", *table(lab), "", picture("reorder-live", "Live bytes over time in both orders")]
    return Section("Operator reordering", lines, findings(lab), {"reorder-live": chart(lab)})
