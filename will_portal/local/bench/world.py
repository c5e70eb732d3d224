"""The cities' staff, organisations and initiatives whose log the generator writes."""

from uuid import NAMESPACE_OID, uuid5

from cities.models import City, CityMembership
from initiatives.codes import InnovationArea, InnovationLever, Origin, Stage
from initiatives.models import Initiative, InterventionKind, Partner
from thirdsector.codes import UserArea
from thirdsector.models import Organisation, OrganisationMembership
from will_portal.accounts.models import User
from will_portal.local.bench.generator import CITIES, FIRST_DAY, KINDS, STAFF, World

INITIATIVES_AN_ORGANISATION = 3


def key(name):
    return uuid5(NAMESPACE_OID, f"benchmark {name}")


def people(names):
    return User.objects.bulk_create(
        User(email=f"{name}@bench.example", password="!", public_id=key(name), is_active=True)  # nosec B106
        for name in names
    )


def city_people(cities, role, number):
    """Give each city so many people of a role; return them, city after city."""
    staff = people(f"{role}-{city.slug}-{n}" for city in cities for n in range(number))
    CityMembership.objects.bulk_create(
        CityMembership(id=key(user.email), city=cities[n // number], user=user, role=role)
        for n, user in enumerate(staff)
    )
    return staff


def organisations(number):
    """Store organisations, each with its representative; return both."""
    bodies = Organisation.objects.bulk_create(
        Organisation(
            public_id=key(f"organisation {n}"),
            name=f"Cooperativa di misura {n:03}",
            fiscal_code=fiscal_code(n),
            seat="Parma",
            seat_province="PR",
            status=Organisation.Status.VERIFIED,
            invented=True,
        )
        for n in range(number)
    )
    representatives = people(f"representative-{n}" for n in range(number))
    OrganisationMembership.objects.bulk_create(
        OrganisationMembership(id=key(user.email), organisation=body, user=user, role="representative")
        for body, user in zip(bodies, representatives, strict=True)
    )
    return bodies, representatives


def fiscal_code(number):
    """A number nobody has, with its control digit."""
    digits = f"99{number:08}"
    doubled = [int(digit) * (1 + place % 2) for place, digit in enumerate(digits)]
    return digits + str(-sum(value // 10 + value % 10 for value in doubled) % 10)


def initiatives(cities, number):
    """Store so many published initiatives, the cities in turns."""
    areas, levers, users = (list(codes.values) for codes in (InnovationArea, InnovationLever, UserArea))
    return Initiative.objects.bulk_create(
        Initiative(
            public_id=key(f"initiative {n}"),
            code=f"BENCH-{n:04}",
            title=f"Iniziativa di misura {n:04}",
            summary="Un servizio di prossimità inventato per misurare quanto è veloce il portale.",
            city=cities[n % CITIES],
            innovation_area=areas[n % len(areas)],
            innovation_lever=levers[n % len(levers)],
            user_areas=[users[n % len(users)]],
            stage=Stage.EXPERIMENT,
            starts=FIRST_DAY,
            origin=Origin.INVENTED,
            published_at="2021-10-01T08:00:00Z",
        )
        for n in range(number)
    )


def build(number):
    """Store so many initiatives and whom they need, in a database that has cities and kinds."""
    cities = list(City.objects.order_by("cadastral_code")[:CITIES])
    staff, leads = city_people(cities, "staff", STAFF), city_people(cities, "lead", 1)
    projects = initiatives(cities, number)
    bodies, representatives = organisations(len(projects) // INITIATIVES_AN_ORGANISATION)
    # An organisation works in one city: the same tens of initiatives and organisations.
    body_of = [n % len(bodies) for n in range(len(projects))]
    Partner.objects.bulk_create(
        Partner(initiative=project, city_id=project.city_id, organisation=bodies[body], role="implementer")
        for project, body in zip(projects, body_of, strict=True)
    )
    links = {(bodies[body].pk, project.city_id) for project, body in zip(projects, body_of, strict=True)}
    Organisation.cities.through.objects.bulk_create(
        Organisation.cities.through(organisation_id=body, city_id=city) for body, city in sorted(links)
    )
    return World(
        initiatives=[project.pk for project in projects],
        cities=[project.city_id for project in projects],
        organisations=[bodies[body].pk for body in body_of],
        representatives=[representatives[body].pk for body in body_of],
        staff=[user.pk for user in staff],
        leads=[user.pk for user in leads],
        kinds=list(InterventionKind.objects.usable().order_by("code").values_list("pk", flat=True)[:KINDS]),
    )
