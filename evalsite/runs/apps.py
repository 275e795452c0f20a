from django.apps import AppConfig
from django.core.checks import register

from evalsite.runs.checks import check_catalogue


class RunsConfig(AppConfig):
    name = "evalsite.runs"

    def ready(self) -> None:
        register(check_catalogue)
