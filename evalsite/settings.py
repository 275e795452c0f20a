"""Settings of the site; everything that differs between machines comes from the environment.

EVALSITE_DATA        the one folder the site writes to (default ``var`` beside ``manage.py``)
EVALSITE_MODE        ``local`` (default: loopback only) or ``production`` (HTTPS, secrets required)
EVALSITE_SECRET_KEY  secret key; made once and kept in EVALSITE_DATA in local mode
EVALSITE_HOSTS       comma-separated host names of a production site
EVALSITE_DEBUG       ``1`` shows tracebacks in the browser (local mode only)
EVALSITE_LEASE_SECONDS  how long a worker may be silent before its job is given to another (default 30)
EVALSITE_REAP_SECONDS   how often workers look for such jobs (default 15)
DATABASE_URL         e.g. ``postgres://user:password@host/name``; SQLite in EVALSITE_DATA otherwise
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from csp.constants import NONE, SELF, UNSAFE_EVAL, UNSAFE_INLINE
from django.core.exceptions import ImproperlyConfigured
from django.templatetags.static import static

from evalsite.environment import data_folder, database, seconds, secret_key

BASE_DIR = Path(__file__).resolve().parent.parent
EVALSITE_DATA = data_folder(os.environ.get("EVALSITE_DATA"), BASE_DIR / "var")
MODE = os.environ.get("EVALSITE_MODE", "local")
if MODE not in {"local", "production"}:
    raise ImproperlyConfigured(f"EVALSITE_MODE was {MODE!r}; set it to local or production")
PRODUCTION = MODE == "production"
DEBUG = not PRODUCTION and os.environ.get("EVALSITE_DEBUG") == "1"

SECRET_KEY = os.environ.get("EVALSITE_SECRET_KEY", "")
if PRODUCTION and not SECRET_KEY:
    raise ImproperlyConfigured("EVALSITE_SECRET_KEY is not set; a production site needs one of its own")
SECRET_KEY = SECRET_KEY or secret_key(EVALSITE_DATA)
_hosts = [host.strip() for host in os.environ.get("EVALSITE_HOSTS", "").split(",") if host.strip()]
if PRODUCTION and not _hosts:
    raise ImproperlyConfigured("EVALSITE_HOSTS is not set; name the hosts that the site is reached under")
ALLOWED_HOSTS = _hosts or ["127.0.0.1", "localhost", "[::1]"]
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in _hosts if PRODUCTION]

INSTALLED_APPS = [
    "unfold",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "axes",
    "csp",
    "django_htmx",
    "django_tasks",
    "django_tasks_db",
    "rest_framework",
    "rest_framework.authtoken",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "evalsite.jobs",
    "evalsite.samples",
    "evalsite.studies",
    "evalsite.trials",
    "evalsite.runs",
    "evalsite.results",
    "evalsite.api",
    "evalsite.launch",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "evalsite.policy.relax_admin_policy",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
    "evalsite.outage.OutageMiddleware",
]

ROOT_URLCONF = "evalsite.urls"
WSGI_APPLICATION = "evalsite.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "evalsite" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

DATABASES = {"default": database(os.environ.get("DATABASE_URL"), EVALSITE_DATA)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = 0.25
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_TEMPLATE = "locked.html"
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "/"

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
LEASE_SECONDS = seconds("EVALSITE_LEASE_SECONDS", os.environ, 30)
REAP_SECONDS = seconds("EVALSITE_REAP_SECONDS", os.environ, 15)
JOB_EXPIRIES = 3  # a job whose worker vanished this often without progress is given up

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True
LOCALE_PATHS = [BASE_DIR / "evalsite" / "locale"]

STATIC_URL = "static/"
STATIC_ROOT = EVALSITE_DATA / "static"
STATICFILES_DIRS = [BASE_DIR / "evalsite" / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "evalsite.staticfiles.PackageFilesFinder",
]
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": EVALSITE_DATA / "uploads"},
    },
    "staticfiles": {"BACKEND": "evalsite.staticfiles.ModuleManifestStorage"},
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = PRODUCTION
SECURE_HSTS_SECONDS = 31_536_000 if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = PRODUCTION
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PRODUCTION else None
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

_POLICY: dict[str, Any] = {
    "default-src": [SELF],
    "img-src": [SELF, "data:", "blob:"],
    "style-src": [SELF],
    "object-src": [NONE],
    "base-uri": [SELF],
    "form-action": [SELF],
    "frame-ancestors": [NONE],
}
CONTENT_SECURITY_POLICY = {"DIRECTIVES": _POLICY}
# Unfold's Alpine evaluates attributes; evalsite.policy puts this under /admin/ only.
ADMIN_CONTENT_SECURITY_POLICY: dict[str, Any] = {
    "script-src": [SELF, UNSAFE_EVAL],
    "style-src": [SELF, UNSAFE_INLINE],
}

REST_FRAMEWORK = {
    # Tokens first: the first class says how to come in, and only one that can say so makes it 401.
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "rest_framework.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["evalsite.api.permissions.HasModelPermissions"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_FILTER_BACKENDS": ["evalsite.api.filters.StrictFilterBackend"],
    "DEFAULT_PAGINATION_CLASS": "evalsite.api.pagination.Pages",
    "DEFAULT_THROTTLE_CLASSES": ["rest_framework.throttling.UserRateThrottle"],
    "DEFAULT_THROTTLE_RATES": {"user": "1200/min", "token": "20/min"},
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "evalsite.api.errors.handle",
    "URL_FORMAT_OVERRIDE": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "evalsite",
    "DESCRIPTION": (
        "People's judgements and machines' measures of generative image models, to read for the staff. "
        "Programs send the header `Authorization: Token …`; `POST /api/token/` gives the token for a "
        "password, and so does `manage.py drf_create_token NAME` on the server. Whatever is refused is "
        "answered with `error`, a sentence, and `next`, what to do about it."
    ),
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "evalsite.api.schema.declare_errors",
    ],
    "ENUM_NAME_OVERRIDES": {
        "SampleSetKind": "evalsite.samples.models.SampleSet.Kind",
        "StudyState": "evalsite.studies.models.Study.State",
        "StudySource": "evalsite.studies.models.Study.Source",
        "SessionKind": "evalsite.api.sessions.KINDS",
        "SessionState": "evalsite.trials.models.Session.State",
        "TrialKind": "evalsite.trials.models.Trial.Kind",
        "JobState": "evalsite.jobs.models.Job.State",
    },
}

UNFOLD = {
    "SITE_TITLE": "evalsite",
    "SITE_HEADER": "evalsite",
    "SITE_URL": "/",
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": lambda _: static("img/mark.svg")}],
    "SIDEBAR": {"navigation": "evalsite.menu.navigation"},
    "DASHBOARD_CALLBACK": "evalsite.menu.first_page",
    "STYLES": [lambda _: static("css/admin.css")],
    # The site's own accent, from light to dark.
    "COLORS": {
        "primary": {
            "50": "#eef5f5",
            "100": "#dfecec",
            "200": "#bcd8d9",
            "300": "#8fbfc1",
            "400": "#5b9fa3",
            "500": "#2c7d83",
            "600": "#0d5a61",
            "700": "#0b4c52",
            "800": "#0a3f44",
            "900": "#093338",
            "950": "#051f22",
        }
    },
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {"evalsite": {"level": "INFO"}},
}
