#!/usr/bin/python3
"""Checks exported profiles with the tools they are for, or against their schemas, and their sums against the report.

Usage: profile_exports_test.py FOLDER, which has profile.json and what was exported from it.
"""
import csv
import json
import pathlib
import re
import subprocess
import sys

import jsonschema

SPEEDSCOPE = {
    "type": "object",
    "required": ["$schema", "shared", "profiles", "name", "exporter"],
    "properties": {
        "$schema": {"const": "https://www.speedscope.app/file-format-schema.json"},
        "shared": {
            "type": "object",
            "additionalProperties": False,
            "required": ["frames"],
            "properties": {
                "frames": {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "additionalProperties": False,
                        "required": ["name"],
                        "properties": {
                            "name": {"type": "string"},
                            "file": {"type": "string"},
                            "line": {"type": "number"},
                            "col": {"type": "number"},
                        },
                    },
                }
            },
        },
        "profiles": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["type", "name", "unit", "startValue", "endValue", "samples", "weights"],
                "properties": {
                    "type": {"const": "sampled"},
                    "name": {"type": "string"},
                    "unit": {"enum": ["none", "nanoseconds", "microseconds", "milliseconds", "seconds", "bytes"]},
                    "startValue": {"type": "number"},
                    "endValue": {"type": "number"},
                    "samples": {"type": "array", "items": {"type": "array", "items": {"type": "integer", "minimum": 0}}},
                    "weights": {"type": "array", "items": {"type": "number", "minimum": 0}},
                },
            },
        },
        "name": {"type": "string"},
        "activeProfileIndex": {"type": "number"},
        "exporter": {"type": "string"},
    },
    "additionalProperties": False,
}


def event_of(phase, **further):
    return {
        "additionalProperties": False,
        "required": ["ph", "pid", "tid", "name", "args", *further],
        "properties": {
            "ph": {"const": phase},
            "pid": {"type": "integer"},
            "tid": {"type": "integer"},
            "name": {"type": "string"},
            "args": {"type": "object"},
            **further,
        },
    }


TIME = {"type": "number", "minimum": 0}
TRACE_EVENTS = {
    "type": "object",
    "required": ["traceEvents"],
    "properties": {
        "traceEvents": {
            "type": "array",
            "items": {
                "type": "object",
                "oneOf": [
                    event_of("M"),
                    event_of("X", ts=TIME, dur=TIME),
                    event_of("i", ts=TIME, s={"enum": ["g", "p", "t"]}),
                    event_of("C", ts=TIME),
                ],
            },
        }
    },
}


def check(condition, what):
    if not condition:
        sys.exit(f"profile_exports_test: {what}")


def check_callgrind(path, run):
    """callgrind_annotate reads it without a complaint, and its totals are those of the run."""
    done = subprocess.run(
        ["callgrind_annotate", "--threshold=100", "--auto=no", "--inclusive=no", path],
        capture_output=True, text=True, check=False)
    check(done.returncode == 0, f"callgrind_annotate: {done.stderr}")
    check(done.stderr == "", f"callgrind_annotate complains: {done.stderr}")
    rows = [line for line in done.stdout.splitlines() if re.match(r"^ *[0-9,]+ \( *[0-9.]+%\)", line)]

    def numbers(row):
        return [int(text.replace(",", "")) for text in re.findall(r"(?<![\d.])([0-9][0-9,]*)(?= \( *[0-9.]+%\))", row)]

    check(numbers(rows[0])[:2] == [run["cycles"], run["instructions"]], f"totals of callgrind_annotate: {rows[0]}")
    check(sum(numbers(row)[0] for row in rows[1:]) == run["cycles"], "functions of callgrind_annotate do not sum")
    for function in run["profile"]["functions"]:
        check(any(row.endswith(":" + function["name"]) for row in rows), f"callgrind: no {function['name']}")
    inclusive = subprocess.run(["callgrind_annotate", "--threshold=100", "--auto=no", "--inclusive=yes", "--tree=both", path],
                               capture_output=True, text=True, check=False)
    check(inclusive.returncode == 0 and inclusive.stderr == "", f"callgrind_annotate: {inclusive.stderr}")
    check(re.search(r"> +src/net.cpp:fib \(10x\)", inclusive.stdout), "callgrind: conv's calls of fib are missing")
    check(re.search(r"^ +130 .*\* +src/net.cpp:fib$", inclusive.stdout, re.MULTILINE), "callgrind: recursion counts twice")


def check_collapsed(path, run):
    """Every line is frames and a weight, and weights sum to the run."""
    lines = path.read_text(encoding="utf-8").splitlines()
    check(all(re.fullmatch(r"[^;]+(;[^;]+)* \d+", line) for line in lines), "collapsed: malformed line")
    check(sum(int(line.rsplit(" ", 1)[1]) for line in lines) == run["cycles"], "collapsed: weights do not sum")


def check_speedscope(path):
    profile = json.loads(path.read_text(encoding="utf-8"))
    jsonschema.Draft7Validator(SPEEDSCOPE).validate(profile)
    frames = len(profile["shared"]["frames"])
    for sampled in profile["profiles"]:
        check(len(sampled["samples"]) == len(sampled["weights"]), "speedscope: samples without weights")
        check(all(frame < frames for sample in sampled["samples"] for frame in sample), "speedscope: unknown frame")
        check(sum(sampled["weights"]) == sampled["endValue"], "speedscope: weights do not sum")


