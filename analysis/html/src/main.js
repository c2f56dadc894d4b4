// The page: reads the results it carries and lays out their views.
import { boardDiagram } from "./board_diagram.js";
import { parseBoard } from "./board_yaml.js";
import { comparison } from "./comparison.js";
import { h, section } from "./dom.js";
import { flameGraph } from "./flame.js";
import { layerChart } from "./layer_chart.js";
import { memoryTimeline } from "./memory_timeline.js";
import { accuracyNotes, eventTable, transferTable } from "./notes.js";
import { roofline } from "./roofline.js";
import { Run } from "./run.js";
import { summary } from "./summary.js";
import { causeTable, energyTable, layerTable, memoryTable } from "./tables.js";
import { isDark, onThemeChange, toggleTheme } from "./theme.js";

function boardOf(run) {
  try {
    return parseBoard(run.json.board.resolved);
  } catch {
    return {};
  }
}

function runArticle(run) {
  const board = boardOf(run);
  const id = (name) => `run-${run.index}-${name}`;
  return h(
    "article",
    { id: `run-${run.index}`, class: "run", "aria-label": run.title },
    h("h2", {}, run.title),
    summary(run),
    section(
      id("layers"),
      "Where the cost comes from",
      null,
      layerChart([run], { withEnergy: Boolean(run.json.energy) }),
      layerTable(run),
    ),
    section(id("roofline"), "Roofline", null, roofline(run, board)),
    section(
      id("memory"),
      "Memory over time",
      null,
      memoryTimeline(run),
      eventTable(run),
      transferTable(run),
    ),
    section(id("board"), "The board and its traffic", null, boardDiagram(run, board), memoryTable(run)),
    section(
      id("causes"),
      "Causes and energy",
      null,
      h("div", { class: "pair" }, causeTable(run), energyTable(run)),
    ),
    section(id("flame"), "Flame graph", null, flameGraph(run)),
    section(id("accuracy"), "What the numbers rest on", null, accuracyNotes(run)),
  );
}

function themeButton() {
  const button = h("button", { type: "button", class: "theme", onclick: toggleTheme });
  const name = () => {
    button.textContent = isDark() ? "☀ Light" : "☾ Dark";
    button.setAttribute("aria-label", `Change to ${isDark() ? "light" : "dark"} colours`);
  };
  name();
  onThemeChange(name);
  return button;
}

const VIEWS = [
  ["layers", "Layers"],
  ["roofline", "Roofline"],
  ["memory", "Memory"],
  ["board", "Board"],
  ["causes", "Causes"],
  ["flame", "Flame graph"],
  ["accuracy", "Accuracy"],
];

/// One run is shown at a time; print shows all.
class Page {
  constructor(runs) {
    this.runs = runs;
    this.articles = runs.map(runArticle);
    this.tabs = runs.map((run) =>
      h(
        "button",
        { type: "button", class: "tab", "data-run": String(run.index), onclick: () => this.show(run.index) },
        run.title,
      ),
    );
    this.links = h("nav", { class: "views", "aria-label": "Views" });
  }

  show(index) {
    this.articles.forEach((article, i) => article.classList.toggle("put-away", i !== index));
    this.tabs.forEach((tab, i) => tab.setAttribute("aria-pressed", String(i === index)));
    this.links.replaceChildren(
      ...[
        this.runs.length > 1 && h("a", { href: "#comparison" }, "Comparison"),
        ...VIEWS.map(([name, text]) => h("a", { href: `#run-${index}-${name}` }, text)),
      ].filter(Boolean),
    );
  }

  element() {
    const first = this.runs[0];
    const several = this.runs.length > 1;
    const name = several ? `${this.runs.length} results` : first.title;
    document.title = `mcost report: ${name}`;
    return [
      h(
        "header",
        { class: "top" },
        h("div", { class: "bar" }, h("h1", {}, "mcost", h("span", {}, " report")), this.links, themeButton()),
      ),
      h(
        "main",
        {},
        several && comparison(this.runs),
        several &&
          h("div", { class: "tabs control", role: "group", "aria-label": "Result shown below" }, this.tabs),
        this.articles,
      ),
      h(
        "footer",
        {},
        `Made by mcost ${first.json.tool.version}. Point at a number for its exact value. Charts by Apache ECharts.`,
      ),
    ];
  }
}

function start() {
  const data = JSON.parse(document.getElementById("data").textContent);
  const page = new Page(data.runs.map((entry, i) => new Run(entry, i, data.runs.length)));
  document.getElementById("page").replaceChildren(...page.element());
  const reveal = () => {
    const index = /^#run-(\d+)/.exec(location.hash)?.[1];
    if (index !== undefined && page.articles[index]) {
      page.show(Number(index));
      document.getElementById(location.hash.slice(1))?.scrollIntoView();
    }
  };
  page.show(0);
  reveal();
  addEventListener("hashchange", reveal);
  document.documentElement.dataset.ready = "true";
}

start();
