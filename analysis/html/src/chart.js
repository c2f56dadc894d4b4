// A chart of the library in a box of the page: drawn when it is first seen, again when the theme, the size or the
// choice of its reader changes, and at a fixed width for print. Only what is used of the library is bundled.
import { BarChart, LineChart, ScatterChart } from "echarts/charts";
import {
  GridComponent,
  MarkAreaComponent,
  MarkLineComponent,
  MarkPointComponent,
  TooltipComponent,
} from "echarts/components";
import { init, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";
import { h } from "./dom.js";
import { colour } from "./palette.js";
import { isPrinting, onThemeChange, themeColours } from "./theme.js";

use([
  BarChart,
  LineChart,
  ScatterChart,
  GridComponent,
  TooltipComponent,
  MarkAreaComponent,
  MarkLineComponent,
  MarkPointComponent,

  SVGRenderer,
]);

const PRINT_WIDTH = 680;
export const FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'DejaVu Sans', sans-serif";

export class Chart {
  /// `build(colours, width)` returns {option, height, label}; label is what a screen reader says.
  constructor(build) {
    this.build = build;
    this.hidden = new Set();
    this.box = h("div", { class: "chart", role: "img" });
    this.legend = h("div", { class: "legend", role: "group", "aria-label": "Legend: hide or show" });
    this.element = h("figure", { class: "chart-figure" }, this.legend, this.box);
    new ResizeObserver(() => this.draw()).observe(this.box);
    onThemeChange(() => this.draw(true));
  }

  /// Draws if there is room; `force` also where the width is as before.
  draw(force = false) {
    const width = isPrinting() ? PRINT_WIDTH : this.box.clientWidth;
    if (width === 0 || (!force && width === this.width)) return;
    this.width = width;
    const colours = themeColours();
    const { option, height, label, legend } = this.build(colours, width, this.hidden);
    this.box.style.height = `${height}px`;
    this.box.setAttribute("aria-label", label);
    this.instance ??= init(this.box, null, { renderer: "svg", width, height });
    this.instance.resize({ width, height });
    this.instance.setOption(
      { animation: false, textStyle: { fontFamily: FONT, color: colours.text }, ...option },
      true,
    );
    this.showLegend(legend ?? [], colours);
  }

  /// Entries are {key, label, tone, title}. A press hides or shows.
  showLegend(entries, colours) {
    const focused = this.legend.contains(document.activeElement) ? document.activeElement.dataset.key : null;
    this.legend.replaceChildren(
      ...entries.map((entry) =>
        h(
          "button",
          {
            type: "button",
            class: "legend-entry",
            "data-key": entry.key,
            title: entry.title,
            "aria-pressed": String(!this.hidden.has(entry.key)),
            onclick: () => {
              if (!this.hidden.delete(entry.key)) this.hidden.add(entry.key);
              this.draw(true);
            },
          },
          h("span", { class: "swatch", style: { background: colour(entry.tone, colours.dark) } }),
          entry.label,
        ),
      ),
    );
    if (focused) [...this.legend.children].find((button) => button.dataset.key === focused)?.focus();
  }
}

/// Rows of a tooltip: {tone, name, value}. Built of elements, so that names stay text.
export function tooltipOf(title, rows, colours, below) {
  return h(
    "div",
    { class: "tooltip" },
    h("strong", {}, title),
    below && h("div", { class: "below" }, below),
    h(
      "table",
      {},
      rows.map((row) =>
        h(
          "tr",
          {},
          h(
            "td",
            {},
            row.tone && h("span", { class: "swatch", style: { background: colour(row.tone, colours.dark) } }),
            row.name,
          ),
          h("td", { class: "value" }, row.value),
        ),
      ),
    ),
  );
}

export function tooltipStyle(colours) {
  return {
    backgroundColor: colours.paper,
    borderColor: colours.line,
    textStyle: { color: colours.text, fontFamily: FONT },
    confine: true,
    appendTo: undefined,
  };
}

/// An axis in the colours of the page. `label(value)` writes its ticks; `more` adds to it.
export function axisOf(colours, type, label, more) {
  return {
    type,
    axisLine: { lineStyle: { color: colours.faint } },
    axisTick: { lineStyle: { color: colours.faint } },
    axisLabel: { color: colours.text, fontFamily: FONT, hideOverlap: true, formatter: label },
    splitLine: { lineStyle: { color: colours.line } },
    nameTextStyle: { color: colours.faint, fontFamily: FONT },
    nameLocation: "middle",
    ...more,
  };
}

/// A line of its own for each pair of ends in `pairs`.
export function strokes(name, pairs, style) {
  return {
    type: "line",
    name,
    data: pairs.flatMap(([from, to]) => [from, to, ["-", "-"]]),
    symbol: "none",
    silent: true,
    connectNulls: false,
    ...style,
  };
}
