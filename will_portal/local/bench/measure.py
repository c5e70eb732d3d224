"""Two sides of a comparison in turns, so that a busy machine is busy for both alike."""

import json
from contextlib import contextmanager
from statistics import median
from time import perf_counter
from typing import NamedTuple

from django.db import connection

WARM_UP = 5


class Comparison(NamedTuple):
    """One line of the table: medians in seconds, and what is compared with the target."""

    row: int
    work: str
    against: str
    ours_s: float | None
    against_s: float | None
    ratio: float
    target: float

    @property
    def met(self):
        return self.ratio <= self.target

    def as_dict(self):
        return self._asdict() | {"met": self.met}


def compared(row, work, against, times, target):
    """Make the line of two lists of seconds, ours first."""
    ours, others = map(median, times)
    return Comparison(row, work, against, ours, others, ours / others, target)


def in_turns(ours, others, tries):
    """Call both so many times in turns after a warm-up; return the two lists of what they return."""
    for _ in range(WARM_UP):
        ours(), others()
    times = [], []
    for turn in range(tries):
        # Whoever always came second would find the machine as the first one left it.
        pair = [(times[0], ours), (times[1], others)]
        for taken, work in pair if turn % 2 else reversed(pair):
            taken.append(work())
    return times


def seconds(work):
    started = perf_counter()
    work()
    return perf_counter() - started


class Statements:
    """What Django sends to the database while this is in force: each statement and how long it took."""

    def __init__(self):
        self.sent = []

    def __call__(self, execute, query, params, many, context):
        started = perf_counter()
        try:
            return execute(query, params, many, context)
        finally:
            self.sent.append((perf_counter() - started, str(query), params))

    @contextmanager
    def watched(self):
        commit = connection.commit

        def timed_commit():
            self.sent.append((seconds(commit), "COMMIT", None))

        # Django's wrappers see statements only, and a commit is where the disk is waited for.
        connection.commit = timed_commit
        try:
            with connection.execute_wrapper(self):
                yield self
        finally:
            del connection.commit


def as_table(comparisons):
    """Lay the comparisons out for a terminal."""
    head = ["row", "work", "against", "ours", "against", "ratio", "target", "met"]
    lines = [head, *(cells(comparison) for comparison in comparisons)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    return "\n".join("  ".join(map(str.ljust, line, widths)).rstrip() for line in lines)


def cells(comparison):
    row, work, against, ours, others, ratio, target = comparison
    times = ["" if taken is None else f"{taken * 1000:.2f} ms" for taken in (ours, others)]
    return [str(row), work, against, *times, f"{ratio:.3g}", f"{target:g}", "yes" if comparison.met else "NO"]


def as_json(comparisons):
    return json.dumps([comparison.as_dict() for comparison in comparisons], indent=2)
