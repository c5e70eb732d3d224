"""What pictures say to those who point at them and to those who do not see them."""

from django.utils.translation import gettext as _

from evaluation.figure_words import MARKS, apart_reasons, hints, spell, spell_number_of, why_suppressed
from evaluation.figures.figure import State
from will_portal.common.numbers import spell_change


def mark(figure, version):
    """Return what stands in a cell or beside a dot: the number, or the shortest word for its state."""
    return spell_number_of(figure, version) if figure.is_value else str(MARKS[figure.state])


def say(place, figure, version):
    """Return a figure of a city and period with why it stands apart or has no number: one hover sentence."""
    if not figure.is_value:
        return f"{place}. {' '.join(hints(figure, version))}"
    said = _("%(place)s: %(figure)s") % {"place": place, "figure": spell(figure, version)}
    reasons = "; ".join(apart_reasons(figure))
    return f"{said} ({reasons})" if reasons else said


def in_period(city, period):
    return _("%(city)s, %(period)s") % {"city": city.name, "period": period}


def why(figure, version):
    """Return why a figure is not compared, with its number where it has one."""
    number = [spell(figure, version)] if figure.is_value else []
    return ". ".join([*number, " ".join(hints(figure, version))])


def key_of(figures, version):
    """Return which states a key must explain, and how it says the one that depends on the indicator."""
    figures = list(figures)
    states = {figure.state for figure in figures}
    return {
        "has_ranges": any(figure.is_range for figure in figures),
        "has_apart": any(figure.is_apart and figure.is_value for figure in figures),
        "has_suppressed": State.SUPPRESSED in states,
        "has_missing": State.MISSING in states,
        "has_not_applicable": State.NOT_APPLICABLE in states,
        "why_suppressed": why_suppressed(version),
    }


def change_of(figure, before, version):
    """Return the difference with its sign; "" unless both are exact and like with like."""
    if before is None or None in (figure.value, before.value) or before.is_apart:
        return ""
    return spell_change(figure.value - before.value, version.decimals)


def is_comparable(figure):
    return figure.place is not None and not figure.is_apart


def extremes(pairs, version):
    """Take (city, Figure) and return who has most and who least of those like with like, in a sentence."""
    pairs = [(city.name, figure) for city, figure in pairs if is_comparable(figure)]
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


def capitalised(text):
    """Months begin a sentence here, which Italian writes small elsewhere."""
    text = str(text)
    return text[:1].upper() + text[1:]
