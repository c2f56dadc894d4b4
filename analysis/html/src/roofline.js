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

/// Whole powers of ten around `values`.
function range(values) {
  const finite = values.filter((v) => v > 0 && Number.isFinite(v));
  return [10 ** Math.floor(Math.log10(Math.min(...finite))), 10 ** Math.ceil(Math.log10(Math.max(...finite) * 1.05))];
}

export function roofline(run, board) {
  const points = pointsOf(run);
  const idle = run.layers.filter((layer) => number(layer.exclusive.macs) === 0).map((layer) => layer.name);
  if (points.length === 0) return h("p", { class: "absent" }, "No layer of this run multiplies and accumulates: there is nothing to draw.");
  const perCycle = board?.core?.dsp === "true" ? 2 : 1;
  const bandwidth = Math.max(...points.map((point) => point.bytes / point.cycles));
  const best = Math.max(...points.map((point) => point.free));
  const [left, right] = range(points.map((point) => point.x));
  const [low, high] = range([...points.flatMap((point) => [point.y, point.free]), perCycle]);
  const chart = new Chart((colours) => {
    const blue = colour("blue", colours.dark);
    const ceiling = (name, data, tone, position) => ({
      type: "line", name, data, symbol: "none", silent: true, z: 1,
      lineStyle: { type: "dashed", width: 1.5, color: colour(tone, colours.dark) },
      markPoint: {
        symbol: "circle", symbolSize: 0.1, silent: true,
        data: [{ coord: position.at, label: { show: true, formatter: name, position: position.side, color: colour(tone, colours.dark), fontSize: 11, distance: 4 } }],
      },
    });
    const slopeX = Math.min(right, Math.max(left, bandwidth / Math.sqrt(low * high)));
    const whiskers = points.flatMap((point) => [[point.x, point.y], [point.x, point.free], ["-", "-"]]);
    const sizes = points.map((point) => 7 + 15 * Math.sqrt(point.cycles / number(run.json.cycles)));
    return {
      height: HEIGHT,
      label: `Roofline of ${points.length} layers: MACs per cycle against bytes of data per MAC. The table of layers has the numbers.`,
      option: {
        grid: { left: 64, right: 24, top: 20, bottom: 50 },
        xAxis: { type: "log", min: left, max: right, name: "bytes of data per MAC", nameLocation: "middle", nameGap: 30, ...axisStyle(colours) },
        yAxis: { type: "log", min: low, max: high, name: "MACs per cycle", nameLocation: "middle", nameGap: 46, ...axisStyle(colours) },
        tooltip: {
          ...tooltipStyle(colours), trigger: "item",
          formatter: ({ dataIndex }) => {
            const point = points[dataIndex];
            return tooltipOf(point.layer.path.join(" / "), [
              { name: "MACs", value: exact(point.macs) },
              { name: "MACs per cycle", value: ratio(point.macs, point.cycles, 3) },
              { name: "with no cycle but issue", value: ratio(point.macs, point.issue, 3) },
              { name: "bytes of data per MAC", value: ratio(point.bytes, point.macs, 3) },
              { name: "bytes of data per cycle", value: ratio(point.bytes, point.cycles, 3) },
            ], colours);
          },
        },
        series: [
          ceiling(`${perCycle} MAC${perCycle > 1 ? "s" : ""} a cycle: ${perCycle > 1 ? "a dual multiply-accumulate" : "a multiply-accumulate"} in each`, [[left, perCycle], [right, perCycle]], "vermilion", { at: [left, perCycle], side: "right" }),
          ceiling(`${best.toFixed(2)}: the best layer if only issue took time`, [[left, best], [right, best]], "green", { at: [left, best], side: "right" }),
          ceiling(`${bandwidth.toFixed(2)} bytes a cycle: the fastest layer's traffic`, [[left, bandwidth / left], [right, bandwidth / right]], "purple", { at: [slopeX, bandwidth / slopeX], side: "right" }),
          { type: "line", name: "waits", data: whiskers, symbol: "none", silent: true, connectNulls: false, lineStyle: { width: 1.5, color: colours.faint }, z: 3 },
          {
            type: "scatter", name: "layers", z: 4, data: points.map((point) => [point.x, point.y]),
            symbolSize: (_, { dataIndex }) => sizes[dataIndex],
            itemStyle: { color: blue, borderColor: colours.paper, borderWidth: 1.5 },
            label: { show: true, position: "right", color: colours.text, fontSize: 11, formatter: ({ dataIndex }) => points[dataIndex].layer.name },
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
