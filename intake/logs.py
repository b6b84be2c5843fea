"""Log lines on stderr, as text or as JSON, our own and the libraries' alike.

No body, subject, token or password is ever handed to a logger here; addresses are left out where a name will do. Of an
exception that is not our own only the kind and the place are told, for its words may be a mail's.
"""

from __future__ import annotations

import logging
import sys
import traceback
from typing import Any

import structlog

#: The packages whose exceptions are sentences for operators.
_OWN = frozenset({"intake", "parsing", "store", "replies"})

#: Libraries that say too much at level info: a line a poll, a line a connection.
_CHATTY = ("apscheduler", "alembic", "imapclient", "mail.log")


def configure(*, form: str, level: str) -> None:
    """Set up logging for the process: `form` is text or json, `level` the lowest level that is told."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[
            *shared,
            _trace,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level.upper())),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, _trace],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, _renderer(form)],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    for name in _CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)


def _renderer(form: str) -> structlog.typing.Processor:
    if form == "json":
        return structlog.processors.JSONRenderer(ensure_ascii=False)
    return structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())


def _trace(_logger: Any, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """Tell where an exception came from, without the words of strangers."""
    told = event.pop("exc_info", None)
    if not told:
        return event
    error = told if isinstance(told, BaseException) else told[1] if isinstance(told, tuple) else sys.exc_info()[1]
    if error is not None:
        event["exception"] = "".join([*traceback.format_tb(error.__traceback__), _words(error)]).rstrip()
    return event


def _words(error: BaseException) -> str:
    kind = type(error)
    if isinstance(error, OSError):
        return f"{kind.__name__}: {error.strerror}"
    own = kind.__module__.split(".")[0] in _OWN
    return f"{kind.__name__}: {error}" if own else kind.__name__
