"""Indicators as tests need them, without loading all that come with the portal."""

from datetime import date

from evaluation.models import Indicator, IndicatorVersion

WORDS = {"name": "Persone servite", "unit": "persone", "definition": "Chi torna è contato di nuovo."}
WORDS |= {"why": "Misura il lavoro.", "limits": "Non dice quante sono.", "counting": "Ogni volta."}
RULES = {"decimals": 0, "direction": "up", "over_time": "sum", "over_places": "sum"}
RULES |= {"protection": "people", "source": "log", "frequency": "month", "reference": "WILL-01"}
ENGLISH = {"name_en": "People served", "definition_en": "Whoever comes back is counted anew."}


def version(indicator, **fields):
    """A version with some words, not yet stored."""
    words = {f"{name}_{language}": text for name, text in WORDS.items() for language in ["it", "en"]}
    values = words | ENGLISH | RULES | {"valid_from": date(2019, 9, 1)} | fields
    return IndicatorVersion(indicator=indicator, **values)


def indicator(code="people-served", topic="people", **fields):
    """An indicator with a first version, or with another one from the day that `valid_from` says."""
    found = Indicator.objects.get_or_create(code=code, defaults={"topic": topic})[0]
    added = version(found, **fields)
    # Numbers it; whether the words make sense is asked by the tests that are about it.
    added.clean()
    added.save()
    return found
