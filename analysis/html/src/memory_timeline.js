// Live bytes over the run, by kind, with the layers as bands and the peak marked.
import { Chart, axisStyle, tooltipOf, tooltipStyle } from "./chart.js";
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
      type: "line", name: kind, step: "end", symbol: "none", silent: true,
      data: [...points.map((point) => [point.at, height(point)]), [end, height(points.at(-1))]],
      lineStyle: { color: tone, width: 1 }, areaStyle: { color: tone, opacity: 1 }, z: 2 + kinds.length - upTo.length,
    };
  });
}

export function memoryTimeline(run) {
  const use = run.json.memory_use;
  if (!use || use.timeline.length === 0) {
    return h("p", { class: "absent" }, "Memory use was not measured in this run: leave out --no-memory-use for this view.");
  }
  const end = run.json.time_s;
  const points = use.timeline.map((entry) => ({ at: run.secondsAt(entry.cycle), layer: entry.layer, live: entry.live, cycle: entry.cycle }));
  const bands = bandsOf(run, points, end);
  const kinds = KINDS.filter((kind) => points.some((point) => number(point.live[kind]) > 0));
  const peak = points.reduce((best, point) => (number(point.live.total) > number(best.live.total) ? point : best), points[0]);
  const chart = new Chart((colours, width, hidden) => {
    const visible = kinds.filter((kind) => !hidden.has(kind));
    const plot = width - 90;
    const marks = [
      { coord: [peak.at, number(peak.live.total)], value: `peak ${bytes(peak.live.total)}` },
    ];
    return {
      height: HEIGHT,
      label: `Live bytes over ${seconds(end)}: at the most ${exact(use.live.total)} bytes. The table of layers has the numbers.`,
      legend: kinds.map((kind) => ({ key: kind, label: kind, tone: kindTone(kind) })),
      option: {
        grid: { left: 70, right: 20, top: 40, bottom: 46 },
        xAxis: { type: "value", min: 0, max: end, name: "time", nameLocation: "middle", nameGap: 28, ...axisStyle(colours), splitLine: { show: false },
          axisLabel: { ...axisStyle(colours).axisLabel, formatter: (v) => (v === 0 ? "0" : tick(seconds(v))), hideOverlap: true, showMaxLabel: false } },
        yAxis: { type: "value", ...axisStyle(colours), axisLabel: { ...axisStyle(colours).axisLabel, formatter: (v) => tick(bytes(v)) } },
        tooltip: {
          ...tooltipStyle(colours), trigger: "axis",
          formatter: (items) => {
            const at = items[0].axisValue;
            const point = points.findLast((p) => p.at <= at) ?? points[0];
            return tooltipOf(point.layer === null ? "several layers" : (run.layers[point.layer]?.path.join(" / ") ?? ""),
              [{ name: "from", value: `cycle ${exact(point.cycle)}, ${seconds(point.at)}` },
                ...kinds.map((kind) => ({ tone: kindTone(kind), name: kind, value: `${exact(point.live[kind])} bytes` })),
                { name: "live", value: `${exact(point.live.total)} bytes` }], colours);
          },
        },
        series: [
          ...areas(points, end, visible, colours),
          {
            type: "line", name: "marks", data: points.map((point) => [point.at, number(point.live.total)]), symbol: "none", silent: true, lineStyle: { opacity: 0 }, z: 9,
            markPoint: {
              symbol: "circle", symbolSize: 8, itemStyle: { color: colours.text }, data: marks,
              label: { show: true, position: peak.at < end / 2 ? "right" : "left", offset: [0, -10], color: colours.text, formatter: ({ value }) => value },
            },
            markArea: {
              silent: true,
              label: { color: colours.faint, fontSize: 10, position: "insideTop", distance: -16 },
              data: bands.map((band, i) => {
                const room = ((band.to - band.from) / end) * plot;
                return [
                  { xAxis: band.from, name: room > band.name.length * 6 + 4 ? band.name : "", itemStyle: { color: i % 2 ? colours.band : "transparent" } },
                  { xAxis: band.to },
                ];
              }),
            },
          },
        ],
      },
    };
  });
  return [chart.element, roomTable(use)];
}

/// What of each kind is live at the peak and what was touched, beside the room there is.
function roomTable(use) {
  const kinds = KINDS.filter((kind) => number(use.touched[kind]) > 0 || number(use.live[kind]) > 0);
  const cell = (value) => h("td", { class: "value" }, figure(exact(value), value, "bytes"));
  return h("div", { class: "scroll" }, h("table", { class: "plain" },
    h("caption", {}, "Bytes by kind; a stack's depth is down to its lowest word written"),
    h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "kind"), ["live at the peak", "touched", "room"].map((text) => h("th", { scope: "col", class: "value" }, text)))),
    h("tbody", {},
      kinds.map((kind) => h("tr", {}, h("th", { scope: "row" }, kind), cell(use.live[kind]), cell(use.touched[kind]), cell(use.sizes[kind] ?? 0))),
      h("tr", { class: "sum" }, h("th", { scope: "row" }, "total"), cell(use.live.total), cell(use.touched.total), h("td", {})),
      use.stacks.map((stack) => h("tr", {}, h("th", { scope: "row" }, `stack ${stack.name}, depth`), h("td", {}), cell(stack.used_bytes),
        cell(stack.size_bytes))))));
}
