# Tasks declared with @shared_task find their application only if it is loaded with the project.
from will_portal.celery import app as celery_app

__all__ = ["celery_app"]
