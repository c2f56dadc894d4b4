#!/usr/bin/python3
"""Layer maps from outside: the committed map of lenet5 names what its probes name, and editors' schema holds.

Usage: layer_map_test.py MCOST SOURCE_FOLDER
"""
import json
import os
import re
import subprocess
import sys
import tempfile
import unittest

import jsonschema
import yaml

MCOST, SOURCE = sys.argv[1:3]
LENET5 = os.path.join(SOURCE, "firmware_samples", "lenet5")
SAMPLE = os.path.join(LENET5, "prebuilt", "lenet5-int8-dsp.elf")
MAP = os.path.join(LENET5, "layers.yaml")


def run(*arguments):
    command = [MCOST, "run", SAMPLE, "--board", "nucleo-l496zg", "--args", "lenet5 2", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)


def report(*arguments):
    result = run(*arguments, "--format", "json")
    if result.returncode != 0:
        raise AssertionError(result.stderr)
    return json.loads(result.stdout)


class LayerMapTest(unittest.TestCase):
    maxDiff = None

    def test_a_map_names_what_probes_name(self):
        probes, mapped = report(), report("--layers", MAP)
        for key in ("cycles", "instructions", "macs", "causes", "memories", "notes"):
            self.assertEqual(probes[key], mapped[key])
        whole, *layers, outside = mapped["layers"]
        self.assertEqual((whole["name"], whole["visits"], outside["name"]), ("lenet5", 2, "(outside)"))
        for probe, layer in zip(probes["layers"][:-1], layers, strict=True):
            for key in ("name", "visits", "macs"):
                self.assertEqual(probe[key], layer[key])
            self.assertEqual((layer["kind"], layer["path"]), ("map", ["lenet5", probe["name"]]))
            self.assertEqual(probe["metadata"]["op"], layer["metadata"]["op"])

    def test_the_schema_of_layer_maps_holds(self):
        with open(os.path.join(SOURCE, "docs", "schema", "layers.schema.json"), encoding="utf-8") as stream:
            schema = json.load(stream)
        jsonschema.Draft7Validator.check_schema(schema)
        with open(MAP, encoding="utf-8") as stream:
            jsonschema.validate(yaml.safe_load(stream), schema)
        layer = {"name": "a", "call": "f"}
        for wrong in (
            {},
            {"layers": []},
            {"layers": [{"name": "a"}]},
            {"layers": [layer], "speed": 3},
            {"layers": [{**layer, "function": "g"}]},
            {"layers": [{**layer, "macs": -1}]},
            {"layers": [{"name": "a", "begin": "f"}]},
            {"layers": [{**layer, "layers": [{"name": "b"}]}]},
        ):
            with self.assertRaises(jsonschema.ValidationError, msg=wrong):
                jsonschema.validate(wrong, schema)

    def test_mistakes_are_one_line_each(self):
        def refused(layer_map):
            result = run("--layers", layer_map)
            self.assertEqual((result.returncode, result.stdout), (2, ""))
            return result.stderr

        self.assertEqual(
            refused("no-such-map.yaml"),
            "mcost: error: the layer map cannot be read: --layers no-such-map.yaml: name a YAML file that exists; "
            "docs/layers.md says how\n",
        )
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "map.yml")
            with open(path, "w", encoding="utf-8") as stream:
                stream.write("in: clasify\nlayers: [{name: a, function: conv3x4}]\n")
            self.assertEqual(
                refused(path),
                f'mcost: error: the firmware has no function "clasify": {path}:1:5: did you mean "classify"?\n'
                f'mcost: error: the firmware has no function "conv3x4": {path}:2:30 layers[0]: did you mean "conv3x3"?\n',
            )

    def test_the_page_shows_what_runs_print(self):
        """Commands of docs/layers.md for lenet5: the names and visits of their layers; its map is the committed one."""
        with open(os.path.join(SOURCE, "docs", "layers.md"), encoding="utf-8") as stream:
            page = stream.read()
        with open(MAP, encoding="utf-8") as stream:
            self.assertIn(stream.read().split("\n", 1)[1], page)
        commands = re.findall(r"\$ mcost run lenet5-int8-dsp.elf (.*)\nLayers\n((?:  .*\n)+)", page)
        self.assertEqual(len(commands), 4)
        first_columns = re.compile(r"^( +\S+ +[\d,]+)  ", re.MULTILINE)
        for arguments, table in commands:
            words = [MAP if word == "layers.yaml" else word for word in arguments.split()]
            result = subprocess.run([MCOST, "run", SAMPLE, *words], capture_output=True, text=True, check=True, timeout=120)
            printed = result.stdout.split("\nLayers\n")[1].split("\n\n")[0]
            self.assertGreater(len(first_columns.findall(table)), 3)
            self.assertEqual(first_columns.findall(printed), first_columns.findall(table))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
