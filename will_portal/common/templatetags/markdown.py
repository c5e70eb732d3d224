from django import template

from will_portal.common.markdown import render_markdown

register = template.Library()
register.filter("markdown", render_markdown)
