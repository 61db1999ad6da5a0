# An authorization server of django-oauth-toolkit, in memory. At /clients it says who may ask for tokens and who may ask about them.
import json
import os
import sys

import django
from django.conf import settings
from django.core.management import call_command
from django.http import HttpResponse
from django.urls import include, path

PORT = os.environ["PORT"]

settings.configure(
    DEBUG=False,
    ALLOWED_HOSTS=["127.0.0.1"],
    SECRET_KEY="of-this-test-and-of-nothing-else",
    ROOT_URLCONF=__name__,
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "file:issuer?mode=memory&cache=shared", "OPTIONS": {"uri": True}}},
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "oauth2_provider"],
    MIDDLEWARE=["django.middleware.common.CommonMiddleware"],
    DEFAULT_AUTO_FIELD="django.db.models.AutoField",
    OAUTH2_PROVIDER={"SCOPES": {"notes:read": "Read notes", "introspection": "Ask about tokens"}},
)
django.setup()
call_command("migrate", verbosity=0)

from django.contrib.auth.models import User  # noqa: E402
from oauth2_provider.models import Application  # noqa: E402

ada = User.objects.create_user("ada", password="ada-lovelace-1815")


def client(name, grant):
    secret = f"the-secret-of-{name}"
    Application.objects.create(name=name, client_id=name, client_secret=secret, client_type="confidential", authorization_grant_type=grant, user=ada)
    return {"id": name, "secret": secret}


CLIENTS = {"caller": client("caller", "password"), "server": client("server", "client-credentials")}

urlpatterns = [
    path("clients", lambda request: HttpResponse(json.dumps(CLIENTS))),
    path("o/", include("oauth2_provider.urls", namespace="oauth2_provider")),
]

if __name__ == "__main__":
    # In one process and one thread, so that the database in memory is one.
    call_command("runserver", f"127.0.0.1:{PORT}", use_reloader=False, use_threading=True, stdout=sys.stdout)
