"""Odd spellings of hosts: what the proxy takes for a name or an address is what every program takes for it."""

import ipaddress
import socket

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from backend.ingest.fetching.public_addresses import BadHost, is_address, is_in, is_public, only_public, plain_host

ADDRESSES = st.ip_addresses(v=4).map(int)
FORMS = st.sampled_from(
    [
        str,
        hex,
        lambda n: oct(n).replace("0o", "0"),
        lambda n: ".".join(hex(part) for part in n.to_bytes(4, "big")),
        lambda n: ".".join(f"0{part:o}" for part in n.to_bytes(4, "big")),
        lambda n: ".".join(f"{part:03d}" for part in n.to_bytes(4, "big")),
        lambda n: f"{n >> 24}.{n & 0xFFFFFF}",
        lambda n: f"{n >> 24}.{n >> 16 & 0xFF}.{n & 0xFFFF}",
        lambda n: f"{ipaddress.IPv4Address(n)}.",
        lambda n: f"[::ffff:{ipaddress.IPv4Address(n)}]",
        lambda n: f"[64:ff9b::{ipaddress.IPv4Address(n)}]",
        lambda n: str(ipaddress.IPv4Address(n)).translate(str.maketrans("0123456789.", "０１２３４５６７８９。")),
        lambda n: str(ipaddress.IPv4Address(n)).translate(str.maketrans("0123456789", "⓪①②③④⑤⑥⑦⑧⑨")),
        lambda n: str(ipaddress.IPv4Address(n)),
    ]
)


@given(number=ADDRESSES, form=FORMS)
@settings(max_examples=400, deadline=None)
@example(number=0x7F000001, form=hex)
def test_a_spelling_of_an_address_is_refused_or_judged_as_that_very_address(number, form):
    """A public address may be refused for its spelling; a private one never passes for a name or for another one."""
    try:
        host = plain_host(form(number))
    except BadHost:
        return
    assert is_address(host)
    if is_public(host):
        assert ipaddress.ip_address(host) == ipaddress.IPv4Address(number)


@given(text=st.text(st.characters(codec="utf-8"), max_size=40))
@settings(max_examples=600, deadline=None)
def test_any_text_is_a_plain_host_or_refused(text):
    try:
        host = plain_host(text)
    except BadHost:
        return
    assert host.isascii()
    assert host == host.lower()
    assert not set(host) & set(" /\\@#?%[]\t\r\n\0")
    assert plain_host(host) == host
    if not is_address(host):
        with pytest.raises(OSError):
            socket.inet_aton(host)


@given(address=st.one_of(st.ip_addresses(v=4), st.ip_addresses(v=6)))
@settings(max_examples=400, deadline=None)
def test_what_is_let_through_is_global_for_the_standard_library_too(address):
    assert address.is_global or not is_public(str(address))


def test_of_several_addresses_the_public_ones_are_kept_ipv4_first():
    given_addresses = ["2606:4700::1111", "10.0.0.1", "93.184.216.34", "::1", "not an address"]

    assert only_public(given_addresses) == ["93.184.216.34", "2606:4700::1111"]


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0", "10.1.2.3", "100.64.0.1", "127.0.0.1", "127.255.255.254", "169.254.169.254", "172.16.0.1",
        "172.31.255.255", "192.0.0.8", "192.0.2.1", "192.168.1.1", "198.18.0.1", "198.51.100.7", "203.0.113.5",
        "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255", "168.63.129.16", "192.88.99.1",
        "::", "::1", "::ffff:93.184.216.34", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::1", "2002:7f00:1::",
        "2001::1", "2001:db8::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1",
        "100::1", "3fff::1", "", "example.com", "0177.0.0.1",
    ],
)  # fmt: skip
def test_an_address_that_is_not_public_is_known_as_such(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address",
    ["93.184.216.34", "8.8.8.8", "172.32.0.1", "100.128.0.1", "169.253.0.1", "2606:4700::1111", "2a00:1450::5"],
)
def test_a_public_address_is_known_as_such(address: str) -> None:
    assert is_public(address)


def test_a_denied_network_holds_its_addresses_in_both_spellings() -> None:
    denied = [ipaddress.ip_network("93.184.216.0/24"), ipaddress.ip_network("2606:4700::/32")]

    assert is_in("93.184.216.34", denied)
    assert is_in("::ffff:93.184.216.34", denied)
    assert is_in("2606:4700::1", denied)
    assert not is_in("93.184.217.1", denied)
    assert not is_in("2606:4701::1", denied)
