from django.urls import path

from core.navigation import NavItem
from organizations.enums import Role
from projects.views import imports as views

app_name = "imports"

navigation = [
    NavItem(
        "资料导入", "imports:batch_list", "upload", (Role.CLERK, Role.BANK, Role.OFFICER, Role.INDUSTRY), order=36
    ),
]

urlpatterns = [
    path("", views.batch_list, name="batch_list"),
    path("projects/", views.site_list, name="site_list"),
    path("projects/<int:project_pk>/", views.center, name="center"),
    path("projects/<int:project_pk>/<slug:kind>/", views.upload, name="upload"),
    path("projects/<int:project_pk>/<slug:kind>/template/", views.template, name="template"),
    path("<int:pk>/", views.batch, name="batch"),
    path("<int:pk>/columns/", views.columns, name="columns"),
    path("<int:pk>/answer/", views.answer, name="answer"),
    path("<int:pk>/move/", views.move, name="move"),
    path("<int:pk>/examine/", views.examine, name="examine"),
    path("<int:pk>/apply/", views.apply, name="apply"),
    path("<int:pk>/discard/", views.discard, name="discard"),
    path("<int:pk>/annotated/", views.annotated, name="annotated"),
    path("<int:pk>/file/", views.file, name="file"),
]
