"""Small charts as SVG text: points on logarithmic axes, and bars in groups.

Coordinates are rounded to a tenth of a pixel, so equal data gives equal text; the ground is white, so that charts can be
read on a dark page too. Nothing is imported but what Python has.
"""
import math
from dataclasses import dataclass
from xml.sax.saxutils import escape

WIDTH, HEIGHT = 680, 420
LEFT, RIGHT, TOP, BOTTOM = 70, 180, 40, 55  # margins; the legend is in the right one
COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#7a5c00", "#56b4e9"]  # told apart by the colour-blind, too
MARKERS = ["circle", "square", "diamond"]


@dataclass
class Series:
    """Points (x, y) of one thing. `hollow` for measured ones, `line` joins them, `marked` ones are seen themselves; `colour`
    counts from 0."""

    name: str
    points: list
    colour: int = 0
    hollow: bool = False
    line: bool = False
    marked: bool = True


class Axis:
    """From values to pixels between `low` and `high`."""

    def __init__(self, values, low, high, log):
        self.log, self.low, self.high = log, low, high
        least, most = min(values), max(values)
        if log:
            if least <= 0:
                raise ValueError(f"{least} on a logarithmic axis")
            self.first, self.last = math.log10(least) - 0.08, math.log10(most) + 0.08
        else:
            self.first, self.last = min(0.0, least), most * 1.08 or 1.0

    def __call__(self, value):
        place = math.log10(value) if self.log else value
        return self.low + (self.high - self.low) * (place - self.first) / (self.last - self.first)

    def ticks(self):
        if not self.log:
            step = 10 ** math.floor(math.log10(self.last))
            step = next(s for s in (step, step / 2, step / 5) if self.last / s >= 3)
            return [i * step for i in range(math.floor(self.last / step) + 1)]
        decades = range(math.floor(self.first), math.ceil(self.last) + 1)
        few = self.last - self.first < 2.5
        values = [digit * 10.0**decade for decade in decades for digit in ((1, 2, 5) if few else (1,))]
        return [value for value in values if self.first <= math.log10(value) <= self.last]


def number(value):
    return f"{value:.1f}".removesuffix(".0")


def label(value):
    return f"{value:,.6g}" if value < 1e5 else f"{value:,.0f}"


def text(x, y, words, anchor="middle", more=""):
    return f'<text x="{number(x)}" y="{number(y)}" text-anchor="{anchor}"{more}>{escape(words)}</text>'


def line(x1, y1, x2, y2, colour="#ddd", more=""):
    ends = f'x1="{number(x1)}" y1="{number(y1)}" x2="{number(x2)}" y2="{number(y2)}"'
    return f'<line {ends} stroke="{colour}"{more}/>'


def marker(x, y, colour, hollow):
    style = f'fill="{"white" if hollow else COLOURS[colour]}" stroke="{COLOURS[colour]}" stroke-width="2"'
    shape = MARKERS[colour % len(MARKERS)]
    if shape == "circle":
        return f'<circle cx="{number(x)}" cy="{number(y)}" r="5" {style}/>'
    turned = f' transform="rotate(45 {number(x)} {number(y)})"' if shape == "diamond" else ""
    return f'<rect x="{number(x - 4.5)}" y="{number(y - 4.5)}" width="9" height="9" {style}{turned}/>'


def frame(title, x_label, y_label, parts):
    """The whole file around the parts of a chart."""
    middle = (TOP + HEIGHT - BOTTOM) / 2
    turn = f' transform="rotate(-90 18 {number(middle)})"'
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}" '
        'font-family="sans-serif" font-size="12" fill="#222">',
        f"<title>{escape(title)}</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
        text((LEFT + WIDTH - RIGHT) / 2, 22, title, more=' font-size="14" font-weight="bold"'),
        text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 12, x_label),
        text(18, middle, y_label, more=turn),
        *parts,
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def grid_lines(axis, vertical):
    """Lines and figures at the ticks of one axis."""
    parts = []
    for value in axis.ticks():
        at = axis(value)
        if vertical:
            parts += [line(LEFT, at, WIDTH - RIGHT, at), text(LEFT - 8, at + 4, label(value), "end")]
        else:
            parts += [line(at, TOP, at, HEIGHT - BOTTOM), text(at, HEIGHT - BOTTOM + 18, label(value))]
    return parts


def scatter(title, x_label, y_label, series, log=True):
    """Points of several series on two axes, both logarithmic or both from zero."""
    points = [point for one in series for point in one.points]
    x_axis = Axis([x for x, _ in points], LEFT, WIDTH - RIGHT, log)
    y_axis = Axis([y for _, y in points], HEIGHT - BOTTOM, TOP, log)
    parts = grid_lines(x_axis, False) + grid_lines(y_axis, True)
    for i, one in enumerate(series):
        places = [(x_axis(x), y_axis(y)) for x, y in one.points]
        if one.line:
            joined = " ".join(f"{number(x)},{number(y)}" for x, y in places)
            dash = ' stroke-dasharray="4 3"' if one.hollow else ""
            parts.append(f'<polyline points="{joined}" fill="none" stroke="{COLOURS[one.colour]}"{dash}/>')
        parts += [marker(x, y, one.colour, one.hollow) for x, y in places if one.marked]
        parts += [
            marker(WIDTH - RIGHT + 18, TOP + 8 + 20 * i, one.colour, one.hollow),
            text(WIDTH - RIGHT + 30, TOP + 12 + 20 * i, one.name, "start"),
        ]
    return frame(title, x_label, y_label, parts)


def bars(title, y_label, groups, series):
    """`series` is {name: a value for each of the groups}; None leaves a gap."""
    values = [value for row in series.values() for value in row if value is not None]
    axis = Axis(values, HEIGHT - BOTTOM, TOP, False)
    parts = grid_lines(axis, True)
    group_width = (WIDTH - RIGHT - LEFT) / len(groups)
    width = 0.8 * group_width / len(series)
    for i, group in enumerate(groups):
        for row, words in enumerate(group.split(", ")):  # one below the other
            parts.append(text(LEFT + (i + 0.5) * group_width, HEIGHT - BOTTOM + 18 + 15 * row, words))
    for j, (name, row) in enumerate(series.items()):
        fill = f'fill="{COLOURS[j]}"'
        for i, value in enumerate(row):
            if value is not None:
                x, y = LEFT + (i + 0.1) * group_width + j * width, axis(value)
                size = f'width="{number(width)}" height="{number(HEIGHT - BOTTOM - y)}"'
                parts.append(f'<rect x="{number(x)}" y="{number(y)}" {size} {fill}/>')
        parts += [
            f'<rect x="{WIDTH - RIGHT + 13}" y="{TOP + 3 + 20 * j}" width="10" height="10" {fill}/>',
            text(WIDTH - RIGHT + 30, TOP + 12 + 20 * j, name, "start"),
        ]
    parts.append(line(LEFT, axis(0), WIDTH - RIGHT, axis(0), "#222"))
    return frame(title, "", y_label, parts)
