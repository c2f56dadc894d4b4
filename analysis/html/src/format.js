// Numbers for people. Every one of them keeps its exact value, in `title` and in `data-exact`. Counts above 2^53 come
// as strings of digits: their exact text is kept, arithmetic on them is that of doubles.
import { h } from "./dom.js";

export function number(value) {
  return typeof value === "number" ? value : Number(value);
}

/// 1234567 as "1,234,567".
export function exact(value) {
  const text =
    typeof value === "string" ? value : Number.isInteger(value) ? BigInt(value).toString() : String(value);
  const [whole, fraction] = text.split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+(?!\d))/g, ",");
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}

function scaled(value, steps) {
  if (value === 0) return { text: "0", unit: steps.find((step) => step[0] === 1)?.[1] ?? steps.at(-1)[1] };
  const size = Math.abs(value);
  let chosen = steps.find((step) => size >= step[0] * 0.99995) ?? steps.at(-1);
  const shown = value / chosen[0];
  const digits =
    Math.abs(shown) >= 1000 ? 0 : Math.max(0, 3 - Math.floor(Math.log10(Math.max(Math.abs(shown), 1e-3))));
  return {
    text: digits === 0 ? exact(Math.round(shown)) : shown.toFixed(Math.min(digits, 3)),
    unit: chosen[1],
  };
}

const joined = ({ text, unit }) => (unit ? `${text} ${unit}` : text);

/// Up to 9,999 as it is, else with four digits and a unit.
export function short(value) {
  const n = number(value);
  if (Math.abs(n) < 10000 && Number.isInteger(n)) return exact(n);
  return joined(
    scaled(n, [
      [1e12, "T"],
      [1e9, "G"],
      [1e6, "M"],
      [1e3, "k"],
      [1, ""],
    ]),
  );
}

export function bytes(value) {
  const n = number(value);
  if (Math.abs(n) < 1000) return `${exact(n)} B`;
  return joined(
    scaled(n, [
      [1e12, "TB"],
      [1e9, "GB"],
      [1e6, "MB"],
      [1e3, "kB"],
    ]),
  );
}

export function seconds(value) {
  return joined(
    scaled(number(value), [
      [1, "s"],
      [1e-3, "ms"],
      [1e-6, "µs"],
      [1e-9, "ns"],
    ]),
  );
}

export function joules(femtojoules) {
  return joined(
    scaled(number(femtojoules), [
      [1e15, "J"],
      [1e12, "mJ"],
      [1e9, "µJ"],
      [1e6, "nJ"],
      [1e3, "pJ"],
      [1, "fJ"],
    ]),
  );
}

export function watts(microwatts) {
  return joined(
    scaled(number(microwatts), [
      [1e6, "W"],
      [1e3, "mW"],
      [1, "µW"],
    ]),
  );
}

export function hertz(value) {
  const [top, bottom] = String(value).split("/").map(Number);
  return tick(
    joined(
      scaled(bottom ? top / bottom : top, [
        [1e9, "GHz"],
        [1e6, "MHz"],
        [1e3, "kHz"],
        [1, "Hz"],
      ]),
    ),
  );
}

export function percent(part, whole) {
  const share = number(part) / number(whole);
  return Number.isFinite(share) ? `${(100 * share).toFixed(1)} %` : "–";
}

/// The label of a tick: "1.500 ms" without its zeros.
export function tick(text) {
  return text.replace(/(\.\d*?)0+(?=\s|$)/, "$1").replace(/\.(?=\s|$)/, "");
}

/// The difference to a first value, as "+3.2 %".
export function delta(value, first) {
  if (number(first) === 0) return number(value) === 0 ? "±0.0 %" : "new";
  const change = 100 * (number(value) / number(first) - 1);
  const text = Math.abs(change).toFixed(1);
  if (text === "0.0") return "±0.0 %";
  return `${change > 0 ? "+" : "−"}${text} %`;
}

export function ratio(a, b, digits) {
  return number(b) === 0 ? "–" : (number(a) / number(b)).toFixed(digits);
}

/// A number on the page: what people read, and behind it what the JSON says.
export function figure(text, value, unit) {
  return h(
    "span",
    {
      class: number(value) === 0 ? "figure zero" : "figure",
      title: `${exact(value)}${unit ? ` ${unit}` : ""}`,
      "data-exact": String(value),
    },
    text,
  );
}
