"""Parts of a page that higher apps add: functions (request, subject) -> HTML, or "" for none."""

from collections import defaultdict

_panels = defaultdict(list)


def register(page, panel):
    _panels[page].append(panel)


def panels_of(page, request, subject):
    return [html for panel in _panels[page] if (html := panel(request, subject))]
