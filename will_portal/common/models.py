from django.db import models
from django.utils.translation import gettext_lazy as _


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
