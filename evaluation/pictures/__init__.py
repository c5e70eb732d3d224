"""Pictures of an Answer as inline SVG.

A page includes the template of a view `with picture=context_of(answer) only`.
"""

from evaluation.pictures import breakdown, city_map, heatmap, panels, ranking

VIEWS = {
    "panels": ("evaluation/views/_panels.html", panels.context_of),
    "ranking": ("evaluation/views/_ranking.html", ranking.context_of),
    "heatmap": ("evaluation/views/_heatmap.html", heatmap.context_of),
    "map": ("evaluation/views/_map.html", city_map.context_of),
    "breakdown": ("evaluation/views/_breakdown.html", breakdown.context_of),
}
