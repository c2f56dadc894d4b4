// Colours that stay apart for colour-blind readers and in print (after Okabe and Ito), each with a tone for light and
// one for dark pages. A cause, a memory and a component have the same colour wherever they appear.

const TONES = {
  blue: ["#0b6bb5", "#4aa3e8"],
  sky: ["#6db7e6", "#9ad4f7"],
  navy: ["#27457e", "#7f9de0"],
  orange: ["#e08a00", "#f2a93b"],
  vermilion: ["#c8501a", "#ee7f4c"],
  yellow: ["#e3cf2c", "#efe06b"],
  purple: ["#b3588f", "#de8fbf"],
  green: ["#0f8a66", "#3fc39a"],
  olive: ["#7d7a1c", "#bcb84e"],
  grey: ["#8a8f98", "#a0a6b1"],
  brown: ["#8a5a3c", "#c4926f"],
  teal: ["#2a9aa5", "#67cdd6"],
};

const CAUSE_TONES = {
  issue: "blue",
  address_interlock: "sky",
  result_latency: "navy",
  operand: "teal",
  structural: "olive",
  refill: "purple",
  mispredict: "brown",
  bus_wait: "green",
  exception: "yellow",
  sleep: "grey",
};
const FETCH_TONES = ["yellow", "teal", "brown"];
const DATA_TONES = ["orange", "green", "olive"];
const STORE_TONES = ["vermilion", "navy", "purple"];
const ANY_TONES = [
  "orange",
  "blue",
  "green",
  "purple",
  "sky",
  "vermilion",
  "teal",
  "olive",
  "navy",
  "brown",
  "yellow",
  "grey",
];
const KIND_TONES = { data: "orange", bss: "blue", heap: "green", stack: "purple", other: "grey" };
const COMPONENT_TONES = { static: "grey", core: "blue", dma: "green", board: "brown" };

const pick = (list, index) => list[index % list.length];

/// `memories` are names in the order of the run.
export function causeTone(key, memories) {
  const [cause, place] = key.split(":");
  const index = Math.max(0, memories.indexOf(place));
  if (cause === "fetch_wait") return pick(FETCH_TONES, index);
  if (cause === "data_wait") return pick(DATA_TONES, index);
  if (cause === "store_wait") return pick(STORE_TONES, index);
  return CAUSE_TONES[cause] ?? "grey";
}

export function memoryTone(name, memories) {
  return pick(ANY_TONES, Math.max(0, memories.indexOf(name)));
}

export function componentTone(name, memories) {
  if (COMPONENT_TONES[name]) return COMPONENT_TONES[name];
  const index = memories.indexOf(name);
  return index < 0
    ? pick(["teal", "olive", "purple", "brown"], name.length)
    : pick(["orange", "green", "purple", "sky", "vermilion", "teal", "olive", "navy"], index);
}

/// A tone for each of `keys`: the one that `preferred(key)` names, or, where an earlier key has it, one that none has.
export function distinctTones(keys, preferred) {
  const taken = new Map();
  for (const key of keys) {
    const tone = preferred(key);
    const used = new Set(taken.values());
    taken.set(key, used.has(tone) ? (Object.keys(TONES).find((other) => !used.has(other)) ?? tone) : tone);
  }
  return taken;
}

export const kindTone = (kind) => KIND_TONES[kind] ?? "grey";
export const runTone = (index) =>
  pick(["blue", "orange", "green", "purple", "vermilion", "teal", "olive", "brown"], index);

export function colour(tone, dark) {
  return TONES[tone][dark ? 1 : 0];
}
