"""What the downloads about cities hold: one dictionary a row, codes as text, numbers as numbers."""


def city_row(city):
    """Take a city with its region and times in the programme; the last of these is told."""
    times = city.programme_memberships.all()
    last = times[len(times) - 1] if times else None
    return {
        "cadastral_code": city.cadastral_code,
        "istat_code": city.istat_code,
        "name": city.name,
        "official_name": city.official_name,
        "province": city.province,
        "province_abbr": city.province_abbr,
        "region": city.region.name,
        "nuts3": city.nuts3,
        "area_km2": city.area_km2,
        "lat": city.lat,
        "lon": city.lon,
        "programme_status": last.status if last else "",
        "joined": last.joined.isoformat() if last else "",
        "joined_precision": last.joined_precision if last else "",
        "left": last.left.isoformat() if last and last.left else "",
        "left_precision": last.left_precision if last and last.left else "",
    }


def figure_rows(comparison):
    series = comparison.table.series
    cities = {city.pk: city for city in comparison.cities}
    for figure in comparison.figures:
        city = cities[figure.city_id]
        yield {
            "series": series.code,
            "series_name": series.name,
            "level": series.level,
            "city": city.cadastral_code,
            "city_name": city.name,
            "province": city.province,
            "in_programme": city.pk in comparison.table.members,
            "year": figure.year,
            "value": round(figure.value, series.decimals),
            "unit": series.unit,
            "source": figure.source,
            "licence": figure.licence,
        }
