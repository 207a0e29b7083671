from django.core.exceptions import SuspiciousOperation
from django.test import RequestFactory

from core.errors import bad_request


def test_sending_too_much_is_told_as_such(client, db, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10
    client.raise_request_exception = False
    answer = client.post("/login/", "username=" + "a" * 100, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 413
    assert "超过" in answer.content.decode()


def test_anything_else_suspicious_is_a_bad_request():
    answer = bad_request(RequestFactory().get("/"), SuspiciousOperation("x"))
    assert answer.status_code == 400
    assert "请求有误" in answer.content.decode()


def test_an_expired_form_says_that_nothing_was_saved(client, db):
    client.handler.enforce_csrf_checks = True
    answer = client.post("/login/", {"username": "a"})
    assert answer.status_code == 403
    assert "没有保存" in answer.content.decode()
