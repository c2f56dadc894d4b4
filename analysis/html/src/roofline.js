// Roofline of the layers that multiply: MACs per cycle against bytes of data per MAC, both logarithmic. Ceilings come
// from the run itself: the fastest traffic of any layer, the best rate if nothing but issue took time, and what one
// multiplier can do.
import { Chart, axisOf, strokes, tooltipOf, tooltipStyle } from "./chart.js";
import { h } from "./dom.js";
import { exact, number, ratio } from "./format.js";
import { colour } from "./palette.js";
import { dataBytes } from "./run.js";

const HEIGHT = 400;
const GRID = { left: 64, right: 24, top: 12, bottom: 50 };
const LETTER = 6.4; // pixels, at the size of labels

function pointsOf(run) {
  return run.layers
    .map((layer) => {
      const cost = layer.exclusive;
      const macs = number(cost.macs);
      const cycles = number(cost.cycles);
      return {
        layer,
        macs,
        cycles,
        bytes: dataBytes(cost),
        issue: number(cost.causes.issue),
        x: dataBytes(cost) / macs,
        y: macs / cycles,
        free: macs / number(cost.causes.issue),
      };
    })
    .filter((point) => point.macs > 0 && point.cycles > 0 && point.bytes > 0 && point.issue > 0);
}

/// Whole powers of two around `values`.
function range(values) {
  const finite = values.filter((v) => v > 0 && Number.isFinite(v));
  return [
    2 ** Math.floor(Math.log2(Math.min(...finite) / 1.1)),
    2 ** Math.ceil(Math.log2(Math.max(...finite) * 1.1)),
  ];
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
      key: "core",
      tone: "vermilion",
      label: `${perCycle} MAC${dual ? "s" : ""} a cycle`,
      data: [
        [left, perCycle],
        [right, perCycle],
      ],
      title: dual ? "A dual multiply-accumulate in every cycle" : "A multiply-accumulate in every cycle",
    },
    {
      key: "issue",
      tone: "green",
      label: `${best.toFixed(2)} MACs a cycle: best layer if only issue took time`,
      data: [
        [left, best],
        [right, best],
      ],
      title: "MACs for each cycle in which an instruction issued, of the layer with the most",
    },
    {
      key: "traffic",
      tone: "purple",
      label: `${bandwidth.toFixed(2)} bytes a cycle: most of any layer`,
      data: [
        [left, bandwidth / left],
        [right, bandwidth / right],
      ],
      title: "Bytes that loads and stores moved in a cycle, of the layer with the most",
    },
  ];
}

function tipOf(point, colours) {
  return tooltipOf(
    point.layer.path.join(" / "),
    [
      { name: "MACs", value: exact(point.macs) },
      { name: "MACs per cycle", value: ratio(point.macs, point.cycles, 3) },
      { name: "with no cycle but issue", value: ratio(point.macs, point.issue, 3) },
      { name: "bytes of data per MAC", value: ratio(point.bytes, point.macs, 3) },
      { name: "bytes of data per cycle", value: ratio(point.bytes, point.cycles, 3) },
    ],
    colours,
  );
}

const radius = (point, cycles) => 3.5 + 7.5 * Math.sqrt(point.cycles / cycles);

const apart = (a, b) => a.right <= b.left || b.right <= a.left || a.bottom <= b.top || b.bottom <= a.top;

