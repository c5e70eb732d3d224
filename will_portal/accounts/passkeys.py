from allauth.mfa.webauthn.forms import AddWebAuthnForm, EditWebAuthnForm
from django.forms import BooleanField, CharField
from django.utils.translation import gettext_lazy as _

NAME = {
    "label": _("name of the passkey"),
    "help_text": _("So that you know it among others, for instance “office computer”."),
    "max_length": 80,
}


class AddPasskeyForm(AddWebAuthnForm):
    name = CharField(required=False, **NAME)
    passwordless = BooleanField(
        label=_("sign in with it alone"),
        required=False,
        initial=True,
        help_text=_(
            "Without e-mail and password: it then asks for your fingerprint, your face or a PIN. "
            "Otherwise it serves as a second factor after the password."
        ),
    )


class RenamePasskeyForm(EditWebAuthnForm):
    name = CharField(**NAME)
