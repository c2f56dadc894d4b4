// Reads the resolved board, which mcost wrote: block mappings indented by two, and flow mappings and lists in one line.
// No more of YAML than that. Scalars stay strings; {value: X, source: ...} becomes X.

function scalar(text) {
  const trimmed = text.trim();
  if (trimmed.startsWith('"') && trimmed.endsWith('"') && trimmed.length > 1) {
    try {
      return JSON.parse(trimmed);
    } catch {
      return trimmed.slice(1, -1);
    }
  }
  return trimmed;
}

/// Pieces of a flow collection's inside, split at commas outside of quotes and brackets.
function pieces(text) {
  const list = [];
  let depth = 0;
  let quoted = false;
  let start = 0;
  for (let i = 0; i < text.length; ++i) {
    const c = text[i];
    if (c === "\\" && quoted) ++i;
    else if (c === '"') quoted = !quoted;
    else if (quoted) continue;
    else if (c === "{" || c === "[") ++depth;
    else if (c === "}" || c === "]") --depth;
    else if (c === "," && depth === 0) {
      list.push(text.slice(start, i));
      start = i + 1;
    }
  }
  if (text.slice(start).trim()) list.push(text.slice(start));
  return list;
}

function flow(text) {
  const trimmed = text.trim();
  if (trimmed.startsWith("[") && trimmed.endsWith("]")) return pieces(trimmed.slice(1, -1)).map(flow);
  if (!trimmed.startsWith("{") || !trimmed.endsWith("}")) return scalar(trimmed);
  const map = new Map();
  for (const piece of pieces(trimmed.slice(1, -1))) {
    const colon = piece.indexOf(":");
    if (colon > 0) map.set(scalar(piece.slice(0, colon)), flow(piece.slice(colon + 1)));
  }
  return map.has("value") ? map.get("value") : Object.fromEntries(map);
}

export function parseBoard(text) {
  const root = Object.create(null);
  const open = [{ indent: -1, map: root }];
  for (const line of text.split("\n")) {
    const match = /^( *)("(?:[^"\\]|\\.)*"|[^\s:#][^:]*):(?: (.*))?$/.exec(line);
    if (!match) continue;
    const indent = match[1].length;
    while (open.at(-1).indent >= indent) open.pop();
    const key = scalar(match[2]);
    if (match[3] === undefined || match[3].trim() === "") {
      const map = Object.create(null);
      open.at(-1).map[key] = map;
      open.push({ indent, map });
    } else {
      open.at(-1).map[key] = flow(match[3]);
    }
  }
  return root;
}
