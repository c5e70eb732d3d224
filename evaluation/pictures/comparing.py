"""Figures set against each other: those of the cities, and of the time before."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from evaluation.figure_words import is_change, mark, say, spell_bounds
from will_portal.common.numbers import spell_change, spell_number


def change_of(figure, before, version):
    """Return the difference with its sign; "" unless both are exact and like with like."""
    return spell_change(figure.value - before.value, version.decimals) if is_change(figure, before) else ""


def extremes(pairs, version):
    """Take (city, Figure) of all cities and return who has most and who least, in a sentence.

    Only exact numbers that are like with like can be put in order, so it says of how many cities these are,
    and who of the others certainly has more or less. Where there are no two, limits are all there is to say.
    """
    pairs = [(city.name, figure) for city, figure in pairs]
    comparable = [pair for pair in pairs if pair[1].is_comparable]
    exact = [pair for pair in comparable if pair[1].value is not None]
    if not comparable:
        return _("There is no figure to compare.")
    if len(comparable) == 1:
        return f"{say(*comparable[0], version)}."
    ordered, order = (exact, order_of) if len(exact) > 1 else (comparable, by_highest_possible)
    return " ".join([order(ordered, len(pairs), version), *beyond(pairs, ordered, version)])


def order_of(exact, cities, version):
    (high, most), (low, least) = (best(exact, choose) for choose in (max, min))
    words = {"high": high, "most": mark(most, version), "low": low, "least": mark(least, version)}
    words["count"] = spell_number(len(exact))
    if most.value == least.value:
        if len(exact) == cities:
            return _("All the same: %(most)s.") % words
        return _("The %(count)s cities with an exact, comparable number have all the same: %(most)s.") % words
    if len(exact) == cities:
        return _("Highest: %(high)s (%(most)s); lowest: %(low)s (%(least)s).") % words
    return (
        _(
            "Among the %(count)s cities with an exact, comparable number: highest %(high)s (%(most)s), lowest"
            " %(low)s (%(least)s)."
        )
        % words
    )


def by_highest_possible(ranges, cities, version):
    (high, most), (low, least) = (best(ranges, choose) for choose in (max, min))
    words = {"high": high, "most": mark(most, version), "low": low, "least": mark(least, version)}
    words["count"] = spell_number(len(ranges))
    if len(ranges) == cities:
        return (
            _("By the highest that each can be: first %(high)s (%(most)s), last %(low)s (%(least)s).") % words
        )
    return (
        _(
            "Among the %(count)s cities that can be compared, by the highest that each can be: first %(high)s"
            " (%(most)s), last %(low)s (%(least)s)."
        )
        % words
    )


def beyond(pairs, ordered, version):
    """Return a sentence on each other city whose limits lie above all that are in order, or below."""
    places = [figure.place for _name, figure in ordered]
    others = [pair for pair in pairs if pair not in ordered and not pair[1].is_apart]
    ends = [(name, ends_beyond(figure, min(places), max(places))) for name, figure in others]
    words = _("%(city)s has %(number)s.")
    return [
        words % {"city": name, "number": spell_bounds(*some, version)}
        for name, some in ends
        if some != (None, None)
    ]


def ends_beyond(figure, least, most):
    if figure.lower is not None and figure.lower > most:
        return figure.lower, None
    return None, figure.upper if figure.upper is not None and figure.upper < least else None


def largest_change(rows, period, version):
    """Take (city, Figure, Figure before) and return whose number changed most, in a sentence or none."""
    changes = [
        (abs(figure.value - before.value), city.name, change_of(figure, before, version))
        for city, figure, before in rows
        if is_change(figure, before)
    ]
    largest = max(changes, key=lambda change: change[0], default=(0, "", ""))
    if not largest[0]:
        return ""
    words = {"city": largest[1], "change": largest[2], "earlier": period, "count": len(changes)}
    if len(changes) == len(rows):
        return _("Largest change: %(city)s (%(change)s on %(earlier)s).") % words
    told = ngettext(
        "Change of the only city with an exact number in both times: %(city)s (%(change)s on %(earlier)s).",
        "Largest change among the %(count)s cities with an exact number in both times: %(city)s (%(change)s"
        " on %(earlier)s).",
        len(changes),
    )
    return told % words


def best(pairs, choose):
    """Return the names of all that share the highest or lowest place, and its figure."""
    figure = choose((figure for _name, figure in pairs), key=lambda figure: figure.place)
    return ", ".join(name for name, other in pairs if other.place == figure.place), figure
