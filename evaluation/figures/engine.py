"""From a question to its answer: which figures somebody may read, of which vintage, and how they are made."""

from dataclasses import dataclass, replace
from functools import cached_property, partial

from evaluation.families import COUNTED
from evaluation.figures.answers import Answer
from evaluation.figures.figure import Apart, Figure, State
from evaluation.figures.groups import Group, added
from evaluation.figures.indicators import completeness, ledger, links, log
from evaluation.figures.inputs import Inputs
from evaluation.figures.live import UNCONFIRMED
from evaluation.figures.periods import Period
from evaluation.figures.splits import SPLITS
from evaluation.models import Family
from evaluation.models.indicators import OverTime

NOT_APPLICABLE = Figure(State.NOT_APPLICABLE)


def answer(asked, reader):
    """Return the Answer to a question, with the figures that this reader may read."""
    return answers([asked], reader)[0]


def answers(questions, reader):
    """Return the Answers to questions that differ in nothing but indicator and time.

    What they are made of is read once, so that many take as many queries as one or two.
    """
    periods = dict.fromkeys(period for asked in questions for period in periods_of(asked))
    inputs = Inputs(questions[0], reader, list(periods))
    inputs.sums(set().union(*map(families_of, questions)))
    return [Answering(asked, inputs).answer() for asked in questions]


def periods_of(asked):
    """Return the periods asked for, all of them together, and as many months before."""
    whole = Period(asked.first, asked.last)
    return [*asked.periods, whole, whole.before]


def families_of(asked):
    families, _make = log.INDICATORS.get(asked.indicator.code, ((), None))
    return {*families, *([SPLITS[asked.split].family] if asked.split else [])}


@dataclass
class Answering:
    asked: object
    inputs: Inputs

    def answer(self):
        figure = self.figures()
        cities = self.inputs.cities
        *numbers, whole, before = map(self.inputs.periods.index, periods_of(self.asked))
        periods = self.asked.periods
        return Answer(
            asked=self.asked,
            version=self.asked.indicator.current,
            release=self.inputs.release,
            cities=list(self.asked.cities),
            periods=periods,
            cells={
                (city, period): figure([city], number)
                for city in cities
                for period, number in zip(periods, numbers, strict=True)
            },
            totals={city: figure([city], whole) for city in cities},
            before={city: figure([city], before) for city in cities},
            network={period: figure(cities, number) for period, number in zip(periods, numbers, strict=True)},
            overall=figure(cities, whole),
            parts=self.parts(whole) if self.asked.split else {},
            live=self.inputs.live,
            sees_all=self.inputs.reader.sees_all,
            is_invented=self.inputs.is_invented,
        )

    def figures(self):
        """Return a function from (ids of cities, number of a period) to the Figure of these together."""
        inputs, code = self.inputs, self.asked.indicator.code
        released, live = (inputs.chosen(self.asked, is_live) for is_live in [False, True])
        if code in log.INDICATORS:
            families, make = log.INDICATORS[code]
            groups = self.groups({Family.SERVED, *families})
            return lambda cities, number: self.figure_of(groups, make, cities, number)
        if self.asked.kind or self.asked.organisation:
            return lambda cities, number: NOT_APPLICABLE
        if code in ledger.INDICATORS:
            return self.in_context(ledger.figures(code, released, live))
        if code in links.INDICATORS:
            return self.until_known(self.in_context(links.figures(code, released, live)))
        if released.is_narrowed:
            return lambda cities, number: NOT_APPLICABLE
        return self.in_context(completeness.months_closed(inputs.calendar, inputs.periods, inputs.release))

    def groups(self, families):
        """Return {(city, number of the period): Group} of those of which something is known."""
        inputs = self.inputs
        if self.asked.initiative and not inputs.knows_initiative:
            return {}
        sums, least = inputs.sums(families), inputs.least
        populations = inputs.populations if self.is_per_resident else {}
        groups = {}
        for city in inputs.cities:
            for number in range(len(inputs.periods)):
                place = city, number
                own = {family: sums[family, *place] for family in families if (family, *place) in sums}
                span = inputs.span(city, number)
                if span.is_closed or (city in inputs.live and own):
                    reached, new = least.get(place, (0, 0))
                    groups[place] = Group(
                        own,
                        span.published,
                        span.months,
                        reached,
                        new,
                        sums.get((UNCONFIRMED, *place), 0),
                        populations.get(place),
                        span.apart,
                    )
        return groups

    @cached_property
    def is_per_resident(self):
        return self.asked.indicator.current.over_time == OverTime.POPULATION

    def figure_of(self, groups, make, cities, number):
        """A city of which nothing is known is left out, and one without residents where these are counted."""
        known = [groups[city, number] for city in cities if (city, number) in groups]
        if self.is_per_resident:
            known = [group for group in known if group.population] or known
        return make(added(known)) if known else self.unknown(cities, number)

    def unknown(self, cities, number):
        spans = [self.inputs.span(city, number) for city in cities]
        months = sum(span.months for span in spans)
        return Figure(
            State.MISSING if months else State.NOT_APPLICABLE,
            published=sum(span.published for span in spans),
            months=months,
            apart=frozenset().union(*(span.apart for span in spans)),
        )

    def in_context(self, figure):
        """The same figures where the cities were in the programme: they are no sums of its months."""

        def placed(cities, number):
            spans = [self.inputs.span(city, number) for city in cities]
            months = sum(span.months for span in spans)
            if not months:
                return NOT_APPLICABLE
            outside = frozenset({Apart.OUTSIDE}).intersection(*(span.apart for span in spans))
            return replace(figure(cities, number), months=months, published=None, apart=outside)

        return placed

    def until_known(self, figure):
        """The same figures of what lasts until somebody ends it: of later days nobody knows."""

        def known(cities, number):
            period = self.inputs.periods[number]
            if self.inputs.day < period.first:
                return Figure(State.MISSING)
            found = figure(cities, number)
            if self.inputs.day >= period.day_after or not found.is_value:
                return found
            return replace(found, apart=found.apart | {Apart.PARTIAL})

        return known

    def parts(self, whole):
        """Return {(city id or None, category): Figure} of the people served in all the time asked for."""
        counted = COUNTED[SPLITS[self.asked.split].family]
        groups = self.groups({Family.SERVED, counted.family})
        is_known = self.asked.kind is None and self.asked.organisation is None
        places = {city: [city] for city in self.inputs.cities} | {None: self.inputs.cities}
        parts = {}
        for column in counted.columns:
            make = partial(log.part, family=counted.family, column=column)
            for place, cities in places.items():
                figure = self.figure_of(groups, make, cities, whole) if is_known else NOT_APPLICABLE
                parts[place, column] = figure
        return parts
