"""Why a fetch brought nothing: what shops answer, what our proxy refuses, what the network does."""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx

REFUSAL_HEADER = "x-niteru-egress"  # set by our proxy alone; it removes the header from what shops answer
_REFUSALS = {
    "private_address": "private_address",
    "timeout": "timeout",
    "unreachable": "connection",
    "dns": "connection",
    "bad_answer": "connection",
    "not_ready": "egress_down",
    "too_many_connections": "egress_down",
}


class FetchError(Exception):
    """A fetch that brought nothing.

    `code` is one of: timeout, connection, tls, private_address, refused (by the egress proxy, other reasons),
    egress_down (our own proxy does not answer or is not ready, so nothing was asked of the shop), http_error,
    rate_limited (429 or 503 with Retry-After), redirect_loop, too_many_redirects, foreign_redirect, truncated,
    too_large, not_an_image, not_a_page (a download), disallowed (by the shop's robots.txt), bad_url. `retry_after` is
    in seconds where the shop named it; `retryable` says whether asking again later may help; `status` is the HTTP
    status where there was one.
    """

    def __init__(
        self,
        code: str,
        message: str,
        *,
        status: int | None = None,
        retry_after: float | None = None,
        retryable: bool = False,
    ) -> None:
        super().__init__(message)
        self.code, self.message = code, message
        self.status, self.retry_after, self.retryable = status, retry_after, retryable


def refusal(reason: str) -> FetchError:
    """Return the error for a reason our proxy gave (its REFUSAL_HEADER)."""
    code = _REFUSALS.get(reason, "refused")
    if code == "private_address":
        return FetchError(code, "The address is not a public one, so Niteru does not fetch it.")
    if code == "egress_down":
        return FetchError(code, f"Niteru's own egress proxy is not ready ({reason}).", retryable=True)
    sentence = f"The address could not be reached ({reason.replace('_', ' ')})."
    return FetchError(code, sentence, retryable=code in {"timeout", "connection"})


def raise_for_answer(status: int, headers: Mapping[str, str]) -> None:
    """Raise FetchError for a refusal of our proxy and for every status that is not 2xx."""
    if reason := headers.get(REFUSAL_HEADER):
        raise refusal(reason)
    if 200 <= status < 300:
        return
    wait = _retry_after(headers.get("retry-after", ""))
    if status == 429 or (status == 503 and wait is not None):
        code, sentence, retryable = "rate_limited", f"The shop asks us to wait (HTTP {status}).", True
    else:
        code, sentence = "http_error", f"The shop answers HTTP {status}."
        retryable = status >= 500 or status in {408, 425}
    raise FetchError(code, sentence, status=status, retry_after=wait, retryable=retryable)


def _retry_after(value: str) -> float | None:
    if value.strip().isdigit():
        return float(value)
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())


def explain(error: Exception) -> FetchError:
    """Return what one of httpx's errors means."""
    match error:
        case httpx.ProxyError():
            return refusal(str(error).partition(" ")[2] or "refused")
        case httpx.TimeoutException():
            return FetchError("timeout", "The shop did not answer in time.", retryable=True)
        case httpx.RemoteProtocolError() | httpx.DecodingError():
            return FetchError("truncated", "The answer broke off before its end.", retryable=True)
        case httpx.ConnectError() if "certificate" in str(error).lower() or "ssl" in str(error).lower():
            return FetchError("tls", "The shop's certificate is not valid.")
        case httpx.ConnectError():  # every connection goes to our proxy, which answers for the shop's
            return FetchError("egress_down", "Niteru's own egress proxy does not answer.", retryable=True)
        case httpx.TransportError() if not isinstance(error, httpx.UnsupportedProtocol):
            return FetchError("connection", "The connection failed.", retryable=True)
        case _:
            return FetchError("bad_url", "The address is not one that can be fetched.")
