from django.db.models import CharField, Func


class SortKey(Func):
    """A name in small letters without accents or punctuation: "Forlì" sorts as forli, "L'Aquila" as laquila.

    PostgreSQL computes it, so that every way of writing a row keeps it; needs a UTF-8 database.
    """

    template = r"regexp_replace(lower(normalize(%(expressions)s, NFKD)), '[^a-z0-9 ]', '', 'g')"
    arity = 1
    output_field = CharField()


class SearchKey(Func):
    """A text's letters and figures alone, so that "nell'Emilia" finds "Nell Emilia"; "|" is kept."""

    template = r"regexp_replace(lower(normalize(%(expressions)s, NFKD)), '[^a-z0-9|]', '', 'g')"
    arity = 1
    output_field = CharField()


class Joined(Func):
    """The elements of an array as one text, "|" between them."""

    template = "array_to_string(%(expressions)s, '|')"
    arity = 1
    output_field = CharField()
