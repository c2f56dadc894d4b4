#!/usr/bin/python3
"""mcost gdb as Debian's gdb-multiarch uses it, on committed samples and on firmware with interrupts.

Usage: gdb_test.py MCOST SOURCE_DIR [TEST...]. Exit status 77 (skipped) without gdb-multiarch or the cross compiler.
"""
import json
import os
import re
import select
import shutil
import socket
import subprocess
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True

MCOST = os.path.abspath(sys.argv[1])
SOURCE = os.path.abspath(sys.argv[2])
HERE = os.path.join(SOURCE, "tests", "gdb")
LENET = os.path.join(SOURCE, "firmware_samples", "lenet5", "prebuilt")
GDB = shutil.which("gdb-multiarch")
COMPILER = shutil.which("arm-none-eabi-gcc")
TIMEOUT_S = 60
CORES = {
    "generic-m0": ["-mcpu=cortex-m0"],
    "generic-m3": ["-mcpu=cortex-m3"],
    "generic-m4": ["-mcpu=cortex-m4", "-mfloat-abi=hard", "-mfpu=fpv4-sp-d16"],
    "generic-m7": ["-mcpu=cortex-m7", "-mfloat-abi=hard", "-mfpu=fpv5-d16"],
    "generic-m33": ["-mcpu=cortex-m33", "-mfloat-abi=hard", "-mfpu=fpv5-sp-d16"],
}


