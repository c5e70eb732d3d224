"""What the marks in a picture mean."""

from evaluation.figure_words import why_suppressed
from evaluation.figures.figure import State


def key_of(figures, version):
    """Return which states a key must explain, and how it says the one that depends on the indicator."""
    figures = list(figures)
    states = {figure.state for figure in figures}
    return {
        "has_ranges": any(figure.is_range for figure in figures),
        "has_apart": any(figure.is_apart and figure.is_value for figure in figures),
        "has_suppressed": State.SUPPRESSED in states,
        "has_missing": State.MISSING in states,
        "has_not_applicable": State.NOT_APPLICABLE in states,
        "why_suppressed": why_suppressed(version),
    }
