from django import template

from will_portal.common.numbers import spell_change, spell_number

register = template.Library()
register.filter("number", spell_number)
register.filter("change", spell_change)
