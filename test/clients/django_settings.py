# A Django project that has nothing but the app `market`, whose models inspectdb wrote.

import os

# shown in docs/clients.md
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": os.environ["PGDATABASE"],
        "OPTIONS": {"options": "-c search_path=public,jobs"},
    }
}
# up to here
INSTALLED_APPS = ["market"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
