"""What is said of a row of the log that cannot be loaded: once, for both engines."""

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from initiatives.forms.log import WITHIN_SERVED

# Field by field, what an entry must say at least; the counts stand for one another.
NEEDED = ["initiative", "day", "kind"]


def spelled(day):
    return date_format(day, "DATE_FORMAT")


def plain():
    """Return {rule: sentence} of the rules whose sentence is the same for every row."""
    return {
        "initiative": _("Say of which initiative this is: its code or its title."),
        "day": _("Write a day as in %(example)s.") % {"example": "31/12/2026"},
        "kind": _("Say which kind of intervention this is: its code or its name."),
        "nothing_counted": _("Write how many people were served, or households, or contacts."),
        "new_above_served": str(WITHIN_SERVED["new_people"]),
        "elsewhere_above_served": str(WITHIN_SERVED["living_elsewhere"]),
        "part_of_nothing": _("This is a part of the people served: write these too."),
        "future": _("This day has not come yet."),
        "ancient": _("Check the year of this day."),
        "unknown_initiative": _("Unknown initiative."),
        "not_loggable": _("Nothing is logged of this initiative: it is an idea, or from a public register."),
        "unknown_id": _("No entry has this identifier: leave it empty for a new one."),
        "withdrawn": _("This entry has been withdrawn: leave the identifier empty to write it anew."),
        "moved": _(
            "This entry is of another initiative: withdraw it there and leave the identifier empty here."
        ),
        "not_implementing": _("This is not an implementing body of this initiative."),
        "no_part_today": _("Your organisation is not an implementing body of this initiative today."),
        "ambiguous": _("Several entries have this reference: add a column that says who delivered."),
        "reference_taken": _("This initiative has another entry with this reference."),
        "part_new_above_people": _("More people cannot be new than were served."),
        "parts_above_people": _("The breakdown counts more people than were served."),
        "parts_above_new": _("The breakdown counts more new people than the entry."),
        "parts_above_old": _("The breakdown counts more people who came before than the entry."),
    }


def same_entry(rows):
    return _("Rows %(rows)s are the same entry.") % {"rows": rows}


def same_reference(rows):
    return _("Rows %(rows)s have the same reference.") % {"rows": rows}


def began(day):
    return _("The initiative began on %(day)s.") % {"day": spelled(day)}


def ended(day):
    return _("The initiative ended on %(day)s.") % {"day": spelled(day)}


def part_since(body, day):
    names = {"body": body, "day": spelled(day)}
    return _("%(body)s has been an implementing body since %(day)s.") % names


def part_until(body, day):
    names = {"body": body, "day": spelled(day)}
    return _("%(body)s was an implementing body until %(day)s.") % names
