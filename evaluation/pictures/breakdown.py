"""By sex, age or citizenship: bars of what share each category has of the whole, and in every city."""

from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from evaluation.families import REST
from evaluation.figure_words import SPLITS, span_of, spell_category, why_suppressed
from evaluation.figures.figure import State
from evaluation.pictures.words import capitalised, mark, say
from initiatives.codes import AgeBand, Citizenship, Sex
from will_portal.common.numbers import spell_number

TITLES = {
    "sex": gettext_lazy("By sex"),
    "age": gettext_lazy("By age"),
    "citizenship": gettext_lazy("By citizenship"),
}
# People of whom this is not known come last, in grey.
UNTOLD = {Sex.X.value, AgeBand.ND.value, Citizenship.ND.value, REST}


class Bar(NamedTuple):
    label: str
    is_untold: bool
    text: str
    # In percent as a text for the page, and as it stands in the drawing; both "" where it cannot be said.
    share: str
    width: str
    is_suppressed: bool
    sentence: str


def context_of(answer):
    categories = categories_of(answer)
    whole = whole_of(answer, categories)
    return {
        "title": TITLES[answer.asked.split] if categories else "",
        "whole": whole,
        "whole_name": _("All cities"),
        "cities": [
            {
                "city": city,
                "in_colour": city == answer.asked.highlight,
                "bars": bars_of(answer, city.pk, city.name, categories),
            }
            for city in answer.cities
        ],
        "summary": finding(answer),
        "why_suppressed": why_suppressed(answer.version),
        "has_suppressed": any(figure.state == State.SUPPRESSED for figure in answer.parts.values()),
    }


def categories_of(answer):
    """Return {category: its name} of all that the parts have, in the order of the codes, the untold last."""
    present = dict.fromkeys(category for _city, category in answer.parts)
    codes = SPLITS[answer.asked.split].values if present else []
    order = sorted(dict.fromkeys([*codes, *present]), key=lambda code: code in UNTOLD)
    return {code: name_of(answer.asked.split, code) for code in order if code in present}


def name_of(split, code):
    return _("other or not recorded") if code == REST else str(spell_category(split, code))


def whole_of(answer, categories):
    return bars_of(answer, None, _("All cities"), categories)


def bars_of(answer, city_id, name, categories):
    parts = {code: answer.parts.get((city_id, code)) for code in categories}
    parts = {code: figure for code, figure in parts.items() if figure is not None}
    total = total_of(answer, city_id, parts.values())
    return [
        bar_of(name, code, categories[code], figure, share_of(figure, total), answer.version)
        for code, figure in parts.items()
    ]


def share_of(figure, total):
    """Return the share in percent; None where it cannot be told."""
    return None if total is None or figure.value is None else float(figure.value) / float(total) * 100


def total_of(answer, city_id, figures):
    """Return what the parts are shares of; None where a part is hidden and nothing else tells their sum."""
    values = [figure.value for figure in figures]
    if None not in values:
        return sum(values) or None
    whole = answer.overall if city_id is None else answer.totals[city_id]
    known = sum(value for value in values if value is not None)
    return whole.value if whole.value and whole.value >= known else None


def bar_of(name, code, label, figure, percent, version):
    share = "" if percent is None else f"{spell_number(percent, 1)}%"
    said = say(_("%(place)s, %(category)s") % {"place": name, "category": label}, figure, version)
    return Bar(
        label=label,
        is_untold=code in UNTOLD,
        text=mark(figure, version),
        share=share,
        width="" if percent is None else f"{percent:.2f}%",
        is_suppressed=figure.state == State.SUPPRESSED,
        sentence=f"{said}, {share}" if share else said,
    )


def finding(answer):
    """Return the largest group of all whose share is known, and how many are not told apart, in sentences."""
    categories = categories_of(answer)
    figures = [answer.parts[None, code] for code in categories if (None, code) in answer.parts]
    pairs = zip([figure.value for figure in figures], whole_of(answer, categories), strict=True)
    known = [(value, bar) for value, bar in pairs if bar.share]
    groups = [pair for pair in known if not pair[1].is_untold]
    if not groups:
        return _("No share can be told.")
    bar = max(groups, key=lambda pair: pair[0])[1]
    words = {"category": bar.label, "share": bar.share, "text": bar.text}
    words["period"] = capitalised(span_of(answer.asked))
    said = [_("%(period)s. Largest group: %(category)s, %(share)s (%(text)s).") % words]
    said += [f"{capitalised(bar.label)}: {bar.share}." for value, bar in known if bar.is_untold and value]
    return " ".join(said)
