// Several results: their totals with differences to the first, latency against energy, and their layers side by side.
import { h, section } from "./dom.js";
import { delta, exact, figure, joules, number, percent, seconds, watts } from "./format.js";
import { layerChart } from "./layer_chart.js";
import { keys, paretoPlot } from "./pareto.js";
import { layerNameColumn, sortableTable } from "./table.js";

/// Value with the difference to the first run's below it.
function compared(text, value, first, unit) {
  return [
    figure(text, value, unit),
    first !== undefined && h("span", { class: "delta" }, delta(value, first)),
  ];
}

function totalsTable(runs) {
  const column = (title, take, show, unit) => ({
    title,
    numeric: true,
    value: (run) => take(run),
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
      {
        title: "Result",
        value: (run) => run.title,
        show: (run) =>
          h(
            "a",
            { href: `#run-${run.index}` },
            h("b", {}, run.letter),
            ` ${run.firmware}`,
            h("span", { class: "delta" }, `on ${run.board}`),
          ),
      },
      column("Time", (run) => run.json.time_s, seconds, "s"),
      column("Cycles", (run) => run.json.cycles, exact, "cycles"),
      column("Energy", (run) => run.json.energy?.fj ?? null, joules, "fJ"),
      {
        title: "± %",
        numeric: true,
        value: (run) =>
          run.json.energy ? number(run.json.energy.uncertainty_fj) / number(run.json.energy.fj) : null,
        show: (run) =>
          run.json.energy
            ? percent(run.json.energy.uncertainty_fj, run.json.energy.fj).replace(" %", "")
            : "–",
      },
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
      if (!rows.has(key))
        rows.set(key, {
          path: layer.path,
          name: layer.name,
          depth: layer.depth,
          cycles: runs.map(() => null),
        });
      rows.get(key).cycles[run.index] = layer.inclusive.cycles;
    }
  }
  return sortableTable({
    caption: "Cycles of layers, with differences to the first",
    columns: [
      layerNameColumn,
      ...runs.map((run) => ({
        title: run.letter,
        full: run.title,
        meaning: run.title,
        numeric: true,
        value: (row) => row.cycles[run.index],
        show: (row) => {
          const value = row.cycles[run.index];
          return value === null
            ? "–"
            : compared(
                exact(value),
                value,
                run.index === 0 || row.cycles[0] === null ? undefined : row.cycles[0],
                "cycles",
              );
        },
      })),
    ],
    rows: [...rows.values()],
  });
}

export function comparison(runs) {
  return h(
    "article",
    { id: "comparison", "aria-labelledby": "comparison-title" },
    h("h2", { id: "comparison-title" }, `Comparison of ${runs.length} results`),
    totalsTable(runs),
    section("pareto", "Latency and energy", null, paretoPlot(runs)),
    section(
      "side-by-side",
      "Layers side by side",
      null,
      keys(runs),
      layerChart(runs, { withEnergy: runs.every((run) => run.json.energy) }),
    ),
    layersTable(runs),
  );
}
