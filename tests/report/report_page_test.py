#!/usr/bin/python3
"""The page of `mcost report` in headless Chromium: no errors, values equal to the results, hostile names stay text.

Usage: report_page_test.py MCOST SOURCE_DIR. Skipped (status 77) where chromium or chromedriver is not installed.
"""
import csv
import io
import json
import os
import re
import subprocess
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
MCOST = os.path.abspath(sys.argv[1])
SOURCE = os.path.abspath(sys.argv[2])
sys.path.insert(0, os.path.join(SOURCE, "script"))
from headless_browser import Browser, missing_programs  # pylint: disable=wrong-import-position

SAMPLES = os.path.join(SOURCE, "firmware_samples")
LARGEST_PAGE = 3_000_000
SCRIPT = "</script><script>window.hacked=1</script>"
IMAGE = "<img src=x onerror=window.hacked=2>"
QUOTES = "\"quoted\" 'name' & <b>bold</b> \\u003c ${x} \u2028 \u202eabc \u65e5\u672c \U0001f600"
# What the page gets of a profile with all there can be.
FLAME = {
    "functions": ["main", "conv<int>", SCRIPT, "SysTick_Handler"],
    "frames": [[None, 0, "root"], [0, 1, "call"], [1, 2, "call"], [None, 3, "interrupt"]],
    "cells": [[0, 0, 100, 80, 1000], [1, 0, 500, 400, 5000], [1, 1, 100, 90, 700], [2, 1, 200, 150, 2500],
              [3, 0, 100, 60, 800]],
    "missing": ["No debug data."],
}


def short(value):
    """As format.js writes counts for people."""
    if value < 10000:
        return f"{value:,}"
    for size, unit in ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")):
        if value >= size * 0.99995:
            shown = value / size
            return f"{shown:,.{0 if shown >= 1000 else 1 if shown >= 100 else 2 if shown >= 10 else 3}f} {unit}"
    raise ValueError(value)


class PageTest(unittest.TestCase):
    maxDiff = 2000

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = folder.name
        cls.results = {}
        cls.browser = cls.enterClassContext(Browser(1200, 900))
        for name, elf, board, words in (("dsp", "lenet5/prebuilt/lenet5-int8-dsp.elf", "stm32f469i-disco", "lenet5 1"),
                                        ("plain", "lenet5/prebuilt/lenet5-int8-plain.elf", "stm32f469i-disco", "lenet5 1"),
                                        ("l496", "lenet5/prebuilt/lenet5-int8-dsp.elf", "nucleo-l496zg", "lenet5 1"),
                                        ("m4", "lenet5/prebuilt/lenet5-int8-dsp.elf", "generic-m4", "lenet5 1")):
            path = os.path.join(cls.folder, f"{name}.json")
            subprocess.run([MCOST, "run", os.path.join(SAMPLES, elf), "--board", board, "--args", words, "--format",
                            "json", "--output", path], check=True, capture_output=True, timeout=300)
            with open(path, encoding="utf-8") as stream:
                cls.results[name] = json.load(stream)

    def page(self, *names):
        """The page of these results."""
        path = os.path.join(self.folder, "-".join(names) + ".html")
        if not os.path.exists(path):
            results = [os.path.join(self.folder, f"{name}.json") for name in names]
            done = subprocess.run([MCOST, "report", *results, "--html", path], capture_output=True, text=True,
                                  check=False, timeout=300)
            self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))
        return path

    def open(self, path, fragment=""):
        self.browser.open(path, fragment)
        self.browser.wait_for("document.documentElement.dataset.ready")
        # Charts draw when their boxes have a size.
        self.browser.wait_for("[...document.querySelectorAll('article:not(.put-away) .chart')]"
                              ".every((box) => box.querySelector('svg path'))")

    def quiet(self):
        self.assertEqual(self.browser.console(), [])

    def texts(self, selector):
        return self.browser.script("return [...document.querySelectorAll(arguments[0])].map((e) => e.textContent)", selector)

    def table(self, caption, article="#run-0"):
        """Rows of a table as the page shows them: per cell its text, or the exact value behind it."""
        return self.browser.script("""
            const block = [...document.querySelectorAll(`${arguments[1]} .table-block`)]
              .find((b) => b.querySelector('.table-caption').textContent.startsWith(arguments[0]));
            return [...block.querySelectorAll('tbody tr')].map((row) => [...row.children].map((cell) =>
              cell.querySelector('[data-exact]')?.dataset.exact ?? cell.textContent));""", caption, article)

    def headings(self, caption, article="#run-0"):
        return self.browser.script("""
            const block = [...document.querySelectorAll(`${arguments[1]} .table-block`)]
              .find((b) => b.querySelector('.table-caption').textContent.startsWith(arguments[0]));
            return [...block.querySelectorAll('thead button')].map((b) => b.textContent);""", caption, article)

    def column(self, caption, title, article="#run-0"):
        at = self.headings(caption, article).index(title)
        return [row[at] for row in self.table(caption, article)]

    def chart_texts(self, selector):
        return self.texts(f"{selector} .chart svg text")


