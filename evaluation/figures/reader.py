"""Who reads: a city reads its own log as it stands, everybody else what was released of it."""

from dataclasses import dataclass

from cities.models import City
from will_portal.accounts.groups import coordinates, is_researcher


@dataclass(frozen=True)
class Reader:
    """`own_cities` are read live; of the others, all initiatives or only those that are published."""

    own_cities: frozenset = frozenset()
    sees_all: bool = False

    @classmethod
    def of(cls, user):
        if not user.is_authenticated or not user.is_active:
            return cls()
        own = frozenset(City.objects.worked_in_by(user).values_list("pk", flat=True))
        sees_all = bool(own) or coordinates(user) or is_researcher(user)
        return cls(own, sees_all)
