#!/usr/bin/python3
"""mcost call: arguments and results by the procedure call standard, what is measured, and every way a call can fail.

    call_test.py MCOST SOURCE_DIR        exit status 77 (skipped) without arm-none-eabi-gcc
"""
import json
import os
import shutil
import struct
import subprocess
import sys
import tempfile
import unittest

import jsonschema

MCOST = os.path.abspath(sys.argv[1])
SOURCE = os.path.abspath(sys.argv[2])
HERE = os.path.dirname(os.path.abspath(__file__))
COMPILER = shutil.which("arm-none-eabi-gcc")
LENET = os.path.join(SOURCE, "firmware_samples", "lenet5", "prebuilt", "lenet5-int8-dsp.elf")
FLAGS = {"hard": ["-mfloat-abi=hard", "-mfpu=fpv4-sp-d16"], "soft": ["-mfloat-abi=soft"]}


def run(*arguments, **options):
    return subprocess.run([MCOST, *arguments], capture_output=True, text=True, check=False, timeout=120, **options)


def build(elf, *flags):
    subprocess.run([COMPILER, "-mcpu=cortex-m4", "-mthumb", "-Og", "-ffreestanding", "-nostdlib", *flags,
                    "-fno-optimize-sibling-calls", "-T", os.path.join(HERE, "call.ld"), os.path.join(HERE, "call.c"),
                    "-lgcc", "-o", elf], check=True)
    return elf


