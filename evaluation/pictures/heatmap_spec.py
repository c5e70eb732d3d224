from evaluation.figure_words import mark
from evaluation.pictures.classes import Classes
from evaluation.pictures.heatmap import shade_of

# The shades of the page, from few to many.
SHADES = ["#eaf3fc", "#b8d9f8", "#7fb8ee", "#0066cc", "#003366"]
# The number of the first class whose shade needs white letters.
DARK = 4


def chart_of(answer):
    """Return cities by periods; what has no class is an open cell with the mark of its state."""
    classes = Classes.of([figure.place for figure in answer.cells.values() if figure.is_comparable])
    legend = [one["text"] for one in classes.legend(answer.version.decimals)]
    rows = [
        cell_of(answer, city, period, figure, classes, legend)
        for city in answer.cities
        for period, figure in zip(answer.periods, answer.of(city), strict=True)
    ]
    longest = max((len(row["text"]) for row in rows), default=0)
    return {
        "data": {"values": rows},
        "width": {"step": max(30, min(8 + 7 * longest, 72))},
        "height": {"step": 28},
        "encoding": {
            "x": axis("period", [period.short for period in answer.periods], "top"),
            "y": axis("city", [city.name for city in answer.cities], "left"),
        },
        "layer": layers_of(legend, answer.version),
    }


def cell_of(answer, city, period, figure, classes, legend):
    shade = shade_of(figure, classes)
    row = {"city": city.name, "period": period.short, "shade": str(shade), "is_dark": False}
    # Words are too long for a cell: it is grey and without any.
    row["text"] = "" if shade == "suppressed" else mark(figure, answer.version)
    if isinstance(shade, int):
        row |= {"span": legend[shade - 1], "is_dark": shade >= DARK}
    return row


def axis(field, sort, side):
    look = {"orient": side, "labelAngle": -45 if side == "top" else 0, "domain": False, "ticks": False}
    return {"field": field, "type": "ordinal", "sort": sort, "title": None, "axis": look}


def layers_of(legend, version):
    scale = {"domain": legend, "range": SHADES[: len(legend)]}
    letters = {"condition": {"test": "datum.is_dark", "value": "white"}, "value": "#17324d"}
    return [
        {
            "transform": [{"filter": "isValid(datum.span)"}],
            "mark": {"type": "rect", "stroke": "white"},
            "encoding": {
                "color": {"field": "span", "type": "ordinal", "scale": scale, "title": version.unit}
            },
        },
        {
            "transform": [{"filter": "datum.shade === 'apart'"}],
            "mark": {"type": "rect", "fill": "white", "stroke": "#5b6f82", "strokeDash": [3, 2]},
        },
        {
            "transform": [{"filter": "datum.shade === 'suppressed'"}],
            "mark": {"type": "rect", "fill": "#c2ccd6", "stroke": "white"},
        },
        {
            "mark": {"type": "text", "fontSize": 11},
            "encoding": {"text": {"field": "text"}, "color": letters},
        },
    ]
