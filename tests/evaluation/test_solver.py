"""An attack with an integer solver on all that a researcher can read of two releases.

The attacker asks the dashboard for many pairs of filters in every format and keeps each answer. They know by
what each initiative can be chosen and who may deliver in it, and which months each release brought or
corrected, as its page says, so that all others stayed as they were. They know that the new ones are among
those of whom it was asked, and these and both sexes among the people served. And they know, which nobody
could, which figures of the second release are up to date, and which had to stay as they were in the first.
An organisation knows what it delivered itself, too. From the answers alone an integer program is made, whose
unknowns are the counts of each initiative, month, kind and delivering body in each release. One of one to
four people, or a change by as few, is recovered where all solutions agree.
"""

import random
from itertools import product

import pytest

from evaluation import disclosure, families, release_rows
from evaluation.disclosure import parts_of, told
from tests.evaluation.attacker import Attacker, from_csv, from_json, from_page
from tests.evaluation.reckoning import Program
from tests.evaluation.small_numbers import KINDS, PAIRS, World
from tests.measures import indicator

pytestmark = pytest.mark.django_db
HALF_YEAR = {"from": "2025-01", "to": "2025-06"}
BY_MONTH = HALF_YEAR | {"indicator": "people-served", "by": "month"}
OF_ALL = [
    BY_MONTH | {"split": "sex"},
    HALF_YEAR | {"indicator": "new-people", "by": "quarter"},
    HALF_YEAR | {"indicator": "new-share", "by": "quarter"},
]
SPANS = [("2025-01", "2025-03"), ("2025-04", "2025-06"), ("2025-01", "2025-01"), ("2025-02", "2025-05")]
OF_SOME = [BY_MONTH | {"split": "sex", "from": first, "to": last} for first, last in SPANS]
OF_SOME += [BY_MONTH | {"kind": code} for code in [*KINDS, "A"]]
WIDE = [{}, {"city": "parma"}, {"stage": "adopted"}, {"stage": "experiment", "kind": "A4"}]


@pytest.fixture
def attacker_of(cast):
    """Somebody who may read what is told of the initiatives of some pairs, and is mistaken in nothing."""
    for code in ["people-served", "new-people"]:
        indicator(code)
    indicator("new-share", over_time="ratio", decimals=1)

    def attack(pairs=PAIRS):
        world = World(cast, random.Random(4), pairs)
        return Attacker(world, world.tell_twice())

    return attack


def questions(lots):
    """Return (query, how it is read): all pairs of filters, some of them in more ways."""
    some = lots.sample([pair | words for pair, words in product(PAIRS, OF_SOME)], 24)
    asked = [*(pair | words for pair, words in product(PAIRS, OF_ALL)), *some]
    asked += [words | filters for filters, words in product(WIDE, OF_ALL[:2])]
    pages = [(pair | BY_MONTH, from_page) for pair in lots.sample(PAIRS, 4)]
    return [*((query, lots.choice([from_csv, from_csv, from_json])) for query in asked), *pages]


def recovered(attacker, client, asked, known=(), but=None):
    """Return the small counts that follow from all answers that are up to date, and what is known besides."""
    figures = [figure for query, read in asked for figure in attacker.ask(client, query, read)]
    held = [figure for figure in figures if figure.holds(attacker.truth)]
    program = Program([*attacker.known_before(), *held, *known], attacker.truth)
    return program.recovered(attacker.secrets(but), random.Random(5))


def test_a_researcher_recovers_no_small_count(attacker_of, client_of):
    attacker = attacker_of()
    assert recovered(attacker, client_of("researcher"), questions(random.Random(6))) == []
    assert len(attacker.secrets()) >= 1000
    assert attacker.numbers_read >= 2500


def test_an_organisation_recovers_no_small_count_of_others(attacker_of, client_of):
    attacker, body = attacker_of(PAIRS[:8]), "cooperativa"
    asked = [(pair | words, from_csv) for pair, words in product(PAIRS[:8], OF_ALL)]
    assert recovered(attacker, client_of("researcher"), asked, attacker.own_of(body), but=body) == []
    assert len(attacker.secrets(but=body)) >= 100


def with_small_cells_hidden(node, cells, tree, may_divide=None):
    """The first idea of suppression: whatever is not small itself is told."""
    if node.depth > disclosure.RUN and tree.is_safe(cells):
        yield told(node, cells, tree, bool(parts_of(node, cells, tree)))
    for part, inside in parts_of(node, cells, tree):
        yield from with_small_cells_hidden(part, inside, tree)


MISTAKES = {
    "nothing hidden": (families, "people_may_be_told", lambda parts, threshold: True),
    "small cells hidden alone": (disclosure, "divided", with_small_cells_hidden),
    "earlier releases forgotten": (release_rows, "versions_of", lambda counted, rows: ([], {})),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_the_attack_finds_what_a_mistake_gives_away(attacker_of, client_of, monkeypatch, mistake):
    monkeypatch.setattr(*MISTAKES[mistake])
    asked = [(pair | words, from_csv) for pair, words in product(PAIRS[:6], [OF_ALL[0], OF_SOME[4]])]
    assert recovered(attacker_of(PAIRS[:6]), client_of("researcher"), asked) != []
