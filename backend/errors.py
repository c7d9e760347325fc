"""Errors that are answers: each has an HTTP status, a stable code and a sentence for people."""

from typing import ClassVar


class DomainError(Exception):
    """Something a caller did or asked for that Niteru will not do.

    Subclass it beside the code that raises it. `http.init_app` turns it into
    `{"error": {"code", "message", "request_id"}}`; in a job it is final (no retry).
    The message says what happened and what to do about it.
    """

    status: ClassVar[int] = 400
    code: ClassVar[str] = "bad_request"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class NotFound(DomainError):
    """There is no such thing in this tenant; another tenant's thing is not found either."""

    status = 404
    code = "not_found"


class Busy(DomainError):
    """Too much to do right now; `retry_after` is in seconds."""

    status = 503
    code = "busy"

    def __init__(self, message: str, *, retry_after: int = 2) -> None:
        super().__init__(message)
        self.retry_after = retry_after