class OneResult(PageTest):
    def setUp(self):
        self.open(self.page("dsp"))
        self.json = self.results["dsp"]

    def test_is_whole_and_quiet(self):
        self.assertEqual(self.texts("h2"), ["lenet5-int8-dsp.elf on stm32f469i-disco"])
        self.assertEqual(self.texts("h3"), ["Where the cost comes from", "Roofline", "Memory over time",
                                            "The board and its traffic", "Causes and energy", "Flame graph",
                                            "What the numbers rest on"])
        self.assertIn("mcost run --profile", self.texts("#run-0-flame .absent")[0])
        self.quiet()

    def test_needs_nothing_beside_it(self):
        self.assertLess(os.path.getsize(self.page("dsp")), LARGEST_PAGE)
        self.assertEqual(self.browser.script("return performance.getEntriesByType('resource').length"), 0)
        with open(self.page("dsp"), encoding="ascii", errors="replace") as stream:
            page = stream.read()
        self.assertNotRegex(page, r"<(script|img|iframe)[^>]*\ssrc=|<link[^>]*href=\"(?!data:)|@import|url\(http")
        for text in ("Apache License", "The Apache Software Foundation", "Copyright (c) 2017, Baidu Inc."):
            self.assertIn(text, page)

    def test_same_result_same_page(self):
        again = os.path.join(self.folder, "again.html")
        subprocess.run([MCOST, "report", os.path.join(self.folder, "dsp.json"), "--html", again], check=True, timeout=300)
        with open(again, "rb") as one, open(self.page("dsp"), "rb") as other:
            self.assertEqual(one.read(), other.read())

    def test_totals_equal_the_result(self):
        cards = self.browser.script("""return Object.fromEntries([...document.querySelectorAll('.card')]
            .map((card) => [card.dataset.key, card.querySelector('[data-exact]').dataset.exact]))""")
        use = self.json["memory_use"]
        self.assertEqual({key: float(value) for key, value in cards.items()},
                         {"time": self.json["time_s"], "cycles": self.json["cycles"], "energy": self.json["energy"]["fj"],
                          "instructions": self.json["instructions"], "macs": self.json["macs"],
                          "live": use["live"]["total"]})
        energy = self.json["energy"]
        low, high = energy["fj"] - energy["uncertainty_fj"], energy["fj"] + energy["uncertainty_fj"]
        self.assertIn(f"{low / 1e12:.3f} mJ to {high / 1e12:.3f} mJ", self.texts(".card[data-key=energy]")[0])

    def test_tables_equal_the_result(self):
        layers = self.json["layers"]
        self.assertEqual(self.column("Layers", "Layer"), [layer["name"] for layer in layers])
        for title, take in (("Cycles", lambda c: c["cycles"]), ("Visits", lambda c: c["visits"]),
                            ("Instructions", lambda c: c["instructions"]), ("MACs", lambda c: c["macs"]),
                            ("Energy", lambda c: c["energy"]["fj"]), ("Live", lambda c: c["memory_use"]["live"]["total"])):
            self.assertEqual(self.column("Layers", title), [str(take(layer)) for layer in layers], title)
        self.assertEqual(self.column("Cycles by cause", "Cycles"), [str(cycles) for cycles in self.json["causes"].values()])
        memories = self.json["memories"]
        self.assertEqual(self.column("Memory traffic", "Memory"), list(memories))
        for title, key in (("Fetched", "fetch_bytes"), ("Read", "read_bytes"), ("Written", "write_bytes")):
            self.assertEqual(self.column("Memory traffic", title), [str(memory[key]) for memory in memories.values()])
        self.assertEqual(self.column("Energy", "Energy"), [str(fj) for fj in self.json["energy"]["by_term"]])
        self.assertEqual(self.column("Values of the board", "Value of"), [one["path"] for one in self.json["assumptions"]])

    def test_bars_equal_the_result(self):
        layers = self.json["layers"]
        texts = self.chart_texts("#run-0-layers")
        for layer in layers:
            self.assertIn(layer["name"], texts)
            self.assertIn(short(layer["cycles"]), texts)
        # The lengths of the bars of a layer are its causes: widths in proportion to cycles.
        widths = self.browser.script("""
            const paths = [...document.querySelectorAll('#run-0-layers .chart svg path')];
            const top = Math.min(...paths.filter((p) => p.getAttribute('fill') === arguments[0]).map((p) => p.getBoundingClientRect().top));
            return paths.filter((p) => p.getAttribute('fill') === arguments[0])
              .sort((a, b) => a.getBoundingClientRect().top - b.getBoundingClientRect().top).map((p) => p.getBBox().width);""", "#0b6bb5")
        issue = [layer["causes"]["issue"] for layer in layers]
        self.assertEqual(len(widths), len(issue))
        for width, cycles in zip(widths, issue):
            self.assertAlmostEqual(width / max(widths), cycles / max(issue), delta=0.004)

    def test_bars_of_bytes_energy_and_shares(self):
        layers = self.json["layers"]
        self.browser.click("#run-0-layers [data-value=bytes]")
        moved = [sum(m["read_bytes"] + m["write_bytes"] + m["fetch_bytes"] for m in layer["memories"].values()) for layer in layers]
        texts = self.chart_texts("#run-0-layers")
        self.assertIn(short(moved[0]) + "B", texts)
        self.assertEqual(self.texts("#run-0-layers .legend-entry"), ["flash", "sram1", "ppb"])
        self.browser.click("#run-0-layers [data-value=energy]")
        self.assertIn(f"{layers[0]['energy']['fj'] / 1e9:.1f} \u00b5J", self.chart_texts("#run-0-layers"))
        self.assertEqual(self.texts("#run-0-layers .legend-entry"), list(self.json["energy"]["components"]))
        self.browser.click("#run-0-layers [data-value=true]")
        self.assertIn("100 %", self.chart_texts("#run-0-layers"))
        self.quiet()

    def test_legend_hides_a_part(self):
        count = "return document.querySelectorAll('#run-0-layers .chart svg path').length"
        before = self.browser.script(count)
        self.browser.script("document.querySelector('#run-0-layers .legend-entry').focus()")
        self.browser.press("enter")
        self.assertLess(self.browser.script(count), before)
        self.assertEqual(self.browser.script("return document.activeElement.getAttribute('aria-pressed')"), "false")

    def test_tables_sort(self):
        order = sorted(self.json["layers"], key=lambda layer: -layer["cycles"])
        cycles = "#run-0-layers thead th:nth-child(3) button"
        self.browser.click(cycles)
        self.assertEqual(self.column("Layers", "Layer"), [layer["name"] for layer in order])
        self.assertEqual(self.browser.script("return document.activeElement.parentElement.getAttribute('aria-sort')"), "descending")
        self.browser.press("enter")
        self.assertEqual(self.column("Layers", "Layer"), [layer["name"] for layer in reversed(order)])
        self.browser.press("space")
        self.assertEqual(self.column("Layers", "Layer"), [layer["name"] for layer in self.json["layers"]])
        self.browser.click("#run-0-layers thead th:nth-child(1) button")
        self.assertEqual(self.column("Layers", "Layer"), sorted(layer["name"] for layer in self.json["layers"]))
        self.assertEqual(self.texts("#run-0-layers tfoot th"), ["total"])

    def test_copies_csv(self):
        self.browser.script("""Object.defineProperty(navigator, 'clipboard',
            {value: {writeText: (text) => { window.copied = text; return Promise.resolve(); }}})""")
        self.browser.click("#run-0-layers .table-head button")
        self.browser.wait_for("window.copied")
        rows = list(csv.DictReader(io.StringIO(self.browser.script("return window.copied"))))
        self.assertEqual([(row["Layer"], int(row["Cycles"])) for row in rows],
                         [(layer["name"], layer["cycles"]) for layer in self.json["layers"]])
        self.browser.wait_for("document.querySelector('#run-0-layers .said').textContent === 'Copied'")

    def test_light_and_dark(self):
        ground = "return getComputedStyle(document.body).backgroundColor"
        ink = "return document.querySelector('#run-0-layers .chart svg text').getAttribute('fill')"
        light = self.browser.script(ground), self.browser.script(ink)
        self.browser.click(".theme")
        dark = self.browser.script(ground), self.browser.script(ink)
        self.assertEqual((light, dark), (("rgb(245, 246, 248)", "#1d2330"), ("rgb(18, 22, 29)", "#e6e9ef")))
        self.browser.press("enter")
        self.assertEqual((self.browser.script(ground), self.browser.script(ink)), light)
        self.addCleanup(self.browser.prefer, "light")
        self.open(self.page("dsp"))
        self.browser.prefer("dark")
        self.browser.wait_for(f"(() => {{ {ground} }})() === 'rgb(18, 22, 29)'")
        self.assertEqual(self.browser.script(ink), "#e6e9ef")
        self.quiet()

    def test_prints_all_in_light(self):
        self.addCleanup(self.browser.prefer, "light")
        self.browser.prefer("dark", "print")
        self.browser.wait_for("document.documentElement.classList.contains('printing')")
        self.assertEqual(self.browser.script("return document.querySelector('#run-0-layers .chart svg text').getAttribute('fill')"), "#1d2330")
        shown = "return [...document.querySelectorAll(arguments[0])].filter((e) => e.offsetParent !== null).length"
        self.assertEqual(self.browser.script(shown, "button:not(.legend-entry, thead button), select, input"), 0)
        path = os.path.join(self.folder, "page.pdf")
        self.browser.pdf(path)
        with open(path, "rb") as stream:
            self.assertRegex(stream.read(5), rb"%PDF-")
        self.quiet()

    def test_board_shows_the_traffic(self):
        flash, sram = self.json["memories"]["flash"], self.json["memories"]["sram1"]
        texts = self.texts("#run-0-board svg text")
        for text in ("flash", "sram1", "cortex-m4", "180 MHz", f"fetch {short(flash['fetch_bytes'])}B", f"read {short(flash['read_bytes'])}B",
                     f"read {short(sram['read_bytes'])}B, write {short(sram['write_bytes'])}B", f"the core waited {short(flash['stall_cycles'])} cycles"):
            self.assertIn(text, texts)

    def test_memory_shows_the_peak(self):
        texts = self.chart_texts("#run-0-memory")
        self.assertIn(f"peak {short(self.json['memory_use']['live']['total'])[0]}.900 kB", texts)
        for name in ("conv1", "conv2", "fc1"):
            self.assertIn(name, texts)

    def test_points_are_explained(self):
        at = self.browser.script("""
            document.querySelector('#run-0-layers .chart').scrollIntoView({block: 'center'});
            const box = document.querySelector('#run-0-layers .chart').getBoundingClientRect();
            return [Math.round(box.left + box.width / 3), Math.round(box.top + 18)];""")
        self.browser.move_to(*at)
        self.browser.wait_for("document.querySelector('#run-0-layers .tooltip')")
        text = self.texts("#run-0-layers .tooltip")[0]
        self.assertIn("conv1", text)
        self.assertIn(f"{self.json['layers'][0]['causes']['issue']:,} cycles", text)


