// Stacked bars, one a layer: where its cycles, bytes or joules come from. With several runs, bars of a layer stand
// beside each other.
import { Chart, axisOf, tooltipOf, tooltipStyle } from "./chart.js";
import { choice, h } from "./dom.js";
import { bytes, exact, joules, percent, short, tick } from "./format.js";
import { causeTone, colour, componentTone, distinctTones, memoryTone } from "./palette.js";
import { MEASURES, causeLabel, causeMeaning } from "./run.js";
import { isPrinting } from "./theme.js";

// A little under 100, so that rounding never lifts a sum above the end of the axis.
const WHOLE = 100 * (1 - 1e-9);
const ROW = 24;
const PRINT_ROW = 16;
const shown = { cycles: (v) => short(v), bytes, energy: joules };
const exactly = { cycles: (v) => `${exact(v)} cycles`, bytes: (v) => `${exact(v)} bytes`, energy: joules };

/// Rows of the chart: a layer's path and its cost in each run that has it. In the order of the first that has it.
function rowsOf(runs) {
  const rows = new Map();
  for (const [at, run] of runs.entries()) {
    for (const layer of run.layers) {
      const key = JSON.stringify(layer.path);
      if (!rows.has(key))
        rows.set(key, { name: layer.name, depth: layer.depth, path: layer.path, layers: [] });
      rows.get(key).layers[at] = layer;
    }
  }
  return [...rows.values()];
}

/// Keys of the parts that are not 0 everywhere, in the order of the runs.
function partsOf(rows, runs, measure) {
  const keys = new Map(runs.flatMap((run) => MEASURES[measure].parts(run.json)).map(([key]) => [key, 0]));
  for (const row of rows) {
    for (const layer of row.layers) {
      if (!layer) continue;
      for (const [key, value] of MEASURES[measure].parts(layer.inclusive))
        keys.set(key, (keys.get(key) ?? 0) + value);
    }
  }
  return [...keys].filter(([, sum]) => sum > 0).map(([key]) => key);
}

function tonesOf(measure, keys, memories) {
  const tone = { cycles: causeTone, bytes: memoryTone, energy: componentTone }[measure];
  return distinctTones(keys, (key) => tone(key, memories));
}

function clipped(text, room) {
  const most = Math.max(4, Math.floor(room / 6.6));
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}

function seriesOf(view, rows, tones, runs, colours, hidden) {
  const { measure, scope, relative } = view;
  const series = [];
  for (const [at, run] of runs.entries()) {
    const total = rows.map((row) => (row.layers[at] ? MEASURES[measure].total(row.layers[at][scope]) : 0));
    const parts = rows.map(
      (row) => new Map(row.layers[at] ? MEASURES[measure].parts(row.layers[at][scope]) : []),
    );
    const visible = [...tones.keys()].filter((key) => !hidden.has(key));
    const value = (i, key) => {
      const amount = parts[i].get(key) ?? 0;
      if (!relative) return amount;
      return total[i] === 0 ? 0 : (WHOLE * amount) / total[i];
    };
    for (const key of visible) {
      series.push({
        type: "bar",
        stack: run.file + at,
        name: key,
        barCategoryGap: "22%",
        barGap: "8%",
        data: rows.map((row, i) => value(i, key)),
        itemStyle: {
          color: colour(tones.get(key), colours.dark),
          borderColor: colours.paper,
          borderWidth: 0.5,
        },
        emphasis: { disabled: true },
      });
    }
    series.push({
      type: "bar",
      stack: run.file + at,
      name: "total",
      data: rows.map(() => 0),
      silent: true,
      label: {
        show: true,
        position: "right",
        color: colours.text,
        fontSize: 11,
        formatter: ({ dataIndex }) => {
          if (!rows[dataIndex].layers[at]) return "";
          const text = shown[measure](total[dataIndex]);
          return run.letter && runs.length > 1 ? `${run.letter}  ${text}` : text;
        },
      },
    });
  }
  return series;
}

