from django.contrib import admin

from core.reference import OnRecord, site
from workers.models import RegistrationDeadline


@admin.register(RegistrationDeadline, site=site)
class RegistrationDeadlineAdmin(OnRecord, admin.ModelAdmin):
    list_display = ["prefix", "days", "basis"]