class Served:
    """mcost gdb on a port of its own."""

    def __init__(self, test, firmware, board, *options):
        self.process = subprocess.Popen([MCOST, "gdb", firmware, "--board", board, "--port", "0", *options],
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        test.addCleanup(self.close)
        ready, _, _ = select.select([self.process.stderr], [], [], TIMEOUT_S)
        test.assertTrue(ready, "nothing on stderr")
        line = self.process.stderr.readline()
        listening = re.fullmatch(r"mcost: gdb: listening on 127\.0\.0\.1:(\d+)\n", line)
        test.assertIsNotNone(listening, line)
        self.port = int(listening.group(1))

    def finish(self):
        """(exit status, stdout, stderr) once it has ended."""
        out, errors = self.process.communicate(timeout=TIMEOUT_S)
        return self.process.returncode, out, errors

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.communicate()
        self.process.stdout.close()
        self.process.stderr.close()


class GdbTest(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def report(self, firmware, board, *options):
        """The JSON report of mcost run, as text."""
        run = subprocess.run([MCOST, "run", firmware, "--board", board, "--format", "json", *options],
                             capture_output=True, text=True, check=False, timeout=TIMEOUT_S)
        self.assertEqual(run.returncode, 0, run.stderr)
        return run.stdout

    def debug(self, firmware, board, commands, *options, target="remote"):
        """What GDB says to commands, by the word echoed before them; and how mcost ended."""
        served = Served(self, firmware, board, *options)
        script = os.path.join(self.folder, "commands.gdb")
        lines = ["set pagination off", "set confirm off", "set width 0", f"target {target} 127.0.0.1:{served.port}"]
        with open(script, "w", encoding="utf-8") as stream:
            stream.write("\n".join(lines + [line.strip() for line in commands.strip().splitlines()]) + "\n")
        gdb = subprocess.run([GDB, "-nx", "-q", "-batch", "-x", script, firmware], stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT, text=True, check=False, timeout=TIMEOUT_S,
                             stdin=subprocess.DEVNULL)
        self.assertNotIn("Error in sourced command file", gdb.stdout[-2000:])
        parts = re.split(r"^@(\w+)\n", gdb.stdout, flags=re.MULTILINE)
        return dict(zip(parts[1::2], parts[2::2])), served.finish()

    def build(self, board):
        elf = os.path.join(self.folder, board + ".elf")
        subprocess.run([COMPILER, "-mthumb", "-g", "-O1", "-ffreestanding", "-nostdlib", *CORES[board],
                        "-T", os.path.join(HERE, "interrupts.ld"), os.path.join(HERE, "interrupts.c"), "-lgcc", "-o", elf],
                       check=True)
        return elf


def at(word):
    return f"echo @{word}\\n"


class Sample(GdbTest):
    """Committed firmware; its sources are elsewhere, its debug data is in it."""

    def check_equal(self, firmware, board, commands, *options):
        """The report of a debugged run is that of mcost run, byte for byte."""
        said, (status, out, errors) = self.debug(firmware, board, commands, "--format", "json", *options)
        self.assertEqual(status, 0, errors)
        self.assertEqual(out, self.report(firmware, board, *options))
        return said, errors

    def test_everything_is_looked_at_and_nothing_changes(self):
        firmware = os.path.join(LENET, "lenet5-float-fpu.elf")
        said, errors = self.check_equal(
            firmware, "generic-m4", f"""
            break main
            continue
            {at("main")}
            backtrace
            {at("registers")}
            info registers
            {at("fp")}
            info registers d0 s1 fpscr
            {at("system")}
            info registers msp psp primask basepri faultmask control
            {at("step")}
            step
            stepi
            nexti
            next
            {at("finish")}
            finish
            {at("convolve")}
            break conv3x3
            continue
            backtrace
            {at("cycles")}
            monitor cycles
            {at("causes")}
            monitor causes
            {at("layers")}
            monitor layers
            {at("help")}
            monitor help
            {at("wrong")}
            monitor cyclse
            {at("write")}
            delete
            watch -l *(int*)((char*)&large + 0x400)
            continue
            x/2i $pc - 4
            backtrace
            {at("access")}
            delete
            rwatch -l *(int*)&conv1_weights
            continue
            {at("code")}
            x/3i $pc
            {at("detach")}
            detach
            """)
        self.assertRegex(said["main"], r"#0  main \(\) at main\.c:\d+")
        self.assertRegex(said["registers"], r"r0 .*\n(.*\n)*pc +0x\w+ +0x\w+ <main>")
        self.assertRegex(said["fp"], r"d0 .*\ns1 .*\nfpscr +0x0")
        self.assertRegex(said["system"], r"msp +0x2\w+.*\npsp +0x0(.*\n)*control +0x0")
        self.assertRegex(said["convolve"], r"#0  conv3x3 \((.*\n)*#\d+ +main \(\) at main\.c:\d+")
        self.assertRegex(said["cycles"], r"cycles +[\d,]+ \(.*\), \+[\d,]+\ninstructions +[\d,]+, \+[\d,]+\n")
        self.assertRegex(said["causes"], r"issue +[\d,]+")
        self.assertRegex(said["layers"], r"layer +visits +cycles(.*\n)+\(outside\)")
        self.assertIn("monitor reset", said["help"])
        self.assertIn('did you mean "cycles"', said["wrong"])
        self.assertRegex(said["write"], r"Hardware watchpoint \d+: -location .*\n\nOld value = .*\nNew value")
        self.assertRegex(said["access"], r"Hardware read watchpoint \d+: -location .*\n\nValue = ")
        self.assertRegex(said["code"], r"=> 0x\w+ <\w+.*>:\t\w+")
        self.assertIn("mcost: gdb: detached, the firmware runs on", errors)

    def test_the_firmware_is_stepped_through_a_layer_to_its_end(self):
        firmware = os.path.join(LENET, "lenet5-int8-dsp.elf")
        for board in ("generic-m4", "generic-m7", "stm32f469i-disco"):
            with self.subTest(board):
                name = "lenet5-int8-dsp-stm32.elf" if board.startswith("stm32") else "lenet5-int8-dsp.elf"
                firmware = os.path.join(LENET, name)
                said, errors = self.check_equal(
                    firmware, board, f"""
                    tbreak main
                    continue
                    next
                    next
                    next
                    stepi 500
                    watch -l *(int*)((char*)&large + 0x400)
                    continue
                    continue
                    awatch -l *(int*)((char*)&small + 0x100)
                    continue
                    continue
                    rwatch -l *(int*)&fc1_weights
                    continue
                    monitor layers
                    delete
                    {at("end")}
                    continue
                    """)
                self.assertIn("exited normally", said["end"])

    def test_a_board_with_dma_and_external_memory(self):
        firmware = os.path.join(SOURCE, "firmware_samples", "membench", "prebuilt", "membench-stm32.elf")
        options = ("--args", "0xC0000000 stream 0x40026400 0x40023830 22")
        self.check_equal(
            firmware, "stm32f746g-disco", f"""
            break dma_copy
            continue
            stepi 60
            x/4wx 0xC0000000
            x/4wx 0xC0000800
            monitor layers
            finish
            monitor causes
            stepi 1000
            delete
            {at("end")}
            detach
            """, *options)

    def test_report_options_are_those_of_run(self):
        firmware = os.path.join(LENET, "lenet5-int8-plain.elf")
        output = os.path.join(self.folder, "report.json")
        _, (status, out, errors) = self.debug(firmware, "generic-m33", "detach", "--format", "json", "--output", output)
        self.assertEqual(status, 0, errors)
        self.assertIn("done", out)  # of the firmware
        with open(output, encoding="utf-8") as stream:
            self.assertEqual(stream.read(), self.report(firmware, "generic-m33"))

    def test_front_ends_extend_the_protocol(self):
        firmware = os.path.join(LENET, "lenet5-int8-plain.elf")
        said, (status, out, errors) = self.debug(firmware, "generic-m4", f"""
            {at("halt")}
            monitor halt
            monitor reset halt
            maintenance flush register-cache
            info registers pc
            thbreak main
            {at("main")}
            continue
            detach
            """, target="extended-remote")
        self.assertEqual(status, 0, errors)
        self.assertRegex(said["halt"], r"halted\nreset(.*\n)+pc .* <reset_handler>")
        self.assertRegex(said["main"], r"main \(\) at main\.c")
        self.assertIn("Cycles by cause", out)

    def test_kill_ends_without_a_report(self):
        firmware = os.path.join(LENET, "lenet5-int8-plain.elf")
        _, (status, out, _) = self.debug(firmware, "generic-m4", "break main\ncontinue\nkill")
        self.assertEqual((status, out), (0, ""))

    def test_until_halts_before_the_run_ends(self):
        firmware = os.path.join(LENET, "lenet5-int8-plain.elf")
        said, (status, out, _) = self.debug(firmware, "generic-m4", f"""
            {at("until")}
            continue
            info registers pc
            {at("end")}
            continue
            """, "--until", "main")
        self.assertIn("mcost: the run is over", said["until"])
        self.assertRegex(said["until"], r"pc +0x\w+ +0x\w+ <main>")
        self.assertIn("exited normally", said["end"])
        self.assertEqual(status, 0)
        self.assertIn("Cycles by cause", out)


class Interrupts(GdbTest):
    """Firmware made for this, on each core."""

    def each(self, commands, check, *options):
        for board in CORES:
            with self.subTest(board):
                firmware = self.build(board)
                said, ended = self.debug(firmware, board, commands, "--format", "json", *options)
                check(board, firmware, said, ended)

    def equals_run(self, board, firmware, ended):
        status, out, errors = ended
        self.assertEqual(status, 0, errors)
        self.assertEqual(out, self.report(firmware, board))

    def test_backtrace_goes_through_nested_exceptions(self):
        def check(board, firmware, said, ended):
            self.assertRegex(said["nested"], r"#0  count_tick .*\n#1 .* in systick_handler .*\n"
                             r"#2  <signal handler called>\n#3 .* in serve .*\n#4 .* in pendsv_handler .*\n"
                             r"#5  <signal handler called>\n#6 .*(thread|work) .*\n(#7 .*\n)?(#8 .*\n)?")
            self.assertRegex(said["nested"], r"#\d+ .* in main \(\)")
            self.assertRegex(said["registers"], r"msp +0x2000f\w+.*\npsp +0x2000\w+ .*<thread_stack")
            self.assertRegex(said["thread"], r"handler of exception 15")
            self.equals_run(board, firmware, ended)
        self.each(f"""
            break count_tick if served % 60 != 0
            continue
            {at("nested")}
            backtrace
            {at("registers")}
            info registers msp psp
            {at("thread")}
            info threads
            delete
            detach
            """, check)

    def test_steps_pass_over_interrupts(self):
        def check(board, firmware, said, ended):
            self.assertNotRegex(said["steps"], r"systick_handler|count_tick|pendsv_handler|serve")
            self.assertGreater(int(re.search(r"= (\d+)", said["ticks"]).group(1)), 0)
            self.equals_run(board, firmware, ended)
        steps = "\n".join(["stepi"] * 400)
        self.each(f"""
            break thread
            continue
            {at("steps")}
            {steps}
            {at("ticks")}
            print ticks
            detach
            """, check)

    def test_watchpoints_halt_behind_the_access(self):
        def check(board, firmware, said, ended):
            self.assertRegex(said["write"], r"Hardware watchpoint 2: table\[2\]\n\nOld value = 2\nNew value = 6\n")
            self.assertRegex(said["write"], r"work \(round=6\)(.*\n)*.*\tstr[^\n]*\n=>")
            self.assertRegex(said["read"], r"Hardware read watchpoint 3: scale\n\nValue = [\d.]+\n")
            self.assertRegex(said["access"], r"Hardware access \(read/write\) watchpoint 4: ticks\n\nValue = \d+\n"
                             r"(.*\n)*.*\tldr[^\n]*\n=>")
            self.assertRegex(said["changed"], r"Hardware access \(read/write\) watchpoint 6: ticks\n\n"
                             r"Old value = \d+\nNew value = \d+\n.* in count_tick(.*\n)*.*\tstr[^\n]*\n=>")
            self.assertRegex(said["handler"], r"#0 .* count_tick .*\n#1 .* in systick_handler .*\n#2  <signal")
            self.equals_run(board, firmware, ended)
        self.each(f"""
            tbreak thread
            continue
            watch table[2] if table[2] > 2
            {at("write")}
            continue
            x/3i $pc - 4
            delete
            rwatch scale
            {at("read")}
            continue
            delete
            {at("access")}
            awatch ticks
            continue
            x/3i $pc - 4
            delete
            {at("changed")}
            tbreak count_tick
            continue
            awatch ticks
            continue
            continue
            x/3i $pc - 4
            {at("handler")}
            backtrace
            delete
            detach
            """, check)

    def test_what_the_debugger_writes_is_what_the_firmware_sees(self):
        def check(board, _, said, ended):
            self.assertIn("= 1", said["written"])
            self.assertIn("mcost: the run is over", said["fault"])
            self.assertRegex(said["fault"], r"SIGSEGV")
            self.assertRegex(said["backtrace"], r"#0 .*fault_handler .*\n#1  <signal handler called>\n#2  crash_here "
                             r".*\n#3 .* in thread")
            if board != "generic-m0":
                self.assertRegex(said["status"], r"0xe000ed28:\t0x00010000")  # UNDEFINSTR
            self.assertIn("the run is over: start mcost gdb again", said["reset"])
            self.assertIn("exited with code 01", said["end"])
            status, out, errors = ended
            self.assertEqual(status, 1)
            self.assertIn("undefined instruction", errors)
            self.assertEqual(json.loads(out)["exit"]["fault"]["kind"], "undefined_instruction")
        self.each(f"""
            break work if rounds == 5
            continue
            {at("written")}
            set var crash = 1
            print crash
            {at("fault")}
            continue
            {at("backtrace")}
            backtrace
            {at("status")}
            x/wx 0xe000ed28
            {at("reset")}
            monitor reset
            {at("end")}
            continue
            """, check)

    def test_registers_are_written(self):
        def check(board, _, said, ended):
            self.assertRegex(said["core"], r"r5 +0x12345678")
            self.assertRegex(said["flags"], r"xpsr +0xf1000000")
            self.assertRegex(said["masks"], r"psp +0x20000100.*\nprimask +0x1 ")
            if board not in ("generic-m0", "generic-m3"):
                self.assertRegex(said["fp"], r"s3 +1\.5 ")
                self.assertRegex(said["fp"], r"d1 .*0x3fc00000")
            served = [int(number) for number in re.findall(r"= (\d+)\n", said["call"])]
            self.assertEqual(served[1], served[0] + 3)
            self.assertEqual(ended[0], 0, ended[2])
        commands = f"""
            tbreak work
            continue
            set $saved = $xpsr
            set $old = $r5
            {at("core")}
            set $r5 = 0x12345678
            info registers r5
            set $r5 = $old
            {at("flags")}
            set $xpsr = 0xf1000000
            info registers xpsr
            set $xpsr = $saved
            {at("masks")}
            set $stack = $psp
            set $primask = 1
            set $psp = 0x20000100
            info registers psp primask
            set $psp = $stack
            set $primask = 0
            {at("fp")}
            """
        behind = f"""
            {at("call")}
            print served
            call serve(3)
            print served
            detach
            """
        for board in CORES:
            with self.subTest(board):
                has_fpu = board not in ("generic-m0", "generic-m3")
                fp = "set $s3 = 1.5\ninfo registers s3 d1\n" if has_fpu else ""
                said, ended = self.debug(self.build(board), board, commands + fp + behind)
                check(board, None, said, ended)

    def test_reset_starts_again_and_time_goes_on(self):
        firmware = self.build("generic-m4")
        said, (status, _, errors) = self.debug(firmware, "generic-m4", f"""
            break thread
            continue
            {at("before")}
            monitor cycles
            monitor reset
            maintenance flush register-cache
            {at("reset")}
            info registers pc
            continue
            {at("after")}
            monitor cycles
            detach
            """)
        self.assertEqual(status, 0, errors)
        self.assertRegex(said["reset"], r"<reset>(.*\n)+.*Breakpoint 1, thread")
        cycles = [int(re.search(r"cycles +([\d,]+)", said[when]).group(1).replace(",", ""))
                  for when in ("before", "after")]
        self.assertLess(cycles[0], cycles[1])


class Connection(GdbTest):
    """What comes without GDB: bytes on the port, and the command line."""

    FIRMWARE = os.path.join(LENET, "lenet5-int8-plain.elf")

    def talk(self, *options):
        served = Served(self, self.FIRMWARE, "generic-m4", "--format", "json", *options)
        connection = socket.create_connection(("127.0.0.1", served.port), timeout=TIMEOUT_S)
        self.addCleanup(connection.close)
        return served, connection

    @staticmethod
    def packet(text):
        return b"$%s#%02x" % (text, sum(text) & 0xFF)

    def ask(self, connection, text):
        """The next packet that comes, its payload."""
        connection.sendall(self.packet(text))
        return self.receive(connection)

    def receive(self, connection):
        data = b""
        while not re.search(rb"\$[^#]*#..", data):
            more = connection.recv(4096)
            self.assertNotEqual(more, b"", data)
            data += more
        connection.sendall(b"+")
        return re.search(rb"\$([^#]*)#", data).group(1)

    def test_a_lost_connection_lets_the_firmware_run_on(self):
        served, connection = self.talk()
        self.assertRegex(self.ask(connection, b"?"), b"T05")
        self.assertEqual(self.ask(connection, b"Z0,54,2"), b"OK")
        connection.close()
        status, out, errors = served.finish()
        self.assertEqual(status, 0, errors)
        self.assertIn("the connection was closed, the firmware runs on", errors)
        self.assertEqual(out, self.report(self.FIRMWARE, "generic-m4"))

    def endless(self):
        firmware = os.path.join(self.folder, "endless.bin")
        with open(firmware, "wb") as stream:  # vectors, then `adds r0, #1; b .-2`
            stream.write((0x20001000).to_bytes(4, "little") + (0x41).to_bytes(4, "little") + bytes(56)
                         + bytes.fromhex("0130fde7"))
        return firmware

    def test_ctrl_c_halts(self):
        served = Served(self, self.endless(), "generic-m4", "--load-at", "0")
        with socket.create_connection(("127.0.0.1", served.port), timeout=TIMEOUT_S) as connection:
            self.assertRegex(self.ask(connection, b"?"), b"T05")
            for resume in (b"c", b"vCont;c", b"vCont;r40,44"):
                connection.sendall(self.packet(resume))
                connection.sendall(b"\x03")
                self.assertRegex(self.receive(connection), b"T02")
            self.assertEqual(self.ask(connection, b"D"), b"OK")

    def test_noise_is_refused(self):
        served, connection = self.talk()
        connection.sendall(b"\x00\xff+++$?#00")
        self.assertEqual(connection.recv(1), b"-")
        self.assertEqual(self.ask(connection, b"vMustReplyEmpty"), b"")
        self.assertEqual(self.ask(connection, b"qSupported:swbreak+;xmlRegisters=i386")[:15], b"PacketSize=4000")
        self.assertEqual(self.ask(connection, b"m0,zz"), b"E01")
        self.assertEqual(self.ask(connection, b"m40000000,4"), b"E01")
        connection.sendall(self.packet(b"k"))
        self.assertEqual(served.finish()[:2], (0, ""))

    def test_without_waiting_the_firmware_starts_at_once(self):
        served = Served(self, self.FIRMWARE, "generic-m4", "--format", "json", "--no-wait")
        status, out, errors = served.finish()
        self.assertEqual(status, 0, errors)
        self.assertEqual(out, self.report(self.FIRMWARE, "generic-m4"))

    def test_a_debugger_that_comes_later_finds_the_firmware_halted(self):
        served = Served(self, self.endless(), "generic-m4", "--load-at", "0", "--no-wait")
        for later in (False, True):
            with socket.create_connection(("127.0.0.1", served.port), timeout=TIMEOUT_S) as connection:
                self.assertRegex(self.ask(connection, b"?"), b"T05")
                first = self.ask(connection, b"p0")
                if later:  # the first one may come before any instruction
                    self.assertNotEqual(first, b"00000000")
                self.assertEqual(self.ask(connection, b"p0"), first)  # time stands still
        with socket.create_connection(("127.0.0.1", served.port), timeout=TIMEOUT_S) as connection:
            connection.sendall(self.packet(b"k"))
            self.assertEqual(served.finish()[:2], (0, ""))

    def refusal(self, *arguments):
        run = subprocess.run([MCOST, "gdb", *arguments], capture_output=True, text=True, check=False,
                             timeout=TIMEOUT_S)
        self.assertEqual((run.returncode, run.stdout), (2, ""), run.stderr)
        self.assertEqual(run.stderr.count("\n"), 1, run.stderr)
        self.assertRegex(run.stderr, r"^mcost: error: .+: .+: .+\n$")
        return run.stderr

    def test_mistakes_on_the_command_line(self):
        self.assertIn("no firmware", self.refusal("--board", "generic-m4"))
        self.assertIn("no board", self.refusal(self.FIRMWARE))
        self.assertIn('"x" is no port', self.refusal(self.FIRMWARE, "--board", "generic-m4", "--port", "x"))
        self.assertIn('"65536" is no port', self.refusal(self.FIRMWARE, "--board", "generic-m4", "--port", "65536"))
        self.assertIn('did you mean "--port"', self.refusal(self.FIRMWARE, "--board", "generic-m4", "--prot", "1"))
        self.assertIn("given together with --wait", self.refusal(self.FIRMWARE, "--board", "generic-m4", "--wait",
                                                                 "--no-wait"))
        self.assertIn('unknown option "--timeout"',
                      self.refusal(self.FIRMWARE, "--board", "generic-m4", "--timeout", "1"))
        with socket.create_server(("127.0.0.1", 0)) as other:
            port = str(other.getsockname()[1])
            self.assertIn(f"port {port} is in use", self.refusal(self.FIRMWARE, "--board", "generic-m4", "--port", port))


if __name__ == "__main__":
    if GDB is None or COMPILER is None:
        print("skipped: no gdb-multiarch or arm-none-eabi-gcc")
        sys.exit(77)
    unittest.main(argv=sys.argv[:1] + sys.argv[3:])
