"""Figures set against each other: those of the cities, and of the time before."""

from django.utils.translation import gettext as _

from evaluation.figure_words import mark, say
from will_portal.common.numbers import spell_change


def change_of(figure, before, version):
    """Return the difference with its sign; "" unless both are exact and like with like."""
    if before is None or None in (figure.value, before.value) or figure.is_apart or before.is_apart:
        return ""
    return spell_change(figure.value - before.value, version.decimals)


def extremes(pairs, version):
    """Take (city, Figure) and return who has most and who least of those like with like, in a sentence."""
    pairs = [(city.name, figure) for city, figure in pairs if figure.is_comparable]
    if not pairs:
        return _("There is no figure to compare.")
    if len(pairs) == 1:
        return say(*pairs[0], version) + "."
    (high, most), (low, least) = (best(pairs, choose) for choose in (max, min))
    if most.place == least.place:
        return _("All the same: %(value)s.") % {"value": mark(most, version)}
    words = {"high": high, "most": mark(most, version), "low": low, "least": mark(least, version)}
    return _("Highest: %(high)s (%(most)s); lowest: %(low)s (%(least)s).") % words


def best(pairs, choose):
    """Return the names of all that share the highest or lowest place, and its figure."""
    figure = choose((figure for _name, figure in pairs), key=lambda figure: figure.place)
    return ", ".join(name for name, other in pairs if other.place == figure.place), figure
