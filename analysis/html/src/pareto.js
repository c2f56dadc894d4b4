// Latency against energy of several results, with the front of those that no other beats in both.
import { Chart, axisOf, strokes, tooltipOf, tooltipStyle } from "./chart.js";
import { h } from "./dom.js";
import { joules, number, seconds, tick } from "./format.js";
import { colour, runTone } from "./palette.js";

const HEIGHT = 340;

/// Results that no other beats in both time and energy, the fastest first.
export function paretoFront(points) {
  const front = [];
  for (const point of [...points].sort((a, b) => a.x - b.x || a.y - b.y)) {
    if (front.length === 0 || point.y < front.at(-1).y) front.push(point);
  }
  return front;
}

/// What the letters of the results stand for. `more(run)` is said behind.
export function keys(runs, more) {
  const entry = (run) => h("li", {}, h("b", {}, run.letter), ` ${run.firmware} on ${run.board}`, more?.(run));
  return h("ul", { class: "keys" }, runs.map(entry));
}

function pointsOf(runs) {
  return runs
    .filter((run) => run.json.energy)
    .map((run) => ({
      run,
      x: run.json.time_s,
      y: number(run.json.energy.fj),
      off: number(run.json.energy.uncertainty_fj),
    }));
}

function seriesOf(points, front, right, top, colours) {
  const steps = [[front[0].x, top], ...front.map((point) => [point.x, point.y]), [right, front.at(-1).y]];
  const intervals = points.map((point) => [
    [point.x, point.y - point.off],
    [point.x, point.y + point.off],
  ]);
  return [
    {
      ...{ type: "line", name: "front", step: "end", symbol: "none", silent: true, z: 1, data: steps },
      lineStyle: { type: "dashed", color: colours.faint },
    },
    strokes("interval", intervals, { z: 4, lineStyle: { color: colours.text, width: 1.2 } }),
    {
      type: "scatter",
      name: "results",
      z: 3,
      symbolSize: 14,
      data: points.map((point) => ({
        value: [point.x, point.y],
        point,
        itemStyle: {
          color: colour(runTone(point.run.index), colours.dark),
          borderColor: front.includes(point) ? colours.text : colours.paper,
          borderWidth: 1.5,
          opacity: 1,
        },
      })),
      label: {
        show: true,
        position: [15, -10],
        fontWeight: 600,
        fontSize: 12,
        color: colours.text,
        formatter: ({ data }) => data.point.run.letter,
      },
    },
  ];
}

function tipOf({ run, x, y, off }, colours) {
  const rows = [
    { name: "time", value: seconds(x) },
    { name: "energy", value: `${joules(y)} ± ${joules(off)}` },
  ];
  return tooltipOf(run.title, rows, colours);
}

function chartOf(points, front) {
  const right = 1.12 * Math.max(...points.map((point) => point.x));
  const top = 1.1 * Math.max(...points.map((point) => point.y + point.off));
  const time = (v) => (v === 0 ? "0" : tick(seconds(v)));
  const energy = (v) => (v === 0 ? "0" : tick(joules(v)));
  return new Chart((colours) => {
    const xAxis = axisOf(colours, "value", time, { min: 0, max: right, name: "time", nameGap: 30 });
    const yAxis = axisOf(colours, "value", energy, { min: 0, max: top });
    for (const axis of [xAxis, yAxis]) axis.axisLabel.showMaxLabel = false;
    const formatter = ({ data }) => tipOf(data.point, colours);
    return {
      height: HEIGHT,
      label: `Energy against time of ${points.length} results; ${front.length} of them are on the Pareto front. The table of totals has the numbers.`,
      option: {
        grid: { left: 76, right: 24, top: 16, bottom: 50 },
        xAxis,
        yAxis,
        tooltip: { ...tooltipStyle(colours), trigger: "item", formatter },
        series: seriesOf(points, front, right, top, colours),
      },
    };
  });
}

export function paretoPlot(runs) {
  const points = pointsOf(runs);
  const without = runs
    .filter((run) => !run.json.energy)
    .map((run) => `${run.title} (${run.json.energy_absent ?? "no coefficients"})`);
  const missing =
    without.length > 0 &&
    h("p", { class: "caption" }, `Without energy, so not drawn: ${without.join("; ")}.`);
  if (points.length === 0) {
    const text = "No result has energy: there is no plot of latency and energy.";
    return [h("p", { class: "absent" }, text), missing];
  }
  const front = paretoFront(points);
  const inFront = (run) => front.some((point) => point.run === run) && ", on the front";
  return [
    keys(
      points.map((point) => point.run),
      inFront,
    ),
    chartOf(points, front).element,
    h(
      "p",
      { class: "caption" },
      "Nothing is faster and takes less energy than a result on the dashed front. ",
      "Lines through the dots are the intervals of the energy.",
    ),
    missing,
  ];
}
