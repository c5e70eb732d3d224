from django.conf import settings

from will_portal.accounts import demo


def portal(request):
    return {
        "contact_email": settings.CONTACT_EMAIL,
        "demo": settings.DEMO,
        "demo_accounts": demo.ACCOUNTS if settings.DEMO else [],
        "demo_password": demo.PASSWORD if settings.DEMO else "",
    }
