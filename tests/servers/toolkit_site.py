"""A minimal Django project with django-oauth-toolkit; toolkit.py sets its environment."""

import json
import os

import django
from django.conf import settings

LOGIN = """<!doctype html><title>Log in</title><form method="post">{% csrf_token %}
{{ form.as_p }}<button>Log in</button></form>"""

ISSUER = os.environ["ISSUER"]
IN_PROJECT = ("django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions")

settings.configure(
    SECRET_KEY="only for tests",
    DEBUG=False,
    ALLOWED_HOSTS=["localhost", "127.0.0.1"],
    ROOT_URLCONF=__name__,
    USE_TZ=True,
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    LOGIN_URL="/accounts/login/",
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": os.environ["DATABASE"],
            "OPTIONS": {"timeout": 30, "transaction_mode": "IMMEDIATE"},
        }
    },
    PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],  # fast
    INSTALLED_APPS=[*IN_PROJECT, "oauth2_provider"],
    MIDDLEWARE=[
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
    ],
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "OPTIONS": {
                "context_processors": [
                    "django.template.context_processors.request",
                    "django.contrib.auth.context_processors.auth",
                ],
                "loaders": [
                    ("django.template.loaders.locmem.Loader", {"registration/login.html": LOGIN}),
                    "django.template.loaders.app_directories.Loader",
                ],
            },
        }
    ],
    OAUTH2_PROVIDER={
        "OIDC_ENABLED": True,
        "OIDC_ISS_ENDPOINT": ISSUER,
        "OIDC_RSA_PRIVATE_KEY": os.environ["OIDC_RSA_PRIVATE_KEY"],
        "OIDC_RP_INITIATED_LOGOUT_ENABLED": True,
        "SCOPES": {
            "openid": "Know who you are",
            "photos": "See your photos",
            "introspection": "Introspect tokens",
        },
        "DEFAULT_SCOPES": ["openid"],
        "PKCE_REQUIRED": os.environ.get("PKCE") == "required",
        "COMPLIANT_BCP_RFC9700_AUTHZ_RESPONSE_ISS": os.environ.get("ISS") == "sent",
        "DCR_ENABLED": True,
        "DCR_REGISTRATION_PERMISSION_CLASSES": ("oauth2_provider.dcr.AllowAllDCRPermission",),
    },
)
django.setup()

from django.contrib.auth.models import User  # noqa: E402
from django.contrib.auth.views import LoginView  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.urls import include, path  # noqa: E402
from oauth2_provider.models import Application  # noqa: E402

urlpatterns = [
    path("accounts/login/", LoginView.as_view()),
    path("o/", include("oauth2_provider.urls", namespace="oauth2_provider")),
]


def seed() -> None:
    """Make the database, its user and its applications."""
    call_command("migrate", verbosity=0)
    for user in json.loads(os.environ["USERS"]):
        User.objects.create_user(**user)
    for application in json.loads(os.environ["APPLICATIONS"]):
        Application.objects.create(**application)


seed()
application = get_wsgi_application()
