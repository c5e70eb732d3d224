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


def key(name):
    """The identifier in addresses of somebody of the cast and of their membership, or of anything named."""
    return uuid5(NAMESPACE_OID, name)


def city(slug):
    """Return the city, storing it, its region and its time in the programme where they are not yet."""
    fields = CITIES[slug]
    name, corners = REGIONS[fields["region_id"]]
    outline = {"type": "Polygon", "coordinates": [corners]}
    Region.objects.get_or_create(istat_code=fields["region_id"], defaults={"name": name, "outline": outline})
    place = City.objects.get_or_create(slug=slug, defaults=fields)[0]
    founding = {"joined_precision": Precision.SEASON, "source": "The founding text"}
    ProgrammeMembership.objects.get_or_create(city=place, joined="2019-09-01", defaults=founding)
    return place
