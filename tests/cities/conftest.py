import pytest

from cities.models import City, ContextFigure, ContextSeries, Precision, ProgrammeMembership, Region


def square(west, south, side=1):
    east, north = west + side, south + side
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


@pytest.fixture
def make_region(db):
    def make(istat_code="08", name="Emilia-Romagna", **fields):
        # The people of the cast have brought theirs, where they are there.
        values = {"name": name, "outline": square(9, 44, 3)} | fields
        return Region.objects.update_or_create(istat_code=istat_code, defaults=values)[0]

    return make


@pytest.fixture
def region(make_region):
    return make_region()


@pytest.fixture
def make_city(region):
    """`make_city("Parma")`: every city differs from the one before in whatever must be unique.

    It is in the programme, unless one says `member=False`.
    """
    numbers = iter(range(1000))

    def make(name="Parma", member=True, **fields):
        number = next(numbers)
        city = City.objects.create(
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
        if member:
            join(city)
        return city

    return make


def join(city, joined="2019-09-01", joined_precision=Precision.SEASON, **fields):
    return ProgrammeMembership.objects.create(
        city=city,
        joined=joined,
        joined_precision=joined_precision,
        **{"source": "The founding text"} | fields,
    )


@pytest.fixture
def make_series(db):
    return enter_series


def enter_series(code="ageing-index", **fields):
    return ContextSeries.objects.create(
        **{
            "code": code,
            "topic": "age",
            "level": "provincial",
            "name_it": "Indice di vecchiaia",
            "name_en": "Ageing index",
            "definition_it": "Anziani ogni cento giovani.",
            "definition_en": "Older per 100 young residents.",
            "unit_it": "ogni 100",
            "unit_en": "per 100",
            "decimals": 1,
        }
        | fields,
    )


def add_figures(series, city, values, **fields):
    """`add_figures(series, parma, {2023: "181.1", 2024: 185})`"""
    said = {"source": "ISTAT", "licence": "CC BY 4.0"} | fields
    ContextFigure.objects.bulk_create(
        ContextFigure(series=series, city=city, year=year, value=value, **said)
        for year, value in values.items()
    )
