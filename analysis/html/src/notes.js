// What the numbers rest on: notes of the run, values that no document vouches for, registers without a model.
import { h } from "./dom.js";
import { exact, figure, number, seconds } from "./format.js";
import { sortableTable } from "./table.js";

function sourceText(assumption) {
  if (assumption.source !== "datasheet") return assumption.source;
  return assumption.verified === false ? "datasheet, not read again" : "datasheet";
}

/// Events and counters that the firmware's probes reported.
export function eventTable(run) {
  const events = run.json.timeline;
  if (events.length === 0) return null;
  const table = sortableTable({
    caption: "Events of the firmware",
    columns: [
      {
        title: "Event",
        value: (row) => row.name,
        show: (row) => h("span", { title: `${row.provider}: ${row.kind}` }, row.name),
      },
      {
        title: "Cycle",
        numeric: true,
        value: (row) => row.cycle,
        show: (row) => figure(exact(row.cycle), row.cycle, "cycles"),
      },
      {
        title: "Time",
        numeric: true,
        value: (row) => run.secondsAt(row.cycle),
        show: (row) => seconds(run.secondsAt(row.cycle)),
      },
      { title: "Values", wide: true, value: (row) => row.values.map((value) => value ?? "?").join(" ") },
    ],
    rows: events,
  });
  return [table, remark(events.length, run.events, "the result has all")];
}

function remark(shown, all, where) {
  return all > shown && h("p", { class: "caption" }, `The first ${exact(shown)} of ${exact(all)}; ${where}.`);
}

/// What DMA controllers moved and when.
export function transferTable(run) {
  const transfers = run.json.dma?.list ?? [];
  if (transfers.length === 0) return null;
  const length = (row) => number(row.end) - number(row.begin);
  const table = sortableTable({
    caption: "DMA transfers",
    columns: [
      { title: "Channel", value: (row) => row.channel },
      {
        title: "From",
        value: (row) => row.source,
        show: (row) => h("span", { title: row.from }, row.source),
      },
      {
        title: "To",
        value: (row) => row.destination,
        show: (row) => h("span", { title: row.to }, row.destination),
      },
      {
        title: "Begin",
        numeric: true,
        value: (row) => row.begin,
        show: (row) => figure(exact(row.begin), row.begin, "cycles"),
      },
      {
        title: "Time",
        numeric: true,
        value: (row) => run.secondsAt(row.begin),
        show: (row) => seconds(run.secondsAt(row.begin)),
      },
      {
        title: "Cycles",
        numeric: true,
        value: length,
        show: (row) => figure(exact(length(row)), length(row), "cycles"),
      },
      {
        title: "Bytes",
        numeric: true,
        value: (row) => row.bytes,
        show: (row) => figure(exact(row.bytes), row.bytes, "bytes"),
      },
      { title: "Ending", value: (row) => row.ending },
    ],
    rows: transfers,
  });
  return [table, remark(transfers.length, run.transfers, "the result has more of them")];
}

function assumptionTable(rows) {
  return sortableTable({
    caption: "Values of the board that mattered and rest on no document read",
    columns: [
      { title: "Value of", wide: true, value: (row) => row.path, show: (row) => h("code", {}, row.path) },
      { title: "Is", value: (row) => row.value },
      { title: "Source", value: sourceText },
      { title: "Reference", wide: true, value: (row) => row.ref },
    ],
    rows,
  });
}

function registerTable(rows) {
  const count = (title, key) => ({
    title,
    numeric: true,
    value: (row) => row[key],
    show: (row) => figure(exact(row[key]), row[key]),
  });
  const place = ({ first }) => [first.symbol, first.line].filter(Boolean).join(", ") || first.pc;
  return sortableTable({
    caption: "Registers that no model answers",
    columns: [
      { title: "Address", value: (row) => row.address, show: (row) => h("code", {}, row.address) },
      { title: "Of", value: (row) => row.peripheral },
      count("Reads", "reads"),
      count("Writes", "writes"),
      { title: "First at", wide: true, value: place },
      { title: "Answer", wide: true, value: (row) => row.rule ?? "what was last written" },
    ],
    rows,
  });
}

export function accuracyNotes(run) {
  const { notes, assumptions, unmodelled, semihosting, partial } = run.json;
  const paragraph = (kind, ...words) => h("p", { class: kind }, ...words);
  const calls = semihosting.map((call) => `${call.name} ${exact(call.calls)}`).join(", ");
  return [
    partial && paragraph("warning", "This run was stopped by host time: its numbers are those of a part."),
    notes.length > 0
      ? h("ul", { class: "notes" }, ...notes.map((note) => h("li", {}, note)))
      : paragraph("absent", "The run left no notes."),
    assumptions.length > 0 && assumptionTable(assumptions),
    unmodelled.length > 0
      ? registerTable(unmodelled)
      : paragraph("absent", "Every register that the firmware touched has a model or a rule."),
    calls && paragraph("caption", `Semihosting calls, which cost the board nothing: ${calls}.`),
    paragraph(
      "caption",
      "How close cycles and joules are to hardware, core by core and board by board, and with what error, is in ",
      h("code", {}, "docs/accuracy.md"),
      " and ",
      h("code", {}, "docs/energy.md"),
      " of mcost.",
    ),
  ];
}
