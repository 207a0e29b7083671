"""Reference tables, for the system administrator only (see core.middleware): list, edit, import and export."""

from django.contrib import admin
from import_export import resources
from import_export.admin import ImportExportModelAdmin

from core import working_days
from core.models import PublishedYear, WorkdayOverride
from core.reference import OnRecord, site
from organizations.enums import OrganizationKind
from organizations.models import Organization, Region


class RegionResource(resources.ModelResource):
    class Meta:
        model = Region
        import_id_fields = ["code"]
        fields = ["code", "name", "level", "parent", "valid_from", "valid_to"]
        skip_unchanged = True


class WorkdayResource(resources.ModelResource):
    class Meta:
        model = WorkdayOverride
        import_id_fields = ["day"]
        fields = ["day", "is_workday", "name"]
        skip_unchanged = True

    def after_import(self, dataset, result, **kwargs):
        if not kwargs.get("dry_run"):
            working_days.rebuild()


@admin.register(Region, site=site)
class RegionAdmin(OnRecord, ImportExportModelAdmin):
    resource_classes = [RegionResource]
    list_display = ["code", "name", "level", "valid_to"]
    list_filter = ["level"]
    search_fields = ["code", "name"]
    raw_id_fields = ["parent"]

    def has_delete_permission(self, request, obj=None) -> bool:
        return False  # a code is retired, never deleted


class CalendarAdmin(OnRecord, admin.ModelAdmin):
    """Whatever changes here, also from the list, the calendar derived from it follows."""

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        working_days.rebuild()

    def delete_model(self, request, obj):
        super().delete_model(request, obj)
        working_days.rebuild()

    def delete_queryset(self, request, queryset):
        super().delete_queryset(request, queryset)
        working_days.rebuild()


@admin.register(WorkdayOverride, site=site)
class WorkdayAdmin(CalendarAdmin, ImportExportModelAdmin):
    resource_classes = [WorkdayResource]
    list_display = ["day", "is_workday", "name"]
    date_hierarchy = "day"


@admin.register(PublishedYear, site=site)
class PublishedYearAdmin(CalendarAdmin):
    pass


@admin.register(Organization, site=site)
class OrganizationAdmin(OnRecord, admin.ModelAdmin):
    """Departments, banks and insurers. Enterprises come with the projects and are not listed here."""

    list_display = ["name", "kind", "region", "uscc"]
    list_filter = ["kind"]
    search_fields = ["name", "uscc"]
    fields = ["kind", "name", "uscc", "region", "parent", "bank_code", "phone"]
    raw_id_fields = ["region", "parent"]

    def get_queryset(self, request):
        return super().get_queryset(request).exclude(kind=OrganizationKind.ENTERPRISE)

    def has_delete_permission(self, request, obj=None) -> bool:
        return False
