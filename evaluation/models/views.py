from uuid import uuid4

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

# Of one person, so that the list stays one.
MOST = 100
LONGEST_QUERY = 2_000


class SavedView(models.Model):
    """A question to the dashboard under a name of one’s own; whoever opens it asks with their own rights."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        editable=False,
        related_name="+",
        verbose_name=_("owner"),
    )
    name = models.CharField(_("name"), max_length=80)
    query = models.TextField(_("what it shows"), max_length=LONGEST_QUERY)
    created = models.DateTimeField(_("saved on"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "name"],
                name="evaluation_savedview_name",
                violation_error_message=_("You have a view with this name already: choose another one."),
            )
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("saved:open", args=[self.pk])
