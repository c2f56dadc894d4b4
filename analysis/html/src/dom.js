// Elements of the page. Texts are set as text, never as markup: names come from hostile firmware.

const SVG = "http://www.w3.org/2000/svg";

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "style") Object.assign(element.style, value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  for (const child of children.flat(Infinity)) {
    if (child === undefined || child === null || child === false) continue;
    element.append(child);
  }
  return element;
}

/// h("p", {class: "note"}, "text", element, [more])
export function h(tag, attributes, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

export function svg(tag, attributes, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

let numbers = 0;
export function freshId(prefix) {
  numbers += 1;
  return `${prefix}-${numbers}`;
}

/// A part of the page with a heading that can be linked to.
export function section(id, title, intro, ...children) {
  return h(
    "section",
    { id, "aria-labelledby": `${id}-title` },
    h("h3", { id: `${id}-title` }, title),
    intro && h("p", { class: "intro" }, intro),
    children,
  );
}

/// Buttons of which one is pressed. `options` are {value, label}; `choose(value)` is called on a change.
export function choice(label, options, value, choose) {
  const buttons = options.map((option) =>
    h(
      "button",
      {
        type: "button",
        "aria-pressed": String(option.value === value),
        "data-value": String(option.value),
        title: option.title,
        onclick: (event) => {
          for (const other of buttons)
            other.setAttribute("aria-pressed", String(other === event.currentTarget));
          choose(option.value);
        },
      },
      option.label,
    ),
  );
  return h("div", { class: "choice control", role: "group", "aria-label": label }, buttons);
}

/// A list to choose from.
export function selection(label, options, value, choose) {
  const list = h(
    "select",
    { onchange: (event) => choose(event.target.value) },
    options.map((option) =>
      h("option", { value: option.value, selected: option.value === value }, option.label),
    ),
  );
  return h("label", { class: "selection control" }, label, " ", list);
}
