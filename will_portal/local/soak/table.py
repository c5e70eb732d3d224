from typing import NamedTuple

HEAD = ["fault", "times", "longest recovery", "left", "differences", "lost", "doubled", "ended"]


class Line(NamedTuple):
    """What came of a fault, however often it was tried."""

    fault: str
    times: int = 0
    # In seconds, from the moment from which nothing stood in the way.
    recovery_s: float = 0
    # Marks, months set apart and open runs.
    left: int = 0
    # Sums that are not what the log says.
    differences: int = 0
    # Entries that are not as somebody was told, or are there more than once or for no reason.
    lost: int = 0
    doubled: int = 0
    # Workers that Celery gave up and that were started anew, as whoever runs them in earnest does.
    ended: int = 0
    said: list = []  # noqa: RUF012

    def plus(self, other):
        added = [one + another for one, another in zip(self[1:], other[1:], strict=True)]
        return Line(self.fault, *added)._replace(recovery_s=max(self.recovery_s, other.recovery_s))

    @property
    def off(self):
        return bool(self.left or self.differences or self.lost or self.doubled or self.said)

    def as_dict(self):
        return self._asdict() | {"recovery_s": round(self.recovery_s, 2), "met": not self.off}

    @property
    def cells(self):
        counts = [self.left, self.differences, self.lost, self.doubled, self.ended]
        return [self.fault, str(self.times), f"{self.recovery_s:.1f} s", *map(str, counts)]


def as_table(lines):
    """Lay the lines out for a terminal, with what is to be said of each below it."""
    cells = [HEAD, *(line.cells for line in lines)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(HEAD))]
    shown = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in cells]
    said = [f"{line.fault}: {sentence}" for line in lines for sentence in line.said]
    return "\n".join([*shown, *said])
