"""One settings file; what differs between installations comes from the environment (.env.example)."""

import os
from decimal import Decimal
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _
from environs import Env, validate
from kombu import Queue
from psycopg import IsolationLevel

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"

env = Env()
env.read_env(BASE_DIR / ".env", recurse=False)

# "local" is what ./will sets: plain http, demo accounts allowed. Whoever sets nothing gets production.
ENVIRONMENT = env.str("WILL_ENVIRONMENT", "production", validate=validate.OneOf(["production", "local"]))
PRODUCTION = ENVIRONMENT == "production"
DEBUG = env.bool("DEBUG", False)
SECRET_KEY = env.str("SECRET_KEY")

if PRODUCTION and (len(SECRET_KEY) < 50 or len(set(SECRET_KEY)) < 16):
    raise ImproperlyConfigured(
        "SECRET_KEY is too short or too regular for production: set it to at least 50 random characters."
    )
if PRODUCTION and DEBUG:
    raise ImproperlyConfigured("DEBUG must be off in production: it shows settings and data to visitors.")

DEMO = env.bool("WILL_DEMO", False)
if PRODUCTION and DEMO:
    raise ImproperlyConfigured(
        "WILL_DEMO must be off in production: it offers accounts with a public password."
    )

ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", [])
CONTACT_EMAIL = env.str("CONTACT_EMAIL", "contatti@will.example")
# For links in mails that no request causes.
SITE_URL = env.str("SITE_URL", "").rstrip("/")
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", [])

INSTALLED_APPS = [
    "will_portal.common",
    "will_portal.accounts",
    "cities",
    "thirdsector",
    "initiatives",
    "evaluation",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "django_filters",
    "django_htmx",
    "import_export",
    "pgtrigger",
    "pghistory",
    "csp",
    "will_portal.accounts.sites.PortalAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.forms",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "will_portal.accounts.middleware.end_old_sessions",
    "will_portal.accounts.middleware.keep_out_of_caches",
    "will_portal.accounts.middleware.SignInMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "will_portal.accounts.middleware.require_second_factor",
    "will_portal.accounts.middleware.PortalHistoryMiddleware",
    "will_portal.errors.explain_refused_methods",
    "will_portal.middleware.read_only_get",
]

ROOT_URLCONF = "will_portal.urls"
WSGI_APPLICATION = "will_portal.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "will_portal.context_processors.portal",
            ],
        },
    },
]
FORM_RENDERER = "will_portal.forms.PortalRenderer"

# Timeouts: a page that cannot reach PostgreSQL fails within seconds, and no query holds others up for long.
DATABASES = {
    "default": env.dj_db_url("DATABASE_URL", conn_max_age=60, conn_health_checks=True)
    | {
        "OPTIONS": {
            "connect_timeout": 3,
            # Locks are taken in one statement so that the next sees what was written before them.
            "isolation_level": IsolationLevel.READ_COMMITTED,
            "tcp_user_timeout": 5000,
            "options": "-c statement_timeout=15s -c lock_timeout=3s"
            " -c idle_in_transaction_session_timeout=30s"
            # Triggers ask whether to be ignored, and an unknown setting costs them an error each time.
            " -c pgtrigger.ignore={}"
            # The locks of a worker whose machine is gone are given back within a minute.
            " -c tcp_keepalives_idle=30 -c tcp_keepalives_interval=10 -c tcp_keepalives_count=3",
        }
    }
}
if DATABASES["default"]["ENGINE"] != "django.db.backends.postgresql":
    raise ImproperlyConfigured(
        "DATABASE_URL must lead to PostgreSQL: postgres://user:password@host:5432/name."
    )

