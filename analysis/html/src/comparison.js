// Several results: their totals with differences to the first, latency against energy, and their layers side by side.
import { Chart, axisStyle, tooltipOf, tooltipStyle } from "./chart.js";
import { h, section } from "./dom.js";
import { delta, exact, figure, joules, number, percent, seconds, tick, watts } from "./format.js";
import { layerChart } from "./layer_chart.js";
import { colour, runTone } from "./palette.js";
import { sortableTable } from "./table.js";

const HEIGHT = 340;

/// What the letters of the results stand for.
function keys(runs, more) {
  return h("ul", { class: "keys" }, runs.map((run) => h("li", {}, h("b", {}, run.letter), ` ${run.firmware} on ${run.board}`, more?.(run))));
}

/// Value with the difference to the first run's below it.
function compared(text, value, first, unit) {
  return [figure(text, value, unit), first !== undefined && h("span", { class: "delta" }, delta(value, first))];
}

function totalsTable(runs) {
  const column = (title, take, show, unit) => ({
    title, numeric: true, value: (run) => take(run),
    show: (run) => {
      const value = take(run);
      if (value === null) return "–";
      const first = take(runs[0]);
      return compared(show(value), value, run.index === 0 || first === null ? undefined : first, unit);
    },
  });
  return sortableTable({
    caption: "Totals, with differences to the first",
    columns: [
      { title: "Result", value: (run) => run.title, show: (run) => h("a", { href: `#run-${run.index}` }, h("b", {}, run.letter), ` ${run.firmware}`, h("span", { class: "delta" }, `on ${run.board}`)) },
      column("Time", (run) => run.json.time_s, seconds, "s"),
      column("Cycles", (run) => run.json.cycles, exact, "cycles"),
      column("Energy", (run) => run.json.energy?.fj ?? null, joules, "fJ"),
      { title: "± %", numeric: true, value: (run) => (run.json.energy ? number(run.json.energy.uncertainty_fj) / number(run.json.energy.fj) : null), show: (run) => (run.json.energy ? percent(run.json.energy.uncertainty_fj, run.json.energy.fj).replace(" %", "") : "–") },
      column("Mean power", (run) => run.json.energy?.mean_power_uw ?? null, watts, "µW"),
      column("Instructions", (run) => run.json.instructions, exact),
      column("MACs", (run) => run.json.macs, exact),
      column("Live bytes", (run) => run.json.memory_use?.live.total ?? null, exact, "bytes"),
      column("Stack", (run) => run.json.memory_use?.stack_bytes ?? null, exact, "bytes"),
    ],
    rows: runs,
  });
}

function layersTable(runs) {
  const rows = new Map();
  for (const run of runs) {
    for (const layer of run.layers) {
      const key = JSON.stringify(layer.path);
      if (!rows.has(key)) rows.set(key, { path: layer.path, name: layer.name, depth: layer.depth, cycles: runs.map(() => null) });
      rows.get(key).cycles[run.index] = layer.inclusive.cycles;
    }
  }
  return sortableTable({
    caption: "Cycles of layers, with differences to the first",
    columns: [
      { title: "Layer", value: (row) => row.path.join("/"), show: (row) => h("span", { class: "name", title: row.path.join(" / "), style: { paddingLeft: `${row.depth}em` } }, row.name) },
      ...runs.map((run) => ({
        title: run.letter, full: run.title, meaning: run.title, numeric: true, value: (row) => row.cycles[run.index],
        show: (row) => {
          const value = row.cycles[run.index];
          return value === null ? "–" : compared(exact(value), value, run.index === 0 || row.cycles[0] === null ? undefined : row.cycles[0], "cycles");
        },
      })),
    ],
    rows: [...rows.values()],
  });
}

/// Results that no other beats in both time and energy, the fastest first.
export function paretoFront(points) {
  const front = [];
  for (const point of [...points].sort((a, b) => a.x - b.x || a.y - b.y)) {
    if (front.length === 0 || point.y < front.at(-1).y) front.push(point);
  }
  return front;
}

