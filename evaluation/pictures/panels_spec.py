import json

from evaluation.figures.figure import State
from evaluation.pictures.panels import frame_of, highlighted_first

BLUE, GREY = "#0066cc", "#455b71"
COLUMNS = 5
CROSS = "M-1,-1L1,1M1,-1L-1,1"


def chart_of(answer):
    """Return a panel for each city: its line before the band of those like with like."""
    names = [city.name for city in highlighted_first(answer)]
    return {
        "data": {"values": rows_of(answer)},
        "facet": {
            "field": "city",
            "type": "nominal",
            "sort": names,
            "title": None,
            "header": {"labelAnchor": "start"},
        },
        "columns": max(1, min(COLUMNS, len(names))),
        "spec": {"width": 170, "height": 100, "encoding": {"x": axis_of(answer)}, "layer": layers_of(answer)},
    }


def rows_of(answer):
    """Return a row for each city and period with what is drawn of it; a line joins the rows of one `run`."""
    rows = []
    for city in answer.cities:
        run = 0
        for period, figure in zip(answer.periods, answer.of(city), strict=True):
            run += not figure.is_comparable
            rows.append(row_of(answer, city, period, figure) | {"run": run})
    return rows


def row_of(answer, city, period, figure):
    kind = "" if figure.is_value else State(figure.state).name
    if figure.is_apart and figure.is_value:
        kind = "APART"
    ends = {"lower": figure.lower, "upper": figure.upper} if figure.is_range else {}
    drawn = ends | {"value": figure.place, "median": answer.peers.median.get(period)}
    drawn |= {"low": answer.peers.low.get(period), "high": answer.peers.high.get(period)}
    numbers = {name: float(value) for name, value in drawn.items() if value is not None}
    return numbers | {"city": city.name, "period": period.short, "kind": kind}


def axis_of(answer):
    sort = [period.short for period in answer.periods]
    axis = {"labelAngle": 0, "grid": False, "ticks": False, "values": [sort[0], sort[-1]]}
    # Inwards from both ends, so that they keep clear of the neighbours'.
    inwards = f"datum.value === {json.dumps(sort[0])} ? 'left' : 'right'"
    axis |= {"labelAlign": {"expr": inwards}, "labelOverlap": "greedy"}
    return {"field": "period", "type": "ordinal", "sort": sort, "title": None, "axis": axis}


def layers_of(answer):
    colour = {"value": GREY}
    if answer.asked.highlight:
        chosen = {"field": "city", "equal": answer.asked.highlight.name}
        colour = {"condition": {"test": chosen, "value": BLUE}, "value": GREY}
    frame = frame_of(answer)
    scale = {"domain": [float(frame.low), float(frame.high)], "nice": False}
    number = {"type": "quantitative", "title": None, "scale": scale}
    number["axis"] = {"format": f",.{answer.version.decimals}~f", "tickCount": 3}
    base = {"y": {"datum": 0}, "color": {"value": GREY}}
    return [
        {
            "transform": [{"filter": "isValid(datum.low)"}],
            "mark": {"type": "area", "color": "#e3e8ee"},
            "encoding": {"y": number | {"field": "low"}, "y2": {"field": "high"}},
        },
        {
            "transform": [{"filter": "isValid(datum.median)"}],
            "mark": {"type": "line", "color": "#8795a4", "strokeWidth": 1},
            "encoding": {"y": number | {"field": "median"}},
        },
        {
            "transform": [{"filter": "isValid(datum.lower) && isValid(datum.upper)"}],
            "mark": {"type": "rule", "strokeWidth": 2, "opacity": 0.5},
            "encoding": {"y": number | {"field": "lower"}, "y2": {"field": "upper"}, "color": colour},
        },
        {
            "transform": [{"filter": "datum.kind === '' && isValid(datum.value)"}],
            "mark": {"type": "line", "strokeWidth": 2, "point": {"size": 12}},
            "encoding": {"y": number | {"field": "value"}, "detail": {"field": "run"}, "color": colour},
        },
        states(
            "datum.kind === 'APART' && isValid(datum.value)",
            "circle",
            {"y": number | {"field": "value"}, "color": colour},
        ),
        states("datum.kind === 'SUPPRESSED'", "square", base),
        states("datum.kind === 'NOT_APPLICABLE'", CROSS, base),
    ]


def states(test, shape, encoding):
    mark = {"type": "point", "shape": shape, "filled": False, "size": 30}
    return {"transform": [{"filter": test}], "mark": mark, "encoding": encoding}
