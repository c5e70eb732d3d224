"""What somebody says of a file that they bring: whose it is, what it holds, what its columns mean."""

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.expressions import RawSQL
from django.template.defaultfilters import filesizeformat
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from openpyxl.utils import get_column_letter

from initiatives.imports.log_scope import initiatives_of
from initiatives.imports.resources import resource_for
from initiatives.imports.resources.log import PartColumn
from initiatives.imports.rights import subjects_for
from initiatives.log_filters import places_of
from initiatives.models import Initiative, Partner
from initiatives.models.imports import Subject
from will_portal.common.tables.limits import LARGEST
from will_portal.common.uploads import CutOffFile

ACCEPTED = ".csv,.txt,.xlsx,.xlsm,.ods"
NUMBERS = [("it", gettext_lazy("the Italian way: 1.234,5")), ("en", gettext_lazy("the English way: 1,234.5"))]
# Of these, one initiative may be that of all rows.
OF_INITIATIVES = {Subject.LOG, Subject.BUDGET}
STANDS_FOR = {"month": "day"}


def places_for(user):
    """The cities and implementing bodies in whose name somebody may bring a file."""
    implementing = Partner.objects.implementing().current()
    bodies = set(implementing.values_list("organisation", flat=True).distinct())
    return [place for place in places_of(user) if place.city or place.organisation.pk in bodies]


class TableInput(forms.FileInput):
    def __init__(self):
        super().__init__({"accept": ACCEPTED})


class TableField(forms.FileField):
    def to_python(self, data):
        # Nothing is known of it; whoever stores it says why.
        return data if isinstance(data, CutOffFile) else super().to_python(data)


class ImportForm(forms.Form):
    place = forms.ChoiceField(label=gettext_lazy("for whom"))
    subject = forms.ChoiceField(label=gettext_lazy("what the file holds"), widget=forms.RadioSelect)
    file = TableField(
        label=gettext_lazy("file"),
        widget=TableInput,
        max_length=200,
        error_messages={
            "required": gettext_lazy("Choose a file."),
            "empty": gettext_lazy("This file is empty."),
        },
    )

    def __init__(self, data=None, files=None, *, by, places, initial=None):
        super().__init__(data, files, initial=initial)
        self.places = {place.key: place for place in places}
        self.subjects = {place.key: subjects_for(by, place) for place in places}
        self.fields["place"].choices = [(place.key, place.name) for place in places]
        offered = {subject for subjects in self.subjects.values() for subject in subjects}
        self.fields["subject"].choices = [choice for choice in Subject.choices if choice[0] in offered]
        self.fields["subject"].initial = Subject.LOG
        # What is not to be chosen need not be asked.
        self.given = {}
        if len(places) == 1:
            self.given["place"] = places[0].key
        if len(offered) == 1:
            self.given["subject"] = Subject.LOG.value
        for name in self.given:
            del self.fields[name]

    def clean_file(self):
        file = self.cleaned_data["file"]
        if not isinstance(file, CutOffFile) and file.size > LARGEST:
            told = _("This file has more than %(largest)s: send it in parts.")
            raise ValidationError(told % {"largest": filesizeformat(LARGEST)})
        return file

    def clean(self):
        values = self.cleaned_data | self.given
        key, subject = values.get("place"), values.get("subject")
        if key and subject and subject not in self.subjects[key]:
            told = _("Of %(place)s you may not import this.") % {"place": self.places[key].name}
            self.add_error("subject", told)
        return values | {"place": self.places.get(key)}


def heading_of(number, column):
    return column["heading"] or _("column %(letter)s, without a heading") % {
        "letter": get_column_letter(number + 1)
    }


class InitiativeCodeField(forms.ModelChoiceField):
    def label_from_instance(self, initiative):
        return f"{initiative.title} ({initiative.code})"


