"""Extracts, merges, checks and compiles translations with Babel, since fresh machines lack GNU gettext.

python -m will_portal.local.translations update|compile|check
"""

import ast
import re
import sys
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_file
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

BASE_DIR = Path(__file__).resolve().parents[2]
SOURCES = ["will_portal", "cities", "initiatives", "thirdsector", "evaluation", "templates"]
LANGUAGES = ["it"]
# No dates, tools or names: a change of the catalogue shows changed words only.
HEADER = """\
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Language: {language}\\n"
"Plural-Forms: {plural_forms}\\n"

"""
KEYWORDS = DEFAULT_KEYWORDS | {
    "gettext_noop": None,
    "gettext_lazy": None,
    "ngettext_lazy": DEFAULT_KEYWORDS["ngettext"],
    "pgettext_lazy": DEFAULT_KEYWORDS["pgettext"],
    "npgettext_lazy": DEFAULT_KEYWORDS["npgettext"],
}
STRING = r"""u?(?:'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")"""
CALL = re.compile(rf"\b(n?p?gettext|_)\(({STRING}(?:, ?{STRING})*)(?:, ?count)?\)")
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[sd]|\{\w*\}")


def python_messages(path):
    for _line, message, _comments, context in extract_from_file("python", path, KEYWORDS):
        yield message, context


def template_messages(path):
    """Django turns tags into calls amid blanked-out text that is no Python, so the calls are picked out."""
    for function, arguments in CALL.findall(templatize(path.read_text(encoding="utf-8"))):
        strings = ast.literal_eval(f"({arguments},)")
        context, *strings = strings if function.endswith("pgettext") else (None, *strings)
        yield tuple(strings) if function.startswith("n") else strings[0], context


def source_files(base):
    for source in SOURCES:
        for path in sorted((base / source).rglob("*")):
            if path.suffix in {".py", ".html", ".txt"} and "migrations" not in path.parts:
                yield path


def extract(base=BASE_DIR):
    """Return the catalogue of every string to translate, without translations."""
    catalogue = Catalog(charset="utf-8")
    for path in source_files(base):
        messages = python_messages(path) if path.suffix == ".py" else template_messages(path)
        for message, context in messages:
            catalogue.add(message, locations=[(path.relative_to(base).as_posix(), 1)], context=context)
    return catalogue


def po_file(language, base=BASE_DIR):
    return base / "locale" / language / "LC_MESSAGES" / "django.po"


def read(language, base=BASE_DIR):
    path = po_file(language, base)
    if not path.exists():
        return Catalog(language, charset="utf-8")
    with path.open("rb") as file:
        return read_po(file, language)


def update(base=BASE_DIR):
    """Add new strings to each language without a translation, and drop those that the code no longer uses."""
    template = extract(base)
    for language in LANGUAGES:
        catalogue = read(language, base)
        catalogue.update(template, no_fuzzy_matching=True)
        path = po_file(language, base)
        path.parent.mkdir(parents=True, exist_ok=True)
        body = BytesIO()
        write_po(
            body,
            catalogue,
            width=110,
            sort_output=True,
            omit_header=True,
            include_lineno=False,
            ignore_obsolete=True,
        )
        header = HEADER.format(language=language, plural_forms=catalogue.plural_forms)
        path.write_bytes(header.encode() + body.getvalue().lstrip(b"\n"))


def compile_catalogues(target, base=BASE_DIR):
    """Write the binary catalogues that Django reads below `target`."""
    for language in LANGUAGES:
        path = target / language / "LC_MESSAGES" / "django.mo"
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            write_mo(file, read(language, base))


def forms(string):
    return list(string) if isinstance(string, (list, tuple)) else [string]


def key(message):
    return forms(message.id)[0], message.context or ""


def placeholders(string):
    return sorted(PLACEHOLDER.findall(string.replace("%%", "")))


def keeps_placeholders(message):
    *singulars, last = map(placeholders, forms(message.string))
    needed = placeholders(forms(message.id)[-1])
    # "One city" may do without the number that "%(n)s cities" needs.
    return last == needed and all(set(singular) <= set(needed) for singular in singulars)


def problem(message, used):
    if key(message) not in used:
        return "is no longer used"
    if not all(forms(message.string)):
        return "is not translated"
    if message.fuzzy:
        return "is marked fuzzy"
    if not keeps_placeholders(message):
        return "has other placeholders than its source"
    return None


def problems(base=BASE_DIR):
    """Return one sentence for each string that is missing, unused, fuzzy or has other placeholders."""
    used = {key(message) for message in extract(base) if message.id}
    found = []
    for language in LANGUAGES:
        catalogue = {key(message): message for message in read(language, base) if message.id}
        found += [f"{language}: {msgid!r} is missing" for msgid, context in sorted(used - catalogue.keys())]
        for (msgid, _context), message in catalogue.items():
            if trouble := problem(message, used):
                found.append(f"{language}: {msgid!r} {trouble}")
    return found


def main(command):
    if command == "update":
        update()
    elif command == "compile":
        compile_catalogues(BASE_DIR / "var" / "locale")
    elif command == "check":
        found = problems()
        print(*found, sep="\n")
        return bool(found)
    else:
        print(__doc__)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if sys.argv[1:] else ""))
