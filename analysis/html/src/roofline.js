// Roofline of the layers that multiply: MACs per cycle against bytes of data per MAC, both logarithmic. Ceilings come
// from the run itself: the fastest traffic of any layer, the best rate if nothing but issue took time, and what one
// multiplier can do.
import { Chart, axisStyle, tooltipOf, tooltipStyle } from "./chart.js";
import { h } from "./dom.js";
import { exact, number, ratio } from "./format.js";
import { colour } from "./palette.js";
import { dataBytes } from "./run.js";

const HEIGHT = 400;

function pointsOf(run) {
  return run.layers
    .map((layer) => {
      const cost = layer.exclusive;
      const macs = number(cost.macs);
      const cycles = number(cost.cycles);
      return {
        layer, macs, cycles, bytes: dataBytes(cost), issue: number(cost.causes.issue), x: dataBytes(cost) / macs,
        y: macs / cycles, free: macs / number(cost.causes.issue),
      };
    })
    .filter((point) => point.macs > 0 && point.cycles > 0 && point.bytes > 0 && point.issue > 0);
}

/// Whole powers of two around `values`.
function range(values) {
  const finite = values.filter((v) => v > 0 && Number.isFinite(v));
  return [2 ** Math.floor(Math.log2(Math.min(...finite) / 1.1)), 2 ** Math.ceil(Math.log2(Math.max(...finite) * 1.1))];
}

/// 0.5, 2, 1,024.
const tick = (value) => (value >= 1 ? exact(Math.round(value)) : String(Number(value.toPrecision(3))));

/// Straight lines above all layers, {key, label, tone, data, title}.
function ceilingsOf(points, board, [left, right]) {
  const dual = board?.core?.dsp === "true";
  const perCycle = dual ? 2 : 1;
  const best = Math.max(...points.map((point) => point.free));
  const bandwidth = Math.max(...points.map((point) => point.bytes / point.cycles));
  return [
    {
      key: "core", tone: "vermilion", label: `${perCycle} MAC${dual ? "s" : ""} a cycle`, data: [[left, perCycle], [right, perCycle]],
      title: dual ? "A dual multiply-accumulate in every cycle" : "A multiply-accumulate in every cycle",
    },
    {
      key: "issue", tone: "green", label: `${best.toFixed(2)} MACs a cycle: best layer if only issue took time`, data: [[left, best], [right, best]],
      title: "MACs for each cycle in which an instruction issued, of the layer with the most",
    },
    {
      key: "traffic", tone: "purple", label: `${bandwidth.toFixed(2)} bytes a cycle: most of any layer`, data: [[left, bandwidth / left], [right, bandwidth / right]],
      title: "Bytes that loads and stores moved in a cycle, of the layer with the most",
    },
  ];
}

function tipOf(point, colours) {
  return tooltipOf(point.layer.path.join(" / "), [
    { name: "MACs", value: exact(point.macs) },
    { name: "MACs per cycle", value: ratio(point.macs, point.cycles, 3) },
    { name: "with no cycle but issue", value: ratio(point.macs, point.issue, 3) },
    { name: "bytes of data per MAC", value: ratio(point.bytes, point.macs, 3) },
    { name: "bytes of data per cycle", value: ratio(point.bytes, point.cycles, 3) },
  ], colours);
}

export function roofline(run, board) {
  const points = pointsOf(run);
  const idle = run.layers.filter((layer) => number(layer.exclusive.macs) === 0).map((layer) => layer.name);
  if (points.length === 0) return h("p", { class: "absent" }, "No layer of this run multiplies and accumulates: there is nothing to draw.");
  const across = range(points.map((point) => point.x));
  const ceilings = ceilingsOf(points, board, across);
  const [low, high] = range([...points.flatMap((point) => [point.y, point.free]), ceilings[0].data[0][1]]);
  const middle = Math.sqrt(across[0] * across[1]) * 1.5;
  const sizes = points.map((point) => 7 + 15 * Math.sqrt(point.cycles / number(run.json.cycles)));
  const chart = new Chart((colours, width, hidden) => {
    const axis = (name, gap, [min, max]) => ({
      type: "log", logBase: 2, min, max, name, nameLocation: "middle", nameGap: gap, ...axisStyle(colours),
      axisLabel: { ...axisStyle(colours).axisLabel, formatter: tick },
    });
    const lines = ceilings.filter((one) => !hidden.has(one.key)).map((one) => ({
      type: "line", name: one.key, data: one.data, symbol: "none", silent: true, z: 1, clip: true,
      lineStyle: { type: "dashed", width: 2, color: colour(one.tone, colours.dark) },
    }));
    return {
      height: HEIGHT,
      label: `Roofline of ${points.length} layers: MACs per cycle against bytes of data per MAC. The table of layers has the numbers.`,
      legend: ceilings,
      option: {
        grid: { left: 64, right: 24, top: 12, bottom: 50 },
        xAxis: axis("bytes of data per MAC", 30, across),
        yAxis: axis("MACs per cycle", 46, [low, high]),
        tooltip: { ...tooltipStyle(colours), trigger: "item", formatter: ({ dataIndex }) => tipOf(points[dataIndex], colours) },
        series: [
          ...lines,
          {
            type: "line", name: "waits", data: points.flatMap((point) => [[point.x, point.y], [point.x, point.free], ["-", "-"]]), symbol: "none",
            silent: true, connectNulls: false, lineStyle: { width: 1.5, color: colours.faint }, z: 3,
          },
          {
            type: "scatter", name: "layers", z: 4, data: points.map((point) => ({ value: [point.x, point.y], label: { position: point.x > middle ? "left" : "right" } })),
            symbolSize: (_, { dataIndex }) => sizes[dataIndex],
            itemStyle: { color: colour("blue", colours.dark), opacity: 0.9, borderColor: colours.paper, borderWidth: 1.5 },
            label: { show: true, color: colours.text, fontSize: 11, textBorderColor: colours.paper, textBorderWidth: 3, formatter: ({ dataIndex }) => points[dataIndex].layer.name },
            labelLayout: { hideOverlap: true },
          },
        ],
      },
    };
  });
  return [
    chart.element,
    h("p", { class: "caption" },
      "A dot is a layer, as large as its share of the cycles. The line above it ends where it would be if nothing but issue took time: its length is what waiting costs. ",
      idle.length > 0 && `Without multiply-accumulates, so not drawn: ${idle.join(", ")}.`),
  ];
}
