"""What the downloads of the registry hold: one dictionary a row, words in both languages."""

WORDS = ["name", "definition", "why", "limits", "unit", "numerator", "denominator", "counting"]
RULES = [
    "decimals",
    "direction",
    "over_time",
    "over_places",
    "protection",
    "source",
    "frequency",
    "reference",
]


def indicator_row(indicator):
    """Take an indicator with its current version."""
    version = indicator.current
    words = [f"{word}_{language}" for word in WORDS for language in ["it", "en"]]
    return {
        "code": indicator.code,
        "topic": indicator.topic,
        "version": version.number,
        "valid_from": version.valid_from.isoformat(),
    } | {name: getattr(version, name) for name in [*words, *RULES]}
