"""Structured logs on standard error: JSON lines in production, readable lines on a developer's machine.

Callers log ids, never names or numbers. Behind them stands a net for what libraries say: anything that looks like
an ID, card or phone number is blotted out of the finished line, and so is PostgreSQL's DETAIL, which quotes rows.
"""

import logging
import logging.config
import re

import structlog

_NUMBER = re.compile(r"(?<![0-9A-Za-z.])(?:[1-9]\d{16}[\dXx]|\d{15,19}|1[3-9]\d{9})(?![0-9A-Za-z])")
_DETAIL = re.compile(r"DETAIL:.*")

_SHARED = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=False),
    structlog.processors.StackInfoRenderer(),
]


def without_personal_data(text: str) -> str:
    return _NUMBER.sub("[number]", _DETAIL.sub("DETAIL: [withheld]", text))


def _clean(logger: object, method: str, event: dict) -> dict:
    return {name: without_personal_data(value) if isinstance(value, str) else value for name, value in event.items()}


class Formatter(structlog.stdlib.ProcessorFormatter):
    def __init__(self, *, json: bool):
        render = structlog.processors.JSONRenderer(ensure_ascii=False, default=str) if json else _console()
        super().__init__(
            foreign_pre_chain=[*_SHARED, structlog.stdlib.ExtraAdder(allow=["status_code"])],
            processors=[self.remove_processors_meta, structlog.processors.format_exc_info, _clean, render],
        )

    def format(self, record: logging.LogRecord) -> str:
        return _NUMBER.sub("[number]", super().format(record))  # also what was no string before


def _console() -> structlog.dev.ConsoleRenderer:
    # plain tracebacks: the rich ones print local variables, which hold people's data
    return structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)


def configure(options: dict) -> None:
    """Django calls this with settings.LOGGING: `level`, and `json` for machines."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_SHARED,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    quiet = {"handlers": [], "propagate": True}
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {"lines": {"()": Formatter, "json": options["json"]}},
            "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "lines"}},
            "root": {"handlers": ["stderr"], "level": options["level"]},
            "loggers": {
                "django": quiet | {"level": options["level"]},
                "django.server": quiet | {"level": "WARNING"},  # core.middleware writes the line of a request
            },
        }
    )
