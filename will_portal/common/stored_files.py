from datetime import timedelta

from django.db.models import Exists, OuterRef
from django.utils import timezone

from will_portal.common.models import StoredFile, StoredPart

# Whoever stores a file points to it in the same transaction, which may be long.
AGE = timedelta(hours=1)


def delete_unreferenced():
    """Delete the files to which no row of any app points any more."""
    files = StoredFile.objects.filter(stored__lt=timezone.now() - AGE)
    for relation in StoredFile._meta.get_fields(include_hidden=True):
        if relation.one_to_many and relation.related_model is not StoredPart:
            rows = relation.related_model._base_manager.filter(**{relation.field.name: OuterRef("pk")})
            files = files.exclude(Exists(rows))
    files.delete()
