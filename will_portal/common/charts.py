"""The geometry of small line charts: from years and values to the units of a drawing.

A series is {year: value}; years without a value are missing from it, and lines break there. Periods of
another length take the place of years by their numbers from 0. Values may be Decimal. Coordinates come as
text with a decimal point, because templates would write a decimal comma. `templates/common/_chart.html` turns
a Chart into SVG.
"""

from dataclasses import dataclass
from typing import NamedTuple

WIDTH, HEIGHT = 280, 120
# Room for the dot at the end, the years below, and the numbers of the axis.
TOP, RIGHT, BOTTOM, LEFT = 10, 12, 18, 44


@dataclass(frozen=True)
class Frame:
    """The rectangle in which lines are drawn, and which years and values its sides stand for."""

    first: int
    last: int
    low: float
    high: float
    width: int = WIDTH
    height: int = HEIGHT
    # Room on the left for the numbers of the axis.
    margin: int = LEFT

    @classmethod
    def around(cls, *series):
        """Fit all values of the series, at least one of which has some; a lone value lies in the middle."""
        years = [year for values in series for year in values]
        values = [float(value) for one in series for value in one.values()]
        low, high = min(values), max(values)
        margin = 0 if high > low else max(abs(low) / 10, 1)
        return cls(min(years), max(years), low - margin, high + margin)

    @property
    def viewbox(self):
        return f"0 0 {self.width} {self.height}"

    @property
    def left(self):
        return self.margin

    @property
    def right(self):
        return self.width - RIGHT

    @property
    def top(self):
        return TOP

    @property
    def bottom(self):
        return self.height - BOTTOM

    def x(self, year):
        if self.first == self.last:
            return (self.left + self.right) / 2
        return self.left + (year - self.first) / (self.last - self.first) * (self.right - self.left)

    def y(self, value):
        return self.bottom - (float(value) - self.low) / (self.high - self.low) * (self.bottom - self.top)

    def place(self, year, value):
        return f"{self.x(year):.1f} {self.y(value):.1f}"

    def line(self, series):
        """Return the series as the `d` of an SVG path, in pieces where years are missing."""
        return "".join(
            f"M{'L'.join(self.place(*point) for point in run)}" for run in runs(series) if len(run) > 1
        )

    def band(self, lows, highs):
        """Return the area between two series of the same years as the `d` of an SVG path."""
        return "".join(
            f"M{'L'.join([self.place(*point) for point in run] + self._back(run, highs))}Z"
            for run in runs(lows)
            if len(run) > 1
        )

    def _back(self, run, highs):
        return [self.place(year, highs[year]) for year, _ in reversed(run)]

    def slice(self, year):
        """Return (x, width) of the strip that belongs to a year, in which a pointer asks for its value."""
        step = (self.right - self.left) / max(self.last - self.first, 1)
        start = max(self.x(year) - step / 2, 0)
        return start, min(self.x(year) + step / 2, self.width) - start


def runs(series):
    """Return the (year, value) pairs of the series in order, one list for each run of years without a gap."""
    found = []
    for year, value in sorted(series.items()):
        if found and found[-1][-1][0] == year - 1:
            found[-1].append((year, value))
        else:
            found.append([(year, value)])
    return found


class Peers(NamedTuple):
    """What is drawn behind a line: the lowest, the middle and the highest value of the others, by year."""

    low: dict
    median: dict
    high: dict


class Point(NamedTuple):
    x: str
    width: str
    sentence: str


class Chart(NamedTuple):
    frame: Frame
    low: str
    high: str
    band: str
    median: str
    line: str
    dots: list
    points: list
    summary: str


def draw(series, peers, frame, *, write, sentence, summary):
    """Return the Chart of a series with at least one value.

    `write(value)` returns a value as text for the axis, `sentence(year)` what a pointer on that year is told,
    and `summary` says in words what the picture shows, to those who do not see it.
    """
    return Chart(
        frame=frame,
        low=write(frame.low),
        high=write(frame.high),
        band=frame.band(peers.low, peers.high),
        median=frame.line(peers.median),
        line=frame.line(series),
        dots=[dot(frame, year, series[year]) for year in marked(series)],
        points=[point(frame, year, sentence(year)) for year in sorted(series)],
        summary=summary,
    )


def marked(series):
    """Return the years that get a dot: the last, and those between two gaps, which no line would show."""
    alone = [run[0][0] for run in runs(series) if len(run) == 1]
    return sorted({*alone, max(series)})


def dot(frame, year, value):
    return {"x": f"{frame.x(year):.1f}", "y": f"{frame.y(value):.1f}"}


def point(frame, year, sentence):
    x, width = frame.slice(year)
    return Point(f"{x:.1f}", f"{width:.1f}", sentence)