/// Where the label of each point stands, the largest points first: beside its dot, clear of dots and labels, or nowhere.
function labelSides(points, cycles, across, up, width) {
  const scale = (value, [min, max], from, to) =>
    from + ((to - from) * Math.log2(value / min)) / Math.log2(max / min);
  const dots = points.map((point) => {
    const x = scale(point.x, across, GRID.left, width - GRID.right);
    const y = scale(point.y, up, HEIGHT - GRID.bottom, GRID.top);
    const r = radius(point, cycles) + 1;
    return { left: x - r, right: x + r, top: y - r, bottom: y + r, x, y };
  });
  const taken = [...dots];
  const sides = points.map(() => null);
  for (const i of points.map((_, at) => at).sort((a, b) => points[b].cycles - points[a].cycles)) {
    const { left, right, top, bottom, x, y } = dots[i];
    const long = LETTER * points[i].layer.name.length;
    const boxes = [
      { side: "right", left: right + 3, right: right + 5 + long, top: y - 7, bottom: y + 7 },
      { side: "left", left: left - 5 - long, right: left - 3, top: y - 7, bottom: y + 7 },
      { side: "bottom", left: x - long / 2, right: x + long / 2, top: bottom + 3, bottom: bottom + 17 },
      { side: "top", left: x - long / 2, right: x + long / 2, top: top - 17, bottom: top - 3 },
    ];
    const inside = (box) =>
      box.left >= GRID.left && box.right <= width - 2 && box.bottom <= HEIGHT - GRID.bottom;
    const box = boxes.find((one) => inside(one) && taken.every((other) => apart(one, other)));
    if (!box) continue;
    sides[i] = box.side;
    taken.push(box);
  }
  return sides;
}

function dotsOf(points, cycles, sides, colours) {
  return {
    type: "scatter",
    name: "layers",
    z: 4,
    data: points.map((point, i) => ({
      value: [point.x, point.y],
      symbolSize: 2 * radius(point, cycles),
      label: { show: sides[i] !== null, position: sides[i] ?? "right" },
    })),
    itemStyle: {
      color: colour("blue", colours.dark),
      opacity: 0.9,
      borderColor: colours.paper,
      borderWidth: 1.5,
    },
    label: {
      color: colours.text,
      fontSize: 11,
      textBorderColor: colours.paper,
      textBorderWidth: 3,
      formatter: ({ dataIndex }) => points[dataIndex].layer.name,
    },
  };
}

function linesOf(points, ceilings, colours) {
  const waits = points.map((point) => [
    [point.x, point.y],
    [point.x, point.free],
  ]);
  const above = ceilings.map((one) =>
    strokes(one.key, [one.data], {
      z: 1,
      clip: true,
      lineStyle: { type: "dashed", width: 2, color: colour(one.tone, colours.dark) },
    }),
  );
  return [...above, strokes("waits", waits, { z: 3, lineStyle: { width: 1.5, color: colours.faint } })];
}

function chartOf(run, points, board) {
  const across = range(points.map((point) => point.x));
  const ceilings = ceilingsOf(points, board, across);
  const up = range([...points.flatMap((point) => [point.y, point.free]), ceilings[0].data[0][1]]);
  const cycles = number(run.json.cycles);
  return new Chart((colours, width, hidden) => {
    const axis = (name, nameGap, [min, max]) =>
      axisOf(colours, "log", tick, { logBase: 2, min, max, name, nameGap });
    const seen = ceilings.filter((one) => !hidden.has(one.key));
    const sides = labelSides(points, cycles, across, up, width);
    return {
      height: HEIGHT,
      label: `Roofline of ${points.length} layers: MACs per cycle against bytes of data per MAC. The table of layers has the numbers.`,
      legend: ceilings,
      option: {
        grid: GRID,
        xAxis: axis("bytes of data per MAC", 30, across),
        yAxis: axis("MACs per cycle", 46, up),
        tooltip: {
          ...tooltipStyle(colours),
          trigger: "item",
          formatter: ({ dataIndex }) => tipOf(points[dataIndex], colours),
        },
        series: [...linesOf(points, seen, colours), dotsOf(points, cycles, sides, colours)],
      },
    };
  });
}

export function roofline(run, board) {
  const points = pointsOf(run);
  const idle = run.layers.filter((layer) => number(layer.exclusive.macs) === 0).map((layer) => layer.name);
  if (points.length === 0) {
    const text = "No layer of this run multiplies and accumulates: there is nothing to draw.";
    return h("p", { class: "absent" }, text);
  }
  return [
    chartOf(run, points, board).element,
    h(
      "p",
      { class: "caption" },
      "A dot is a layer, as large as its share of the cycles. The line above it ends where it would be if ",
      "nothing but issue took time: its length is what waiting costs. ",
      "Point at a dot without a name for its layer. ",
      idle.length > 0 && `Without multiply-accumulates, so not drawn: ${idle.join(", ")}.`,
    ),
  ];
}
