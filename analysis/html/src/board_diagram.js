// The board as a picture: core, ports, memories and peripherals of the resolved board, with the run's traffic on the
// lines between them. Lines are as wide as the square root of their bytes.
import { h, svg } from "./dom.js";
import { bytes, exact, hertz, number, short } from "./format.js";
import { colour, memoryTone } from "./palette.js";
import { trafficBytes } from "./run.js";
import { isDark, onThemeChange } from "./theme.js";

const WIDTH = 1000;
const CORE = { x: 10, width: 168 };
const BUS = { x: 250, width: 118 };
const MEMORY = { x: 590, width: 400 };
const TALL = 62;
const LOW = 46;
const FLAT = 28;
const GAP = 10;
const TOP = 10;
const PORT_NAMES = {
  icode_dcode: "I-code, D-code",
  dcode: "D-code",
  system: "system",
  axi: "AXI",
  itcm: "ITCM",
  dtcm: "DTCM",
  device: "system",
  ppb: "private",
};
const FLASH_CACHES = { art_f4: "ART", art_f7: "ART", icache_l5: "ICACHE", icache: "ICACHE", vims: "VIMS" };

const clipped = (text, most) => (text.length <= most ? text : `${text.slice(0, most - 1)}…`);

/// gpioa, gpiob, gpiod as "gpio a, b, d": names that differ in their last letter or number.
export function grouped(names) {
  const groups = new Map();
  for (const name of names) {
    const match = /^([a-z_]+?)(\d+|[a-k])$/.exec(name);
    const stem = match && ((match[2] >= "0" && match[2] <= "9999") || match[1] === "gpio") ? match[1] : name;
    if (!groups.has(stem)) groups.set(stem, []);
    if (stem !== name) groups.get(stem).push(match[2]);
  }
  return [...groups].map(([stem, ends]) =>
    ends.length === 0 ? stem : ends.length === 1 ? `${stem}${ends[0]}` : `${stem} ${ends.join(" ")}`,
  );
}

/// "sd_card at spi1"
function devices(board) {
  return Object.values(board.devices ?? {}).map(
    (device) => `${device.kind ?? "device"} at ${device.peripheral ?? "?"}`,
  );
}

function wrapped(words, most) {
  const lines = [""];
  for (const word of words) {
    if (lines.at(-1) && lines.at(-1).length + word.length + 3 > most) lines.push("");
    lines[lines.length - 1] += `${lines.at(-1) ? " · " : ""}${word}`;
  }
  return lines;
}

function sizeText(kib) {
  const size = number(kib);
  if (!Number.isFinite(size) || size === 0) return "";
  return size >= 1024 && size % 1024 === 0 ? `${exact(size / 1024)} MiB` : `${exact(size)} KiB`;
}

function memoryFacts(memory) {
  const facts = [memory.kind, sizeText(memory.size_kib)];
  if (memory.wait_states !== undefined)
    facts.push(`${memory.wait_states} wait state${memory.wait_states === "1" ? "" : "s"}`);
  const front = memory.accelerator?.kind;
  if (front && front !== "none") facts.push(FLASH_CACHES[front] ?? front.replaceAll("_", " "));
  return facts.filter(Boolean).join(" · ");
}

/// Memories by the port through which the core reaches them; what the board has no region for last.
function boxesOf(run, board) {
  const boxes = new Map();
  const also = new Map();
  const regions = Object.entries(board.regions ?? {});
  const ownFirst = [...regions].sort(([a, ra], [b, rb]) => Number(b === rb.memory) - Number(a === ra.memory));
  for (const [, region] of ownFirst) {
    if (!boxes.has(region.memory)) {
      boxes.set(region.memory, {
        name: region.memory,
        port: region.port ?? "system",
        memory: board.memories?.[region.memory] ?? {},
      });
    } else if (boxes.get(region.memory).port !== region.port) {
      also.set(region.memory, region.port);
    }
  }
  for (const name of run.memories) {
    if (!boxes.has(name))
      boxes.set(name, { name, port: name === "ppb" ? "ppb" : "device", memory: {}, device: true });
  }
  for (const box of boxes.values()) {
    box.traffic = run.json.memories[box.name];
    box.bytes = box.traffic ? trafficBytes(box.traffic) : 0;
    box.dma = box.traffic?.counters
      ? number(box.traffic.counters.dma_read_bytes ?? 0) + number(box.traffic.counters.dma_write_bytes ?? 0)
      : 0;
    box.also = also.get(box.name);
  }
  if (!boxes.has("peripherals") && board.peripherals)
    boxes.set("peripherals", {
      name: "peripherals",
      port: "device",
      memory: {},
      device: true,
      bytes: 0,
      dma: 0,
    });
  return [...boxes.values()];
}

