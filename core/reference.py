"""The reference tables' site: Django's admin for the system administrator, with nothing in it but what we register."""

from django.contrib import admin

from core import audit


class ReferenceSite(admin.AdminSite):
    site_header = site_title = "基础数据"
    index_title = "基础数据维护"
    site_url = "/"


site = ReferenceSite(name="admin")


class OnRecord:
    """Changes of reference tables are acts that the auditor reads."""

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        audit.record("reference.save", by=request.user, target=obj, fields=form.changed_data)

    def delete_model(self, request, obj):
        audit.record("reference.delete", by=request.user, target=obj)
        super().delete_model(request, obj)
