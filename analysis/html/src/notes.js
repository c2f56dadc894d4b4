// What the numbers rest on: notes of the run, values that no document vouches for, registers without a model.
import { h } from "./dom.js";
import { exact, figure, seconds } from "./format.js";
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
  return [
    table,
    run.events > events.length &&
      h(
        "p",
        { class: "caption" },
        `The first ${exact(events.length)} of ${exact(run.events)}; the result has all.`,
      ),
  ];
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
