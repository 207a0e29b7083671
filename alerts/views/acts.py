"""An act that was sent: carried out, refused with what is wrong, or too late because somebody was quicker."""

from django.contrib import messages
from django.core.exceptions import ValidationError

from alerts import services
from alerts.forms.base import ActForm, DemandActForm


def act_done(request, form: ActForm | DemandActForm) -> bool:
    """False: the form says what is wrong with it."""
    try:
        form.act(request.user)
    except services.Overtaken as overtaken:
        messages.error(request, overtaken.message)
        return True
    except ValidationError as error:
        form.refuse(error)
        return False
    messages.success(request, form.done)
    return True
