"""An attack with an integer solver on all that a researcher and the public can read of two releases.

The attacker asks the dashboard for many pairs of filters in every format and keeps each answer. They know by
what each initiative can be chosen and who may deliver in it, and which months each release brought or
corrected, as its page says, so that all others stayed as they were. They know that the new ones are among
those of whom it was asked, and these and each category among the people served. And they know, which nobody
could, which figures of the second release are up to date, and which had to stay as they were in the first.
An organisation knows what it delivered itself, too. From the answers alone an integer program is made, whose
unknowns are the counts of each initiative, month, kind and delivering body in each release. One of one to
four people, or a change by as few, is recovered where all solutions agree; what an organisation received,
where no solution is further from it than the share that has to be left.
"""

import random
from itertools import product

import pytest
from django.conf import settings
from django.core.management import call_command

from evaluation import disclosure, families, release_rows
from evaluation.disclosure import added, parts_of, told
from evaluation.release_rows import versions_of
from tests.bodies import organisation
from tests.evaluation.attacker import KINDS, MONEY, SHARES, Attacker, from_csv, from_json, from_page
from tests.evaluation.reckoning import MOST_EURO, Program
from tests.evaluation.small_numbers import AREAS, BODIES, LEVERS, NAMES, PAIRS, SPLITS, World

pytestmark = pytest.mark.django_db
HALF_YEAR = {"from": "2025-01", "to": "2025-06"}
OF_ITS_OWN = ["people-served", "households", "contacts"]
BY_MONTH = [HALF_YEAR | {"indicator": code, "by": "month"} for code in OF_ITS_OWN]
DIVIDED = ["new-people", *SHARES, "delivery-cost"]
BY_QUARTER = [HALF_YEAR | {"indicator": code, "by": "quarter"} for code in DIVIDED]
COST = BY_QUARTER[-1]
BROKEN_DOWN = [BY_MONTH[0] | {"split": split} for split in SPLITS]
OF_ALL = [*BROKEN_DOWN, *BY_MONTH[1:], *BY_QUARTER]
SPANS = [("2025-01", "2025-03"), ("2025-04", "2025-06"), ("2025-01", "2025-01"), ("2025-02", "2025-05")]
IN_SPANS = [words | {"from": first, "to": last} for first, last in SPANS for words in BROKEN_DOWN]
NARROWED = [{"kind": code} for code in ["A4", "B1", "A"]] + [{"organisation": name} for name in NAMES]
NARROWED += [{"stage": stage} for stage in ["experiment", "evaluation", "adopted"]]
NARROWED += [{"city": slug} for slug in BODIES]
# Beside those that choose one initiative of each city.
OTHER_PAIRS = [
    {name: choice.value} | narrowed
    for name, choices in [("area", AREAS), ("lever", LEVERS)]
    for choice, narrowed in product(choices, NARROWED)
]
WIDE = [{}, {"stage": "adopted"}, {"stage": "experiment", "kind": "A4"}]
# {who attacks: (as whom they read, which organisation they are)}: whoever is signed in can sign out.
ATTACKERS = {
    "anonymous": (["anonymous"], None),
    "researcher": (["researcher", "anonymous"], None),
    "cooperativa": (["researcher", "anonymous"], "cooperativa"),
    "associazione": (["researcher", "anonymous"], "associazione"),
}
everybody = pytest.mark.parametrize("who", ATTACKERS)


def questions(lots):
    """Return (query, how it is read): all pairs of filters, some of them in more ways."""
    asked = [pair | words for pair, words in product(PAIRS, OF_ALL)]
    on_pages = [query for query in asked if query["indicator"] not in SHARES]
    asked += [pair | lots.choice(OF_ALL) for pair in lots.sample(OTHER_PAIRS, 32)]
    in_parts = [narrowed | words for narrowed, words in product(NARROWED, [*BY_MONTH, *BY_QUARTER])]
    asked += [pair | lots.choice([*in_parts, *IN_SPANS]) for pair in PAIRS for _time in range(4)]
    asked += [filters | words for filters, words in product(WIDE, OF_ALL)]
    pages = [(query, from_page) for query in lots.sample(on_pages, 10)]
    return [*((query, lots.choice([from_csv, from_csv, from_json])) for query in asked), *pages]


def of_public(asked, lots):
    """Return what of it somebody who is not signed in asks, too."""
    wide = [(query, read) for query, read in asked if "area" not in query and "lever" not in query]
    return [*wide, *lots.sample(asked, 30)]


