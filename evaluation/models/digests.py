"""What was last told from what: see evaluation.release_unchanged."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from cities.models import City
from evaluation.models.releases import of_release
from evaluation.models.rollups import key
from initiatives.models import Initiative


class ReleaseDigest(models.Model):
    """A digest of all from which a release told an initiative; where it has none, the money of a city."""

    release = of_release(_("release"), "+")
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
        return f"{self.initiative_id or self.city_id} {self.release_id}"