class SeveralResults(PageTest):
    NAMES = ("dsp", "plain", "l496", "m4")

    def setUp(self):
        self.open(self.page(*self.NAMES))
        self.all = [self.results[name] for name in self.NAMES]

    def test_compares(self):
        self.assertEqual(self.column("Totals", "Cycles", "#comparison"), [str(one["cycles"]) for one in self.all])
        deltas = self.browser.script("""return [...document.querySelectorAll('#comparison .table-block')[0].querySelectorAll('tbody tr')]
            .map((row) => row.children[2].querySelector('.delta')?.textContent ?? '')""")
        first = self.all[0]["cycles"]
        expected = [""] + [f"{100 * (one['cycles'] / first - 1):+.1f} %".replace("-", "\u2212") for one in self.all[1:]]
        self.assertEqual(deltas, expected)
        for letter, one in zip("ABCD", self.all):
            self.assertEqual(self.column("Cycles of layers", letter, "#comparison"), [str(layer["cycles"]) for layer in one["layers"]])
        self.assertLess(os.path.getsize(self.page(*self.NAMES)), LARGEST_PAGE)
        self.quiet()

    def test_pareto_plot(self):
        self.browser.wait_for("document.querySelector('#pareto .chart svg path')")
        with_energy = [one for one in self.all if one["energy"]]
        keys = self.texts("#pareto .keys li")
        self.assertEqual(len(keys), len(with_energy))
        for one, key in zip(with_energy, keys):
            beaten = any(other["time_s"] <= one["time_s"] and other["energy"]["fj"] <= one["energy"]["fj"] and other is not one
                         for other in with_energy)
            self.assertEqual(key.endswith("on the front"), not beaten, key)
        texts = self.chart_texts("#pareto")
        self.assertEqual([letter for letter in "ABCD" if letter in texts], list("ABCD"[:len(with_energy)]))

    def test_one_without_energy_is_named(self):
        names = [name for name in self.NAMES if not self.results[name]["energy"]]
        self.assertEqual(names, ["m4"])
        self.assertIn("generic-m4", self.texts("#pareto .caption")[-1])

    def test_shows_one_at_a_time_and_prints_all(self):
        shown = "return [...document.querySelectorAll('article.run')].map((a) => a.offsetParent !== null)"
        self.assertEqual(self.browser.script(shown), [True, False, False, False])
        self.browser.click(".tab[data-run='2']")
        self.assertEqual(self.browser.script(shown), [False, False, True, False])
        self.browser.wait_for("document.querySelector('#run-2-layers .chart svg path')")
        self.assertEqual(self.column("Layers", "Cycles", "#run-2"), [str(layer["cycles"]) for layer in self.all[2]["layers"]])
        self.addCleanup(self.browser.prefer, "light")
        self.browser.prefer("light", "print")
        self.browser.wait_for("document.querySelector('#run-3-layers .chart svg path')")
        self.assertEqual(self.browser.script(shown), [True] * 4)
        self.quiet()

    def test_links_show_their_result(self):
        self.open(self.page(*self.NAMES), "#run-1-memory")
        self.assertEqual(self.browser.script("return document.querySelector('article.run:not(.put-away)').id"), "run-1")


