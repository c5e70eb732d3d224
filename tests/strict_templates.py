"""Report template variables that do not exist, which Django prints as nothing.

Our own templates may name nothing that is missing, not even in an `if`, unless a `default` filter says so.
Templates that pages of libraries pass through (layouts at the top, what we override) may ask in an `if`, and
print attributes that a library leaves out (`attrs.type`). The libraries' own templates are left alone.
"""

from pathlib import Path

from django.conf import settings
from django.template import base
from django.template.defaultfilters import default, default_if_none

OWN = Path(settings.BASE_DIR) / "templates"
OVERRIDES = {"account", "admin", "allauth", "django", "forms", "mfa", "socialaccount", "usersessions"}


# Collected, not raised: `{% if %}` swallows exceptions, and live_server answers from another thread.
undefined = []


class StrictVariable(base.Variable):
    def __init__(self, variable, template):
        super().__init__(variable)
        self.template = template
        self.is_shared = len(template.parts) == 1 or template.parts[0] in OVERRIDES
        self.may_fail = False

    def is_excused(self, context):
        return self.is_shared and (self.may_fail or self.lookups[0] in context)

    def resolve(self, context):
        try:
            return super().resolve(context)
        except base.VariableDoesNotExist:
            if not self.is_excused(context):
                undefined.append(f"{self.template}: {self.var}")
            raise


def has_default(expression):
    return any(function in (default, default_if_none) for function, _arguments in expression.filters)


def watch(monkeypatch):
    parse, resolve = base.FilterExpression.__init__, base.FilterExpression.resolve

    def parse_strictly(self, token, parser):
        parse(self, token, parser)
        path = Path(parser.origin.name if parser.origin else "")
        if path.is_relative_to(OWN) and self.is_var and not has_default(self):
            self.var = StrictVariable(self.var.var, path.relative_to(OWN))

    def resolve_strictly(self, context, ignore_failures=False):
        if isinstance(self.var, StrictVariable):
            self.var.may_fail = ignore_failures
        return resolve(self, context, ignore_failures)

    monkeypatch.setattr(base.FilterExpression, "__init__", parse_strictly)
    monkeypatch.setattr(base.FilterExpression, "resolve", resolve_strictly)
