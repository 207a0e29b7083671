from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class CoreConfig(AppConfig):
    name = "core"
    verbose_name = "基础"

    def ready(self):
        from core import checks  # noqa: F401  (registers the system checks)

        autodiscover_modules("indicators")  # groups register by being defined
        autodiscover_modules("admin")  # reference tables at core.reference; what libraries register is served nowhere
