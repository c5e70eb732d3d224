from urllib.parse import urlsplit

from django import forms
from django.core.validators import URLValidator
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cities.models import City
from thirdsector.activity import cities_tied_to
from thirdsector.fiscal_codes import compact, validate_fiscal_code
from thirdsector.models import Organisation, Role
from will_portal.accounts.groups import coordinates


class FiscalCodeField(forms.CharField):
    """Eleven digits, however people write them."""

    default_validators = [validate_fiscal_code]

    def to_python(self, value):
        return compact(super().to_python(value))


def validate_open(address):
    """Refuse an address that carries a user name or a password."""
    if "@" in urlsplit(address).netloc:
        raise forms.ValidationError(_("Write the address without user name and password."))


class WebsiteField(forms.URLField):
    default_validators = [URLValidator(schemes=["http", "https"]), validate_open]


def represents(user, organisation):
    return Organisation.objects.represented_by(user).filter(pk=organisation.pk).exists()


def refuse_busy(organisation, unmarked):
    """Refuse to unmark cities in which an organisation has something."""
    busy = cities_tied_to(organisation.pk).filter(pk__in=unmarked.values("pk"))
    if names := list(busy.values_list("name", flat=True)):
        told = _("It takes part in initiatives there, so that these cities stay marked: %(cities)s.")
        raise forms.ValidationError(told, params={"cities": ", ".join(names)})


class OrganisationForm(forms.ModelForm):
    """What people may say of an organisation.

    Its representatives say all but which body it is and whether that was verified. Leads mark it for the
    cities they lead and leave the others as they are; its facts they state only where nobody else can.
    """

    fiscal_code = FiscalCodeField(
        label=_("fiscal code"), help_text=_("Eleven digits, zeros in front included.")
    )
    website = WebsiteField(label=_("website"), required=False, assume_scheme="https")

    class Meta:
        model = Organisation
        fields = [
            "name",
            "fiscal_code",
            "legal_form",
            "runts_section",
            "runts_number",
            "seat",
            "seat_province",
            "cities",
            "website",
            "status",
        ]
        widgets = {"cities": forms.CheckboxSelectMultiple}

    def __init__(self, *args, by, **kwargs):
        super().__init__(*args, **kwargs)
        is_new = self.instance.pk is None
        for name in ["legal_form", "runts_section"]:
            self.fields[name].choices = [("", _("not known")), *self.fields[name].choices[1:]]
        own = represents(by, self.instance)
        if own:
            del self.fields["status"]
        self.fields["fiscal_code"].disabled = own or not (is_new or coordinates(by))
        offered = City.objects.without_shapes()
        if not (own or coordinates(by)):
            offered = offered.led_by(by)
            self.fields["cities"].required = is_new
        self.fields["cities"].queryset = offered
        self.fields["cities"].help_text = self.spell_others()
        same = Organisation.objects.filter(pk=self.instance.pk)
        self.has_facts = is_new or same.editable_by(by).exists()
        if not self.has_facts:
            # Left out, not disabled: nobody could mend here what is wrong in the others.
            self.fields = {"cities": self.fields["cities"]}

    def others(self):
        """The cities that whoever fills in the form does not decide on."""
        if self.instance.pk is None:
            return City.objects.none()
        return self.instance.cities.exclude(pk__in=self.fields["cities"].queryset.values("pk"))

    def spell_others(self):
        names = ", ".join(self.others().values_list("name", flat=True))
        return names and _("It is also active in: %(cities)s.") % {"cities": names}

    def clean_cities(self):
        chosen = self.cleaned_data["cities"]
        if self.instance.pk:
            unmarked = self.fields["cities"].queryset.filter(pk__in=self.instance.cities.values("pk"))
            refuse_busy(self.instance, unmarked.exclude(pk__in=chosen.values("pk")))
        return City.objects.filter(Q(pk__in=chosen.values("pk")) | Q(pk__in=self.others().values("pk")))

    @property
    def twin(self):
        """The organisation that has the fiscal code already."""
        if not self.has_facts:
            return None
        code = self.cleaned_data.get("fiscal_code") or compact(self["fiscal_code"].value() or "")
        return Organisation.objects.filter(fiscal_code=code).exclude(pk=self.instance.pk).first()


class RoleForm(forms.Form):
    role = forms.ChoiceField(label=_("Role"), choices=Role)
