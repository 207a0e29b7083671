from django.urls import path

from accounts.permissions import SHEET_READERS
from accounts.views import sheet_lines, sheets
from core.navigation import NavItem

app_name = "payrolls"

navigation = [NavItem("班组工资表", "payrolls:sheet_list", "check", SHEET_READERS, order=41)]

urlpatterns = [
    path("", sheets.sheet_list, name="sheet_list"),
    path("<int:pk>/", sheets.sheet, name="sheet"),
    path("<int:pk>/step/", sheets.sheet_step, name="sheet_step"),
    path("<int:pk>/back/", sheets.sheet_back, name="sheet_back"),
    path("<int:pk>/explain/", sheets.sheet_explain, name="sheet_explain"),
    path("<int:pk>/print/", sheets.sheet_print, name="sheet_print"),
    path("<int:pk>/people/new/", sheet_lines.line_add, name="line_add"),
    path("people/<int:pk>/", sheet_lines.line_edit, name="line_edit"),
    path("people/<int:pk>/remove/", sheet_lines.line_remove, name="line_remove"),
    path("projects/<int:project_pk>/make/", sheets.make, name="make"),
    path("projects/<int:project_pk>/back-pay/", sheets.back_pay, name="back_pay"),
    path("projects/<int:project_pk>/advances/", sheet_lines.advances, name="advances"),
    path("advances/<int:pk>/", sheet_lines.advance, name="advance"),
]
