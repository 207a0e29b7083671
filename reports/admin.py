"""Reference tables, for the system administrator only (see core.reference)."""

from django.contrib import admin
from import_export import resources
from import_export.admin import ImportExportModelAdmin

from core.reference import OnRecord, site
from reports.models import Baseline


class BaselineResource(resources.ModelResource):
    class Meta:
        model = Baseline
        import_id_fields = ["region", "as_of"]
        fields = ["region", "as_of", "projects", "source"]
        skip_unchanged = True


@admin.register(Baseline, site=site)
class BaselineAdmin(OnRecord, ImportExportModelAdmin):
    """The newest date of a place counts. A later notice is added; the first is restored by every `setup`."""

    resource_classes = [BaselineResource]
    list_display = ["region", "as_of", "projects", "source"]
    list_select_related = ["region"]
    list_filter = ["as_of"]
    raw_id_fields = ["region"]
