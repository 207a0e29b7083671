from django.apps import AppConfig


class WorkersConfig(AppConfig):
    name = "workers"
    verbose_name = "用工与考勤"

    def ready(self):
        from workers import imports  # noqa: F401 - the kinds of sheet register themselves
