"""The people of an entry by sex, age and citizenship: three grids of ages by sexes."""

from django import forms
from django.utils.translation import gettext as _

from initiatives.codes import AgeBand, Citizenship, Sex
from initiatives.forms.counts import CountField
from initiatives.models import InterventionPeople
from initiatives.models.log import MOST


def cell(citizenship, age_band, sex, what):
    return f"{what}-{citizenship}-{age_band}-{sex}"


CELLS = [(c, a, s) for c in Citizenship.values for a in AgeBand.values for s in Sex.values]


class BreakdownForm(forms.Form):
    def __init__(self, data=None, *, parts=()):
        super().__init__(data, initial=written(parts))
        for key in CELLS:
            for what in ["people", "new"]:
                self.fields[cell(*key, what)] = CountField(
                    required=False, min_value=0, max_value=MOST, label=spelled(key, what)
                )

    def clean(self):
        self.parts = []
        for key in CELLS:
            people = self.cleaned_data.get(cell(*key, "people"))
            new = self.cleaned_data.get(cell(*key, "new"))
            if new is not None and new > (people or 0):
                self.add_error(cell(*key, "new"), _("More people cannot be new than were served."))
            elif people is not None:
                self.parts.append(part(key, people, new))
        return self.cleaned_data

    def grids(self):
        """Yield (name, is open, [(age, [(sex, field of people, field of new people)])]) by citizenship."""
        for citizenship in Citizenship:
            rows = [(age.label, [self.fields_of(citizenship, age, sex) for sex in Sex]) for age in AgeBand]
            in_use = any(
                field.value() or field.errors for _age, cells in rows for cell in cells for field in cell[1:]
            )
            yield citizenship.label, in_use or citizenship == Citizenship.ND, rows

    def fields_of(self, *key):
        return key[-1].label, self[cell(*key, "people")], self[cell(*key, "new")]

    @property
    def in_use(self):
        return bool(self.initial or self.errors or any(map(self.data.get, self.fields)))


def written(parts):
    """Return the values of the form for stored parts."""
    values = {}
    for each in parts:
        key = each.citizenship, each.age_band, each.sex
        values |= {cell(*key, "people"): each.people, cell(*key, "new"): each.new_people}
    return {name: value for name, value in values.items() if value is not None}


def part(key, people, new):
    citizenship, age_band, sex = key
    return InterventionPeople(
        citizenship=citizenship, age_band=age_band, sex=sex, people=people, new_people=new
    )


def spelled(key, what):
    citizenship, age_band, sex = key
    names = {
        "sex": Sex(sex).label,
        "age": AgeBand(age_band).label,
        "citizenship": Citizenship(citizenship).label,
    }
    if what == "new":
        return _("%(sex)s, %(age)s, %(citizenship)s: of whom new") % names
    return _("%(sex)s, %(age)s, %(citizenship)s: people") % names
