from django import template

from cities.models import City
from will_portal.accounts.groups import coordinates

register = template.Library()


@register.filter
def administers(user):
    return user.is_staff or coordinates(user)


@register.filter
def oversees_people(user):
    """Whether the page People has something for this person."""
    return coordinates(user) or City.objects.led_by(user).exists()
