from django.apps import AppConfig
from django.core.checks import register

from evalsite.studies.checks import check_catalogues


class StudiesConfig(AppConfig):
    name = "evalsite.studies"

    def ready(self) -> None:
        register(check_catalogues)