class Transfers(PageTest):
    def test_table_equals_the_result(self):
        path = os.path.join(self.folder, "dma.json")
        subprocess.run([MCOST, "run", os.path.join(SAMPLES, "membench/prebuilt/membench-stm32.elf"), "--board",
                        "stm32f469i-disco", "--args", "0x20010000 stream 0x40026400 0x40023830 22", "--format", "json",
                        "--output", path], check=True, capture_output=True, timeout=300)
        with open(path, encoding="utf-8") as stream:
            transfers = json.load(stream)["dma"]["list"]
        transfers[0]["source"] = SCRIPT
        self.assertEqual(len(transfers), 2)
        with open(path, encoding="utf-8") as stream:
            run = json.load(stream)
        run["dma"] = {"dropped": 2, "list": transfers}
        with open(path, "w", encoding="utf-8") as stream:
            json.dump(run, stream)
        self.open(self.page("dma"))
        for title, take in (("Channel", lambda t: t["channel"]), ("From", lambda t: t["source"]),
                            ("To", lambda t: t["destination"]), ("Begin", lambda t: t["begin"]),
                            ("Cycles", lambda t: t["end"] - t["begin"]), ("Bytes", lambda t: t["bytes"]),
                            ("Ending", lambda t: t["ending"])):
            self.assertEqual(self.column("DMA transfers", title), [str(take(transfer)) for transfer in transfers], title)
        self.assertIn("The first 2 of 4; the result has more of them.", self.texts("#run-0-memory .caption"))
        self.quiet()