def queried(query):
    if "organisation" not in query:
        return query
    return query | {"organisation": str(organisation(query["organisation"]).public_id)}


def attacker_of(cast, seed, pairs=PAIRS, times=2):
    """Somebody who may read what is told of the initiatives of some pairs."""
    call_command("load_indicators", verbosity=0)
    world = World(cast, random.Random(seed), pairs)
    return Attacker(world, world.tell(times))


def figures_told(attacker, client, reader, asked):
    is_public = reader == "anonymous"
    return [
        figure for query, read in asked for figure in attacker.ask(client, queried(query), read, is_public)
    ]


@pytest.fixture(scope="module")
def kept():
    return []


@pytest.fixture
def attack(db, kept, request):
    """The attacker, and {reader: figures told}: asked once, and kept without the database."""
    if not kept:
        cast, client_of = (request.getfixturevalue(name) for name in ["cast", "client_of"])
        attacker, lots = attacker_of(cast, seed=12), random.Random(6)
        asked = questions(lots)
        asked = {"researcher": asked, "anonymous": of_public(asked, lots)}
        kept.append(attacker)
        kept.append({who: figures_told(attacker, client_of(who), who, some) for who, some in asked.items()})
    return kept


def known_to(who, told):
    return [figure for reader in ATTACKERS[who][0] for figure in told[reader]]


def suspected(attacker, figures, kinds, but=None):
    """Return a Program of what is known of some kinds of counts, and the small ones that may follow of it."""
    measures = {measure for kind in kinds for sides in KINDS[kind] for measure in sides}
    known = [*attacker.known_before(), *attacker.own_of(but), *figures]
    targets = [terms for kind in kinds for terms in attacker.secrets(kind, but)]
    return Program(known, attacker.truth, measures), targets


def recovered(program, targets):
    return program.recovered(targets, random.Random(5))


def suspected_of_money(attacker, figures, but=None):
    known = [*attacker.own_of(but), *figures]
    return Program(known, attacker.truth, set(MONEY), MOST_EURO), attacker.amounts(but)


def known_closely(program, targets):
    return program.estimated(targets, random.Random(5), float(settings.SUPPRESSION_MONEY_SHARE))


def test_the_attacker_reads_much_and_understands_all_of_the_first_release(attack):
    attacker, _told = attack
    assert len(attacker.pairs) >= 30
    assert min(attacker.numbers_read[code] for code in [*OF_ITS_OWN, *DIVIDED]) >= 10
    assert attacker.numbers_read.total() >= 5000
    assert attacker.mistaken[1] == 0


@everybody
def test_nobody_recovers_a_small_count(attack, who):
    attacker, told = attack
    program, targets = suspected(attacker, known_to(who, told), KINDS, ATTACKERS[who][1])
    assert list(recovered(program, targets)) == []
    assert len(targets) >= 1000


@everybody
def test_nobody_knows_closely_what_an_organisation_received(attack, who):
    attacker, told = attack
    program, targets = suspected_of_money(attacker, known_to(who, told), ATTACKERS[who][1])
    assert list(known_closely(program, targets)) == []
    assert len(targets) >= 100


def of_four_releases(cast, client_of, words):
    """The attacker, and what they are told of a few initiatives."""
    attacker = attacker_of(cast, 31, PAIRS[:5], times=4)
    asked = [(filters | some, from_csv) for filters, some in product([*PAIRS[:5], {}], words)]
    return attacker, figures_told(attacker, client_of("researcher"), "researcher", asked)


def test_four_releases_give_nothing_away(cast, client_of):
    words = [*BY_MONTH, IN_SPANS[0], BY_QUARTER[0], COST]
    attacker, figures = of_four_releases(cast, client_of, words)
    for body in [None, "cooperativa"]:
        program, targets = suspected(attacker, figures, ["served", "new", "households", "contacts"], body)
        assert list(recovered(program, targets)) == []
        assert len(targets) >= 1000
        assert list(known_closely(*suspected_of_money(attacker, figures, body))) == []


def test_the_attack_finds_what_all_releases_but_the_last_give_away(cast, client_of, monkeypatch):
    def of_last(counted, rows):
        versions, kept = versions_of(counted, rows)
        return versions[-1:], kept

    monkeypatch.setattr(release_rows, "versions_of", of_last)
    attacker, figures = of_four_releases(cast, client_of, BY_MONTH)
    attacks = [suspected(attacker, figures, [kind]) for kind in ["served", "households", "contacts"]]
    assert any(next(recovered(*attack), None) is not None for attack in attacks)


