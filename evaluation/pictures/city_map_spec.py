from cities.geometry import Projection, rings
from evaluation.figure_words import mark
from evaluation.pictures.city_map import outlines
from evaluation.pictures.classes import Classes
from evaluation.pictures.heatmap import shade_of
from evaluation.pictures.heatmap_spec import SHADES
from evaluation.pictures.panels_spec import CROSS

SIZE = 640
SIDES = {
    "right": ("left", 14, 0),
    "left": ("right", -14, 0),
    "above": ("center", 0, -18),
    "below": ("center", 0, 18),
}
# What has no class, by its state.
LOOKS = {
    "open": {"fill": "white"},
    "apart": {"fill": "white", "strokeDash": [5, 3], "strokeWidth": 3},
    "suppressed": {"type": "point", "shape": "square", "fill": "#c2ccd6"},
    "not-applicable": {"type": "point", "shape": CROSS, "size": 60, "strokeWidth": 2},
    "missing": {"type": "point", "size": 60, "strokeDash": [1, 3], "fill": None},
}


def chart_of(answer):
    """Return dots on the silhouette of the regions, all in the units of the drawing."""
    shapes = outlines()
    projection = Projection.around(shapes, size=SIZE) if shapes else None
    figures = [answer.totals[city.pk] for city in answer.cities]
    classes = Classes.of([figure.place for figure in figures if figure.is_comparable])
    legend = [one["text"] for one in classes.legend(answer.version.decimals)]
    dots = [dot_of(answer, city, classes, legend, projection) for city in answer.cities] if shapes else []
    height = projection.height if shapes else SIZE
    return {
        "width": SIZE,
        "height": round(height),
        "encoding": {"x": place("x", SIZE), "y": place("y", height) | {"sort": "descending"}},
        "layer": [
            *(outline(ring, projection) for shape in shapes for ring in rings(shape)),
            *layers_of(dots, legend, answer.version),
        ],
    }


def place(field, length):
    return {
        "field": field,
        "type": "quantitative",
        "axis": None,
        "scale": {"domain": [0, length], "nice": False},
    }


def outline(ring, projection):
    points = [projection.place(*point) for point in ring]
    values = [{"n": n, "x": round(x, 1), "y": round(y, 1)} for n, (x, y) in enumerate(points)]
    mark_of = {"type": "line", "fill": "#dfe7ef", "stroke": "white", "interpolate": "linear-closed"}
    return {"data": {"values": values}, "mark": mark_of, "encoding": {"order": {"field": "n"}}}


def dot_of(answer, city, classes, legend, projection):
    figure = answer.totals[city.pk]
    shade = shade_of(figure, classes)
    x, y = projection.place(city.lon, city.lat)
    row = {"x": round(x, 1), "y": round(y, 1), "side": city.label_side}
    row |= {"city": city.name, "shade": str(shade), "text": f"{city.name} {mark(figure, answer.version)}"}
    return row | ({"span": legend[shade - 1]} if isinstance(shade, int) else {})


def layers_of(dots, legend, version):
    scale = {"domain": legend, "range": SHADES[: len(legend)]}
    colour = {"field": "span", "type": "ordinal", "scale": scale, "title": version.unit}
    dot = {"type": "circle", "size": 260, "stroke": "#17324d", "opacity": 1}
    return [
        layer(dots, "isValid(datum.span)", dot, {"fill": colour}),
        *(layer(dots, f"datum.shade === '{shade}'", dot | look, {}) for shade, look in LOOKS.items()),
        *(
            layer(dots, f"datum.side === '{side}'", letters(*way), {"text": {"field": "text"}})
            for side, way in SIDES.items()
        ),
    ]


def letters(align, dx, dy):
    return {"type": "text", "align": align, "baseline": "middle", "dx": dx, "dy": dy, "fontSize": 13}


def layer(dots, test, shape, encoding):
    return {"data": {"values": dots}, "transform": [{"filter": test}], "mark": shape, "encoding": encoding}