class LargeCounts(PageTest):
    def test_keep_their_digits(self):
        # Counts above 2^53 are strings in the JSON. A run of that many cycles takes too long for a test.
        with open(self.page("dsp"), encoding="utf-8") as stream:
            page = stream.read()
        for cycles in (self.results["dsp"]["cycles"], self.results["dsp"]["layers"][0]["cycles"]):
            page = page.replace(f'"cycles":{cycles},', '"cycles":"9007199254740993",', 1)
        path = os.path.join(self.folder, "large.html")
        with open(path, "w", encoding="utf-8") as stream:
            stream.write(page)
        self.open(path)
        self.assertEqual(self.texts(".card[data-key=cycles]"), ["Cycles9,007 T9,007,199,254,740,993"])
        self.assertEqual(self.column("Layers", "Cycles")[0], "9007199254740993")
        self.quiet()


class HostileNames(PageTest):
    def hostile(self):
        """The result with markup for every name that firmware or a file can choose."""
        text = json.dumps(self.results["dsp"])
        for name, other in (("lenet5-int8-dsp.elf", SCRIPT), ("sram1", f"{IMAGE}sram"), ("conv1", QUOTES), ("pool1", SCRIPT),
                            ("conv2", IMAGE), ("fc1", "=1+1,\"x\"\n2"), ("fc2", "a" * 300)):
            text = text.replace(name, json.dumps(other)[1:-1])
        result = json.loads(text)
        # The resolved board has its own quoting: hostile text in it must not break the page either.
        result["board"]["title"] = SCRIPT
        result["board"]["resolved"] += f"\n{SCRIPT}: {{{IMAGE}\n"
        result["notes"] = [SCRIPT, IMAGE, QUOTES]
        result["assumptions"][0]["ref"] = IMAGE
        result["exit"]["symbol"] = SCRIPT
        return result

    def test_stay_text(self):
        hostile = self.hostile()
        with open(os.path.join(self.folder, "hostile.json"), "w", encoding="utf-8") as stream:
            json.dump(hostile, stream)
        path = self.page("hostile")
        with open(path, encoding="ascii", errors="replace") as stream:
            self.assertEqual(len(re.findall(r"<script", stream.read())), 2)
        self.open(path)
        self.assertEqual(self.texts("h2"), [f"{SCRIPT} on stm32f469i-disco"])
        self.assertEqual(self.column("Layers", "Layer"), [layer["name"].replace("\n", "?") for layer in hostile["layers"]])
        self.assertEqual(self.texts("#run-0-accuracy .notes li"), hostile["notes"])
        for at in range(0, 190, 8):
            point = self.browser.script("""
                document.querySelector('#run-0-layers .chart').scrollIntoView({block: 'center'});
                const box = document.querySelector('#run-0-layers .chart').getBoundingClientRect();
                return [Math.round(box.left + box.width / 2), Math.round(box.top)];""")
            self.browser.move_to(point[0], point[1] + at)
        self.assertTrue(self.texts("#run-0-layers .tooltip"))
        for view in ("bytes", "energy"):
            self.browser.click(f"#run-0-layers [data-value={view}]")
        self.assertIsNone(self.browser.script("return window.hacked ?? null"))
        self.assertEqual(self.browser.script("return document.querySelectorAll('img, b b, iframe').length"), 0)
        self.quiet()


