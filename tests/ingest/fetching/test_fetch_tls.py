"""Shops behind TLS: their certificate is checked end to end, and nothing they answer leads past the proxy."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import certifi
import pytest

from backend.ingest.fetching.browser import Browser
from backend.ingest.fetching.fetch import Fetcher, FetchError
from backend.tenants.models import new_id
from tests.ingest.fetching.test_fetch import JPEG, error_of
from tests.ingest.local_shop import Answer, LocalShop, RunningProxy, Trap


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key and a certificate for 127.0.0.1 that is its own authority."""
    file = tmp_path_factory.mktemp("tls") / "both.pem"
    line = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1"]
    line += ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", file, "-out", file.with_suffix(".crt")]
    subprocess.run(line, check=True, capture_output=True)
    file.write_text(file.read_text() + file.with_suffix(".crt").read_text())
    return file


@pytest.fixture
def secure_shop(certificate: Path) -> Iterator[LocalShop]:
    shop = LocalShop(certificate)
    yield shop
    shop.close()


@pytest.fixture
def tenant(proxy: RunningProxy, secure_shop: LocalShop) -> str:
    tenant_id = new_id()
    proxy.allow[tenant_id] = {secure_shop.host}
    return tenant_id


@pytest.fixture
def trusting(
    proxy: RunningProxy, secure_shop: LocalShop, tenant: str, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Fetcher]:
    """A fetcher for whom the shop's authority is one of the known ones."""
    monkeypatch.setattr(certifi, "where", lambda: str(certificate.with_suffix(".crt")))
    with Fetcher(proxy.settings(), tenant, secure_shop.url, timeout_s=5.0) as fetcher:
        yield fetcher


def test_a_page_and_a_picture_come_through_the_tunnel(trusting: Fetcher, secure_shop: LocalShop) -> None:
    secure_shop.pages["/"] = Answer("here")
    secure_shop.pages["/a.jpg"] = Answer(JPEG)

    assert trusting.get(secure_shop.url + "/").text == "here"
    assert trusting.get_image(secure_shop.url + "/a.jpg").body == JPEG


@pytest.mark.parametrize(
    "where", ["http://127.0.0.1:{trap}/admin", "https://127.0.0.1:{trap}/", "http://169.254.169.254/latest/"]
)
def test_a_redirect_out_of_tls_to_a_private_address_is_not_followed(
    trusting: Fetcher, secure_shop: LocalShop, trap: Trap, where: str
) -> None:
    secure_shop.pages["/go"] = Answer(status=302, headers={"Location": where.format(trap=trap.port)})

    page, image = (error_of(trusting, secure_shop.url + "/go", image=image) for image in (False, True))

    assert (page.code, image.code) == ("foreign_redirect", "private_address")
    assert trap.touched == 0


def test_a_certificate_nobody_vouches_for_is_said_to_be_invalid(
    proxy: RunningProxy, secure_shop: LocalShop, tenant: str
) -> None:
    secure_shop.pages["/"] = Answer("here")

    with Fetcher(proxy.settings(), tenant, secure_shop.url) as fetcher:
        over_http = error_of(fetcher, secure_shop.url + "/")
    with Browser(proxy.settings(), tenant) as chromium, pytest.raises(FetchError) as drawn:
        chromium.render(secure_shop.url + "/")

    assert (over_http.code, drawn.value.code) == ("tls", "tls")
    assert secure_shop.asked == []
