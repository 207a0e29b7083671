from django.urls import path

from core import views

app_name = "core"

urlpatterns = [
    path("attachments/<uuid:key>/", views.attachment, name="attachment"),
    path("jobs/<int:pk>/", views.job, name="job"),
    path("reveal/", views.reveal, name="reveal"),
]
