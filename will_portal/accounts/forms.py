from allauth.account.forms import LoginForm
from django import forms
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext_lazy as _

from will_portal.accounts.models import User


class SignInForm(LoginForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        # The link to a new password: the page has it after the button, out of the way between the two fields.
        self.fields["password"].help_text = ""


class JoinForm(forms.ModelForm):
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
        help_text=_("At least 12 characters; a sentence that only you know is easiest to remember."),
    )

    class Meta:
        model = User
        fields = ["display_name"]
        widgets = {"display_name": forms.TextInput({"autocomplete": "name"})}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["display_name"].required = True

    def _post_clean(self):
        # Once the name has its place in the account, since a password must not resemble it.
        super()._post_clean()
        if "password" in self.cleaned_data:
            try:
                validate_password(self.cleaned_data["password"], self.instance)
            except forms.ValidationError as error:
                self.add_error("password", error)


class ProfileForm(forms.ModelForm):
    class Meta:
        model = User
        fields = ["display_name", "language"]
        widgets = {"display_name": forms.TextInput({"autocomplete": "name"})}
