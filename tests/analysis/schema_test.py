#!/usr/bin/python3
"""Checks that stored reports follow the published JSON Schema, and that the schema refuses broken ones.

Usage: schema_test.py SCHEMA RUN.json...
"""
import copy
import json
import sys

import jsonschema


def broken_reports(run):
    """Pairs of what was broken and the broken report."""

    def changed(what, change):
        report = copy.deepcopy(run)
        change(report)
        return what, report

    for key in run:
        if key not in ("statistics", "lifetime", "profile", "visits", "dma", "clocks_hz", "cycles_at_clock"):
            yield changed(f"without {key}", lambda report, key=key: report.pop(key))
    yield changed("unknown key", lambda report: report.update(extra=1))
    for key in ("loaded_bytes", "reserved_bytes"):
        yield changed(f"size without {key}", lambda report, key=key: report["image"]["memories"]["sram"].pop(key))
    yield changed("schema of another version", lambda report: report.update(schema="mcost/run/2"))
    yield changed("negative cycles", lambda report: report.update(cycles=-1))
    yield changed("inexact cycles", lambda report: report.update(cycles=2**53 + 2))
    yield changed("energy of zero", lambda report: report.update(energy=0))
    yield changed("unknown cause", lambda report: report["causes"].update(boredom=1))
    yield changed("wait for no memory", lambda report: report["causes"].update(fetch_wait=1))
    yield changed("unknown exit", lambda report: report["exit"].update(reason="sulk"))
    yield changed("address without zeros", lambda report: report["exit"].update(pc="0x1"))
    yield changed("layer without self", lambda report: report["layers"][0].pop("self"))
    yield changed("layer of unknown kind", lambda report: report["layers"][0].update(kind="x"))
    yield changed("layer without energy", lambda report: report["layers"][0].pop("energy"))
    if "dma" in run:
        for key in run["dma"]["list"][0]:
            yield changed(f"transfer without {key}", lambda report, key=key: report["dma"]["list"][0].pop(key))
        yield changed("unknown key in a transfer", lambda report: report["dma"]["list"][0].update(extra=1))
        yield changed("transfer with another ending", lambda report: report["dma"]["list"][0].update(ending="tired"))
    profile_keys = {
        "functions": ("name", "address", "size_bytes", "file", "line"),
        "nodes": ("kind", "parent", "function"),
        "code": ("address", "size_bytes", "function", "text", "frames"),
        "entries": ("node", "layer", "code", "instructions", "causes"),
    }
    if "profile" in run:
        for key in run["profile"]:
            yield changed(f"profile without {key}", lambda report, key=key: report["profile"].pop(key))
        for name, keys in profile_keys.items():
            for key in keys:
                yield changed(f"profile.{name} without {key}",
                              lambda report, name=name, key=key: report["profile"][name][0].pop(key))
            yield changed(f"unknown key in profile.{name}",
                          lambda report, name=name: report["profile"][name][0].update(extra=1))
        spans = run["profile"]["spans"]
        for key in spans:
            yield changed(f"spans without {key}", lambda report, key=key: report["profile"]["spans"].pop(key))
        for what, span in {"of no node": [-1, 4, 5], "without an end": [0, 4], "with more": [0, 4, 5, 6]}.items():
            yield changed(f"span {what}",
                          lambda report, span=span: report["profile"]["spans"]["list"].append(span))
        yield changed("call without parent", lambda report: report["profile"]["nodes"][1].update(parent=None))
        yield changed("entry with an unknown cause",
                      lambda report: report["profile"]["entries"][0]["causes"].update(boredom=1))
        yield changed("entry with unknown traffic",
                      lambda report: report["profile"]["entries"][0]["memories"]["flash"].update(looks=1))


def main(schema_path, *report_paths):
    with open(schema_path, encoding="utf-8") as stream:
        schema = json.load(stream)
    jsonschema.Draft7Validator.check_schema(schema)
    validator = jsonschema.Draft7Validator(schema)
    for path in report_paths:
        with open(path, encoding="utf-8") as stream:
            run = json.load(stream)
        validator.validate(run)
        for what, report in broken_reports(run):
            if validator.is_valid(report):
                sys.exit(f"{path}: the schema accepts a report {what}")
    print(f"{len(report_paths)} reports follow the schema")


if __name__ == "__main__":
    main(*sys.argv[1:])
