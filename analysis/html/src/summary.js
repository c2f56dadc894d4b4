// The head of a run: what ran on what, how it ended, and its totals.
import { h } from "./dom.js";
import {
  bytes,
  exact,
  figure,
  hertz,
  joules,
  number,
  percent,
  ratio,
  seconds,
  short,
  watts,
} from "./format.js";

function card(title, value, below, key) {
  return h(
    "div",
    { class: "card", "data-key": key },
    h("div", { class: "card-title" }, title),
    h("div", { class: "card-value" }, value),
    h("div", { class: "card-below" }, below),
  );
}

function clockText(json) {
  if (!json.clocks_hz) return hertz(json.clock_hz);
  return json.clocks_hz.map(hertz).join(", then ");
}

export function exitText(exit) {
  if (exit.reason === "exited") return `exit code ${exit.code}`;
  const where = exit.symbol ? ` at ${exit.symbol}` : "";
  return exit.reason.replaceAll("_", " ") + where;
}

function energyCard(json) {
  const energy = json.energy;
  if (!energy)
    return card(
      "Energy",
      "unknown",
      json.energy_absent ?? "the board has no coefficients of energy",
      "energy",
    );
  const low = number(energy.fj) - number(energy.uncertainty_fj);
  const high = number(energy.fj) + number(energy.uncertainty_fj);
  return card(
    "Energy",
    figure(joules(energy.fj), energy.fj, "fJ"),
    [
      `± ${percent(energy.uncertainty_fj, energy.fj)}`,
      h("br"),
      figure(`${joules(low)} to ${joules(high)}`, energy.uncertainty_fj, "fJ either way"),
      h("br"),
      figure(watts(energy.mean_power_uw), energy.mean_power_uw, "µW"),
      " on average",
    ],
    "energy",
  );
}

/// "classify(buf:digit.bin, out:10), 3 times, returned 2".
export function callText(call) {
  const name = call.function.split("(")[0];
  const text = `${name}(${call.arguments.map((argument) => argument.written).join(", ")})`;
  const times = call.calls === 1 ? "" : `, ${exact(call.calls)} times`;
  const value =
    call.returned && call.returned.type !== "void" ? `, returned ${call.returned.value}` : "";
  return text + times + value;
}

export function summary(run) {
  const json = run.json;
  const use = json.memory_use;
  const facts = [
    ["Board", [json.board.title || json.board.name]],
    ["Core", [`${json.board.core} at ${clockText(json)}`]],
    json.call && ["Call", [callText(json.call)]],
    ["Ended", [exitText(json.exit)]],
    [
      "Firmware",
      [
        json.image.name,
        json.image.sha256 &&
          h(
            "span",
            { class: "hash", title: json.image.sha256 },
            ` sha256 ${json.image.sha256.slice(0, 12)}…`,
          ),
      ],
    ],
    run.file && ["Result", [run.file, `, mcost ${json.tool.version}`]],
  ].filter(Boolean);
  const failed = json.exit.fault || json.exit.reason === "fault" || json.exit.reason === "lockup";
  return [
    h(
      "dl",
      { class: "facts" },
      facts.map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))),
    ),
    failed &&
      h(
        "p",
        { class: "warning" },
        `The firmware failed: ${json.exit.fault?.kind.replaceAll("_", " ") ?? exitText(json.exit)}. ${json.exit.advice ?? ""}`,
      ),
    h(
      "div",
      { class: "cards" },
      card("Time", figure(seconds(json.time_s), json.time_s, "s"), `at ${clockText(json)}`, "time"),
      card("Cycles", figure(short(json.cycles), json.cycles, "cycles"), exact(json.cycles), "cycles"),
      energyCard(json),
      card(
        "Instructions",
        figure(short(json.instructions), json.instructions),
        `${ratio(json.cycles, json.instructions, 3)} cycles each`,
        "instructions",
      ),
      card(
        "MACs",
        figure(short(json.macs), json.macs),
        `${ratio(json.macs, json.cycles, 3)} per cycle`,
        "macs",
      ),
      use
        ? card(
            "Live memory",
            figure(bytes(use.live.total), use.live.total, "bytes"),
            `at the most, of ${bytes(use.touched.total)} touched`,
            "live",
          )
        : card("Live memory", "–", "not measured", "live"),
    ),
  ];
}