def check_perfetto(path, run):
    """Follows the format, slices of a track nest in the order of time, and all that the run has is there."""
    trace = json.loads(path.read_text(encoding="utf-8"))
    jsonschema.Draft7Validator(TRACE_EVENTS).validate(trace)
    open_slices = {}
    begins = {}
    tracks = {event["tid"]: event["args"]["name"] for event in trace["traceEvents"] if event["name"] == "thread_name"}
    slices = {name: [] for name in tracks.values()}
    for event in trace["traceEvents"]:
        if event["ph"] != "X":
            continue
        slices[tracks[event["tid"]]].append((event["name"], event["args"]["begin"], event["args"]["cycles"]))
        check(begins.get(event["tid"], 0) <= event["ts"], f"perfetto: {event['name']} begins before the one before it")
        begins[event["tid"]] = event["ts"]
        ends = open_slices.setdefault(event["tid"], [])
        while ends and ends[-1] <= event["ts"] + 1e-6:
            ends.pop()
        end = event["ts"] + event["dur"]
        check(not ends or end <= ends[-1] + 1e-6, f"perfetto: {event['name']} does not nest")
        ends.append(end)
    profile = run["profile"]
    names = [profile["functions"][node["function"]]["name"] for node in profile["nodes"]]
    check(slices["2 functions"] == [(names[node], begin, end - begin) for node, begin, end in profile["spans"]["list"]],
          "perfetto: functions are not those of the run")
    for channel in sorted({transfer["channel"] for transfer in run["dma"]["list"]}):
        expected = [(f"{transfer['source']} to {transfer['destination']}", transfer["begin"],
                     transfer["end"] - transfer["begin"])
                    for transfer in run["dma"]["list"] if transfer["channel"] == channel]
        found = [entries for name, entries in slices.items() if name.endswith(" " + channel)]
        check(found == [expected], f"perfetto: transfers of {channel} are not those of the run")
    check_means(trace, run)
    dropped = [trace["otherData"][key] for key in ("dropped_visits", "dropped_calls_and_returns", "dropped_dma_transfers")]
    check(dropped == [run["visits"]["dropped"], profile["spans"]["dropped"], run["dma"]["dropped"]],
          "perfetto: what was dropped is not said")


def check_means(trace, run):
    """Where a layer begins, counters go to the means of what it cost itself."""
    counters = {}
    times = {event["args"]["begin"]: event["ts"] for event in trace["traceEvents"] if event["ph"] == "X"}
    for event in trace["traceEvents"]:
        if event["ph"] == "C" and event["name"].endswith("means of layers"):
            counters[event["name"].split(" ", 1)[0], event["ts"]] = event["args"]
    for visit in run["visits"]["list"]:
        cost = run["layers"][visit["layer"]]["self"]
        cycles = max(1, cost["cycles"])
        begin = times[visit["begin"]]
        moved = {name: sum(memory.get(f"{kind}_bytes", 0) for kind in ("read", "write", "fetch"))
                 for name, memory in cost["memories"].items()}
        for name, value in counters["bytes", begin].items():
            check(abs(value - moved.get(name, 0) / cycles) <= 0.0006, f"perfetto: bytes of {name} in a layer")
        shares = counters["%", begin]
        check(abs(shares["issue"] - 100 * cost["causes"]["issue"] / cycles) <= 0.0006, "perfetto: issue of a layer")
        check(abs(sum(shares.values()) - 100) < 0.01, "perfetto: groups of a layer do not sum")
        power = cost["energy"]["mean_power_uw"] / 1000
        check(abs(counters["power", begin]["mean"] - power) <= 0.0006, "perfetto: power of a layer")


def check_csv(path, run):
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.reader(stream))
    check(rows[0] == ["Event", "Tag", "Ticks"], "csv: heading")
    visits = [visit for visit in run["visits"]["list"] if "exception" not in visit]
    expected = [[str(i), run["layers"][visit["layer"]]["name"], str(visit["end"] - visit["begin"])]
                for i, visit in enumerate(visits)]
    check(rows[1:] == expected, "csv: rows are not the visits of layers")


def check_lcov(path):
    """Records are complete and their counts are right."""
    for record in path.read_text(encoding="utf-8").removeprefix("TN:\n").split("end_of_record\n")[:-1]:
        fields = [line.split(":", 1) for line in record.splitlines()]
        check(fields[0][0] == "SF", "lcov: record without a file")
        of = {tag: [value for name, value in fields if name == tag] for tag in ("FN", "FNDA", "DA")}
        one = dict(fields)
        check(int(one["LF"]) == len(of["DA"]), "lcov: LF")
        check(int(one["LH"]) == sum(1 for line in of["DA"] if not line.endswith(",0")), "lcov: LH")
        check(int(one["FNF"]) == len(of["FN"]), "lcov: FNF")
        check(int(one["FNH"]) == sum(1 for line in of["FNDA"] if not line.startswith("0,")), "lcov: FNH")
        check([name.split(",", 1)[1] for name in of["FN"]] == [name.split(",", 1)[1] for name in of["FNDA"]], "lcov: FN")


def main(folder):
    folder = pathlib.Path(folder)
    run = json.loads((folder / "profile.json").read_text(encoding="utf-8"))
    check_callgrind(folder / "profile.callgrind", run)
    check_collapsed(folder / "profile.collapsed", run)
    check_speedscope(folder / "profile.speedscope.json")
    check_perfetto(folder / "visits.perfetto.json", run)
    check_csv(folder / "visits.tflm.csv", run)
    check_lcov(folder / "profile.lcov")
    print("exports are as their tools need them")


if __name__ == "__main__":
    sys.dont_write_bytecode = True
    main(*sys.argv[1:])
