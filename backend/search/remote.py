"""A picture by its address: from the shop's own hosts only, through the egress proxy, never more than the cap."""

import time
from collections.abc import Callable
from urllib.parse import urljoin, urlsplit

import httpx

from backend import egress
from backend.config import Settings
from backend.errors import DomainError
from backend.tenants.keys import origin_of
from backend.vision.images import ImageTooLarge

TIMEOUT_S = 10.0
_MOST_HOPS = 3
_REFUSED_BY_EGRESS = "X-Niteru-Egress"


class AddressRefused(DomainError):
    """An `image_url` that is no address, or is on a host that is not the shop's."""

    code = "image_url_refused"


class PictureUnreachable(DomainError):
    """The picture's host did not hand it out."""

    status = 422
    code = "image_url_unreachable"


def fetch_picture(settings: Settings, tenant_id: str, url: str, *, is_ours: Callable[[str], bool]) -> bytes:
    """Return the bytes at `url`. `is_ours` says whether an origin (scheme://host[:port]) belongs to the shop.

    Every hop of a redirect is asked about, and the egress proxy looks at the address behind the name.
    Raises AddressRefused, PictureUnreachable, ImageTooLarge.
    """
    end = time.monotonic() + TIMEOUT_S
    try:
        with egress.client(settings, tenant_id, timeout_s=TIMEOUT_S / 2) as client:
            for _ in range(_MOST_HOPS + 1):
                _check(url, is_ours)
                with client.stream("GET", url, headers={"Accept": "image/*"}) as response:
                    if not response.is_redirect:
                        return _read(response, settings.photo_max_bytes, end)
                    url = urljoin(url, response.headers.get("Location", ""))
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise PictureUnreachable("The picture at image_url could not be fetched.") from error
    raise PictureUnreachable("The picture at image_url is redirected too often.")


def _check(url: str, is_ours: Callable[[str], bool]) -> None:
    try:
        parts = urlsplit(url)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.username is None
        origin = origin_of(url)
    except ValueError:
        usable, origin = False, ""
    if not usable:
        raise AddressRefused("image_url must be the http(s) address of a picture.")
    if not is_ours(origin):
        raise AddressRefused("image_url must lie on the shop's own hosts. Send the picture itself as `image`.")


def _read(response: httpx.Response, most_bytes: int, end: float) -> bytes:
    if _REFUSED_BY_EGRESS in response.headers:
        raise AddressRefused("image_url leads to an address that Niteru may not fetch from.")
    if response.status_code != httpx.codes.OK:
        raise PictureUnreachable(f"The picture at image_url could not be fetched (HTTP {response.status_code}).")
    data = bytearray()
    for chunk in response.iter_bytes():
        data += chunk
        if len(data) > most_bytes:
            raise ImageTooLarge(f"The picture has more than {most_bytes // 1_000_000} MB. Please send a smaller one.")
        if time.monotonic() > end:
            raise PictureUnreachable("The picture at image_url comes too slowly.")
    return bytes(data)
