"""The site as a WSGI application."""

import os

from django.core.wsgi import get_wsgi_application

from evalsite.recruiters.registry import recruiters
from evalsite.tasks.registry import tasks

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "evalsite.settings")
application = get_wsgi_application()

# Before the first request: it would load scipy while it holds the database, and every other rater would wait.
tasks()
recruiters()
