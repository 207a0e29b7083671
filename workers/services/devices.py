from django.db import transaction

from core import audit
from projects.services import lock_open
from workers.models import Device


@transaction.atomic
def save_device(device: Device, *, by) -> Device:
    """A new device, or changed facts of one. Refused: a completed project, a serial number known here."""
    lock_open(device.project)
    device.full_clean()
    device.save()
    audit.record("device.save", by=by, target=device, project=device.project.code, serial=device.serial_number)
    return device
