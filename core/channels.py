"""How a text message leaves the portal. A gateway is a class with `send(phone, text)`, named by SMS_BACKEND; what it
cannot deliver it raises. Whatever is logged shows the number masked."""

import os
from abc import ABC, abstractmethod
from pathlib import Path

import structlog
from django.conf import settings
from django.utils import timezone
from django.utils.module_loading import import_string

from core.formats import masked_phone

log = structlog.get_logger(__name__)


class Sms(ABC):
    @abstractmethod
    def send(self, phone: str, text: str) -> None: ...


class ConsoleSms(Sms):
    """Into the log, for a developer's machine."""

    def send(self, phone: str, text: str) -> None:
        log.info("sms", phone=masked_phone(phone), text=text)


class FileSms(Sms):
    """One line a message, in a file only the portal's user reads: for a gateway that collects it."""

    def send(self, phone: str, text: str) -> None:
        line = f"{timezone.localtime():%Y-%m-%d %H:%M:%S}\t{phone}\t{' '.join(text.split())}\n"
        with open(os.open(Path(settings.SMS_FILE), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "a") as file:
            file.write(line)
        log.info("sms", phone=masked_phone(phone))


def sms() -> Sms:
    return import_string(settings.SMS_BACKEND)()
