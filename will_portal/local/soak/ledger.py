"""What the writers were told is stored, and what they could not know, to be held against the log."""

import threading
from collections import defaultdict
from datetime import date
from typing import NamedTuple

STORED = """
    SELECT i.note, i.version, i.day, i.people_served, i.confirmed_at IS NOT NULL, i.withdrawn_at IS NOT NULL,
        (SELECT coalesce(sum(p.people), 0) FROM initiatives_interventionpeople AS p
            WHERE p.intervention_id = i.id)
    FROM initiatives_intervention AS i"""


class State(NamedTuple):
    """An entry as its writer knows it; `parts` are the people of its breakdown."""

    version: int
    day: date
    people: int
    confirmed: bool
    withdrawn: bool
    parts: int


class Ledger:
    """Of each entry, by its note, the states that it may have: one, unless an answer never came."""

    def __init__(self):
        self.lock = threading.Lock()
        self.possible = {}
        self.acknowledged = 0

    def of(self, name):
        """The state of an entry, or None where it is not known or the entry is gone."""
        states = self.possible.get(name, [None])
        return states[0] if len(states) == 1 else None

    def ask(self, changes):
        """Note {name: state} before it is asked for: from now on either may be the case."""
        with self.lock:
            for name, state in changes.items():
                self.possible[name] = [*self.possible.get(name, [None]), state]

    def answer(self, changes):
        """Note that these are stored: somebody was told so."""
        with self.lock:
            self.acknowledged += len(changes)
            self.possible |= {name: [state] for name, state in changes.items()}

    def refuse(self, changes):
        """Note that nothing was stored, which somebody was told."""
        with self.lock:
            for name in changes:
                self.possible[name].pop()

    def differences(self, connection):
        """Return how many entries are not as their writers were told, and how many are there once too often.

        What could not be known is known from now on.
        """
        stored = defaultdict(list)
        for name, *values in connection.execute(STORED):
            stored[name].append(State(*values))
        lost = [name for name in self.possible if self.is_lost(name, stored.get(name, [None]))]
        doubled = sum(len(states) - (name in self.possible) for name, states in stored.items())
        self.possible = {name: states[:1] for name, states in stored.items()}
        return len(lost), doubled

    def is_lost(self, name, states):
        return all(state not in self.possible[name] for state in states)
