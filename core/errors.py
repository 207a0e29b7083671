from django.core.exceptions import RequestDataTooBig, TooManyFilesSent
from django.http import HttpRequest, HttpResponse
from django.template.loader import get_template

TOO_LARGE = (RequestDataTooBig, TooManyFilesSent)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django calls everything suspicious 400; whoever sent too much should hear just that."""
    status = 413 if isinstance(exception, TOO_LARGE) else 400
    return HttpResponse(get_template(f"{status}.html").render(), status=status)
