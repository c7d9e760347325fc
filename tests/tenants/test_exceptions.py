"""What the operator may open of the egress proxy for one shop."""

import click
import pytest

from backend.cli.demo import exceptions_for
from backend.tenants.accounts import BadAddress, clean_exception


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("127.0.0.1:8901", "127.0.0.1:8901"),
        (" 127.0.0.1:080 ", "127.0.0.1:80"),
        ("[::1]:8901", "[::1]:8901"),
        ("[0:0:0:0:0:0:0:1]:8901", "[::1]:8901"),
        ("Shop.Example:8443", "shop.example:8443"),
    ],
)
def test_an_exception_is_kept_as_the_proxy_spells_it(written, kept):
    assert clean_exception(written) == kept


@pytest.mark.parametrize(
    "written",
    [
        "shop.example:443", "shop.example:80", "localhost:8901", "shop.example", "127.0.0.1", "127.0.0.1:0", "::1:80",
        "127.0.0.1:65536", "http://127.0.0.1:8901", "[shop.example]:81", "[::1%25lo]:80", ":80", "*:80",
        "10.0.0.0/8:80",
    ],
)  # fmt: skip
def test_an_exception_that_opens_nothing_or_is_none_is_refused(written):
    with pytest.raises(BadAddress):
        clean_exception(written)


@pytest.mark.parametrize(
    ("shop_url", "opened"),
    [
        ("https://shop.example/", []),
        ("http://shop.example:8080/", []),
        ("http://10.0.0.7/", []),
        ("http://169.254.169.254/", []),
        ("http://127.0.0.1:8901/", ["127.0.0.1:8901"]),
        ("http://[::1]/", ["[::1]:80"]),
    ],
)
def test_the_demo_opens_nothing_but_this_machines_own_address(shop_url, opened):
    assert exceptions_for(shop_url) == opened


def test_the_demo_asks_for_the_address_of_localhost():
    with pytest.raises(click.BadParameter, match=r"127\.0\.0\.1"):
        exceptions_for("http://localhost:8901/")
