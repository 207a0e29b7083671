import pytest
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.management import call_command
from django.template.loader import get_template


@pytest.mark.slow
def test_static_files_can_be_collected_for_production(settings, tmp_path):
    """Names with hashes: a style sheet that points to a missing file would stop the image from being built."""
    hashed = {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"}
    settings.STORAGES = settings.STORAGES | {"staticfiles": hashed}
    settings.STATIC_ROOT = tmp_path / "static"
    call_command("collectstatic", interactive=False, verbosity=0)
    for name in ("css/portal.css", "tabler/css/tabler.min.css", "echarts/echarts.min.js", "js/portal.js", "icons.svg"):
        assert (settings.STATIC_ROOT / staticfiles_storage.stored_name(name)).exists()
    assert staticfiles_storage.url("css/portal.css") in get_template("500.html").render()
