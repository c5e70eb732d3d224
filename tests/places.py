"""The two cities of the tests' people, in the programme and in regions of four corners."""

from uuid import NAMESPACE_OID, uuid5

from cities.models import City, Precision, ProgrammeMembership, Region

REGIONS = {
    "08": ("Emilia-Romagna", [[9.2, 44.0], [12.6, 43.8], [12.4, 45.0], [9.3, 45.0], [9.2, 44.0]]),
    "05": ("Veneto", [[10.6, 45.0], [13.1, 45.0], [12.8, 46.6], [10.7, 46.2], [10.6, 45.0]]),
}
CITIES = {
    "parma": {
        "cadastral_code": "G337",
        "istat_code": "034027",
        "name": "Parma",
        "region_id": "08",
        "province": "Parma",
        "province_abbr": "PR",
        "nuts3": "ITH52",
        "area_km2": "260.5978",
        "lat": 44.8,
        "lon": 10.33,
    },
    "verona": {
        "cadastral_code": "L781",
        "istat_code": "023091",
        "name": "Verona",
        "region_id": "05",
        "province": "Verona",
        "province_abbr": "VR",
        "nuts3": "ITH31",
        "area_km2": "198.9142",
        "lat": 45.43,
        "lon": 10.98,
    },
}
FOUNDING = {"joined": "2019-09-01", "joined_precision": Precision.SEASON, "source": "The founding text"}


def key(name):
    """The identifier in addresses of somebody of the cast and of their membership, or of anything named."""
    return uuid5(NAMESPACE_OID, name)


def city(slug):
    """Return the city, storing it, its region and its time in the programme where they are not yet."""
    there = City.objects.filter(slug=slug, programme_memberships__joined=FOUNDING["joined"]).first()
    return there or cities(slug)[slug]


def cities(*slugs):
    """As `city`, several at once: {slug: city}."""
    fields = {slug: CITIES[slug] for slug in slugs}
    # In as few statements as can be, since nearly every test begins with them.
    Region.objects.bulk_create([region(city["region_id"]) for city in fields.values()], ignore_conflicts=True)
    City.objects.bulk_create(
        [City(slug=slug, **values) for slug, values in fields.items()], ignore_conflicts=True
    )
    stored = City.objects.in_bulk(slugs, field_name="slug")
    ProgrammeMembership.objects.bulk_create(
        [ProgrammeMembership(city=stored[slug], **FOUNDING) for slug in slugs], ignore_conflicts=True
    )
    return stored


def region(code):
    name, corners = REGIONS[code]
    return Region(istat_code=code, name=name, outline={"type": "Polygon", "coordinates": [corners]})
