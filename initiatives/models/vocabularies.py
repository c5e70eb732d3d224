from django.db import models
from django.db.models.functions import Length
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


class CodeListQuerySet(models.QuerySet):
    def usable(self):
        """What rows may carry: every code but the headings at the top."""
        return self.exclude(parent=None)


class CodeList(models.Model):
    code = models.CharField(_("code"), max_length=16, unique=True)
    parent = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        to_field="code",
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("part of"),
    )
    label_it = models.CharField(_("name in Italian"), max_length=120)
    label_en = models.CharField(_("name in English"), max_length=120)
    loaded = models.JSONField(_("values last loaded"), default=dict, editable=False)

    objects = CodeListQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = ["code"]

    def __str__(self):
        return self.label

    @property
    def label(self):
        return self.label_en if get_language() == "en" else self.label_it


class InterventionKindQuerySet(CodeListQuerySet):
    def with_level(self):
        """Each with `level`: 1 for A, 2 for A1, 3 for A1-PSW."""
        return self.annotate(
            level=models.Case(
                models.When(code__contains="-", then=3), default=models.functions.Least(Length("code"), 2)
            )
        )


class InterventionKind(CodeList):
    """What is delivered, in the three levels of the Nomenclatore: A, A1, A1-PSW."""

    objects = InterventionKindQuerySet.as_manager()

    class Meta(CodeList.Meta):
        verbose_name = _("kind of intervention")
        verbose_name_plural = _("kinds of intervention")


class FundingSource(CodeList):
    class Meta(CodeList.Meta):
        verbose_name = _("funding source")
        verbose_name_plural = _("funding sources")