class CallTest(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.builds = folder.name
        cls.elf = {abi: build(os.path.join(folder.name, abi + ".elf"), "-g", *flags) for abi, flags in FLAGS.items()}
        cls.elf["bare"] = build(os.path.join(folder.name, "bare.elf"), "-g0", *FLAGS["hard"])
        with open(os.path.join(SOURCE, "docs", "schema", "run.schema.json"), encoding="utf-8") as stream:
            cls.schema = jsonschema.Draft7Validator(json.load(stream))

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def file(self, name, contents=None):
        path = os.path.join(self.folder, name)
        if contents is not None:
            with open(path, "wb") as stream:
                stream.write(contents)
        return path

    def contents(self, name):
        with open(os.path.join(self.folder, name), "rb") as stream:
            return stream.read()

    def call(self, *arguments, abi="hard", board="generic-m4", status=0):
        """The JSON report of a call."""
        result = run("call", self.elf[abi], *arguments, "--board", board, "--format", "json", cwd=self.folder)
        self.assertEqual((result.returncode, result.stderr if status == 0 else ""), (status, ""), result.stderr)
        report = json.loads(result.stdout)
        self.assertEqual([error.message for error in self.schema.iter_errors(report)], [])
        return report

    def value(self, *arguments, **options):
        return self.call(*arguments, **options)["call"]["returned"]["value"]

    def refuse(self, message, *arguments, abi="hard", status=2, board="generic-m4"):
        result = run("call", self.elf[abi], *arguments, "--board", board, cwd=self.folder)
        self.assertEqual(result.stderr, f"mcost: error: {message}\n")
        self.assertEqual(result.returncode, status)
        return result.stdout


class Arguments(CallTest):
    def test_integers(self):
        self.assertEqual(self.value("add", "2", "40"), 42)
        self.assertEqual(self.value("add", "-3", "0x10"), 13)
        self.assertEqual(self.value("add", "--arg", "-3", "--arg", "-4"), -7)
        self.assertEqual(self.value("add", "i32:1", "u32:4294967295"), 0)

    def test_registers_then_stack(self):
        for abi in self.elf:
            self.assertEqual(self.value("digits", *"1234567", abi=abi), 1234567)
        places = [argument["place"] for argument in self.call("digits", *"1234567")["call"]["arguments"]]
        self.assertEqual(places, ["r0", "r1", "r2", "r3", "stack+0", "stack+4", "stack+8"])

    def test_64_bits_take_even_registers_and_aligned_stack(self):
        report = self.call("wide", "1", "5000000001", "2", "-7", abi="soft")
        self.assertEqual(report["call"]["returned"]["value"], 9999999993)
        self.assertEqual([argument["place"] for argument in report["call"]["arguments"]],
                         ["r0", "r2-r3", "stack+0", "stack+8"])
        self.assertEqual(self.value("wide", "1", "i64:5000000001", "2", "i64:-7", "--returns", "i64", abi="bare"), 9999999993)

    def test_floating_point_in_either_abi(self):
        for abi in ("hard", "soft"):
            self.assertEqual(self.value("half", "3", abi=abi), 1.5)
            self.assertEqual(self.value("mixed", "1.5", "2.25", "2", "-4", abi=abi), 2.0)
            self.assertEqual(self.value("last", *["1"] * 8, "2", "3", abi=abi), 328.0)
        places = [argument["place"] for argument in self.call("mixed", "1", "2", "3", "4")["call"]["arguments"]]
        self.assertEqual(places, ["s0", "d1", "s1", "r0"])
        places = [argument["place"] for argument in self.call("mixed", "1", "2", "3", "4", abi="soft")["call"]["arguments"]]
        self.assertEqual(places, ["r0", "r2-r3", "stack+0", "stack+4"])
        self.assertEqual(self.value("half", "f32:5", "--returns", "f32", abi="bare"), 2.5)

    def test_buffers(self):
        source = self.file("in.bin", b"abc")
        report = self.call("reverse", f"buf:{source}", "3", "out:3=out.bin")
        self.assertEqual(self.contents("out.bin"), b"cba")
        self.assertEqual([argument["written"] for argument in report["call"]["arguments"]],
                         ["buf:in.bin", "3", "out:3=out.bin"])
        self.assertNotIn(self.folder, json.dumps(report))
        self.call("double_all", f"inout:{source}=twice.bin", "3", "--repeat", "3")
        self.assertEqual(self.contents("twice.bin"), bytes([194, 196, 198]))  # each call gets the file
        self.assertEqual(self.value("length", "str:four words are here"), 19)
        self.assertEqual(self.value("length", "str:"), 0)

    def test_symbols(self):
        self.assertEqual(self.value("apply", "&add", "20", "1"), 21)
        self.assertEqual(self.value("length", "&version", "--returns", "u32") > 0, True)
        self.assertEqual(self.value("length", "0x20000010"), 0)

    def test_a_write_behind_a_buffer_is_noted(self):
        source = self.file("in.bin", b"abcd")
        report = self.call("reverse", f"buf:{source}", "4", "out:3")
        self.assertIn("out:3: bytes behind its end were written: is the buffer too small?", report["notes"])
        self.assertEqual(self.call("reverse", f"buf:{source}", "4", "out:4")["notes"], [])

    def test_places_of_buffers(self):
        source = self.file("in.bin", bytes(100))
        arguments = self.call("reverse", f"buf:{source}", "100", "out:100")["call"]["arguments"]
        self.assertEqual([int(argument["bits"], 16) % 32 for argument in arguments[::2]], [0, 0])
        self.assertLess(0x20003000, int(arguments[0]["bits"], 16))  # on the stack
        named = self.call("double_all", f"buf:{source}", "100", "--buffer-at", "arena")["call"]["arguments"][0]
        self.assertEqual(int(named["bits"], 16) % 32, 0)
        other = self.call("double_all", f"buf:{source}", "100", "--buffer-at", "sram2", board="nucleo-l496zg")
        self.assertEqual(other["call"]["arguments"][0]["bits"], "0x10000000")

    def test_what_they_return(self):
        self.assertEqual(self.call("version")["call"]["returned"]["type"], "str")
        self.assertEqual(self.value("version"), "1.2")
        pointer = self.call("address_of_gain")["call"]["returned"]
        self.assertEqual((pointer["type"], pointer["value"] >= 0x20000000), ("ptr", True))
        self.assertEqual(self.call("set_gain")["call"]["returned"]["type"], "void")
        self.assertEqual(self.value("add", "1", "-2", "--returns", "u32"), 0xFFFFFFFF)
        returned = self.call("add", "1", "-2", abi="bare")["call"]["returned"]
        self.assertEqual((returned["type"], returned["assumed"], returned["value"]), ("i32", True, -1))
        self.call("make_pair", "out:8=pair.bin", "5", "6", "--returns", "ptr")
        self.assertEqual(struct.unpack("<2i", self.contents("pair.bin")), (5, 6))

    def test_by_address(self):
        symbols = subprocess.run(["arm-none-eabi-nm", self.elf["bare"]], capture_output=True, text=True, check=True).stdout
        address = next("0x" + line.split()[0] for line in symbols.splitlines() if line.endswith(" add"))
        self.assertEqual(self.value(address, "2", "3", abi="bare"), 5)


class Measurement(CallTest):
    def test_only_the_call_is_measured(self):
        report = self.call("add", "2", "3")
        layers = {tuple(layer["path"]): layer for layer in report["layers"]}
        self.assertEqual(set(layers), {("add",), ("(outside)",)})
        self.assertEqual(layers[("(outside)",)]["cycles"], 0)
        self.assertEqual((layers[("add",)]["kind"], layers[("add",)]["visits"]), ("call", 1))
        self.assertEqual(layers[("add",)]["cycles"], report["cycles"])
        self.assertEqual(report["instructions"], 2)  # add, bx lr
        self.assertEqual(report["causes"]["issue"], 2)
        self.assertEqual(report["cycles"], 5)  # with the pipeline to be filled
        self.assertEqual(report["exit"]["reason"], "returned")
        self.assertGreater(report["call"]["boot_cycles"], 4)
        self.assertEqual(report["call"]["from"], "main")

    def test_the_cost_is_that_inside_the_program(self):
        whole = json.loads(run("run", LENET, "--board", "generic-m4", "--layers", "functions:^average_pool2x2$",
                               "--format", "json").stdout)
        layer = next(layer for layer in whole["layers"] if layer["name"] == "average_pool2x2")
        first = next(layer for layer in whole["layers"] if layer["name"] == "average_pool2x2")["max_cycles"]
        self.assertEqual(layer["visits"], 2)
        image = self.file("image.bin", bytes(30 * 30 * 6))
        result = run("call", LENET, "average_pool2x2", "buf:" + image, "30", "6", "out:1350", "--board", "generic-m4",
                     "--format", "json")
        # The pipeline begins empty: what a BL may hide of its refill is seen.
        self.assertIn(json.loads(result.stdout)["cycles"] - first, range(0, 3))

    def test_repeat_tells_the_first_from_the_others(self):
        report = json.loads(run("call", LENET, "average_pool2x2", "buf:" + self.file("i.bin", bytes(5400)), "30", "6",
                                "out:1350", "--board", "stm32f469i-disco", "--repeat", "5", "--format", "json").stdout)
        call = report["call"]
        self.assertEqual((call["repeat"], call["calls"], len(call["cycles"])), (5, 5, 5))
        self.assertGreater(call["cycles"][0], max(call["cycles"][1:]))  # ART is cold
        self.assertEqual(call["warm"]["calls"], 4)
        self.assertEqual(call["warm"]["cycles"], sum(call["cycles"][1:]))
        self.assertEqual((call["warm"]["min_cycles"], call["warm"]["max_cycles"]),
                         (min(call["cycles"][1:]), max(call["cycles"][1:])))
        self.assertEqual(sum(call["cycles"]), report["cycles"])

    def test_warmup_and_init_are_not_measured(self):
        report = self.call("count", "--warmup", "3", "--repeat", "2")
        self.assertEqual(report["call"]["returned"]["value"], 5)
        self.assertEqual(report["layers"][0]["visits"], 2)
        self.assertEqual(self.value("gained", "2"), 0)  # main was reached, not left: nobody set it
        self.assertEqual(self.value("gained", "2", "--init", "set_gain", "--init", "more_gain"), 202)
        report = self.call("gained", "2", "--init", "set_gain")
        self.assertGreater(report["call"]["setup_cycles"], 0)
        self.assertEqual(report["call"]["init"], ["set_gain"])

    def test_at_and_after(self):
        self.assertEqual(self.value("gained", "2", "--at", "wait_for_camera"), 6)
        report = self.call("gained", "2", "--after", "board_init")
        self.assertEqual((report["call"]["returned"]["value"], report["call"]["from"]), (6, "board_init returned"))

    def test_interrupts_go_on(self):
        for layers, paths in (("none", ["work"]), ("functions:^add$", ["work", "work/(interrupts)"])):
            report = self.call("work", "1000", "--after", "board_init", "--layers", layers)
            self.assertGreaterEqual(report["call"]["returned"]["value"], 4)
            found = ["/".join(layer["path"]) for layer in report["layers"]]
            self.assertEqual(found[:-1], paths)

    def test_inner_layers_and_profile(self):
        image = self.file("image.bin", bytes(1028))
        command = ["call", LENET.replace(".elf", "-stm32.elf"), "classify", "buf:" + image, "out:14", "--board", "nucleo-f767zi",
                   "--repeat", "2", "--format", "json"]
        plain = json.loads(run(*command).stdout)
        self.assertIn(["classify", "conv1"], [layer["path"] for layer in plain["layers"]])
        profiled = json.loads(run(*command, "--profile").stdout)
        self.assertEqual(profiled["cycles"], plain["cycles"])
        names = [function["name"] for function in profiled["profile"]["functions"]]
        self.assertIn("conv3x3", names)
        self.assertNotIn("main", names)  # the boot is in no profile
        self.assertEqual(json.loads(run(*command).stdout), plain)

    def test_stack_depth_is_that_of_the_call(self):
        report = self.call("add", "1", "2")
        self.assertEqual(report["memory_use"]["stack_bytes"], 0)

    def test_text_report(self):
        result = run("call", self.elf["hard"], "add", "1", "-3", "--repeat", "3", "--board", "generic-m4")
        self.assertEqual(result.returncode, 0)
        self.assertIn("\n  call          add(1, -3)\n  returned      -2 (0xFFFFFFFE)\n"
                      "  calls         3: first 5, then 5 each  (cycles)\n  exit          returned\n", result.stdout)
        markdown = run("call", self.elf["hard"], "add", "1", "-3", "--board", "generic-m4", "--format", "markdown")
        self.assertIn("`add(1, -3)` returned -2 (0xFFFFFFFE)", markdown.stdout)

    def test_the_report_reads_back(self):
        path = self.file("call.json")
        result = run("call", self.elf["hard"], "half", "3", "--repeat", "2", "--board", "generic-m4", "--format", "json",
                     "--output", path)
        self.assertEqual((result.returncode, result.stdout), (0, ""))
        page = run("report", path, "--html", self.file("call.html"))
        self.assertEqual((page.returncode, page.stderr), (0, ""))


class Failures(CallTest):
    def test_calls_that_do_not_return(self):
        result = run("call", self.elf["hard"], "give_up", "--board", "generic-m4")
        self.assertRegex(result.stderr, r"^mcost: error: give_up did not return: idle at 0x[0-9A-F]+ give_up\+?.*: the report has "
                                        r"a backtrace\n$")
        self.assertEqual(result.returncode, 1)
        result = run("call", self.elf["hard"], "spin", "--max-cycles", "5000", "--board", "generic-m4")
        self.assertRegex(result.stderr, r"^mcost: error: spin did not return: cycle limit at 0x.*: raise --max-cycles, which counts "
                                        r"from reset\n$")
        self.assertEqual(result.returncode, 1)
        result = run("call", self.elf["hard"], "write_nowhere", "--board", "generic-m4")
        self.assertRegex(result.stderr, r"^mcost: error: write_nowhere did not return: fault: .*0x60000000.*\n$")
        self.assertEqual(result.returncode, 1)
        self.assertRegex(result.stdout, "Backtrace")
        result = run("call", LENET, "conv3x3", "0xDEADBEEF", "32", "1", "&conv1", "6", "0", "--board", "generic-m4")
        self.assertRegex(result.stderr, r"conv3x3 did not return: exit code 255; first fault: .*0xDEADBEEF.*: the report has a "
                                        r"backtrace\n$")
        self.assertEqual(result.returncode, 255)
        self.assertEqual(self.call("write_nowhere", status=1)["call"]["returned"], None)

    def test_exit_and_reset_of_the_firmware(self):
        result = run("call", self.elf["hard"], "leave", "3", "--board", "generic-m4")
        self.assertEqual((result.returncode, result.stderr),
                         (3, "mcost: error: leave did not return: exit code 3: the report has the calls that did\n"))
        result = run("call", self.elf["hard"], "leave", "0", "--board", "generic-m4")
        self.assertEqual(result.returncode, 1)
        self.refuse("restart did not return: the firmware reset itself: `mcost run` shows what the firmware does; --at and "
                    "--after choose where to leave it", "restart", status=1)

    def test_stack_overflow(self):
        result = run("call", self.elf["hard"], "recurse", "0", "--board", "generic-m4")
        self.assertRegex(result.stderr, r"^mcost: error: recurse did not return: the stack overflowed at 0x[0-9A-F]+ recurse\+.*: "
                                        r"SP is 0x200[0-9A-F]+, its room begins at 0x200[0-9A-F]+: .*\n$")
        self.assertEqual(result.returncode, 1)

    def test_a_boot_that_does_not_come_to_the_call(self):
        result = run("call", self.elf["hard"], "add", "1", "2", "--at", "spin", "--board", "generic-m4")
        self.assertRegex(result.stderr, r"^mcost: error: spin was not reached: idle at .*: `mcost run` shows what the firmware "
                                        r"does; --at and --after choose where to leave it\n$")
        self.assertEqual((result.returncode, result.stdout), (1, ""))
        result = run("call", self.elf["hard"], "add", "1", "2", "--after", "wait_for_camera", "--board", "generic-m4")
        self.assertRegex(result.stderr, r"^mcost: error: wait_for_camera did not return: idle at ")
        result = run("call", self.elf["hard"], "add", "1", "2", "--init", "give_up", "--board", "generic-m4")
        self.assertRegex(result.stderr, r"^mcost: error: give_up did not return: idle at ")
        self.assertEqual((result.returncode, result.stdout), (1, ""))

    def test_arguments_that_cannot_be(self):
        self.refuse("add takes 2 arguments, 1 is given: mcost call: it is add(int a, int b)", "add", "1")
        self.refuse("version takes 0 arguments, 1 is given: mcost call: leave them out", "version", "1")
        self.refuse("a number with a fraction for an integer: argument 1.5: write an integer", "add", "1.5", "2")
        self.refuse("the number does not fit 32 bits: argument 5000000000: write a smaller one, or i64:N where the function "
                    "takes 64 bits", "add", "5000000000", "2")
        self.refuse("f32 passed for int a: argument f32:1: write a number, or i32:N", "add", "f32:1", "2")
        self.refuse("i64 passed for int a: argument i64:1: write a number, or i32:N", "add", "i64:1", "2")
        self.refuse("out passed for float x: argument out:4: write a number, or f32:N", "half", "out:4")
        self.refuse("struct pair p is passed by value: argument 1: call a function that takes its address", "sum_of_pair", "1")
        self.refuse("make_pair returns struct pair, 8 bytes in memory: --returns: add --returns ptr, and out:8 as the first "
                    "argument: it is where the function puts them", "make_pair", "out:8", "1", "2")
        forms = "write a number, &SYMBOL, i64:N, f32:X, buf:FILE, inout:FILE=FILE, out:BYTES=FILE or str:TEXT"
        self.refuse(f'"two" is no argument: argument two: {forms}', "add", "1", "two")
        self.refuse(f'"i8:" is no kind of argument: argument i8:2: {forms}', "add", "1", "i8:2")
        self.refuse("no size of an output buffer: argument out:x: write out:BYTES or out:BYTES=FILE", "reverse", "1", "2", "out:x")
        self.refuse("no such file: missing: argument buf:missing: check the path", "double_all", "buf:missing", "1")
        self.refuse('the firmware has no symbol "gian": argument &gian: did you mean "gain"?', "length", "&gian")
        self.refuse("a number with a fraction, and nothing says its type: argument 1.5: write f32:X or f64:X", "half", "1.5",
                    abi="bare")
        self.refuse("arguments behind the function and with --arg: mcost call: give all of them one way: their order counts",
                    "add", "1", "--arg", "2")

    def test_places_that_cannot_be(self):
        self.refuse('the firmware has no symbol "addd": mcost call: did you mean "add"?', "addd")
        self.refuse("the firmware starts with this function: mcost call reset: `mcost run` executes it", "reset")
        self.refuse("no code can be at 0x30000000: mcost call 0x30000000: give a function, or an address in memory that code "
                    "runs from", "0x30000000")
        self.refuse("given together with --at: --after: give one of them", "add", "1", "2", "--at", "main", "--after", "board_init")
        self.refuse('"0" is no number of calls: --repeat: write a number from 1 to 1000000000', "add", "1", "2", "--repeat", "0")
        self.refuse('unknown type "int": --returns: use void, i32, u32, i64, u64, f32, f64, ptr or str', "add", "1", "2",
                    "--returns", "int")
        self.refuse("no room for 20000032 bytes of buffers: mcost call: name a memory with --buffer-at; `mcost boards NAME` "
                    "lists them", "double_all", "out:20000000", "1")
        self.refuse("320 bytes from 0x20000000 on are the firmware's: data, heap or stack: --buffer-at 0x20000000: give a "
                    "memory, another address, or a symbol that may be overwritten", "double_all", "out:288", "1", "--buffer-at",
                    "0x20000000")
        self.refuse('no RAM and no symbol is called "dta": --buffer-at dta: did you mean "data"? memories: code, data', "double_all", "out:8", "1",
                    "--buffer-at", "dta")
        self.refuse("no room for 544 bytes of buffers: --buffer-at arena: arena has 256", "double_all", "out:512", "1",
                    "--buffer-at", "arena")
        self.refuse("the file cannot be written: argument out:3=no/where: name a file in a folder you may write to", "double_all",
                    "out:3=no/where", "3")


if __name__ == "__main__":
    if COMPILER is None:
        print("skipped: no arm-none-eabi-gcc")
        sys.exit(77)
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]])
