import pytest
from babel.messages.mofile import read_mo

from will_portal.local import translations


@pytest.fixture
def checkout(tmp_path):
    """An empty portal: `checkout("templates/a.html", source)` adds a file and returns the root."""

    def write(name, source):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source)
        return tmp_path

    return write


def extracted(root):
    return {(message.id, message.context) for message in translations.extract(root) if message.id}


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ('{% translate "Cities" %}', ("Cities", None)),
        ("{% translate 'It is' as title %}", ("It is", None)),
        ('{% translate "May" context "month" %}', ("May", "month")),
        ("{% blocktranslate trimmed %}\n  Two\n  lines\n{% endblocktranslate %}", ("Two lines", None)),
        ("{% blocktranslate %}Of {{ city }}{% endblocktranslate %}", ("Of %(city)s", None)),
        ("{% blocktranslate context \"a 'b'\" %}x{% endblocktranslate %}", ("x", "a 'b'")),
        (
            "{% blocktranslate count n=n %}{{ n }} city{% plural %}{{ n }} cities{% endblocktranslate %}",
            (("%(n)s city", "%(n)s cities"), None),
        ),
        (
            '{% blocktranslate count n=n context "c" %}one{% plural %}{{ n }} of them{% endblocktranslate %}',
            (("one", "%(n)s of them"), "c"),
        ),
        ('{% include "a.html" with label=_("Name") only %}', ("Name", None)),
        ('{{ _("Yes") }}', ("Yes", None)),
        ('{{ value|default:_("None yet") }}', ("None yet", None)),
        ('<p title="it\'s (odd">{% translate "Don\'t (worry)" %}</p>', ("Don't (worry)", None)),
    ],
)
def test_strings_of_templates(checkout, source, message):
    assert extracted(checkout("templates/page.html", source)) == {message}


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ('_("City")', ("City", None)),
        ('gettext_lazy("City")', ("City", None)),
        ('gettext_noop("City")', ("City", None)),
        ('pgettext_lazy("month", "May")', ("May", "month")),
        ('ngettext_lazy("%d city", "%d cities", n)', (("%d city", "%d cities"), None)),
        ('npgettext("c", "one", "many", n)', (("one", "many"), "c")),
        ('_("One sentence "\n  "in two parts.")', ("One sentence in two parts.", None)),
    ],
)
def test_strings_of_python(checkout, source, message):
    assert extracted(checkout("cities/models.py", source)) == {message}


def test_words_outside_the_tags_are_not_taken(checkout):
    assert extracted(checkout("templates/page.html", "<p>gettext('no') _('no')</p>")) == set()


def translate(root, **strings):
    """Write translations into the Italian catalogue, as a person would."""
    path = translations.po_file("it", root)
    text = path.read_text()
    for msgid, msgstr in strings.items():
        text = text.replace(f'msgid "{msgid}"\nmsgstr ""', f'msgid "{msgid}"\nmsgstr "{msgstr}"')
    path.write_text(text)


def test_an_update_keeps_what_is_translated_and_drops_what_is_gone(checkout):
    root = checkout("cities/models.py", '_("Kept"); _("Gone")')
    translations.update(root)
    translate(root, Kept="Tenuto", Gone="Andato")
    checkout("cities/models.py", '_("Kept"); _("New")')
    translations.update(root)
    catalogue = translations.read("it", root)
    assert {message.id: message.string for message in catalogue if message.id} == {
        "Kept": "Tenuto",
        "New": "",
    }
    assert "Gone" not in translations.po_file("it", root).read_text()


def test_a_second_update_changes_nothing(checkout):
    root = checkout("templates/page.html", '{% translate "A" %}{% translate "B" %}')
    translations.update(root)
    before = translations.po_file("it", root).read_text()
    translations.update(root)
    assert translations.po_file("it", root).read_text() == before


def test_moving_a_string_within_a_file_changes_nothing(checkout):
    root = checkout("cities/models.py", '_("City")')
    translations.update(root)
    before = translations.po_file("it", root).read_text()
    translations.update(checkout("cities/models.py", '\n\n\n_("City")'))
    assert translations.po_file("it", root).read_text() == before


def test_the_header_holds_neither_dates_nor_names(checkout):
    root = checkout("cities/models.py", '_("City")')
    translations.update(root)
    header = translations.po_file("it", root).read_text().split("#:")[0]
    assert "nplurals=2; plural=(n != 1);" in header
    assert not any(word in header for word in ["Date", "Translator", "Babel", "PROJECT"])


def test_django_reads_what_is_compiled(checkout):
    root = checkout("cities/models.py", '_("City")')
    translations.update(root)
    translate(root, City="Città")
    translations.compile_catalogues(root / "made", root)
    with (root / "made/it/LC_MESSAGES/django.mo").open("rb") as file:
        assert read_mo(file).get("City").string == "Città"


CATALOGUE = """\
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

"""


@pytest.mark.parametrize(
    ("entry", "sentence"),
    [
        ('msgid "Of %(city)s"\nmsgstr "Di %(city)s"', None),
        ('msgid "Of %(city)s"\nmsgstr ""', "it: 'Of %(city)s' is not translated"),
        ('#, fuzzy\nmsgid "Of %(city)s"\nmsgstr "Di %(city)s"', "it: 'Of %(city)s' is marked fuzzy"),
        (
            'msgid "Of %(city)s"\nmsgstr "Di %(citta)s"',
            "it: 'Of %(city)s' has other placeholders than its source",
        ),
        ("", "it: 'Of %(city)s' is missing"),
    ],
)
def test_problems_of_one_string(checkout, entry, sentence):
    root = checkout("cities/models.py", '_("Of %(city)s")')
    checkout("locale/it/LC_MESSAGES/django.po", CATALOGUE + entry)
    assert translations.problems(root) == ([sentence] if sentence else [])


def test_a_singular_may_leave_the_number_out(checkout):
    root = checkout("cities/models.py", 'ngettext("%(n)s city", "%(n)s cities", n)')
    entry = 'msgid "%(n)s city"\nmsgid_plural "%(n)s cities"\nmsgstr[0] "una città"\nmsgstr[1] "%(n)s città"'
    checkout("locale/it/LC_MESSAGES/django.po", CATALOGUE + entry)
    assert translations.problems(root) == []


def test_a_string_that_nothing_uses_is_reported(checkout):
    root = checkout("locale/it/LC_MESSAGES/django.po", CATALOGUE + 'msgid "Old"\nmsgstr "Vecchio"')
    assert translations.problems(root) == ["it: 'Old' is no longer used"]
