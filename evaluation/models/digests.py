"""What was last told from what: see evaluation.release_unchanged."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from cities.models import City
from evaluation.models.rollups import key
from initiatives.models import Initiative


class ReleaseDigest(models.Model):
    """A digest of all from which an initiative was last told; where it has none, the money of a city."""

    city = key(City)
    initiative = key(Initiative, null=True)
    digest = models.CharField(_("digest"), max_length=64)

    class Meta:
        verbose_name = _("digest of what was told")
        verbose_name_plural = _("digests of what was told")
        constraints = [
            models.UniqueConstraint(
                fields=["city", "initiative"], nulls_distinct=False, name="evaluation_releasedigest_once"
            )
        ]

    def __str__(self):
        return f"{self.city_id} {self.initiative_id}"
