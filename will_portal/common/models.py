import hashlib
from uuid import uuid4

from django.db import models
from django.utils.translation import gettext_lazy as _

PART = 1024 * 1024


class Heartbeat(models.Model):
    """The last sign of life of each background process: one row for beat, one for the workers."""

    class Source(models.TextChoices):
        BEAT = "beat", _("scheduler")
        WORKER = "worker", _("workers")

    source = models.CharField(_("source"), max_length=10, choices=Source, unique=True)
    seen = models.DateTimeField(_("last seen"))

    class Meta:
        verbose_name = _("heartbeat")
        verbose_name_plural = _("heartbeats")

    def __str__(self):
        return f"{self.source} {self.seen:%Y-%m-%d %H:%M:%S}"


class StoredFileQuerySet(models.QuerySet):
    def store(self, name, chunks):
        """Write a file from an iterable of bytes, part by part; call it inside a transaction."""
        stored = self.create(name=name[-200:])
        digest, held = hashlib.sha256(), bytearray()
        for chunk in chunks:
            digest.update(chunk)
            held += chunk
            while len(held) >= PART:
                stored.append(held[:PART])
                del held[:PART]
        stored.append(held)
        stored.digest = digest.hexdigest()
        stored.save(update_fields=["size", "parts_written", "digest"])
        return stored


class StoredFile(models.Model):
    """A file that belongs to a row, in the database: written, backed up and deleted together with it, and
    within reach of every worker.
    """

    public_id = models.UUIDField(unique=True, default=uuid4, editable=False)
    name = models.CharField(_("name"), max_length=200)
    size = models.PositiveBigIntegerField(_("size in bytes"), default=0)
    digest = models.CharField(_("SHA-256"), max_length=64, blank=True)
    parts_written = models.PositiveIntegerField(default=0)
    stored = models.DateTimeField(_("stored"), auto_now_add=True)

    objects = StoredFileQuerySet.as_manager()

    class Meta:
        verbose_name = _("stored file")
        verbose_name_plural = _("stored files")

    def __str__(self):
        return self.name

    def append(self, content):
        StoredPart.objects.create(file=self, number=self.parts_written, content=bytes(content))
        self.parts_written += 1
        self.size += len(content)

    def chunks(self):
        """Yield its bytes, a part at a time."""
        for number in range(self.parts_written):
            yield bytes(self.parts.get(number=number).content)


class StoredPart(models.Model):
    file = models.ForeignKey(StoredFile, on_delete=models.CASCADE, related_name="parts", db_index=False)
    number = models.PositiveIntegerField()
    content = models.BinaryField()

    class Meta:
        verbose_name = _("part of a stored file")
        verbose_name_plural = _("parts of stored files")
        constraints = [models.UniqueConstraint(fields=["file", "number"], name="common_storedpart_once")]

    def __str__(self):
        return f"{self.file_id} {self.number}"
