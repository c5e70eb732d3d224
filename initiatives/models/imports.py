"""Files that offices bring and take back: what became of each, row by row."""

from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cities.models import City
from thirdsector.models import Organisation
from will_portal.common.models import StoredFile


def author(label, **options):
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=label, **options
    )


def stored_file():
    return models.ForeignKey(StoredFile, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")


def place_city():
    return models.ForeignKey(
        City, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("city")
    )


def place_organisation():
    return models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("organisation"),
    )


def one_place(name):
    return models.CheckConstraint(
        condition=Q(city=None, organisation__isnull=False) | Q(city__isnull=False, organisation=None),
        name=name,
        violation_error_message=_("A file is of a city or of an organisation."),
    )


class Subject(models.TextChoices):
    LOG = "log", _("Log entries")
    ORGANISATIONS = "organisations", _("Organisations")
    INITIATIVES = "initiatives", _("Initiatives")
    BUDGET = "budget", _("Lines of the budget")


class ImportRunQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Those of the cities for which somebody works, of organisations they represent, and their own."""
        if not user.is_authenticated:
            return self.none()
        cities = City.objects.worked_in_by(user).values("pk")
        represented = Organisation.objects.represented_by(user).values("pk")
        joined = Organisation.objects.worked_in_by(user).values("pk")
        return self.filter(
            Q(city__in=cities) | Q(organisation__in=represented) | Q(organisation__in=joined, by=user)
        )

    def editable_by(self, user):
        """Their own, as long as they have a place where it belongs."""
        return self.visible_to(user).filter(by=user)

    def reversible_by(self, user):
        """Those of the cities that somebody leads, and their own unless only leads may bring such a file."""
        if not user.is_authenticated:
            return self.none()
        led = City.objects.led_by(user).values("pk")
        own = Q(pk__in=ImportRun.objects.editable_by(user).values("pk"))
        return self.filter(own & ~Q(subject=Subject.ORGANISATIONS) | Q(city__in=led))

    def undoable_by(self, user):
        """What is loaded and can still be taken back, by its author or by the lead of the city."""
        return self.reversible_by(user).filter(state=ImportRun.State.DONE, forgotten_at=None)


class ImportRun(models.Model):
    """One file on its way into the portal. The row is the order to the workers, and later the receipt."""

    class State(models.TextChoices):
        READING = "reading", _("being read")
        MATCHING = "matching", _("columns to be matched")
        CHECKING = "checking", _("being checked")
        REVIEW = "review", _("to be confirmed")
        LOADING = "loading", _("being loaded")
        DONE = "done", _("loaded")
        UNDOING = "undoing", _("being undone")
        UNDONE = "undone", _("undone")
        REFUSED = "refused", _("refused")
        FAILED = "failed", _("failed")
        DISCARDED = "discarded", _("discarded")

    WAITING = [State.READING, State.CHECKING, State.LOADING, State.UNDOING]

    public_id = models.UUIDField(unique=True, default=uuid4, editable=False)
    subject = models.CharField(_("what it holds"), max_length=13, choices=Subject)
    city = place_city()
    organisation = place_organisation()
    by = author(_("by"))
    created = models.DateTimeField(_("begun"), default=timezone.now)
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.READING)
    file = stored_file()
    # The rows of the file as plain CSV, whatever it was, so that it is taken apart once.
    plain = stored_file()
    # The same file with the wrong cells marked; made once they are known.
    marked = stored_file()
    file_name = models.CharField(_("file"), max_length=200)
    # Of the file, and of its rows: saved anew under another name, the rows are still the same.
    digest = models.CharField(max_length=64, blank=True)
    plain_digest = models.CharField(max_length=64, blank=True)
    # How the file was read, as in will_portal.common.tables.reading.Understood.
    understood = models.JSONField(default=dict, blank=True)
    # {number of the column: name of the field}, and what was chosen beside it.
    mapping = models.JSONField(default=dict, blank=True)
    options = models.JSONField(default=dict, blank=True)
    rows = models.PositiveIntegerField(_("rows"), default=0)
    created_rows = models.PositiveIntegerField(_("new"), default=0)
    changed_rows = models.PositiveIntegerField(_("changed"), default=0)
    unchanged_rows = models.PositiveIntegerField(_("unchanged"), default=0)
    alike_rows = models.PositiveIntegerField(_("already there"), default=0)
    wrong_rows = models.PositiveIntegerField(_("wrong"), default=0)
    # What an undo left as it was, because somebody has worked on it since.
    kept_rows = models.PositiveIntegerField(_("left as they are"), default=0)
    # Why it was refused or failed, or what changed under it, in one sentence.
    notice = models.CharField(_("notice"), max_length=500, blank=True)
    # {"read": seconds, "check": seconds, "load": seconds, "undo": seconds}
    timings = models.JSONField(default=dict, blank=True)
    # How many rows the worker has gone through, and how often a worker took it up since the last success.
    progress = models.PositiveIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    taken_at = models.DateTimeField(null=True, blank=True)
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True)
    done_at = models.DateTimeField(_("loaded"), null=True, blank=True)
    undone_at = models.DateTimeField(_("undone"), null=True, blank=True)
    undone_by = author(_("undone by"), null=True, blank=True)
    # When its files and rows were deleted; the receipt stays.
    forgotten_at = models.DateTimeField(_("files deleted"), null=True, blank=True)

    objects = ImportRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ["-created", "-pk"]
        indexes = [
            models.Index(
                fields=["created"],
                condition=Q(state__in=["reading", "checking", "loading", "undoing"]),
                name="initiatives_import_waiting",
            )
        ]
        constraints = [
            one_place("initiatives_import_one_place"),
            models.CheckConstraint(
                condition=Q(done_at=None) | ~Q(confirmed_at=None), name="initiatives_import_confirmed"
            ),
            models.CheckConstraint(
                condition=Q(undone_at=None) | ~Q(done_at=None), name="initiatives_import_undone"
            ),
        ]

    def __str__(self):
        return f"{self.subject} {self.created:%Y-%m-%d %H:%M}"

    def get_absolute_url(self):
        return reverse("imports:run", args=[self.public_id])

    @property
    def place(self):
        return self.city or self.organisation

    @property
    def is_waiting(self):
        return self.state in self.WAITING


class ImportedRow(models.Model):
    """A row of a file as it was understood, and what it does. Kept for the undo as long as the file."""

    class Outcome(models.TextChoices):
        NEW = "new", _("new")
        CHANGED = "changed", _("changed")
        UNCHANGED = "unchanged", _("unchanged")
        # New without an identity, but with the same content as something that is there.
        ALIKE = "alike", _("already there")
        WRONG = "wrong", _("wrong")

    pk = models.CompositePrimaryKey("run", "number")
    run = models.ForeignKey(
        ImportRun, on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="imported"
    )
    # Of the row in the file as a spreadsheet shows it: the first is 1.
    number = models.PositiveIntegerField(_("row"))
    outcome = models.CharField(_("outcome"), max_length=9, choices=Outcome)
    # The public id of what it makes or changes; a new one's is chosen by the check.
    target = models.UUIDField(null=True)
    # Of what it changes, as the check read it.
    version = models.PositiveIntegerField(null=True)
    # {field: value}: codes, ISO dates, decimals as text. Only the columns that the file has.
    values = models.JSONField(default=dict)
    # Of what it changes, the same fields as they were, and what else the undo must bring back.
    before = models.JSONField(null=True)

    class Meta:
        verbose_name = _("imported row")
        verbose_name_plural = _("imported rows")
        indexes = [models.Index(fields=["run", "outcome", "number"], name="initiatives_imported_outcome")]

    def __str__(self):
        return f"{self.run_id} {self.number}"


class ImportProblem(models.Model):
    """A wrong cell, or what is wrong with a row as a whole, in the words of the person who imports."""

    run = models.ForeignKey(
        ImportRun, on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="problems"
    )
    number = models.PositiveIntegerField(_("row"))
    # The number of the column in the file from 0 on; None where the row as a whole is meant.
    column = models.PositiveSmallIntegerField(null=True)
    field = models.CharField(max_length=40, blank=True)
    value = models.CharField(_("value"), max_length=200, blank=True)
    message = models.CharField(_("what is wrong"), max_length=500)

    class Meta:
        verbose_name = _("problem of an imported row")
        verbose_name_plural = _("problems of imported rows")
        ordering = ["number", "column"]
        indexes = [models.Index(fields=["run", "number"], name="initiatives_problem_row")]

    def __str__(self):
        return f"{self.run_id} {self.number} {self.field}"


class RememberedColumn(models.Model):
    """What a heading meant in the last file of this city or organisation."""

    subject = models.CharField(max_length=13, choices=Subject)
    city = place_city()
    organisation = place_organisation()
    # As in will_portal.common.tables.layout.heading_key.
    heading = models.CharField(max_length=100)
    # Empty where the column was left out.
    field = models.CharField(max_length=40, blank=True)

    class Meta:
        verbose_name = _("remembered column")
        verbose_name_plural = _("remembered columns")
        constraints = [
            one_place("initiatives_remembered_one_place"),
            models.UniqueConstraint(
                fields=["subject", "city", "organisation", "heading"],
                nulls_distinct=False,
                name="initiatives_remembered_once",
            ),
        ]

    def __str__(self):
        return f"{self.heading} {self.field}"


class ExportRunQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Bound to whoever asked for it."""
        return self.filter(by=user) if user.is_authenticated else self.none()


