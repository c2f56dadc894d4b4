// Tables whose columns sort by their headings (click, Enter, Space) and that can be copied as CSV.
import { freshId, h } from "./dom.js";
import { number } from "./format.js";

// The first column of tables of layers; rows have `path`, `depth` and `name`.
export const layerNameColumn = {
  title: "Layer",
  value: (row) => row.path.join("/"),
  show: (row) =>
    h(
      "span",
      { class: "name", title: row.path.join(" / "), style: { paddingLeft: `${row.depth}em` } },
      row.name,
    ),
};

function csvCell(value) {
  const text = value === null || value === undefined ? "" : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // A page from a file, or a browser that asks first: the old way needs a selected field.
    const field = h("textarea", { class: "offscreen", "aria-hidden": "true" }, text);
    document.body.append(field);
    field.select();
    const done = document.execCommand("copy");
    field.remove();
    return done;
  }
}

function compare(a, b) {
  if (a === null || a === undefined) return b === null || b === undefined ? 0 : 1;
  if (b === null || b === undefined) return -1;
  if (typeof a === "string" && typeof b === "string" && (Number.isNaN(Number(a)) || Number.isNaN(Number(b))))
    return a < b ? -1 : a > b ? 1 : 0;
  return number(a) - number(b);
}

/// Columns are {title, full, value(row), show(row), numeric, meaning}; `value` is what is sorted and copied, `show` what is
/// seen. `sum` is a last row that stays last.
export function sortableTable({ caption, columns, rows, sum, rowClass }) {
  let order = rows.map((_, i) => i);
  let sorted = null;
  let descending = false;
  const body = h("tbody", {});
  const cells = (row) =>
    columns.map((column, at) =>
      h(
        at === 0 ? "th" : "td",
        {
          class: column.numeric ? "value" : column.wide ? "wide" : undefined,
          scope: at === 0 ? "row" : undefined,
        },
        column.show ? column.show(row) : String(column.value(row) ?? ""),
      ),
    );
  const elements = rows.map((row) => h("tr", { class: rowClass?.(row) }, cells(row)));
  const headings = columns.map((column, at) => {
    const button = h(
      "button",
      { type: "button", title: column.meaning, onclick: () => sortBy(at) },
      column.title,
    );
    return h(
      "th",
      { scope: "col", "aria-sort": "none", class: column.numeric ? "value" : undefined },
      button,
    );
  });
  const said = h("span", { class: "said", role: "status" });

  function sortBy(at) {
    // Numbers are wanted largest first; a third press gives the order of the run again.
    const first = Boolean(columns[at].numeric);
    if (sorted !== at) [sorted, descending] = [at, first];
    else if (descending === first) descending = !first;
    else sorted = null;
    order = rows.map((_, i) => i);
    if (sorted !== null) {
      const keys = rows.map((row) => columns[sorted].value(row));
      order.sort((a, b) => (descending ? compare(keys[b], keys[a]) : compare(keys[a], keys[b])) || a - b);
    }
    headings.forEach((heading, i) =>
      heading.setAttribute("aria-sort", i !== sorted ? "none" : descending ? "descending" : "ascending"),
    );
    lay();
  }
  function lay() {
    body.replaceChildren(...order.map((i) => elements[i]));
  }
  async function copyRows() {
    const lines = [
      columns.map((column) => column.full ?? column.title),
      ...order.map((i) => columns.map((column) => column.value(rows[i]))),
    ];
    const done = await copy(lines.map((line) => line.map(csvCell).join(",")).join("\n") + "\n");
    said.textContent = done ? "Copied" : "The browser does not allow copying";
    setTimeout(() => {
      said.textContent = "";
    }, 3000);
  }

  lay();
  const captionId = freshId("caption");
  return h(
    "div",
    { class: "table-block" },
    h(
      "div",
      { class: "table-head" },
      h("span", { class: "table-caption", id: captionId }, caption),
      h(
        "span",
        { class: "control" },
        said,
        h("button", { type: "button", class: "quiet", onclick: copyRows }, "Copy as CSV"),
      ),
    ),
    h(
      "div",
      { class: "scroll", tabindex: "0", role: "region", "aria-labelledby": captionId },
      h(
        "table",
        { class: "sortable", "aria-labelledby": captionId },
        h("thead", {}, h("tr", {}, headings)),
        body,
        sum && h("tfoot", {}, h("tr", { class: "sum" }, cells(sum))),
      ),
    ),
  );
}
