from django import template
from django.utils.safestring import mark_safe

from will_portal.common.panels import panels_of

register = template.Library()


@register.simple_tag(takes_context=True)
def panels(context, page, subject):
    """The panels that apps have registered for this page: `{% panels "city" city %}`."""
    # Each panel was rendered by a template of its own, which has escaped what it shows.
    return mark_safe("".join(panels_of(page, context["request"], subject)))  # nosec B308 B703
