// The tables of one run: layers, causes, memories, energy terms.
import { h } from "./dom.js";
import { bytes, exact, figure, joules, number, percent, ratio, seconds } from "./format.js";
import { causeLabel, causeMeaning, dataBytes, trafficBytes } from "./run.js";
import { layerNameColumn, sortableTable } from "./table.js";

const counted = (value, unit) => figure(exact(value), value, unit);

function layerColumns(run) {
  const columns = [
    layerNameColumn,
    {
      title: "Visits",
      numeric: true,
      value: (row) => row.json.visits,
      show: (row) => (row.isSum ? "" : counted(row.json.visits)),
    },
    {
      title: "Cycles",
      numeric: true,
      value: (row) => row.inclusive.cycles,
      show: (row) => counted(row.inclusive.cycles, "cycles"),
    },
    {
      title: "%",
      numeric: true,
      meaning: "Of the run's cycles",
      value: (row) => number(row.inclusive.cycles) / number(run.json.cycles),
      show: (row) => percent(row.inclusive.cycles, run.json.cycles).replace(" %", ""),
    },
    {
      title: "Time",
      numeric: true,
      value: (row) => row.inclusive.time_s,
      show: (row) => figure(seconds(row.inclusive.time_s), row.inclusive.time_s, "s"),
    },
    {
      title: "Instructions",
      numeric: true,
      value: (row) => row.inclusive.instructions,
      show: (row) => counted(row.inclusive.instructions),
    },
    {
      title: "MACs",
      numeric: true,
      value: (row) => row.inclusive.macs,
      show: (row) => counted(row.inclusive.macs),
    },
    {
      title: "MAC/cycle",
      numeric: true,
      value: (row) => number(row.inclusive.macs) / number(row.inclusive.cycles),
      show: (row) => ratio(row.inclusive.macs, row.inclusive.cycles, 3),
    },
    {
      title: "Data",
      numeric: true,
      meaning: "Bytes that loads and stores moved",
      value: (row) => dataBytes(row.inclusive),
      show: (row) => figure(bytes(dataBytes(row.inclusive)), dataBytes(row.inclusive), "bytes"),
    },
  ];
  if (run.nested)
    columns.splice(3, 0, {
      title: "Self",
      numeric: true,
      meaning: "Cycles without layers inside",
      value: (row) => row.exclusive.cycles,
      show: (row) => counted(row.exclusive.cycles, "cycles"),
    });
  if (run.json.energy)
    columns.push({
      title: "Energy",
      numeric: true,
      value: (row) => row.inclusive.energy.fj,
      show: (row) => figure(joules(row.inclusive.energy.fj), row.inclusive.energy.fj, "fJ"),
    });
  if (run.json.memory_use)
    columns.push({
      title: "Live",
      numeric: true,
      meaning: "Bytes live at the most",
      value: (row) => row.json.memory_use?.live.total ?? null,
      show: (row) => (row.json.memory_use ? counted(row.json.memory_use.live.total, "bytes") : "–"),
    });
  return columns;
}

export function layerTable(run) {
  const sum = {
    path: ["total"],
    name: "total",
    depth: 0,
    inclusive: run.json,
    exclusive: run.json,
    json: run.json,
    isSum: true,
  };
  return sortableTable({ caption: "Layers", columns: layerColumns(run), rows: run.layers, sum });
}

export function causeTable(run) {
  const rows = Object.entries(run.json.causes).map(([key, cycles]) => ({ key, cycles }));
  return sortableTable({
    caption: "Cycles by cause",
    columns: [
      { title: "Cause", value: (row) => row.key, show: (row) => causeLabel(row.key) },
      {
        title: "Cycles",
        numeric: true,
        value: (row) => row.cycles,
        show: (row) => counted(row.cycles, "cycles"),
      },
      {
        title: "%",
        numeric: true,
        value: (row) => number(row.cycles) / number(run.json.cycles),
        show: (row) => percent(row.cycles, run.json.cycles).replace(" %", ""),
      },
      { title: "What it is", wide: true, value: (row) => causeMeaning(row.key) },
    ],
    rows,
    sum: { key: "total", cycles: run.json.cycles },
  });
}

export function memoryTable(run) {
  const rows = Object.entries(run.json.memories).map(([name, traffic]) => ({
    name,
    ...traffic,
    total: trafficBytes(traffic),
  }));
  const column = (title, key, unit, meaning) => ({
    title,
    numeric: true,
    meaning,
    value: (row) => row[key] ?? 0,
    show: (row) => counted(row[key] ?? 0, unit),
  });
  const counters = (row) =>
    Object.entries(row.counters ?? {})
      .filter(([, value]) => number(value) !== 0)
      .map(([name, value]) => `${name.replaceAll("_", " ")} ${exact(value)}`)
      .join(", ");
  return sortableTable({
    caption: "Memory traffic",
    columns: [
      { title: "Memory", value: (row) => row.name },
      column("Fetches", "fetches"),
      column("Fetched", "fetch_bytes", "bytes", "Bytes fetched as instructions"),
      column("Reads", "reads"),
      column("Read", "read_bytes", "bytes", "Bytes read by loads"),
      column("Writes", "writes"),
      column("Written", "write_bytes", "bytes", "Bytes written by stores"),
      column("Stall", "stall_cycles", "cycles", "Cycles that the core waited for it"),
      { title: "Counters", wide: true, value: counters },
    ],
    rows,
  });
}

export function energyTable(run) {
  const energy = run.json.energy;
  if (!energy)
    return h(
      "p",
      { class: "absent" },
      `No energy: ${run.json.energy_absent ?? "the board has no coefficients of energy"}.`,
    );
  const rows = energy.terms.map((term, i) => ({ ...term, fj: energy.by_term[i] }));
  return sortableTable({
    caption: `Energy, at the ${energy.measure_point === "mcu" ? "supply pins of the microcontroller" : "board's supply"}`,
    columns: [
      { title: "Of", value: (row) => (row.name ? `${row.component}: ${row.name}` : row.component) },
      {
        title: "Amount",
        numeric: true,
        value: (row) => row.amount,
        show: (row) =>
          row.isSum
            ? ""
            : row.activity === "time"
              ? figure(seconds(number(row.amount) * 1e-9), row.amount, "ns")
              : counted(row.amount),
      },
      { title: "± %", numeric: true, value: (row) => row.uncertainty_percent },
      { title: "Source", value: (row) => row.source },
      {
        title: "Energy",
        numeric: true,
        value: (row) => row.fj,
        show: (row) => figure(joules(row.fj), row.fj, "fJ"),
      },
      {
        title: "%",
        numeric: true,
        value: (row) => number(row.fj) / number(energy.fj),
        show: (row) => percent(row.fj, energy.fj).replace(" %", ""),
      },
    ],
    rows,
    sum: {
      component: "total",
      name: "",
      amount: 0,
      fj: energy.fj,
      uncertainty_percent: "",
      source: "",
      isSum: true,
      activity: "",
    },
  });
}
