from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation

from will_portal.accounts import grants


def send(template, *, to, language, **context):
    """Write to somebody in their language: the first line of the template is the subject."""
    with translation.override(language):
        subject, body = render_to_string(template, context).strip().split("\n", 1)
        send_mail(" ".join(subject.split()), body.strip() + "\n", None, [to])


def send_invitation(request, invitation, token):
    """Mail the link of an invitation and note that it has left; raise OSError where mail does not work."""
    link = request.build_absolute_uri(reverse("accounts:invitation", args=[token]))
    send(
        "accounts/mail/invitation.txt",
        to=invitation.email,
        language=invitation.language,
        invitation=invitation,
        grant=grants.of(invitation),
        link=link,
    )
    invitation.mailed = timezone.now()
    invitation.save(update_fields=["mailed"])


def send_erasure_asked(request, person):
    link = request.build_absolute_uri(reverse("accounts:your_data"))
    send("accounts/mail/erasure_asked.txt", to=person.email, language=person.language, link=link)


def send_erasure_done(request, email, language):
    send("accounts/mail/erasure_done.txt", to=email, language=language)


def tell(template, reset, link):
    send(template, to=reset.person.email, language=reset.person.language, reset=reset, link=link)


def send_reset_asked(request, reset):
    link = request.build_absolute_uri(reverse("accounts:second_factor_reset", args=[reset.pk]))
    tell("accounts/mail/reset_asked.txt", reset, link)


def send_reset_done(request, reset):
    link = request.build_absolute_uri(reverse("account_login"))
    tell("accounts/mail/reset_done.txt", reset, link)
