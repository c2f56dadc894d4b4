// Live bytes over the run, by kind, with the layers as bands and the peak marked.
import { Chart, axisOf, tooltipOf, tooltipStyle } from "./chart.js";
import { h } from "./dom.js";
import { bytes, exact, figure, number, seconds, tick } from "./format.js";
import { colour, kindTone } from "./palette.js";
import { KINDS } from "./run.js";

const HEIGHT = 300;

/// Runs of entries of one layer: {from, to, name} in seconds.
function bandsOf(run, points, end) {
  const bands = [];
  for (const [i, point] of points.entries()) {
    const name = point.layer === null ? "" : (run.layers[point.layer]?.name ?? "");
    const to = i + 1 < points.length ? points[i + 1].at : end;
    if (bands.at(-1)?.layer === point.layer) bands.at(-1).to = to;
    else bands.push({ from: point.at, to, name, layer: point.layer });
  }
  return bands;
}

/// Lines of sums from the bottom kind up to each kind, the top one first: each covers what is behind it.
function areas(points, end, kinds, colours) {
  return [...kinds].reverse().map((kind) => {
    const upTo = kinds.slice(0, kinds.indexOf(kind) + 1);
    const height = (point) => upTo.reduce((sum, k) => sum + number(point.live[k]), 0);
    const tone = colour(kindTone(kind), colours.dark);
    return {
      type: "line",
      name: kind,
      step: "end",
      symbol: "none",
      silent: true,
      data: [...points.map((point) => [point.at, height(point)]), [end, height(points.at(-1))]],
      lineStyle: { color: tone, width: 1 },
      areaStyle: { color: tone, opacity: 1 },
      z: 2 + kinds.length - upTo.length,
    };
  });
}

/// The peak, and the layers as bands with names where there is room for them in `plot` pixels.
function marks(points, peak, bands, end, plot, colours) {
  const band = ({ from, to, name }, i) => {
    const fits = ((to - from) / end) * plot > name.length * 6 + 4;
    const color = i % 2 ? colours.band : "transparent";
    return [{ xAxis: from, name: fits ? name : "", itemStyle: { color } }, { xAxis: to }];
  };
  return {
    type: "line",
    name: "marks",
    data: points.map((point) => [point.at, number(point.live.total)]),
    symbol: "none",
    silent: true,
    lineStyle: { opacity: 0 },
    z: 9,
    markPoint: {
      symbol: "circle",
      symbolSize: 8,
      itemStyle: { color: colours.text },
      data: [{ coord: [peak.at, number(peak.live.total)], value: `peak ${bytes(peak.live.total)}` }],
      label: {
        show: true,
        position: peak.at < end / 2 ? "right" : "left",
        offset: [0, -10],
        color: colours.text,
        formatter: ({ value }) => value,
      },
    },
    markArea: {
      silent: true,
      label: { color: colours.faint, fontSize: 10, position: "insideTop", distance: -16 },
      data: bands.map(band),
    },
  };
}

function tipOf(run, point, kinds, colours) {
  const layer = point.layer === null ? "several layers" : (run.layers[point.layer]?.path.join(" / ") ?? "");
  const rows = kinds.map((kind) => ({
    tone: kindTone(kind),
    name: kind,
    value: `${exact(point.live[kind])} bytes`,
  }));
  const from = { name: "from", value: `cycle ${exact(point.cycle)}, ${seconds(point.at)}` };
  return tooltipOf(
    layer,
    [from, ...rows, { name: "live", value: `${exact(point.live.total)} bytes` }],
    colours,
  );
}

function chartOf(run, use) {
  const end = run.json.time_s;
  const points = use.timeline.map((entry) => ({ ...entry, at: run.secondsAt(entry.cycle) }));
  const bands = bandsOf(run, points, end);
  const kinds = KINDS.filter((kind) => points.some((point) => number(point.live[kind]) > 0));
  const height = (point) => number(point.live.total);
  const peak = points.reduce((best, point) => (height(point) > height(best) ? point : best), points[0]);
  // The end of the run is no round number: its label would stand too close to the one before.
  const time = (v) => (v === 0 ? "0" : v === end ? "" : tick(seconds(v)));
  return new Chart((colours, width, hidden) => ({
    height: HEIGHT,
    label: `Live bytes over ${seconds(end)}: at the most ${exact(use.live.total)} bytes. The table of layers has the numbers.`,
    legend: kinds.map((kind) => ({ key: kind, label: kind, tone: kindTone(kind) })),
    option: {
      grid: { left: 70, right: 28, top: 40, bottom: 46 },
      xAxis: axisOf(colours, "value", time, {
        ...{ min: 0, max: end, name: "time", nameGap: 28 },
        splitLine: { show: false },
      }),
      yAxis: axisOf(colours, "value", (v) => tick(bytes(v))),
      tooltip: {
        ...tooltipStyle(colours),
        trigger: "axis",
        formatter: ([{ axisValue: at }]) =>
          tipOf(run, points.findLast((point) => point.at <= at) ?? points[0], kinds, colours),
      },
      series: [
        ...areas(
          points,
          end,
          kinds.filter((kind) => !hidden.has(kind)),
          colours,
        ),
        marks(points, peak, bands, end, width - 98, colours),
      ],
    },
  }));
}

export function memoryTimeline(run) {
  const use = run.json.memory_use;
  if (!use || use.timeline.length === 0) {
    const text = "Memory use was not measured in this run: leave out --no-memory-use for this view.";
    return h("p", { class: "absent" }, text);
  }
  return [chartOf(run, use).element, roomTable(use)];
}

/// What of each kind is live at the peak and what was touched, beside the room there is.
function roomTable(use) {
  const kinds = KINDS.filter((kind) => number(use.touched[kind]) > 0 || number(use.live[kind]) > 0);
  const cell = (value) => h("td", { class: "value" }, figure(exact(value), value, "bytes"));
  return h(
    "div",
    { class: "scroll" },
    h(
      "table",
      { class: "plain" },
      h("caption", {}, "Bytes by kind; a stack's depth is down to its lowest word written"),
      h(
        "thead",
        {},
        h(
          "tr",
          {},
          h("th", { scope: "col" }, "kind"),
          ["live at the peak", "touched", "room"].map((text) =>
            h("th", { scope: "col", class: "value" }, text),
          ),
        ),
      ),
      h(
        "tbody",
        {},
        kinds.map((kind) =>
          h(
            "tr",
            {},
            h("th", { scope: "row" }, kind),
            cell(use.live[kind]),
            cell(use.touched[kind]),
            cell(use.sizes[kind] ?? 0),
          ),
        ),
        h(
          "tr",
          { class: "sum" },
          h("th", { scope: "row" }, "total"),
          cell(use.live.total),
          cell(use.touched.total),
          h("td", {}),
        ),
        use.stacks.map((stack) =>
          h(
            "tr",
            {},
            h("th", { scope: "row" }, `stack ${stack.name}, depth`),
            h("td", {}),
            cell(stack.used_bytes),
            cell(stack.size_bytes),
          ),
        ),
      ),
    ),
  );
}
