from django.conf import settings


def portal(request):
    return {"production": settings.PRODUCTION}
