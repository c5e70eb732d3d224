import pytest

from cities.models import City, Region


def square(west, south, side=1):
    east, north = west + side, south + side
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


@pytest.fixture
def make_region(db):
    def make(istat_code="08", name="Emilia-Romagna", **fields):
        return Region.objects.create(
            **{"istat_code": istat_code, "name": name, "outline": square(9, 44, 3)} | fields
        )

    return make


@pytest.fixture
def region(make_region):
    return make_region()


@pytest.fixture
def make_city(region):
    """`make_city("Parma")`: every city differs from the one before in whatever must be unique."""
    numbers = iter(range(1000))

    def make(name="Parma", **fields):
        number = next(numbers)
        return City.objects.create(
            **{
                "cadastral_code": f"G{number:03}",
                "istat_code": f"{number:06}",
                "name": name,
                "slug": f"city-{number}",
                "region": region,
                "province": "Parma",
                "province_abbr": "PR",
                "nuts3": "ITH52",
                "area_km2": "260.5978",
                "lat": 44.8,
                "lon": 10.3,
            }
            | fields
        )

    return make
