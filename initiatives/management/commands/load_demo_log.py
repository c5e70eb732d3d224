from datetime import date

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext, override

from cities.models import City
from initiatives.codes import Origin
from initiatives.demo import corrections, projects
from initiatives.demo.log import Log, Team
from initiatives.demo.plans import read_plans
from initiatives.models import (
    BudgetLine,
    Initiative,
    Intervention,
    InterventionKind,
    InterventionPeople,
    MonthClosing,
    Partner,
    StageChange,
)
from thirdsector.models import Organisation, OrganisationMembership
from will_portal.accounts.models import User


class Command(BaseCommand):
    help = (
        "Invents initiatives of the cities in the programme and three years of their log, up to yesterday. "
        "Does nothing where they, or any entries or closed months, are already."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--today", type=date.fromisoformat, help="as if it were this day, as in 2026-11-22"
        )

    @transaction.atomic
    @override(settings.LANGUAGE_CODE)
    def handle(self, today, **options):
        if settings.PRODUCTION:
            raise CommandError("An invented log is refused in production.")
        if anything_logged():
            self.stdout.write("Demonstration log: unchanged")
            return
        plans = read_plans()
        organisations = invented_organisations(plans)
        cities = City.objects.without_shapes().in_bulk(field_name="slug")
        entries = invent(plans, cities, organisations, today or timezone.localdate())
        self.stdout.write(f"Demonstration log: {len(plans)} initiatives, {len(entries)} entries created")


def anything_logged():
    """Whether the demonstration is there, or real work, in which it must not close any month."""
    invented = Initiative.objects.filter(origin=Origin.INVENTED)
    return any(rows.exists() for rows in [invented, Intervention.objects, MonthClosing.objects])


def invented_organisations(plans):
    codes = {part["fiscal_code"] for plan in plans for part in plan["partners"]}
    invented = Organisation.objects.filter(invented=True)
    organisations = invented.in_bulk(codes, field_name="fiscal_code")
    if missing := codes - organisations.keys():
        raise CommandError(
            f"Load the demonstration organisations first; missing: {', '.join(sorted(missing))}"
        )
    return organisations


def make_teams(cities):
    """Return who writes the log of each city, adding somebody who cannot sign in where there is nobody."""
    emails = {slug: [f"operatore@{slug}.example", f"referente@{slug}.example"] for slug in cities}
    known = User.objects.in_bulk(sum(emails.values(), []), field_name="email")
    added = [
        User(
            email=staff,
            password=make_password(None),
            is_active=False,
            display_name=gettext("City staff, %(city)s") % {"city": cities[slug].name},
        )
        for slug, (staff, lead) in emails.items()
        if staff not in known
    ]
    known |= {user.email: user for user in User.objects.bulk_create(added)}
    partners = partner_people()
    return {
        slug: Team(known[staff], known.get(lead, known[staff]), partners)
        for slug, (staff, lead) in emails.items()
    }


def partner_people():
    people = {}
    members = OrganisationMembership.objects.current().filter(organisation__invented=True)
    for member in members.select_related("user").order_by("user__email"):
        people.setdefault(member.organisation_id, []).append(member.user)
    return people


def invent(plans, cities, organisations, today):
    teams = make_teams({slug: cities[slug] for slug in sorted({plan["city"] for plan in plans})})
    initiatives = projects.make_initiatives(plans, cities, teams, today)
    changes, partners, lines, log = [], [], [], []
    kinds = InterventionKind.objects.in_bulk(field_name="code")
    for plan in plans:
        initiative, team = initiatives[plan["code"]], teams[plan["city"]]
        changes += projects.make_stage_changes(plan, initiative, team.lead, today)
        partners += projects.make_partners(plan, initiative, organisations, today)
        lines += projects.make_budget(plan, initiative, today)
        if plan["log"]:
            log += Log(plan, initiative, kinds, organisations, team, today).entries()
    StageChange.objects.bulk_create(changes)
    Partner.objects.bulk_create(partners)
    BudgetLine.objects.bulk_create(lines)
    return write(log, cities, teams, today)


def write(log, cities, teams, today):
    """Store the entries, then what happened to them: months are closed last, since closed months refuse."""
    entries = Intervention.objects.bulk_create(entry for entry, parts in log)
    # Where autovacuum saw empty tables last, the triggers of what follows would read all for each part.
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {Intervention._meta.db_table}")
        cursor.execute("SET LOCAL enable_nestloop = off")
    InterventionPeople.objects.bulk_create(part for entry, parts in log for part in parts)
    corrections.correct(entries, teams, today)
    corrections.close_months(cities, teams, today)
    return entries
