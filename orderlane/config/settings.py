"""Django's settings, all derived from :mod:`orderlane.config.environment`."""

from __future__ import annotations

from pathlib import Path

from orderlane.config import environment
from orderlane.config.database import django_databases
from orderlane.config.logs import logging_settings
from orderlane.config.mailing import TIMEOUT_SECONDS, mail_server
from orderlane.config.secret_files import secret_key, vault_keys
from orderlane.config.wiring import PLATFORMS
from orderlane.ports.accounts import PlatformApp

ENV = environment.read()
BASE_DIR = Path(__file__).resolve().parent.parent

SECRET_KEY = secret_key(ENV)
VAULT_KEYS = vault_keys(ENV)
DEBUG = ENV.debug
BASE_URL = ENV.base_url
SUPPORT_EMAIL = ENV.support_email
ALLOWED_HOSTS = sorted({"127.0.0.1", "localhost", "testserver", BASE_URL.split("//")[1].split(":")[0].split("/")[0]})
CSRF_TRUSTED_ORIGINS = [BASE_URL]
_PLATFORMS = {name: environment.platform(name, each.api_url, each.auth_url) for name, each in PLATFORMS.items()}
STORE_API_URLS = {name: platform.api_url for name, platform in _PLATFORMS.items()}
STORE_APPS = {
    name: PlatformApp(
        client_id=platform.client_id,
        client_secret=platform.client_secret,
        auth_url=platform.auth_url,
        public_keys=tuple(Path(path).read_text(encoding="ascii") for path in platform.public_key_files),
    )
    for name, platform in _PLATFORMS.items()
}
REACHABLE_NETWORKS = ENV.reachable_networks
PROVIDER_API_URLS = {
    "paypal": {"live": ENV.paypal_live_url, "test": ENV.paypal_test_url},
    "stripe": {"live": ENV.stripe_url, "test": ENV.stripe_url},
}
PAYMENT_PAGE_HOSTS = frozenset(ENV.payment_page_hosts.split(","))
PICTURE_SOURCES = tuple(source for source in ENV.picture_sources.split(",") if source)

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    # Before allauth, so that our account pages win over its own.
    "orderlane.web",
    "allauth",
    "allauth.account",
    "django_htmx",
    "procrastinate.contrib.django",
    "orderlane.tenants",
    "orderlane.audit",
    "orderlane.jobs",
    "orderlane.inbox",
    "orderlane.members",
    "orderlane.notifications",
    "orderlane.suppliers",
    "orderlane.stores",
    "orderlane.catalog",
    "orderlane.orders",
    "orderlane.purchasing",
    "orderlane.shipping",
    "orderlane.payments",
    "orderlane.desk",
    "orderlane.config",
]

MIDDLEWARE = [
    "orderlane.web.middleware.numbered",
    "orderlane.web.middleware.PlainText",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "orderlane.web.middleware.language",
    "django.contrib.messages.middleware.MessageMiddleware",
    "orderlane.web.middleware.pages_only",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "orderlane.web.middleware.security_headers",
    "orderlane.web.middleware.natural_direction",
]

ROOT_URLCONF = "orderlane.config.urls"
WSGI_APPLICATION = "orderlane.config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "orderlane.web.context.page",
            ],
        },
    },
]

DATABASES = django_databases(ENV)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "shared_cache",
        # Counts of visits and failed sign-ins lie here: at Django's 300, a crowd would push one another's out.
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}
SESSION_ENGINE = "django.contrib.sessions.backends.db"

AUTH_USER_MODEL = "members.Member"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
# Who has no account here gets no mail from here.
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_ADAPTER = "orderlane.web.accounts.Accounts"
# One client alone (20 in an hour) never reaches the limit of an address (60), which holds against guessing from many.
ACCOUNT_RATE_LIMITS = {"login_failed_from_client": "5/5m/key,20/h/key", "login_failed": "10/m/ip,60/h/key"}
ALLAUTH_TRUSTED_PROXY_COUNT = ENV.trusted_proxies
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
CSRF_FAILURE_VIEW = "orderlane.web.views.errors.page_too_old"

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("fr", "Français")]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "static/"
STATIC_ROOT = ENV.home / "static"

_https = BASE_URL.startswith("https://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _https
SESSION_COOKIE_NAME = "__Host-session" if _https else "orderlane_session"
SESSION_COOKIE_AGE = 14 * 24 * 3600
SECURE_HSTS_SECONDS = 31_536_000 if _https else 0
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

FILE_UPLOAD_HANDLERS = [
    "orderlane.web.uploads.LimitedUpload",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
DATA_UPLOAD_MAX_MEMORY_SIZE = 6 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 12_000

LOGGING = logging_settings()

PROCRASTINATE_IMPORT_PATHS = ["orderlane.config.job_modules"]
SILENCED_SYSTEM_CHECKS: list[str] = []
DEFAULT_FROM_EMAIL = SUPPORT_EMAIL or "orderlane@localhost"
_mail = mail_server(ENV.email_url)
SENDS_EMAIL = bool(_mail.host)
EMAIL_BACKEND = _mail.backend
EMAIL_HOST, EMAIL_PORT = _mail.host, _mail.port
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _mail.user, _mail.password
EMAIL_USE_SSL, EMAIL_USE_TLS = _mail.secure, _mail.starts_tls
EMAIL_TIMEOUT = TIMEOUT_SECONDS
