from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.models import Group
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils.translation import gettext, override

from will_portal.accounts.demo import ACCOUNTS, PASSWORD
from will_portal.accounts.models import User


class Command(BaseCommand):
    help = "Create the demonstration accounts that are missing; those that exist stay as they are."

    @transaction.atomic
    @override(settings.LANGUAGE_CODE)
    def handle(self, **options):
        if settings.PRODUCTION:
            raise CommandError("Demonstration accounts have a public password and are refused in production.")
        known = set(User.objects.values_list("email", flat=True))
        missing = [account for account in ACCOUNTS if account.email not in known]
        for account in missing:
            user = User.objects.create_user(
                account.email,
                PASSWORD,
                display_name=gettext(account.role),
                is_staff=account.administrator,
                is_superuser=account.administrator,
            )
            EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
            user.groups.set(Group.objects.filter(name=account.group))
        self.stdout.write(
            f"Demonstration accounts: {len(missing)} created, {len(ACCOUNTS) - len(missing)} unchanged"
        )
