#!/usr/bin/python3
"""Golden runs: what the committed firmware costs on each board, against tests/golden/<case>/expected.json.

    golden_runs.py MCOST [CASE...]            compares; exit status 1 and a table of differences if a number changed
    golden_runs.py MCOST --bless [CASE...]    shows old, new and percent, and rewrites what the simulator itself provided

Without names, all cases. A case is a folder with expected.json: provenance (always "simulator" here: hardware figures are never blessed),
the firmware, its arguments and, per board, cycles, instructions, MACs, cycles by cause and cycles by layer.
"""
import json
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]


def measure(mcost, elf, board, args):
    command = [mcost, "run", str(ROOT / elf), "--board", board, "--args", args, "--format", "json"]
    result = subprocess.run(command, capture_output=True, check=False, text=True)
    if result.returncode != 0:
        sys.exit(f"{' '.join(command)}: exit status {result.returncode}\n{result.stderr}")
    run = json.loads(result.stdout)
    return {
        "cycles": run["cycles"],
        "instructions": run["instructions"],
        "macs": run["macs"],
        "causes": {name: count for name, count in run["causes"].items() if count},
        "layers": {"/".join(layer["path"]): layer["cycles"] for layer in run["layers"]},
    }


def flat(tree, prefix=""):
    for key, value in tree.items():
        if isinstance(value, dict):
            yield from flat(value, f"{prefix}{key}.")
        else:
            yield prefix + key, value


def differences(expected, actual):
    old, new = dict(flat(expected)), dict(flat(actual))
    for key in sorted(old.keys() | new.keys()):
        before, after = old.get(key, 0), new.get(key, 0)
        if before != after:
            share = f"{100 * (after - before) / before:+.3f} %" if before else "new"
            yield f"{key}: {before} -> {after} ({share})"


def cases(names):
    """Paths of the expected.json of these cases, or of all."""
    known = {path.parent.name: path for path in pathlib.Path(__file__).parent.glob("*/expected.json")}
    unknown = [name for name in names if name not in known]
    if unknown:
        sys.exit(f"no golden case {', '.join(unknown)}; there are: {', '.join(sorted(known))}")
    return [known[name] for name in sorted(names or known)]


def run_case(mcost, path, bless):
    """Compares, and with `bless` rewrites, one case. Returns how many of its runs are equal and how many differ."""
    case = json.loads(path.read_text())
    passed = changed = 0
    for run in case["runs"]:
        actual = measure(mcost, run["firmware"], run["board"], case["arguments"])
        lines = list(differences(run.get("expected", {}), actual))
        if not lines:
            passed += 1
            continue
        changed += 1
        print(f"{path.parent.name}: {run['firmware']} on {run['board']}")
        for line in lines:
            print(f"  {line}")
        run["expected"] = actual
    if bless and changed:
        path.write_text(json.dumps(case, indent=1) + "\n")
    return passed, changed


def main():
    arguments = sys.argv[1:]
    bless = "--bless" in arguments
    arguments = [argument for argument in arguments if argument != "--bless"]
    if not arguments or any(argument.startswith("-") for argument in arguments):
        sys.exit(__doc__)
    results = [run_case(arguments[0], path, bless) for path in cases(arguments[1:])]
    passed, changed = (sum(column) for column in zip(*results))
    print(f"{passed} passed, {changed} {'blessed' if bless else 'failed'}")
    return 1 if changed and not bless else 0


if __name__ == "__main__":
    sys.exit(main())