class ExportRun(models.Model):
    """Rows of the log that somebody takes along: who, which, when; the file stays for a day."""

    class State(models.TextChoices):
        MAKING = "making", _("being made")
        READY = "ready", _("ready")
        FAILED = "failed", _("failed")
        EXPIRED = "expired", _("expired")

    class Format(models.TextChoices):
        CSV = "csv", _("CSV for Excel")
        XLSX = "xlsx", _("Excel (XLSX)")

    public_id = models.UUIDField(unique=True, default=uuid4, editable=False)
    by = author(_("by"))
    city = place_city()
    organisation = place_organisation()
    format = models.CharField(_("format"), max_length=4, choices=Format)
    # Whether it was made for somebody who reads all entries of the place, and not only their own.
    reads_all = models.BooleanField(default=False)
    # The filters of the list, as in its address.
    query = models.CharField(_("filters"), max_length=1000, blank=True)
    state = models.CharField(_("state"), max_length=7, choices=State, default=State.MAKING)
    file = stored_file()
    rows = models.PositiveIntegerField(_("rows"), default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    created = models.DateTimeField(_("asked for"), default=timezone.now)
    made_at = models.DateTimeField(_("made"), null=True, blank=True)
    expires = models.DateTimeField(_("expires"), null=True, blank=True)
    downloaded_at = models.DateTimeField(_("last downloaded"), null=True, blank=True)

    objects = ExportRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("export")
        verbose_name_plural = _("exports")
        ordering = ["-created", "-pk"]
        constraints = [one_place("initiatives_export_one_place")]

    def __str__(self):
        return f"{self.format} {self.created:%Y-%m-%d %H:%M}"

    def get_absolute_url(self):
        return reverse("imports:export", args=[self.public_id])

    @property
    def place(self):
        return self.city or self.organisation
