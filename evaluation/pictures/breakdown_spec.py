from evaluation.pictures.breakdown import context_of

COLUMNS = 4


def chart_of(answer):
    """Return the bars of the page: of the whole first, then of every city."""
    drawn = context_of(answer)
    groups = [(drawn["whole_name"], drawn["whole"])]
    groups += [(one["city"].name, one["bars"]) for one in drawn["cities"]]
    rows = [row_of(name, bar) for name, bars in groups for bar in bars]
    labels = list(dict.fromkeys(row["label"] for row in rows))
    share = {"field": "share", "type": "quantitative", "axis": None, "scale": {"domain": [0, 150]}}
    sort = [name for name, bars in groups if bars]
    return {
        "data": {"values": rows},
        "facet": {
            "field": "place",
            "type": "nominal",
            "sort": sort,
            "title": None,
            "header": {"labelAnchor": "start"},
        },
        "columns": COLUMNS,
        "spec": {
            "width": 170,
            "height": {"step": 20},
            "encoding": {
                "y": {
                    "field": "label",
                    "type": "nominal",
                    "sort": labels,
                    "title": None,
                    "axis": {"ticks": False, "domain": False},
                },
                "x": share,
            },
            "layer": [
                {
                    "mark": {"type": "bar", "height": 12},
                    "encoding": {
                        "color": {
                            "condition": {"test": "datum.is_untold", "value": "#8795a4"},
                            "value": "#0066cc",
                        }
                    },
                },
                {
                    "mark": {"type": "text", "align": "left", "dx": 4, "fontSize": 11},
                    "encoding": {"text": {"field": "text"}},
                },
            ],
        },
    }


def row_of(name, bar):
    text = f"{bar.share} ({bar.text})" if bar.share else bar.text
    share = float(bar.width.rstrip("%")) if bar.width else 0
    return {"place": name, "label": bar.label, "share": share, "text": text, "is_untold": bar.is_untold}