class Flame(PageTest):
    def setUp(self):
        with open(self.page("dsp"), encoding="utf-8") as stream:
            page = stream.read()
        # The same page with another flame graph in it.
        data = json.dumps(FLAME).replace("<", "\\u003c").replace(">", "\\u003e")
        self.assertEqual(page.count('"flame":null'), 1)
        path = os.path.join(self.folder, "flame.html")
        with open(path, "w", encoding="utf-8") as stream:
            stream.write(page.replace('"flame":null', f'"flame":{data}'))
        self.open(path)

    def shares(self):
        return self.browser.script("""return Object.fromEntries([...document.querySelectorAll('.frame')]
            .map((f) => [f.textContent, Math.round(10 * parseFloat(f.style.width)) / 10]))""")

    def test_widths_are_shares(self):
        self.assertEqual(self.shares(), {"all": 100, "main": 90, "conv<int>": 80, SCRIPT: 20, "\u21af SysTick_Handler": 10})
        self.browser.click("#run-0-flame [data-value=energy]")
        self.assertEqual(self.shares()[SCRIPT], 25)
        self.browser.script("""const list = document.querySelector('#run-0-flame select');
            list.value = '1'; list.dispatchEvent(new Event('change'))""")
        self.assertEqual(self.shares(), {"all": 100, "main": 100, "conv<int>": 100, SCRIPT: 78.1})
        self.assertIsNone(self.browser.script("return window.hacked ?? null"))
        self.quiet()

    def test_of_a_run_sums_to_it(self):
        path = os.path.join(self.folder, "profiled.json")
        subprocess.run([MCOST, "run", os.path.join(SAMPLES, "lenet5/prebuilt/lenet5-int8-dsp.elf"), "--board",
                        "stm32f469i-disco", "--args", "lenet5 1", "--profile", "--format", "json", "--output", path],
                       check=True, capture_output=True, timeout=300)
        self.open(self.page("profiled"))
        dsp = self.results["dsp"]
        self.assertIn(f"all: {dsp['cycles']:,} cycles, 100.0 %; itself 0 cycles", self.texts(".flame-status"))
        frames = self.browser.script("""return Object.fromEntries([...document.querySelectorAll('.frame')]
            .map((f) => [f.textContent, Number(/: ([\\d,]+) cycles/.exec(f.title)[1].replaceAll(',', ''))]))""")
        convolutions = sum(layer["cycles"] for layer in dsp["layers"] if layer["name"].startswith("conv"))
        # The layer has some instructions around the call.
        self.assertAlmostEqual(frames["conv3x3"] / convolutions, 1, delta=0.01)
        self.assertEqual(len(frames), len(self.texts(".frame")))
        self.assertLess(os.path.getsize(self.page("profiled")), LARGEST_PAGE)
        self.quiet()

    def test_keys_walk_and_zoom(self):
        focused = "return document.activeElement.textContent"
        self.browser.script("document.querySelector('.frame').focus()")
        self.browser.press("down", "down")
        self.assertEqual(self.browser.script(focused), "conv<int>")
        self.browser.press("enter")
        self.assertEqual(self.shares(), {"all": 100, "main": 100, "conv<int>": 100, SCRIPT: 25})
        self.assertEqual(self.browser.script(focused), "conv<int>")
        self.assertIn("800 cycles, 80.0 %; itself 600 cycles", self.texts(".flame-status")[0])
        self.browser.press("escape")
        self.assertEqual(self.shares()["conv<int>"], 80)
        self.browser.press("down", "right")
        self.assertIn("SysTick", self.browser.script(focused) + self.texts(".frame.interrupt")[0])

    def test_finds(self):
        self.browser.script("document.querySelector('#run-0-flame input').focus()")
        self.browser.press(*"conv")
        self.assertEqual(self.texts(".frame.found"), ["conv<int>"])


if __name__ == "__main__":
    absent = missing_programs()
    if absent:
        print(f"skipped: {' and '.join(absent)} not installed: script/bootstrap installs them")
        sys.exit(77)
    unittest.main(argv=sys.argv[:1] + sys.argv[3:])