/// Places the boxes from top to bottom, those of a port together, the busiest port first.
function layOut(boxes, board) {
  const ports = new Map();
  for (const box of boxes) {
    const port = box.port === "device" ? "system" : box.port;
    if (!ports.has(port)) ports.set(port, []);
    ports.get(port).push(box);
  }
  const sum = (list) => list.reduce((total, box) => total + box.bytes, 0);
  const order = [...ports].sort((a, b) => sum(b[1]) - sum(a[1]));
  let y = TOP;
  for (const [, list] of order) {
    list.sort((a, b) => b.bytes + b.dma - a.bytes - a.dma);
    for (const box of list) {
      box.lines =
        box.name === "peripherals"
          ? wrapped([...grouped(Object.keys(board.peripherals ?? {})), ...devices(board)], 58)
          : [];
      box.used = box.bytes + box.dma > 0;
      box.y = y;
      box.height = box.lines.length ? 34 + 15 * box.lines.length : !box.used ? FLAT : box.device ? LOW : TALL;
      y += box.height + GAP;
    }
    y += 8;
  }
  return {
    ports: order.map(([port, list]) => ({
      port,
      list,
      bytes: sum(list),
      y: list[0].y,
      end: list.at(-1).y + list.at(-1).height,
    })),
    height: y,
  };
}

function trafficText(traffic) {
  const texts = [];
  if (number(traffic.fetch_bytes)) texts.push(`fetch ${bytes(traffic.fetch_bytes)}`);
  const data = [];
  if (number(traffic.read_bytes)) data.push(`read ${bytes(traffic.read_bytes)}`);
  if (number(traffic.write_bytes)) data.push(`write ${bytes(traffic.write_bytes)}`);
  if (data.length) texts.push(data.join(", "));
  return texts;
}

const text = (x, y, words, attributes) => svg("text", { x, y, ...attributes }, words);

/// [class, text] of each line in a used box, from the top.
function boxLines(box, name) {
  const waited =
    number(box.traffic?.stall_cycles ?? 0) > 0
      ? `the core waited ${short(box.traffic.stall_cycles)} cycles`
      : null;
  const lines = [["strong", clipped(name, 46)]];
  if (box.lines.length > 0) return [...lines, ...box.lines.map((line) => ["small", line])];
  if (box.device) return [...lines, ["small", waited ?? "registers"]];
  const also = box.also ? ` · also by ${PORT_NAMES[box.also] ?? box.also}` : "";
  return [
    ...lines,
    ["small", clipped(memoryFacts(box.memory) + also, 64)],
    ["small", waited ?? "the core never waited"],
  ];
}

function boxTitle(box, name) {
  if (!box.used) return `${name}: not used`;
  const { fetch_bytes: fetched, read_bytes: read, write_bytes: written } = box.traffic;
  return `${name}: ${exact(fetched)} bytes fetched, ${exact(read)} read, ${exact(written)} written`;
}

function memoryBox(box, run, dark) {
  const tone = colour(memoryTone(box.name, run.memories), dark);
  const name = box.name === "ppb" ? "private peripheral bus" : box.name;
  const left = MEMORY.x + 18;
  const parts = [
    svg("rect", { class: "box", x: MEMORY.x, y: box.y, width: MEMORY.width, height: box.height, rx: 6 }),
  ];
  if (box.used)
    parts.push(svg("rect", { x: MEMORY.x, y: box.y, width: 6, height: box.height, rx: 3, fill: tone }));
  if (box.used || box.lines.length > 0) {
    const step = box.lines.length > 0 ? 15 : 16.5;
    boxLines(box, name).forEach(([kind, words], i) =>
      parts.push(text(left, box.y + 20 + (i > 0 ? 1.5 : 0) + step * i, words, { class: kind })),
    );
  } else {
    const y = box.y + box.height / 2 + 4;
    const facts = [memoryFacts(box.memory), "not used"].filter(Boolean).join(" · ");
    parts.push(
      text(left, y, clipped(name, 26), { class: "strong" }),
      text(MEMORY.x + MEMORY.width - 12, y, clipped(facts, 52), { class: "small", "text-anchor": "end" }),
    );
  }
  return svg(
    "g",
    { class: box.used ? "memory" : "memory idle", "data-memory": box.name },
    svg("title", {}, boxTitle(box, name)),
    parts,
  );
}

function edge(box, widest, run, dark) {
  const from = BUS.x + BUS.width;
  const y = box.y + box.height / 2;
  const tone = colour(memoryTone(box.name, run.memories), dark);
  const width = strokeWidth(box.bytes, widest);
  const words = box.traffic && box.bytes ? trafficText(box.traffic) : [];
  const x = (from + MEMORY.x) / 2;
  const parts = [
    svg("line", {
      class: box.bytes ? "edge toned" : "edge idle",
      x1: from,
      y1: y,
      x2: MEMORY.x,
      y2: y,
      "stroke-width": width,
      style: box.bytes ? { stroke: tone } : undefined,
    }),
  ];
  const above = width / 2 + 5;
  if (words.length) parts.push(text(x, y - above, words[0], { class: "traffic", "text-anchor": "middle" }));
  if (words.length > 1)
    parts.push(text(x, y + above + 9, words[1], { class: "traffic", "text-anchor": "middle" }));
  return parts;
}

