"""How a figure is written, and what is said with it."""

from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from django.conf import settings
from django.utils.formats import date_format
from django.utils.text import capfirst, get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from evaluation.families import REST, threshold_of
from evaluation.figures.figure import Apart, State
from evaluation.figures.indicators import log
from evaluation.figures.periods import Period
from evaluation.figures.splits import SPLITS
from evaluation.models.indicators import Protection
from initiatives.codes import Basis, InnovationArea, InnovationLever, Stage
from thirdsector.codes import UserArea
from will_portal.common.numbers import spell_number

# Where there is no number: what stands in its place in a sentence, and in the narrow cell of a table.
STATES = {
    State.SUPPRESSED: gettext_lazy("not shown"),
    State.MISSING: gettext_lazy("no data"),
    State.NOT_APPLICABLE: gettext_lazy("not applicable"),
}
MARKS = {
    State.SUPPRESSED: gettext_lazy("not shown"),
    State.MISSING: "–",
    State.NOT_APPLICABLE: gettext_lazy("n/a"),
}
BY = {
    "month": gettext_lazy("by month"),
    "quarter": gettext_lazy("by quarter"),
    "year": gettext_lazy("by year"),
}
NEW_PEOPLE = "new-people"
# As many cities are named one by one.
NAMED = 3


class Written(NamedTuple):
    """A figure as a cell of a table has it: a number or the bounds of one, and a mark where it has none."""

    text: str
    state: str
    mark: str
    words: str
    hint: str
    is_apart: bool


def rounded(value, version):
    """Return the number with the decimals in which it is told, whatever the format; None stays None."""
    if value is None:
        return None
    number = Decimal(str(value)).quantize(Decimal(1).scaleb(-version.decimals), ROUND_HALF_UP)
    return number + 0 if version.decimals else int(number)


def spell_bounds(lower, upper, version):
    """Return "40–75", "at least 40" or "at most 75"; nothing where neither end is known."""
    low, high = (None if end is None else spell_number(end, version.decimals) for end in (lower, upper))
    if low == high:
        return low or ""
    if high is None:
        return _("at least %(number)s") % {"number": low}
    return _("at most %(number)s") % {"number": high} if low is None else f"{low}–{high}"


def spell_number_of(figure, version):
    """Return the number or the range of numbers that a figure tells; nothing where it tells none."""
    if figure.value is not None:
        return spell_number(figure.value, version.decimals)
    return spell_bounds(figure.lower, figure.upper, version)


def spell(figure, version):
    """Return the figure for a sentence, without its unit: "1,234", "40–75", "not shown"."""
    return spell_number_of(figure, version) if figure.is_value else str(STATES[figure.state])


def mark(figure, version):
    """Return what stands in a cell or beside a dot: the number, or the shortest word for its state."""
    return spell_number_of(figure, version) if figure.is_value else str(MARKS[figure.state])


def say(place, figure, version):
    """Return a figure of a city and period with why it stands apart or has no number: one hover sentence."""
    if not figure.is_value:
        limits = spell_number_of(figure, version)
        return ". ".join([f"{place}: {limits}" if limits else place, " ".join(hints(figure, version))])
    said = _("%(place)s: %(figure)s") % {"place": place, "figure": spell(figure, version)}
    reasons = "; ".join(apart_reasons(figure))
    return f"{said} ({reasons})" if reasons else said


def in_period(city, period):
    return _("%(city)s, %(period)s") % {"city": city.name, "period": period}


def why(figure, version):
    """Return why a figure is not compared, with its number, or the limits of one, where it has them."""
    number = spell_number_of(figure, version)
    return ". ".join([*([number] if number else []), " ".join(hints(figure, version))])


def short_unit(version):
    """Return the unit without what the definition explains: "people", of "people, counted at each entry"."""
    return version.unit.partition(", ")[0]


def written(figure, version):
    is_value = figure.is_value
    return Written(
        text=spell_number_of(figure, version),
        state=figure.state.name.lower(),
        mark="" if is_value else str(MARKS[figure.state]),
        words="" if is_value else str(STATES[figure.state]),
        hint=" ".join(hints(figure, version)),
        is_apart=is_value and figure.is_apart,
    )


def hints(figure, version):
    """Return what must be known to read the figure, in sentences."""
    said = [] if figure.is_value else [reason(figure, version)]
    said += [f"{capfirst(label)}." for label in apart_reasons(figure)]
    if figure.is_range:
        said.append(_("The number lies in this range: %(why)s.") % {"why": why_range(version)})
    if figure.unconfirmed:
        said.append(spell_unconfirmed(figure.unconfirmed))
    return said


def why_range(version):
    """Return of the indicators of different persons why only the least and the most is known."""
    if version.indicator.code == NEW_PEOPLE:
        return _("the same persons may be new in several initiatives")
    return _("the same persons may have come more than once")


def reason(figure, version):
    """Return in one sentence why a figure has no number; nothing where it has one."""
    if figure.state == State.SUPPRESSED:
        return why_suppressed(version) if figure.lower is figure.upper is None else why_limits(version)
    return {
        State.MISSING: _("No data: nothing that tells it has been published for this time."),
        State.NOT_APPLICABLE: _("Not applicable: there is nothing to count or to divide by."),
    }.get(figure.state, "")


