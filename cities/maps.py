from cities.geometry import Projection


def draw_network(regions):
    """Take regions with their cities and return what the template of the map needs.

    Coordinates come as text, because templates would write numbers with a decimal comma.
    """
    projection = Projection.around([region.outline for region in regions], size=600)
    return {
        "viewbox": projection.viewbox,
        "outlines": [projection.path(region.outline) for region in regions],
        "dots": [dot(city, projection) for region in regions for city in region.members],
    }


def dot(city, projection):
    x, y = projection.place(city.lon, city.lat)
    return {"city": city, "x": f"{x:.1f}", "y": f"{y:.1f}"}


def draw_boundary(shape):
    projection = Projection.around([shape], size=240)
    return {"viewbox": projection.viewbox, "outline": projection.path(shape)}
