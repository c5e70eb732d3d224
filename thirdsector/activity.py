"""Where organisations do something: higher apps name the models whose rows tie one to a city."""

from functools import reduce
from operator import or_

from django.db.models import Q

from cities.models import City

_sources = []


def register(model, organisation="organisation"):
    """Let the rows of a model, each with its `city`, tie the organisation of this field to that city."""
    _sources.append((model, organisation))


def ties_of(organisation):
    """Return the querysets of rows that tie an organisation, or an OuterRef to one, to cities."""
    return [model.objects.filter(**{field: organisation}) for model, field in _sources]


def cities_tied_to(organisation):
    """Return the cities in which an organisation has something, marked or not."""
    ties = [Q(pk__in=rows.order_by().values("city")) for rows in ties_of(organisation)]
    return City.objects.filter(reduce(or_, ties, Q(pk__in=[])))
