// Flame graph of the profile: a frame for each calling context, as wide as its share, callees below their caller. Frames
// are buttons: arrow keys walk the tree, Enter zooms, Escape shows all again.
import { choice, h, selection } from "./dom.js";
import { exact, joules, number, percent } from "./format.js";

const ROW = 22;
const NARROWEST = 0.0008; // of the width; what is narrower is not drawn
const HUES = [28, 38, 46, 18, 200, 210, 190, 160];

const MEASURES = {
  cycles: { label: "Cycles", column: 2, text: (v) => `${exact(v)} cycles` },
  instructions: { label: "Instructions", column: 3, text: (v) => `${exact(v)} instructions` },
  energy: { label: "Energy", column: 4, text: joules },
};

/// The tree with the sums of one measure, of one layer or of all.
export function treeOf(flame, measure, layer) {
  const nodes = flame.frames.map(([parent, name, kind], index) => ({
    index,
    parent,
    name: flame.functions[name] ?? "?",
    kind,
    self: 0,
    total: 0,
    children: [],
  }));
  for (const cell of flame.cells) {
    if (layer !== null && cell[1] !== layer) continue;
    nodes[cell[0]].self += number(cell[MEASURES[measure].column]);
  }
  const root = { index: -1, name: "all", kind: "all", self: 0, total: 0, children: [], parent: null };
  for (let i = nodes.length - 1; i >= 0; --i) {
    const node = nodes[i];
    node.total += node.self;
    const parent = node.parent === null ? root : nodes[node.parent];
    parent.total += node.total;
    if (node.total > 0) parent.children.push(node);
    node.up = parent;
  }
  for (const node of [root, ...nodes]) node.children.sort((a, b) => b.total - a.total || a.index - b.index);
  return root;
}

function hueOf(name) {
  let hash = 0;
  for (let i = 0; i < name.length; ++i) hash = (hash * 31 + name.charCodeAt(i)) >>> 0;
  return HUES[hash % HUES.length];
}

/// Nodes from the root to `node`.
function ancestors(node) {
  const list = [];
  for (let at = node; at; at = at.up) list.unshift(at);
  return list;
}

class FlameGraph {
  constructor(run) {
    this.run = run;
    this.measure = "cycles";
    this.layer = null;
    this.wanted = "";
    this.frames = h("div", { class: "flame-frames", role: "tree", "aria-label": "Flame graph" });
    this.status = h("p", { class: "flame-status", role: "status" });
    this.frames.addEventListener("keydown", (event) => this.key(event));
    this.rebuild();
  }

  rebuild() {
    this.root = treeOf(this.run.flame, this.measure, this.layer);
    this.zoom = this.root;
    this.draw();
  }

  text(node) {
    return `${node.name}: ${MEASURES[this.measure].text(node.total)}, ${percent(node.total, this.root.total)}; itself ${MEASURES[this.measure].text(node.self)}`;
  }

  draw(focus) {
    this.placed = [];
    const above = ancestors(this.zoom);
    above.forEach((node, depth) => this.placed.push({ node, depth, left: 0, width: 1 }));
    const lay = (node, depth, left, width) => {
      let at = left;
      for (const child of node.children) {
        const share = (width * child.total) / node.total;
        if (share >= NARROWEST) {
          this.placed.push({ node: child, depth, left: at, width: share });
          lay(child, depth + 1, at, share);
        }
        at += share;
      }
    };
    lay(this.zoom, above.length, 0, 1);
    const deepest = Math.max(...this.placed.map((frame) => frame.depth));
    this.frames.style.height = `${(deepest + 1) * ROW}px`;
    this.frames.replaceChildren(...this.placed.map((frame) => this.frame(frame)));
    this.focused(focus ?? this.zoom, focus !== undefined);
  }

