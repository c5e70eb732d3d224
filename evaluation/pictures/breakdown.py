"""By sex, age or citizenship: bars of what share each category has of the whole, and in every city."""

from typing import NamedTuple

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from evaluation.families import REST
from evaluation.figure_words import mark, say, span_of, spell_category, spell_number_of, why_suppressed
from evaluation.figures.figure import State
from evaluation.figures.splits import SPLITS
from initiatives.codes import AgeBand, Citizenship, Sex
from will_portal.common.numbers import spell_number

# People of whom this is not known come last, in grey.
UNTOLD = {Sex.X.value, AgeBand.ND.value, Citizenship.ND.value, REST}


class Bar(NamedTuple):
    label: str
    is_untold: bool
    text: str
    # In percent as a text for the page, and as it stands in the drawing; both "" where it cannot be said.
    share: str
    # The same without the words that it is of a part of the people only.
    percent: str
    width: str
    is_suppressed: bool
    sentence: str

    @property
    def is_of_part(self):
        """Whether the share is of those told only."""
        return self.share != self.percent


def context_of(answer):
    categories = categories_of(answer)
    whole = whole_of(answer, categories)
    return {
        "title": SPLITS[answer.asked.split].title if categories else "",
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
        "has_shares_of_parts": not is_told_whole(answer.parts.values()),
    }


def categories_of(answer):
    """Return {category: its name} of all that the parts have, in the order of the codes, the untold last."""
    present = dict.fromkeys(category for _city, category in answer.parts)
    codes = SPLITS[answer.asked.split].codes.values if present else []
    order = sorted(dict.fromkeys([*codes, *present]), key=lambda code: code in UNTOLD)
    return {code: spell_category(answer.asked.split, code) for code in order if code in present}


def whole_of(answer, categories):
    return bars_of(answer, None, _("All cities"), categories)


def bars_of(answer, city_id, name, categories):
    parts = {code: answer.parts.get((city_id, code)) for code in categories}
    parts = {code: figure for code, figure in parts.items() if figure is not None}
    total, is_whole = sum(map(told, parts.values())), is_told_whole(parts.values())
    return [
        bar_of(name, code, categories[code], figure, share_of(figure, total), is_whole, answer.version)
        for code, figure in parts.items()
    ]


def is_told_whole(figures):
    """Whether all people of a place are told by category: shares are else of those told."""
    return all(figure.value is not None for figure in figures)


def told(figure):
    """What is told of a category, all of it or not: of the same people in all categories of a place."""
    return (figure.lower if figure.value is None else figure.value) or 0


def share_of(figure, total):
    """Return the share in percent of the people of whom it is told; None where it is of none."""
    is_told = total and (figure.value is not None or figure.lower)
    return float(told(figure)) / float(total) * 100 if is_told else None


def bar_of(name, code, label, figure, part, is_whole, version):
    percent = "" if part is None else f"{spell_number(part, 1)}%"
    share = percent if is_whole else of_those_told(percent)
    said = say(_("%(place)s, %(category)s") % {"place": name, "category": label}, figure, version)
    return Bar(
        label=label,
        is_untold=code in UNTOLD,
        text=mark(figure, version),
        share=share,
        percent=percent,
        width="" if part is None else f"{part:.2f}%",
        is_suppressed=figure.state == State.SUPPRESSED,
        sentence=sentence(said, share),
    )


def of_those_told(percent):
    return percent and _("%(percent)s of those told") % {"percent": percent}


def sentence(said, share):
    if not share:
        return said
    return f"{said} {share}." if said.endswith(".") else f"{said}, {share}"


def finding(answer):
    """Return the largest group of all, who is not told apart, and of how many it is told, in sentences."""
    categories = categories_of(answer)
    figures = [answer.parts[None, code] for code in categories if (None, code) in answer.parts]
    known = [pair for pair in zip(figures, whole_of(answer, categories), strict=True) if pair[1].share]
    groups = [pair for pair in known if not pair[1].is_untold]
    if not groups:
        return _("No share can be told.")
    figure, bar = max(groups, key=lambda pair: told(pair[0]))
    words = {"category": bar.label, "share": bar.percent, "text": spell_number_of(figure, answer.version)}
    words["period"] = capfirst(span_of(answer.asked))
    if is_told_whole(figures):
        said = [_("%(period)s. Largest group: %(category)s, %(share)s (%(text)s).") % words]
    else:
        said = [_("%(period)s. Largest group of those told: %(category)s, %(share)s (%(text)s).") % words]
    said += [
        f"{capfirst(bar.label)}: {bar.share}." for figure, bar in known if bar.is_untold and told(figure)
    ]
    if any(figure.state == State.SUPPRESSED for figure in figures) and answer.overall.value:
        words = {
            "told": spell_number(sum(map(told, figures)), 0),
            "all": spell_number(answer.overall.value, 0),
        }
        said.append(_("It is told of %(told)s of %(all)s people served.") % words)
    return " ".join(said)