REDIS_URL = env.str("REDIS_URL")
# The cache has a stand-in, so nobody waits long for it.
REDIS_TIMEOUTS = {"socket_connect_timeout": 0.5, "socket_timeout": 1}
# The broker keeps database 0 and must never evict; the cache may, so it lives in a database of its own.
CACHES = {
    "default": {
        "BACKEND": "will_portal.common.cache.RedisOrMemoryCache",
        "LOCATION": urlunsplit(urlsplit(REDIS_URL)._replace(path="/1")),
        "OPTIONS": REDIS_TIMEOUTS,
    },
    # See evaluation.figures.kept.
    "dashboard": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "dashboard",
        "TIMEOUT": 24 * 3600,
        "OPTIONS": {"MAX_ENTRIES": 300},
    },
}

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "allauth.account.auth_backends.AuthenticationBackend",
    "will_portal.accounts.administration.CoordinatorBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ["email", "display_name"]},
    },
    {
        "NAME": "will_portal.accounts.validators.MinimumLength",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "accounts:home"
LOGOUT_REDIRECT_URL = "cities:home"
ACCOUNT_ADAPTER = "will_portal.accounts.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_FORMS = {
    "login": "will_portal.accounts.forms.SignInForm",
    "reset_password": "will_portal.accounts.password_reset.SteadyResetPasswordForm",  # nosec B105
}
# Guessing is stopped at each account, whoever guesses: five attempts, five letters in five minutes.
# A connection may try more, since a whole town hall, or a training room, comes from one address.
ACCOUNT_RATE_LIMITS = {
    "login": "90/m/ip",
    "login_failed": "40/m/ip,5/5m/key",
    "reset_password": "40/m/ip,5/5m/key",  # nosec B105
    "reset_password_from_key": "40/m/ip",  # nosec B105
}
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_SESSION_REMEMBER = False
# A stolen session must not become a stolen account by way of a second address.
ACCOUNT_REAUTHENTICATION_REQUIRED = True
# Whoever changes a password, an e-mail or a second factor is told so, in case it was somebody else.
ACCOUNT_EMAIL_NOTIFICATIONS = True
# Sign-in attempts are counted by address: behind a proxy that is the one which the proxy saw.
ALLAUTH_TRUSTED_PROXY_COUNT = env.int(
    "TRUSTED_PROXIES", int(PRODUCTION), validate=validate.Range(min=0, max=5)
)

MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_FORMS = {
    "add_webauthn": "will_portal.accounts.passkeys.AddPasskeyForm",
    "edit_webauthn": "will_portal.accounts.passkeys.RenamePasskeyForm",
}
# As with a password: a whole town hall may come from one address.
MFA_RATE_LIMITS = {"webauthn_login": "30/m/ip"}
MFA_TOTP_ISSUER = "WILL"
MFA_TOTP_TOLERANCE = 1  # telephones whose clock is half a minute off
ROLES = {"staff", "lead", "member", "representative", "researcher", "coordinator", "administrator"}
MFA_REQUIRED_ROLES = set(filter(None, map(str.strip, env.list("MFA_REQUIRED_ROLES", []))))
if unknown := MFA_REQUIRED_ROLES - ROLES:
    raise ImproperlyConfigured(
        f"MFA_REQUIRED_ROLES names {', '.join(sorted(unknown))}: it may name {', '.join(sorted(ROLES))}."
    )

# One provider of identities, such as a proxy to SPID and CIE, trusted to vouch for verified e-mails.
OIDC_SERVER_URL = env.str("OIDC_SERVER_URL", "")
SOCIALACCOUNT_ADAPTER = "will_portal.accounts.adapter.SocialAccountAdapter"
SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
# A link, since browsers hold the redirect of a form against form-action; connecting by link is refused.
SOCIALACCOUNT_LOGIN_ON_GET = True
SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": []}}
if OIDC_SERVER_URL:
    if PRODUCTION and not OIDC_SERVER_URL.startswith("https://"):
        raise ImproperlyConfigured("OIDC_SERVER_URL must begin with https:// in production.")
    SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"].append(
        {
            "provider_id": "sso",
            "name": env.str("OIDC_NAME", "OpenID Connect"),
            "client_id": env.str("OIDC_CLIENT_ID"),
            "secret": env.str("OIDC_CLIENT_SECRET"),
            "settings": {"server_url": OIDC_SERVER_URL, "email_authentication": True},
        }
    )

INVITATION_DAYS = env.int("INVITATION_DAYS", 14, validate=validate.Range(min=1))
# Files that people brought are deleted so many days later; then an import can no longer be undone.
IMPORT_DAYS = env.int("IMPORT_DAYS", 30, validate=validate.Range(min=1))
EXPORT_HOURS = env.int("EXPORT_HOURS", 24, validate=validate.Range(min=1))
# A month of a city's log closes by itself so many days after its end, or after it was reopened.
MONTH_CLOSING_DAYS = env.int("MONTH_CLOSING_DAYS", 30, validate=validate.Range(min=1))
# Others than the city itself are told of no fewer people than these.
SUPPRESSION_THRESHOLD = env.int("SUPPRESSION_THRESHOLD", 5, validate=validate.Range(min=3))
# Of a sum of money what all but the two largest organisations have in it is at least this part of the
# largest: or the second could reckon the amount of the first.
SUPPRESSION_MONEY_SHARE = env.decimal(
    "SUPPRESSION_MONEY_SHARE", Decimal("0.25"), validate=validate.Range(min=Decimal("0.1"), max=1)
)

LANGUAGE_CODE = "it"
LANGUAGES = [("it", _("Italian")), ("en", _("English"))]
# Compiled from locale/ at set-up, beside everything else that is made and not written.
LOCALE_PATHS = [VAR_DIR / "locale"]
FORMAT_MODULE_PATH = ["will_portal.formats"]
TIME_ZONE = "Europe/Rome"

STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static", VAR_DIR / "frontend"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = True

FILE_UPLOAD_HANDLERS = [
    "will_portal.common.uploads.BoundedUploadHandler",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "will_portal.common.uploads.DiskUploadHandler",
]

# A laptop writes its mail to files; a server that did so would lose it, so there EMAIL_URL is required.
if PRODUCTION or "EMAIL_URL" in os.environ:
    vars().update(env.dj_email_url("EMAIL_URL"))
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = VAR_DIR / "mail"
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.str("DEFAULT_FROM_EMAIL", "WILL <noreply@will.example>")

CELERY_BROKER_URL = REDIS_URL
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = TIME_ZONE
CELERY_TASK_IGNORE_RESULT = True
# A task whose worker is killed runs again: together with acks_late this needs reject_on_worker_lost.
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
# Nobody commands workers from afar, and the listening connection that this needs can hold a worker for ever.
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
# Sums are asked for by people who wait: a worker for them alone (-Q rollups) is not held up by imports. A
# worker that names no queue takes from both.
CELERY_TASK_QUEUES = [Queue("celery"), Queue("rollups", routing_key="rollups")]
CELERY_TASK_ROUTES = {
    "evaluation.tasks.roll_up": {"queue": "rollups"},
    "evaluation.tasks.sweep_rollups": {"queue": "rollups"},
}
CELERY_TASK_SOFT_TIME_LIMIT = 9 * 60
CELERY_TASK_TIME_LIMIT = 10 * 60
# Above the time limit, or a long task is handed out a second time while it still runs.
CELERY_VISIBILITY_TIMEOUT = 15 * 60
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": CELERY_VISIBILITY_TIMEOUT,
    # Publishing from a request must give up soon; a consumer on a dead connection must notice.
    "socket_connect_timeout": 2,
    "socket_timeout": 15,
    "socket_keepalive": True,
    "retry_on_timeout": True,
    "health_check_interval": 25,
}
# How often what nobody was told of is found: a lost bell, a killed worker, rows that came by psql.
ROLLUP_SWEEP_SECONDS = env.int("ROLLUP_SWEEP_SECONDS", 20, validate=validate.Range(min=1))
# Runs are kept so long; a check that found something is kept for good.
ROLLUP_RUN_DAYS = env.int("ROLLUP_RUN_DAYS", 30, validate=validate.Range(min=1))
HEARTBEAT_SECONDS = env.int("HEARTBEAT_SECONDS", 30, validate=validate.Range(min=1))


def nightly(task, hour, minute):
    return {"task": task, "schedule": crontab(hour=hour, minute=minute)}


def every(seconds, task):
    # What was missed while the workers were away tells nothing: it lapses.
    return {"task": task, "schedule": seconds, "options": {"expires": seconds}}


CELERY_BEAT_SCHEDULE = {
    "heartbeat": every(HEARTBEAT_SECONDS, "will_portal.common.tasks.heartbeat"),
    "sweep-imports": every(60, "initiatives.tasks.sweep_imports"),
    "sweep-rollups": every(ROLLUP_SWEEP_SECONDS, "evaluation.tasks.sweep_rollups"),
    "watch-rollups": every(60, "evaluation.tasks.watch_rollups"),
    "close-due-months": nightly("initiatives.tasks.close_due_months", 1, 30),
    "make-release": nightly("evaluation.tasks.make_release", 2, 0),
    "audit-rollups": nightly("evaluation.tasks.audit", 2, 30),
    "clear-sessions": nightly("will_portal.accounts.tasks.clear_sessions", 3, 10),
    "forget-imports": nightly("initiatives.tasks.forget_imports", 3, 40),
    "forget-rollup-runs": nightly("evaluation.tasks.forget_runs", 3, 50),
}

# Who did it and from which page travels with each write into the history.
PGHISTORY_MIDDLEWARE_METHODS = ("POST", "PUT", "PATCH", "DELETE")
# What happened stays: the database refuses to change or delete an event.
PGHISTORY_APPEND_ONLY = True

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],  # Bootstrap Italia's icons inside its CSS
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
# Three hours without a click, and twelve after the sign-in whatever happens.
SESSION_COOKIE_AGE = 3 * 60 * 60
SESSION_LONGEST_AGE = 12 * 60 * 60
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = PRODUCTION
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
if PRODUCTION:
    SESSION_COOKIE_NAME = "__Host-sessionid"
    CSRF_COOKIE_NAME = "__Host-csrftoken"
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {"django": {"handlers": ["console"], "level": "WARNING", "propagate": False}},
}