def with_small_cells_hidden(node, cells, tree, may_divide=None):
    """The first idea of suppression: whatever is not small itself is told."""
    if node.depth > disclosure.RUN and tree.is_safe(cells):
        yield told(node, cells, tree, bool(parts_of(node, cells, tree)))
    for part, inside in parts_of(node, cells, tree):
        yield from with_small_cells_hidden(part, inside, tree)


def with_every_body(node, cells, tree, may_divide=None, divided=disclosure.divided):
    """What each organisation delivered is told wherever kinds are."""
    for part in divided(node, cells, tree, may_divide):
        if part.node.depth != disclosure.KIND or part.is_divided:
            yield part
        else:
            inside = {cell: n for cell, n in cells.items() if (cell.month, cell.kind) == kind_of(part.node)}
            yield told(part.node, inside, tree, True)
            for body, own in parts_of(part.node, inside, tree):
                yield told(body, own, tree, False)


def kind_of(node):
    return node.first, node.kind


def with_bodies_forgotten(parts, threshold):
    """As if no organisation knew what it did itself."""
    return all(count == 0 or abs(count) >= threshold for count in added(parts.values()))


ALL_MONEY = [(families, "money_may_be_told", lambda parts, share: True)]
EVERYTHING = [(families, "people_may_be_told", lambda parts, threshold: True), *ALL_MONEY]
BY_QUARTERS_ALONE = [words for words in IN_SPANS if words["to"] in {"2025-03", "2025-06"}]
SERVED, CONTACTS = BY_MONTH[0], BY_MONTH[2]
# {mistake: (what is made in its place, who finds it, in answers to what, for which kinds, in which world)}
MISTAKES = {
    "nothing hidden": (
        EVERYTHING,
        "researcher",
        [*BY_MONTH[1:], *BY_QUARTERS_ALONE[:3], *BY_QUARTER[:-1]],
        [[kind] for kind in KINDS],
        5,
    ),
    "nothing hidden from the public": (
        EVERYTHING,
        "anonymous",
        BY_MONTH,
        [["served"], ["households"], ["contacts"]],
        5,
    ),
    "small cells hidden alone": (
        [(disclosure, "divided", with_small_cells_hidden)],
        "researcher",
        [SERVED, SERVED | {"kind": "A4"}, CONTACTS, CONTACTS | {"kind": "A4"}],
        [["served"], ["contacts"]],
        5,
    ),
    "earlier releases forgotten": (
        [(release_rows, "versions_of", lambda counted, rows: ([], {}))],
        "researcher",
        BY_MONTH,
        [["served"], ["households"], ["contacts"]],
        9,
    ),
    "breakdowns told without their whole": (
        [(release_rows, "WHOLES", {})],
        "researcher",
        BY_QUARTERS_ALONE,
        [["served", split] for split in SPLITS],
        8,
    ),
    "organisations forgotten": (
        [(families, "people_may_be_told", with_bodies_forgotten)],
        "associazione",
        BY_MONTH,
        [["served"], ["households"], ["contacts"]],
        5,
    ),
    "every organisation told": (
        [(disclosure, "divided", with_every_body)],
        "researcher",
        [SERVED | {"organisation": name} for name in NAMES],
        [["served"]],
        5,
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_the_attack_finds_what_a_mistake_gives_away(cast, client_of, monkeypatch, mistake):
    changes, who, words, kinds, seed = MISTAKES[mistake]
    for change in changes:
        monkeypatch.setattr(*change)
    attacker, (readers, body) = attacker_of(cast, seed, PAIRS[:5]), ATTACKERS[who]
    asked = [(pair | some, from_csv) for pair, some in product(PAIRS[:5], words)]
    figures = figures_told(attacker, client_of(readers[0]), readers[0], asked)
    attacks = {" ".join(some): suspected(attacker, figures, some, body) for some in kinds}
    assert [name for name, attack in attacks.items() if next(recovered(*attack), None) is None] == []


def test_the_attack_finds_what_money_of_one_organisation_gives_away(cast, client_of, monkeypatch):
    monkeypatch.setattr(*ALL_MONEY[0])
    attacker = attacker_of(cast, 4, PAIRS[:5])
    asked = [(filters | COST, from_csv) for filters in [{}, *PAIRS[:5]]]
    told = {who: figures_told(attacker, client_of(who), who, asked) for who in ["researcher", "anonymous"]}
    attacks = {
        who: suspected_of_money(attacker, known_to(who, told), body)
        for who, (_readers, body) in ATTACKERS.items()
    }
    assert [who for who, attack in attacks.items() if next(known_closely(*attack), None) is None] == []
