"""Every setting of the portal, from the environment (see `.env.example`).

Without DATABASE_URL / REDIS_URL the embedded PostgreSQL and broker of `wagemonitor.local` are used and started
when they are down, so that any command works on a machine that has nothing but Python.
"""

from pathlib import Path

import environ
from csp.constants import NONE, SELF

from wagemonitor import local

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
environ.Env.read_env(BASE_DIR / ".env")

DEBUG = env.bool("DEBUG", default=False)
LOCAL = not env("DATABASE_URL", default="")  # the embedded servers: a developer's machine or a demonstration
SECRET_KEY = env("SECRET_KEY", default="") or local.secret("SECRET_KEY")
# Data keys: 16 bytes each, base64. The first encrypts, the others still decrypt: "k2:…,k1:…".
DATA_KEYS = env("DATA_KEYS", default="") or f"k1:{local.secret('DATA_KEY')}"
INDEX_KEY = env("INDEX_KEY", default="") or local.secret("INDEX_KEY")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost"] if LOCAL else [])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

PROVINCE_CODE = env("PROVINCE_CODE", default="530000")
SHARED_ACCOUNT_LEVEL = env.int("SHARED_ACCOUNT_LEVEL", default=4)  # digits of a region
PORTAL_NAME = env("PORTAL_NAME", default="云南省农民工工资支付监控预警平台")

INSTALLED_APPS = [
    "django.contrib.admin.apps.SimpleAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "django.forms",
    "django_htmx",
    "django_prometheus",
    "axes",
    "csp",
    "pgtrigger",
    "pghistory",
    "import_export",
    "core",
    "organizations",
    "projects",
    "workers",
    "accounts",
    "alerts",
    "reports",
    "wagemonitor",
]

MIDDLEWARE = [
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "core.middleware.ClientAddressMiddleware",
    "core.middleware.RequestLogMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "organizations.middleware.SessionLimitMiddleware",
    "pghistory.middleware.HistoryMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "core.middleware.AccessMiddleware",
    "core.middleware.ScopeGuardMiddleware",
    "projects.middleware.MergedProjectMiddleware",
    "axes.middleware.AxesMiddleware",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
]

ROOT_URLCONF = "wagemonitor.urls"
WSGI_APPLICATION = "wagemonitor.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "core.context.portal",
            ],
            "builtins": ["core.templatetags.portal"],
        },
    }
]
FORM_RENDERER = "core.forms.PortalRenderer"

DATABASES = {"default": env.db_url_config(env("DATABASE_URL", default="") or local.database_url())}
DATABASES["default"] |= {
    "ENGINE": "django.db.backends.postgresql",
    "CONN_HEALTH_CHECKS": True,
    "OPTIONS": {"pool": {"min_size": 1, "max_size": env.int("DATABASE_POOL_SIZE", default=8)}},
    "TEST": {"NAME": env("TEST_DATABASE_NAME", default="test_wagemonitor")},
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env("REDIS_URL", default="") or local.broker_url()
CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}}

CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1  # what one process has taken, no other can do
CELERY_TASK_TIME_LIMIT = 3600
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "Asia/Shanghai"

AUTH_USER_MODEL = "organizations.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "organizations:login"
LOGIN_URLS = {"/my/": "organizations:worker_login"}  # of pages that begin so
LOGIN_REDIRECT_URL, LOGOUT_REDIRECT_URL = "/", "organizations:login"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.5  # hours
AXES_LOCKOUT_PARAMETERS = "organizations.lockout.parameters"
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_TEMPLATE = "organizations/locked_out.html"
AXES_VERBOSE = False
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
SESSION_IDLE_SECONDS = env.int("SESSION_IDLE_SECONDS", default=30 * 60)
SESSION_ABSOLUTE_SECONDS = env.int("SESSION_ABSOLUTE_SECONDS", default=12 * 3600)
SESSION_COOKIE_AGE = SESSION_ABSOLUTE_SECONDS

LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
_PACKAGES = BASE_DIR / "node_modules"
STATICFILES_DIRS = [
    BASE_DIR / "static",
    # not all of Tabler's dist: its bundled libraries point to files that are not there, and collectstatic refuses
    ("tabler/css", _PACKAGES / "@tabler" / "core" / "dist" / "css"),
    ("tabler/img", _PACKAGES / "@tabler" / "core" / "dist" / "img"),
    ("echarts", _PACKAGES / "echarts" / "dist"),
]
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": env("ATTACHMENT_DIR", default=str(local.ground.HOME / "attachments"))},
    },
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    if LOCAL
    else {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = LOCAL
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
CONTRACT_TERM_DAYS = env.int("CONTRACT_TERM_DAYS", default=15)  # signed later after the entry is late
CONTRACT_EXPIRING_DAYS = env.int("CONTRACT_EXPIRING_DAYS", default=30)
ATTACHMENT_MAX_BYTES = 20 * 1024 * 1024
SMS_BACKEND = env("SMS_BACKEND", default="core.channels.ConsoleSms")
SMS_FILE = env("SMS_FILE", default=str(local.ground.HOME / "sms.txt"))

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
HTTPS = env.bool("HTTPS", default=not LOCAL)
SECURE_SSL_REDIRECT = SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_HSTS_SECONDS = 31536000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
BEHIND_PROXY = env.bool("BEHIND_PROXY", default=False)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]

LOGGING_CONFIG = "core.logs.configure"
LOGGING = {"level": env("LOG_LEVEL", default="INFO"), "json": env.bool("LOG_JSON", default=not LOCAL)}
