from django import forms
from django.conf import settings
from django.contrib.auth.models import Group
from django.utils.translation import gettext_lazy as _

from cities.models import City, CityGrant, CityMembership, Role
from cities.models.people import giver
from will_portal.accounts.groups import kept_by
from will_portal.accounts.models import GroupGrant, Invitation, User


def grants_of(user):
    """Return {value in the form: unsaved grant} of all that somebody may invite to."""
    roles_in = giver(user)
    cities = {
        f"{role}:{city.slug}": CityGrant(city=city, role=role)
        for city in City.objects.overseen_by(user).without_shapes()
        for role in Role.values
        if role in roles_in(city.pk)
    }
    groups = {group.name: GroupGrant(group=group) for group in Group.objects.filter(name__in=kept_by(user))}
    return cities | groups


class InvitationForm(forms.ModelForm):
    grant = forms.ChoiceField(label=_("Role"))

    class Meta:
        model = Invitation
        fields = ["email", "grant", "language"]

    def __init__(self, *args, by, grants=None, **kwargs):
        """Offer these grants, {value: unsaved grant}, or else all that `by` may give in the network."""
        super().__init__(*args, **kwargs)
        self.by, self.grants = by, grants_of(by) if grants is None else grants
        choices = [(key, grant.describe()) for key, grant in self.grants.items()]
        # With several none is chosen beforehand: sent without a look, it would go to the first city.
        self.fields["grant"].choices = [("", _("Choose…")), *choices] if len(choices) > 1 else choices
        self.fields["language"].choices = settings.LANGUAGES

    def clean_email(self):
        email = User.objects.normalize_email(self.cleaned_data["email"])
        if self.by.has_confirmed(email):
            raise forms.ValidationError(_("This is your own address: nobody gives a role to themselves."))
        return email

    def clean_grant(self):
        return self.grants[self.cleaned_data["grant"]]


class EndForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        help_text=_("For the record, for example: has moved to another office. No private matters."),
    )


class RoleForm(forms.Form):
    role = forms.ChoiceField(label=_("Role"), choices=Role)


class ContactForm(forms.ModelForm):
    class Meta:
        model = CityMembership
        fields = ["shown_as_contact"]
