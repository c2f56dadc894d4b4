// One run as the views need it: names, layers with their depth, and the parts of a cost. Values stay as in the JSON
// (mcost/run/1), docs/schema/run.schema.json says what they mean.
import { number } from "./format.js";

const CAUSE_TEXTS = {
  issue: ["issue", "Cycles in which an instruction issued"],
  address_interlock: ["address interlock", "A load waited for its address register"],
  result_latency: ["result latency", "An instruction waited for the result of one before"],
  operand: ["operand", "Cycles that depend on operands: divides, long multiplies"],
  fetch_wait: ["fetch wait", "The core waited for instructions from this memory"],
  data_wait: ["data wait", "A load waited for this memory"],
  store_wait: ["store wait", "A store waited for this memory"],
  refill: ["refill", "The pipeline was filled again behind a branch"],
  mispredict: ["mispredict", "A branch was predicted wrongly"],
  structural: ["structural", "Two instructions wanted the same unit"],
  bus_wait: ["bus wait", "Another bus master had the bus"],
  exception: ["exception", "Entry and return of exceptions"],
  sleep: ["sleep", "The core slept (WFI, WFE)"],
};

export function causeLabel(key) {
  const [cause, place] = splitOnce(key, ":");
  const text = CAUSE_TEXTS[cause]?.[0] ?? cause;
  return place === undefined ? text : `${place} ${text}`;
}

export function causeMeaning(key) {
  return CAUSE_TEXTS[splitOnce(key, ":")[0]]?.[1] ?? "";
}

function splitOnce(text, separator) {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

export const KINDS = ["data", "bss", "heap", "stack", "other"];

export function trafficBytes(traffic) {
  return number(traffic.read_bytes) + number(traffic.write_bytes) + number(traffic.fetch_bytes);
}

/// Bytes that loads and stores of a cost moved.
export function dataBytes(cost) {
  return Object.values(cost.memories).reduce(
    (sum, t) => sum + number(t.read_bytes) + number(t.write_bytes),
    0,
  );
}

/// The three ways to take a cost apart. `parts` gives [key, value] in the order of the JSON.
export const MEASURES = {
  cycles: {
    label: "Cycles by cause",
    total: (cost) => number(cost.cycles),
    parts: (cost) => Object.entries(cost.causes).map(([key, value]) => [key, number(value)]),
  },
  bytes: {
    label: "Bytes by memory",
    total: (cost) => Object.values(cost.memories).reduce((sum, t) => sum + trafficBytes(t), 0),
    parts: (cost) => Object.entries(cost.memories).map(([key, t]) => [key, trafficBytes(t)]),
  },
  energy: {
    label: "Energy by component",
    total: (cost) => number(cost.energy?.fj ?? 0),
    parts: (cost) =>
      Object.entries(cost.energy?.components ?? {}).map(([key, value]) => [key, number(value.fj)]),
  },
};

export class Run {
  constructor(entry, index, count) {
    this.json = entry.run;
    this.file = entry.file;
    this.flame = entry.flame;
    // Of these the JSON of the page may have the first only.
    this.events = entry.events;
    this.transfers = entry.transfers;
    this.index = index;
    this.letter =
      count > 1 ? String.fromCharCode(65 + (index % 26)) + (index >= 26 ? Math.floor(index / 26) : "") : "";
    this.firmware = this.json.image.name;
    this.board = this.json.board.name;
    this.memories = Object.keys(this.json.memories);
    this.layers = this.json.layers.map((layer, at) => ({
      index: at,
      name: layer.name,
      path: layer.path,
      depth: layer.path.length - 1,
      json: layer,
      inclusive: layer,
      exclusive: layer.self,
    }));
    this.nested = this.layers.some((layer) => layer.depth > 0);
  }

  get title() {
    return `${this.letter ? `${this.letter}: ` : ""}${this.firmware} on ${this.board}`;
  }

  get seconds() {
    return this.json.time_s;
  }

  /// Seconds from the start to `cycle`; with one clock exact, else at the mean clock.
  secondsAt(cycle) {
    const total = number(this.json.cycles);
    return total === 0 ? 0 : (number(cycle) / total) * this.json.time_s;
  }
}