function paretoPlot(runs) {
  const points = runs.filter((run) => run.json.energy).map((run) => ({ run, x: run.json.time_s, y: number(run.json.energy.fj), off: number(run.json.energy.uncertainty_fj) }));
  const without = runs.filter((run) => !run.json.energy);
  const missing = without.length > 0 && h("p", { class: "caption" }, `Without energy, so not drawn: ${without.map((run) => `${run.title} (${run.json.energy_absent ?? "no coefficients"})`).join("; ")}.`);
  if (points.length === 0) return [h("p", { class: "absent" }, "No result has energy: there is no plot of latency and energy."), missing];
  const front = paretoFront(points);
  const right = 1.12 * Math.max(...points.map((point) => point.x));
  const top = 1.1 * Math.max(...points.map((point) => point.y + point.off));
  const chart = new Chart((colours) => ({
    height: HEIGHT,
    label: `Energy against time of ${points.length} results; ${front.length} of them are on the Pareto front. The table of totals has the numbers.`,
    option: {
      grid: { left: 76, right: 24, top: 16, bottom: 50 },
      xAxis: { type: "value", min: 0, max: right, name: "time", nameLocation: "middle", nameGap: 30, ...axisStyle(colours), axisLabel: { ...axisStyle(colours).axisLabel, hideOverlap: true, showMaxLabel: false, formatter: (v) => (v === 0 ? "0" : tick(seconds(v))) } },
      yAxis: { type: "value", min: 0, max: top, ...axisStyle(colours), axisLabel: { ...axisStyle(colours).axisLabel, showMaxLabel: false, formatter: (v) => (v === 0 ? "0" : tick(joules(v))) } },
      tooltip: {
        ...tooltipStyle(colours), trigger: "item",
        formatter: ({ data }) => tooltipOf(data.point.run.title, [{ name: "time", value: seconds(data.point.x) }, { name: "energy", value: `${joules(data.point.y)} ± ${joules(data.point.off)}` }], colours),
      },
      series: [
        { type: "line", name: "front", step: "end", symbol: "none", silent: true, z: 1, data: [[front[0].x, top], ...front.map((point) => [point.x, point.y]), [right, front.at(-1).y]], lineStyle: { type: "dashed", color: colours.faint } },
        { type: "line", name: "interval", symbol: "none", silent: true, z: 4, data: points.flatMap((point) => [[point.x, point.y - point.off], [point.x, point.y + point.off], ["-", "-"]]), lineStyle: { color: colours.text, width: 1.2 } },
        {
          type: "scatter", name: "results", z: 3, symbolSize: 14,
          data: points.map((point) => ({ value: [point.x, point.y], point, itemStyle: { color: colour(runTone(point.run.index), colours.dark), borderColor: front.includes(point) ? colours.text : colours.paper, borderWidth: 1.5, opacity: 1 } })),
          label: { show: true, position: [15, -10], fontWeight: 600, color: colours.text, fontSize: 12, formatter: ({ data }) => data.point.run.letter },
        },
      ],
    },
  }));
  return [
    keys(points.map((point) => point.run), (run) => front.some((point) => point.run === run) && ", on the front"),
    chart.element,
    h("p", { class: "caption" }, "Nothing is faster and takes less energy than a result on the dashed front. Lines through the dots are the intervals of the energy."),
    missing,
  ];
}

export function comparison(runs) {
  return h("article", { id: "comparison", "aria-labelledby": "comparison-title" },
    h("h2", { id: "comparison-title" }, `Comparison of ${runs.length} results`),
    totalsTable(runs),
    section("pareto", "Latency and energy", null, paretoPlot(runs)),
    section("side-by-side", "Layers side by side", null, keys(runs), layerChart(runs, { withEnergy: runs.every((run) => run.json.energy) })),
    layersTable(runs));
}
