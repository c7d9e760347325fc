"""What shoppers did with an answer, as their browsers tell it: checked, bounded, and never trusted alone."""

import json
from typing import Any

from flask import request

from backend import http
from backend.config import Settings
from backend.db import transaction
from backend.errors import DomainError, NotFound
from backend.search import noting
from backend.search.forms import EventForm
from backend.search.uploads import WrongContentType
from backend.tenants import history

MAX_BYTES = 64 * 1024
# sendBeacon sends a string as text/plain, so that the seller's page needs no preflight.
_ACCEPTED = frozenset({"text/plain", "application/json", ""})


class EventTooLarge(DomainError):
    status = 413
    code = "event_too_large"


def limit(settings: Settings, tenant_id: str) -> None:
    """Count one event of the shop and of the caller's address. Raises TooMany."""
    http.limit("event", tenant_id, settings.photos_per_minute * 10)
    http.limit("event-address", f"{tenant_id}:{http.caller_address()}", settings.photos_per_minute)


def read() -> EventForm:
    """Return the event in the request's body. Raises WrongContentType, EventTooLarge, BadInput."""
    if request.mimetype not in _ACCEPTED:
        raise WrongContentType("Send the event as JSON, with the content type text/plain or application/json.")
    if (request.content_length or 0) > MAX_BYTES:
        raise EventTooLarge("An event has at most 64 KB.")
    return http.parse(EventForm, _object(request.stream.read(MAX_BYTES + 1)))


def record(tenant_id: str, event: EventForm) -> int:
    """Note the event; what is noted already is passed over. Returns how many products are new. Raises NotFound."""
    try:
        return _record(tenant_id, event)
    except NotFound:
        if not noting.write_waiting(tenant_id):  # the search it speaks of may have been noted this second
            raise
        return _record(tenant_id, event)


def _record(tenant_id: str, event: EventForm) -> int:
    product_ids = [str(product_id) for product_id in event.product_ids]
    with transaction(tenant_id) as session:
        return history.record_events(
            session, tenant_id, query_id=str(event.query_id), type_=event.type, product_ids=product_ids
        )


def _object(body: bytes) -> dict[str, Any]:
    if len(body) > MAX_BYTES:
        raise EventTooLarge("An event has at most 64 KB.")
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        raise http.BadInput("The event is not JSON.") from None
    if not isinstance(found, dict):
        raise http.BadInput("The event must be a JSON object.")
    return found