def least_told(version):
    """Return the least number, other than 0, of those whom an indicator counts that may be told."""
    families, _make = log.INDICATORS.get(version.indicator.code, ((), None))
    return max(map(threshold_of, families), default=settings.SUPPRESSION_THRESHOLD)


def why_suppressed(version):
    if version.protection == Protection.MONEY:
        return _("Not shown: the money would tell what a single organisation received.")
    words = _("Not shown: it would tell of fewer than %(threshold)s people, here or in a figure beside it.")
    return words % {"threshold": least_told(version)}


def why_limits(version):
    """The same of what is hidden between limits that are shown."""
    if version.protection == Protection.MONEY:
        return _("Only its limits are shown: the money would tell what a single organisation received.")
    words = _(
        "Only its limits are shown: the number would tell of fewer than %(threshold)s people, here or in a"
        " figure beside it."
    )
    return words % {"threshold": least_told(version)}


def apart_reasons(figure):
    """Return why the figure is not like the others, in the order of `Apart`."""
    return [str(why.label) for why in Apart if why in figure.apart]


def spell_unconfirmed(count):
    words = ngettext(
        "%(count)s entry is not confirmed yet and not counted.",
        "%(count)s entries are not confirmed yet and not counted.",
        count,
    )
    return words % {"count": spell_number(count)}


def spell_known(figure):
    """Return "120 of 134" entries that say what is asked; nothing where it is not told."""
    if figure.known is None or figure.entries is None:
        return ""
    return _("%(known)s of %(count)s") % {
        "known": spell_number(figure.known),
        "count": spell_number(figure.entries),
    }


def spell_span(asked):
    """Return the time asked for: "Q1 2024 to Q4 2025", or one period by its own name."""
    periods = asked.periods
    if len(periods) == 1:
        return str(periods[0])
    return _("%(first)s to %(last)s") % {"first": periods[0], "last": periods[-1]}


def title_of(asked, version):
    words = {"name": version.name, "every": BY[asked.every], "span": spell_span(asked)}
    if len(asked.periods) == 1:
        return _("%(name)s, %(span)s") % words
    return _("%(name)s, %(every)s, %(span)s") % words


def subtitle_of(asked, version):
    """Return unit, place and filters in one line."""
    return "; ".join(map(str, [version.unit, spell_cities(asked.cities), *spell_filters(asked)]))


def spell_cities(cities):
    if len(cities) <= NAMED:
        return get_text_list([city.name for city in cities], _("and"))
    return ngettext("%(count)s city", "%(count)s cities", len(cities)) % {"count": len(cities)}


def filters(asked):
    """Return the (label, value) of what the figures are restricted to."""
    chosen = [
        (_("user area"), asked.user_area and UserArea(asked.user_area).label),
        (_("innovation area"), asked.innovation_area and InnovationArea(asked.innovation_area).label),
        (_("lever"), asked.innovation_lever and InnovationLever(asked.innovation_lever).label),
        (_("stage"), asked.stage and Stage(asked.stage).label),
        (_("initiative"), asked.initiative),
        (_("kind of intervention"), asked.kind),
        (_("delivered by"), asked.organisation),
        (_("money"), asked.basis and Basis(asked.basis).label),
    ]
    return [(label, value) for label, value in chosen if value]


def spell_filters(asked):
    return [f"{label}: {value}" for label, value in filters(asked)]


def is_change(figure, before):
    """Whether a figure and that of the time before are exact and like with like."""
    if before is None or None in (figure.value, before.value):
        return False
    return not (figure.is_apart or before.is_apart)


def spell_category(split, code):
    """Return the name of a category of a breakdown."""
    return _("other or not recorded") if code == REST else str(SPLITS[split].codes(code).label)


def spell_release(release):
    if release is None:
        return _("no release has been made yet")
    words = {"number": release.number, "day": date_format(release.made_at, "DATE_FORMAT")}
    return _("release %(number)s of %(day)s") % words


def spell_vintage(answer):
    """Return which figures the reader sees: those of the release, or of their own city's log."""
    released = spell_release(answer.release)
    own = get_text_list([city.name for city in answer.cities if city.pk in answer.live], _("and"))
    if not own:
        return _("All cities: %(release)s.") % {"release": released}
    if all(city.pk in answer.live for city in answer.cities):
        return _("%(cities)s: read live from your log.") % {"cities": own}
    words = {"cities": own, "release": released}
    return _("%(cities)s: read live from your log; the others: %(release)s.") % words


def notes_of(answer):
    """Return [(why some figures are drawn apart, ["Parma (Q4 2025)", "Novara (5 periods)"])]."""
    found = {}
    for city in answer.cities:
        for period, figure in zip(answer.periods, answer.of(city), strict=True):
            for why in figure.apart:
                found.setdefault(why, {}).setdefault(city, []).append(period)
    return [
        (why.label, [spell_where(city, periods) for city, periods in found[why].items()])
        for why in Apart
        if why in found
    ]


def spell_where(city, periods):
    if len(periods) == 1:
        return f"{city.name} ({periods[0]})"
    words = {"city": city.name, "count": len(periods)}
    return ngettext("%(city)s (%(count)s period)", "%(city)s (%(count)s periods)", len(periods)) % words


def span_of(asked):
    return Period(asked.first, asked.last)