function dmaParts(laid, y, dark) {
  const busy = laid.ports.flatMap((port) => port.list).filter((box) => box.dma > 0);
  const green = colour("green", dark);
  const parts = [
    svg("rect", { class: "box", x: CORE.x, y, width: CORE.width, height: 32, rx: 6 }),
    text(CORE.x + 14, y + 21, "DMA", { class: "strong" }),
    text(
      CORE.x + CORE.width - 12,
      y + 21,
      busy.length ? `${bytes(busy.reduce((sum, box) => sum + box.dma, 0))} moved` : "not used",
      { class: "small", "text-anchor": "end" },
    ),
  ];
  busy.forEach((box, i) => {
    const x = BUS.x - 12 - 10 * i;
    const target = box.y + box.height - 8;
    parts.push(
      svg("path", {
        d: `M${CORE.x + CORE.width} ${y + 10 + 6 * i}H${x}V${target}H${MEMORY.x}`,
        class: "dma",
        style: { stroke: green },
      }),
      text(MEMORY.x - 8, target - 4, `DMA ${bytes(box.dma)}`, { class: "traffic", "text-anchor": "end" }),
    );
  });
  return svg("g", {}, parts);
}

const strokeWidth = (bytesMoved, most) => (bytesMoved === 0 ? 1 : 1.5 + 12 * Math.sqrt(bytesMoved / most));

function coreBox(run, core, end) {
  const facts = [
    core.model,
    hertz(run.json.clock_hz),
    core.fpu && core.fpu !== "none" ? core.fpu : "no FPU",
    core.dsp === "true" ? "DSP instructions" : null,
    core.icache_kib ? `I-cache ${core.icache_kib} KiB` : null,
    core.dcache_kib ? `D-cache ${core.dcache_kib} KiB` : null,
  ].filter(Boolean);
  const x = CORE.x + CORE.width / 2;
  const top = (TOP + end) / 2 - (facts.length * 17) / 2;
  const kind = (i) => ({ class: i === 0 ? "strong" : "small", "text-anchor": "middle" });
  return [
    svg("rect", { class: "box core", x: CORE.x, y: TOP, width: CORE.width, height: end - TOP, rx: 8 }),
    facts.map((fact, i) => text(x, top + 17 * (i + 1), fact, kind(i))),
  ];
}

/// A port as a bar beside its memories, with the line from the core to it.
function busParts(port, widest) {
  const height = port.end - port.y;
  const x = BUS.x + BUS.width / 2;
  const y = port.y + height / 2;
  const twoLines = port.bytes > 0 && height > 40;
  const ends = { x1: CORE.x + CORE.width, x2: BUS.x, y1: y, y2: y };
  const name = PORT_NAMES[port.port] ?? port.port;
  return [
    svg("line", { class: "edge", ...ends, "stroke-width": strokeWidth(port.bytes, widest) }),
    svg("rect", { class: "box bus", x: BUS.x, y: port.y, width: BUS.width, height, rx: 6 }),
    text(x, y + (twoLines ? -3 : 4), name, { class: "strong", "text-anchor": "middle" }),
    twoLines && text(x, y + 14, bytes(port.bytes), { class: "small", "text-anchor": "middle" }),
  ];
}

function draw(run, board) {
  const dark = isDark();
  const boxes = boxesOf(run, board);
  const laid = layOut(boxes, board);
  const widest = Math.max(1, ...boxes.map((box) => box.bytes));
  const widestPort = Math.max(1, ...laid.ports.map((port) => port.bytes));
  const types = Object.values(board.peripherals ?? {}).map((peripheral) => String(peripheral.type));
  const hasDma = types.some((type) => type.startsWith("dma"));
  const end = laid.height - 18;
  const attributes = {
    class: "board",
    viewBox: `0 0 ${WIDTH} ${laid.height + (hasDma ? 38 : 0)}`,
    role: "img",
    "aria-label": `Diagram of ${run.board}: bytes between the core and each memory. The table of memory traffic has the numbers.`,
  };
  return svg(
    "svg",
    attributes,
    boxes.map((box) => edge(box, widest, run, dark)),
    laid.ports.map((port) => busParts(port, widestPort)),
    coreBox(run, board.core ?? {}, end),
    boxes.map((box) => memoryBox(box, run, dark)),
    hasDma && dmaParts(laid, end + 12, dark),
  );
}

export function boardDiagram(run, board) {
  if (!board.regions)
    return h(
      "p",
      { class: "absent" },
      "The result has no description of its board that this page could read.",
    );
  const box = h("div", {
    class: "scroll diagram",
    tabindex: "0",
    role: "region",
    "aria-label": "Board diagram",
  });
  const redraw = () => box.replaceChildren(draw(run, board));
  redraw();
  onThemeChange(redraw);
  return box;
}
