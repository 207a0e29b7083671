from django.urls import path

from core import health, views
from core import notice_views as notices
from core.gallery import gallery

app_name = "core"

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("attachments/<uuid:key>/", views.attachment, name="attachment"),
    path("gallery/", gallery, name="gallery"),
    path("jobs/<int:pk>/", views.job, name="job"),
    path("notices/", notices.notice_list, name="notices"),
    path("notices/read/", notices.notices_read, name="notices_read"),
    path("notices/<int:pk>/", notices.notice_open, name="notice_open"),
    path("reveal/", views.reveal, name="reveal"),
]