  frame({ node, depth, left, width }) {
    const found = this.wanted !== "" && node.name.toLowerCase().includes(this.wanted);
    const button = h(
      "button",
      {
        type: "button",
        role: "treeitem",
        tabindex: "-1",
        title: this.text(node),
        "data-node": String(node.index),
        "aria-level": String(depth + 1),
        class: `frame ${node.kind}${found ? " found" : ""}${this.wanted && !found ? " other" : ""}`,
        style: { left: `${left * 100}%`, width: `${width * 100}%`, top: `${depth * ROW}px` },
        onclick: () => {
          this.zoom = node;
          this.draw(node);
        },
        onfocus: () => {
          this.status.textContent = this.text(node);
        },
        onmouseenter: () => {
          this.status.textContent = this.text(node);
        },
      },
      node.kind === "interrupt" ? `↯ ${node.name}` : node.name,
    );
    if (node.kind !== "all") button.style.setProperty("--hue", String(hueOf(node.name)));
    return button;
  }

  buttonOf(node) {
    return this.frames.querySelector(`[data-node="${node.index}"]`);
  }

  /// One frame is in the order of Tab, as in a tree; arrows move on.
  focused(node, take) {
    for (const button of this.frames.querySelectorAll('[tabindex="0"]')) button.tabIndex = -1;
    const button = this.buttonOf(node);
    if (!button) return;
    button.tabIndex = 0;
    if (take) button.focus();
    else this.status.textContent = this.text(node);
  }

  key(event) {
    const index = Number(event.target.dataset?.node ?? NaN);
    const node = this.placed.find((frame) => frame.node.index === index)?.node;
    if (!node) return;
    const siblings = node.up ? node.up.children.filter((child) => this.buttonOf(child)) : [node];
    const moves = {
      ArrowUp: node.up,
      ArrowDown: node.children.find((child) => this.buttonOf(child)),
      ArrowLeft: siblings[siblings.indexOf(node) - 1],
      ArrowRight: siblings[siblings.indexOf(node) + 1],
      Home: this.root,
    };
    if (event.key === "Escape") {
      this.zoom = this.root;
      this.draw(this.root);
    } else if (event.key in moves) {
      if (moves[event.key]) this.focused(moves[event.key], true);
    } else {
      return;
    }
    event.preventDefault();
  }
}

export function flameGraph(run) {
  if (!run.flame) {
    return h(
      "p",
      { class: "absent" },
      "This result has no profile: make it by ",
      h("code", {}, "mcost run --profile"),
      " for this view.",
    );
  }
  const graph = new FlameGraph(run);
  const measures = Object.keys(MEASURES).filter((key) => key !== "energy" || run.json.energy);
  const layers = [...new Set(run.flame.cells.map((cell) => cell[1]))].sort((a, b) => a - b);
  const controls = h(
    "div",
    { class: "controls" },
    choice(
      "Width of a frame",
      measures.map((key) => ({ value: key, label: MEASURES[key].label })),
      "cycles",
      (value) => {
        graph.measure = value;
        graph.rebuild();
      },
    ),
    layers.length > 1 &&
      selection(
        "Layer",
        [
          { value: "", label: "all" },
          ...layers.map((at) => ({ value: String(at), label: run.layers[at]?.path.join(" / ") ?? "?" })),
        ],
        "",
        (value) => {
          graph.layer = value === "" ? null : Number(value);
          graph.rebuild();
        },
      ),
    h(
      "label",
      { class: "selection control" },
      "Find ",
      h("input", {
        type: "search",
        size: "14",
        oninput: (event) => {
          graph.wanted = event.target.value.trim().toLowerCase();
          graph.draw();
        },
      }),
    ),
  );
  return [
    controls,
    graph.frames,
    graph.status,
    run.flame.missing.length > 0 &&
      h(
        "ul",
        { class: "notes" },
        run.flame.missing.map((line) => h("li", {}, line)),
      ),
    h(
      "p",
      { class: "caption" },
      "Callees stand below their caller. Choose a frame to zoom in, the one at the top to see all again; with the keyboard: arrows, Enter, Escape.",
    ),
  ];
}
