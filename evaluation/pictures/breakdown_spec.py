from evaluation.pictures.breakdown import context_of
from evaluation.pictures.panels_spec import BLUE

# Places beside each other, and the width of one; where words stand beside the shares, they need more.
COLUMNS, WIDTH = 4, 170
FEWER, WIDER = 3, 250
# Of people of whom it is not known.
LIGHT = "#8795a4"


def chart_of(answer):
    """Return the bars of the page: of the whole first, then of every city."""
    drawn = context_of(answer)
    groups = [(drawn["whole_name"], drawn["whole"])]
    groups += [(one["city"].name, one["bars"]) for one in drawn["cities"]]
    rows = [row_of(name, bar) for name, bars in groups for bar in bars]
    has_words = any(bar.is_of_part for _name, bars in groups for bar in bars)
    columns, width = (FEWER, WIDER) if has_words else (COLUMNS, WIDTH)
    return {
        "data": {"values": rows},
        "facet": {
            "field": "place",
            "type": "nominal",
            "sort": [name for name, bars in groups if bars],
            "title": None,
            "header": {"labelAnchor": "start"},
        },
        "columns": columns,
        "spec": bars_of(list(dict.fromkeys(row["label"] for row in rows)), width),
    }


def row_of(name, bar):
    text = f"{bar.share} ({bar.text})" if bar.share else bar.text
    share = float(bar.width.rstrip("%")) if bar.width else 0
    return {"place": name, "label": bar.label, "share": share, "text": text, "is_untold": bar.is_untold}


def bars_of(labels, width):
    """Return the bars of one place, from the first category to the last, each with its number."""
    category = {"field": "label", "type": "nominal", "sort": labels, "title": None}
    category["axis"] = {"ticks": False, "domain": False}
    share = {"field": "share", "type": "quantitative", "axis": None, "scale": {"domain": [0, 150]}}
    colour = {"condition": {"test": "datum.is_untold", "value": LIGHT}, "value": BLUE}
    return {
        "width": width,
        "height": {"step": 20},
        "encoding": {"y": category, "x": share},
        "layer": [
            {"mark": {"type": "bar", "height": 12}, "encoding": {"color": colour}},
            {
                "mark": {"type": "text", "align": "left", "dx": 4, "fontSize": 11},
                "encoding": {"text": {"field": "text"}},
            },
        ],
    }