class MatchForm(forms.Form):
    """What each column of a file means; columns that mean nothing here are left out."""

    numbers = forms.ChoiceField(
        label=gettext_lazy("numbers are written"), choices=NUMBERS, widget=forms.RadioSelect, initial="it"
    )
    initiative = InitiativeCodeField(
        queryset=None,
        to_field_name="code",
        required=False,
        label=gettext_lazy("initiative of all rows"),
        empty_label=gettext_lazy("The file says it in a column"),
        help_text=gettext_lazy("Only if the file has no column for it."),
    )
    totals = forms.BooleanField(required=False, label=gettext_lazy("load the rows with totals too"))

    def __init__(self, data=None, *, run, by):
        super().__init__(data, initial=run.options)
        self.run, self.headings = run, run.understood["columns"]
        self.offered = resource_for(run.subject)(by=by, place=run.place, options=run.options).imported()
        self.fields["initiative"].queryset = (
            Initiative.objects.logged_by(by)
            .filter(pk__in=initiatives_of(run.place, by).values("pk"))
            .only("code", "title", "city")
        )
        if run.subject not in OF_INITIATIVES:
            del self.fields["initiative"]
        if not run.understood.get("totals"):
            del self.fields["totals"]
        choices = self.choices()
        for number, column in enumerate(self.headings):
            self.fields[f"column-{number}"] = forms.ChoiceField(
                label=heading_of(number, column),
                choices=choices,
                required=False,
                initial=run.mapping.get(str(number), ""),
            )

    def choices(self):
        """The fields in groups: of the parts of people there are more than of all the others."""
        groups = {_("Needed"): [], _("May be left out"): [], _("People by age, sex and citizenship"): []}
        needed, others, parts = groups.values()
        for name, column in self.offered.items():
            chosen = parts if isinstance(column, PartColumn) else needed if column.required else others
            chosen.append((name, capfirst(column.label)))
        return [("", _("Leave out")), *((label, names) for label, names in groups.items() if names)]

    def columns(self):
        """Yield (bound field, letter, samples) of each column of the file."""
        for number, column in enumerate(self.headings):
            yield self[f"column-{number}"], get_column_letter(number + 1), column["samples"]

    @property
    def mapping(self):
        """Return {number of the column: name of the field} without the columns that are left out."""
        named = {number: self.cleaned_data.get(f"column-{number}") for number in range(len(self.headings))}
        return {str(number): name for number, name in named.items() if name}

    @property
    def options(self):
        initiative = self.cleaned_data.get("initiative")
        return {
            "numbers": self.cleaned_data.get("numbers", "it"),
            "initiative": initiative.code if initiative else "",
            "totals": self.cleaned_data.get("totals", False),
        }

    def clean(self):
        chosen = {}
        for number, name in self.mapping.items():
            chosen.setdefault(name, []).append(number)
        for name, numbers in chosen.items():
            self.refuse_twice(name, numbers)
        if self.cleaned_data.get("initiative"):
            self.refuse_both(chosen)
        if missing := self.missing(chosen):
            names = ", ".join(missing)
            self.add_error(None, _("Say which column holds: %(names)s.") % {"names": names})
        return self.cleaned_data

    def missing(self, chosen):
        """The names of what no column says. What has an identifier may leave out what stays as it is."""
        if "id" in chosen:
            return []
        given = {STANDS_FOR.get(name, name) for name in chosen}
        if self.cleaned_data.get("initiative"):
            given.add("initiative")
        needed = {name: column for name, column in self.offered.items() if column.required}
        return [str(column.label) for name, column in needed.items() if name not in given]

    def refuse_twice(self, name, numbers):
        for number in numbers[1:]:
            told = _("“%(label)s” is chosen for another column already.") % {
                "label": self.offered[name].label
            }
            self.add_error(f"column-{number}", told)

    def refuse_both(self, chosen):
        for number in chosen.get("initiative", []):
            told = _("Leave this column out, or do not choose one initiative for all rows.")
            self.add_error(f"column-{number}", told)


class ConfirmForm(forms.Form):
    """Carries which check somebody saw the rows of, and what to do with those already there."""

    seen = forms.CharField(widget=forms.HiddenInput)
    alike = forms.ChoiceField(choices=[("skip", ""), ("load", "")])
    again = forms.BooleanField(
        label=gettext_lazy("Load it all the same"),
        error_messages={"required": gettext_lazy("Say whether it is to be loaded once more.")},
    )

    def __init__(self, data=None, *, run, same):
        super().__init__(data, initial={"seen": check_of(run)})
        if same is None:
            del self.fields["again"]

    def clean_seen(self):
        seen = self.cleaned_data["seen"]
        if seen != self.initial["seen"]:
            raise ValidationError(
                _("The file has been checked again since you opened this page: look again.")
            )
        return seen


def check_of(run):
    """What tells a check of a file from any other: the transaction that wrote its rows."""
    # Each check writes all rows anew, and counts may come out as they were where values do not.
    written = RawSQL("initiatives_importedrow.xmin::text", [], output_field=models.TextField())
    return run.imported.order_by("number").values_list(written, flat=True).first()


def loads(run):
    """How many rows a confirmation writes, without those that are there already."""
    return run.created_rows + run.changed_rows