function tipOf(view, row, runs, tones, colours) {
  const { measure, scope } = view;
  const lines = [];
  const described = row.layers.find(Boolean)?.json.metadata ?? {};
  const shape = Object.entries(described)
    .map(([key, value]) => `${key} ${value}`)
    .join(", ");
  for (const [at, run] of runs.entries()) {
    const layer = row.layers[at];
    if (!layer) continue;
    const total = MEASURES[measure].total(layer[scope]);
    if (runs.length > 1) lines.push({ name: run.title, value: exactly[measure](total) });
    for (const [key, value] of MEASURES[measure].parts(layer[scope])) {
      if (value === 0) continue;
      lines.push({
        tone: tones.get(key),
        name: measure === "cycles" ? causeLabel(key) : key,
        value: `${exactly[measure](value)}  ${percent(value, total)}`,
      });
    }
    if (runs.length === 1) lines.push({ name: "total", value: exactly[measure](total) });
  }
  return tooltipOf(row.path.join(" / "), lines, colours, shape);
}

/// Axes of bars: amounts along x, layers down y, whose names have `room`.
function axesOf(view, rows, colours, room) {
  const amount = (v) => (view.relative ? `${v} %` : v === 0 ? "0" : tick(shown[view.measure](v)));
  const name = (_, i) => `${"› ".repeat(rows[i].depth)}${clipped(rows[i].name, room - 12 * rows[i].depth)}`;
  const layers = axisOf(colours, "category", name, {
    inverse: true,
    data: rows.map((_, i) => String(i)),
    axisTick: { show: false },
    splitLine: { show: false },
  });
  Object.assign(layers.axisLabel, { interval: 0, hideOverlap: false });
  return {
    xAxis: axisOf(colours, "value", amount, { max: view.relative ? 100 : undefined }),
    yAxis: layers,
  };
}

function legendOf(view, tones) {
  const causes = view.measure === "cycles";
  return [...tones].map(([key, tone]) => ({
    key,
    tone,
    label: causes ? causeLabel(key) : key,
    title: causes ? causeMeaning(key) : undefined,
  }));
}

/// What to draw of `rows`; `view` is what the reader chose.
function drawing(view, rows, runs, memories, colours, width, hidden) {
  const tones = tonesOf(view.measure, partsOf(rows, runs, view.measure), memories);
  const longest = Math.max(...rows.map((row) => row.name.length + 2 * row.depth));
  const room = Math.min(Math.max(60, longest * 6.8 + 8), width * 0.3);
  const row = isPrinting() ? PRINT_ROW : ROW;
  const measure = MEASURES[view.measure].label.toLowerCase();
  return {
    height: rows.length * (runs.length === 1 ? row : 10 + 15 * runs.length) + 38,
    label: `Stacked bars of ${rows.length} layers: ${measure}. The table of layers has the numbers.`,
    legend: legendOf(view, tones),
    option: {
      grid: { left: room + 10, right: runs.length > 1 ? 90 : 72, top: 6, bottom: 28 },
      ...axesOf(view, rows, colours, room),
      tooltip: {
        ...tooltipStyle(colours),
        trigger: "axis",
        axisPointer: { type: "shadow" },
        formatter: (items) => tipOf(view, rows[items[0].dataIndex], runs, tones, colours),
      },
      series: seriesOf(view, rows, tones, runs, colours, hidden),
    },
  };
}

function controlsOf(view, { withEnergy, nested }, change) {
  const measures = Object.keys(MEASURES).filter((key) => key !== "energy" || withEnergy);
  const scales = [
    { value: false, label: "Absolute" },
    { value: true, label: "Relative" },
  ];
  const scopes = [
    { value: "inclusive", label: "Inclusive" },
    { value: "exclusive", label: "Exclusive" },
  ];
  const shownBy = measures.map((key) => ({ value: key, label: MEASURES[key].label }));
  return h(
    "div",
    { class: "controls" },
    choice("What the bars show", shownBy, view.measure, change("measure")),
    choice("Scale", scales, view.relative, change("relative")),
    nested && choice("Layers inside a layer", scopes, view.scope, change("scope")),
  );
}

export function layerChart(runs, { withEnergy }) {
  const rows = rowsOf(runs);
  const nested = runs.some((run) => run.nested);
  const view = { measure: "cycles", scope: "inclusive", relative: false };
  const memories = [...new Set(runs.flatMap((run) => run.memories))];
  const chart = new Chart((colours, width, hidden) =>
    drawing(view, rows, runs, memories, colours, width, hidden),
  );
  const change = (key) => (value) => {
    view[key] = value;
    if (key === "measure") chart.hidden.clear();
    chart.draw(true);
  };
  return [controlsOf(view, { withEnergy, nested }, change), chart.element];
}
