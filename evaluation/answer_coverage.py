"""Of how many cities an Answer shows figures, and why not of the others."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cities.charts import spell_coverage
from evaluation.figure_words import STATES, is_change
from evaluation.figures.figure import Apart, State

RANKING = "ranking"
# What these show is of the whole time.
OF_WHOLE_TIME = {RANKING, "map", "breakdown"}


def spell_answer_coverage(answer):
    """Return of how many cities the view that was chosen shows figures, and why not of the others.

    "7 of 10 cities; change of 5 cities. Novara: no data since Q1 2025; Padova: not shown".
    """
    gaps = {}
    for city in answer.cities:
        if gap := gap_of(answer, city):
            gaps.setdefault(gap, []).append(city.name)
    told = "; ".join(f"{', '.join(names)}: {gap}" for gap, names in gaps.items())
    counted = "; ".join(filter(None, [count_of(answer), nothing_of(answer), changes_of(answer)]))
    return f"{counted}. {told}" if told else counted


def shown(answer, city):
    """Return the figures of a city that the view draws."""
    return [answer.totals[city.pk]] if answer.asked.view in OF_WHOLE_TIME else answer.of(city)


def count_of(answer):
    known = [city for city in answer.cities if any(figure.is_value for figure in shown(answer, city))]
    return spell_coverage(len(known), len(answer.cities))


def changes_of(answer):
    """Return of how many cities a change is shown; nothing where the view shows none."""
    if answer.asked.view != RANKING:
        return ""
    count = sum(is_change(figure, before) for _place, _city, figure, before in answer.ranking)
    words = ngettext("change of %(count)s city", "change of %(count)s cities", count)
    return words % {"count": count} if count else ""


def nothing_of(answer):
    """Return how many of the cities counted have no entry of what was chosen: their figure is of nothing."""
    count = sum(has_nothing(shown(answer, city)) for city in answer.cities)
    words = ngettext(
        "%(count)s of them has nothing of what you chose",
        "%(count)s of them have nothing of what you chose",
        count,
    )
    return words % {"count": count} if count else ""


def has_nothing(figures):
    """Whether it is told that there are no entries; where their number is not told, this is not known."""
    told = [figure for figure in figures if figure.state in {State.VALUE, State.SUPPRESSED}]
    return any(figure.is_value for figure in told) and all(figure.entries == 0 for figure in told)


def gap_of(answer, city):
    """Return from when on, or why, there is nothing of a city; nothing where it goes up to the end."""
    figures = shown(answer, city)
    told = [
        number for number, figure in enumerate(figures) if figure.state in {State.VALUE, State.SUPPRESSED}
    ]
    if any(figure.is_value for figure in figures):
        after = told[-1] + 1
        if after == len(figures) or figures[after].state != State.MISSING:
            return ""
        return _("no data since %(period)s") % {"period": answer.periods[after]}
    if told:
        has_limits = any((figure.lower, figure.upper) != (None, None) for figure in figures)
        return _("only limits are shown") if has_limits else str(STATES[State.SUPPRESSED])
    if figures and all(Apart.OUTSIDE in figure.apart for figure in figures):
        return _("outside the programme")
    states = {figure.state for figure in figures}
    return str(STATES[State.NOT_APPLICABLE if states == {State.NOT_APPLICABLE} else State.MISSING])
