// Light or dark: as the system says, until the reader chooses. Printing is light. Who draws with colours asks here and
// is told of changes.

const listeners = [];
const system = matchMedia("(prefers-color-scheme: dark)");
let chosen = null;
let printing = false;

function apply() {
  const root = document.documentElement;
  if (chosen) root.dataset.theme = chosen;
  else delete root.dataset.theme;
  for (const listener of listeners) listener();
}

export function isDark() {
  if (printing) return false;
  return chosen ? chosen === "dark" : system.matches;
}

export function isPrinting() {
  return printing;
}

export function onThemeChange(listener) {
  listeners.push(listener);
}

export function toggleTheme() {
  chosen = isDark() ? "light" : "dark";
  apply();
}

system.addEventListener("change", () => {
  if (!chosen) apply();
});

function setPrinting(value) {
  if (printing === value) return;
  printing = value;
  document.documentElement.classList.toggle("printing", value);
  apply();
}

addEventListener("beforeprint", () => setPrinting(true));
addEventListener("afterprint", () => setPrinting(false));
matchMedia("print").addEventListener("change", (event) => setPrinting(event.matches));

/// The colours that the style sheet defines for the theme at hand.
export function themeColours() {
  const style = getComputedStyle(document.documentElement);
  const value = (name) => style.getPropertyValue(name).trim();
  return {
    dark: isDark(),
    text: value("--text"),
    faint: value("--faint"),
    line: value("--line"),
    paper: value("--paper"),
    band: value("--band"),
    accent: value("--accent"),
  };
}
