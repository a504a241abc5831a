"""Whose word is taken on the visitor's address, and which bucket it counts in."""

import ipaddress
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.addresses import client_address, limit_key
from service.settings import FLY_NETWORKS, TrustedProxies

OURS = TrustedProxies(tuple(map(ipaddress.ip_network, ("10.0.0.0/8", "192.0.2.7/32", "fd00::/8"))))
FLY = TrustedProxies(tuple(map(ipaddress.ip_network, FLY_NETWORKS)), "fly-client-ip")


def headers(name: str, *values: str) -> Callable[[str], Sequence[str]]:
    """A request with the header `name` alone."""
    return lambda asked: values if asked == name else ()


def no_headers(name: str) -> Sequence[str]:
    raise AssertionError(f"{name} was read, although nobody who may write it sent the request")


@pytest.mark.parametrize(
    ("peer", "address"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("2001:DB8:0:0::1", "2001:db8::1"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("fe80::1%eth0", "fe80::1"),
        ("", ""),
        ("/run/leads.sock", ""),
    ],
)
@pytest.mark.parametrize("proxies", [TrustedProxies(), OURS, FLY])
def test_an_untrusted_peer_speaks_for_itself_alone(peer: str, address: str, proxies: TrustedProxies) -> None:
    assert client_address(peer, no_headers, proxies) == address


@pytest.mark.parametrize(
    ("forwarded", "address"),
    [
        ([], "10.0.0.1"),
        ([""], "10.0.0.1"),
        (["203.0.113.9"], "203.0.113.9"),
        (["198.51.100.1, 203.0.113.9"], "203.0.113.9"),  # the left one is what the visitor claimed
        (["198.51.100.1", "203.0.113.9"], "203.0.113.9"),
        (["198.51.100.1, 203.0.113.9", "10.9.9.9,192.0.2.7"], "203.0.113.9"),
        (["198.51.100.1, 203.0.113.9,fd00::5"], "203.0.113.9"),
        (["10.0.0.3, 10.0.0.2"], "10.0.0.3"),  # a machine of ours asks
        (["203.0.113.9, unknown"], "10.0.0.1"),
        (["203.0.113.9, unknown, 10.0.0.2"], "10.0.0.2"),
        (["203.0.113.9,"], "10.0.0.1"),
        (["203.0.113.9", ""], "10.0.0.1"),
        (["203.0.113.9:567"], "203.0.113.9"),
        (["[2001:db8::1]:567"], "2001:db8::1"),
        (["[2001:db8::1]"], "2001:db8::1"),
        (["2001:DB8::0:1"], "2001:db8::1"),
        (["::ffff:203.0.113.9"], "203.0.113.9"),
        (["203.0.113.9, ::ffff:10.0.0.2"], "203.0.113.9"),
        (["203.0.113.9, [::ffff:10.0.0.2]:80"], "203.0.113.9"),
        (["fe80::1%eth0"], "fe80::1"),
        (["203.0.113.9\t, 10.0.0.2 "], "203.0.113.9"),
        (["203.0.113.09"], "10.0.0.1"),
        (["203.0.113"], "10.0.0.1"),
        (["3405803785"], "10.0.0.1"),
        (["٢٠٣.0.113.9"], "10.0.0.1"),
        (["203.0.113.9%" + "x" * 100_000], "10.0.0.1"),
    ],
)
def test_a_trusted_peer_is_believed_up_to_the_first_stranger(forwarded: list[str], address: str) -> None:
    assert client_address("10.0.0.1", headers("x-forwarded-for", *forwarded), OURS) == address


def test_a_trusted_peer_may_come_as_mapped_ipv6() -> None:
    assert client_address("::ffff:10.0.0.1", headers("x-forwarded-for", "203.0.113.9"), OURS) == "203.0.113.9"


def test_at_most_twenty_hops_are_looked_at() -> None:
    chain = ["203.0.113.9", *(f"10.0.0.{number}" for number in range(1, 21))]
    assert client_address("10.0.0.99", headers("x-forwarded-for", ",".join(chain)), OURS) == "10.0.0.1"
    assert client_address("10.0.0.99", headers("x-forwarded-for", *chain), OURS) == "10.0.0.1"
    assert client_address("10.0.0.99", headers("x-forwarded-for", ",".join(chain[:-1])), OURS) == "203.0.113.9"


@pytest.mark.parametrize(
    ("values", "address"),
    [
        (["203.0.113.9"], "203.0.113.9"),
        (["2001:DB8::1"], "2001:db8::1"),
        (["::ffff:203.0.113.9"], "203.0.113.9"),
        ([], "172.16.0.2"),
        (["nobody"], "172.16.0.2"),
        (["203.0.113.9", "198.51.100.1"], "172.16.0.2"),  # the proxy sends one: this isn't its doing
    ],
)
def test_fly_says_it_in_a_header_of_its_own(values: list[str], address: str) -> None:
    assert client_address("172.16.0.2", headers("fly-client-ip", *values), FLY) == address


def test_fly_is_not_asked_for_forwarded_addresses() -> None:
    assert client_address("172.16.0.2", headers("x-forwarded-for", "203.0.113.9"), FLY) == "172.16.0.2"


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::", "2001:db8:1:3::/64"),
        ("::1", "::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("", ""),
        ("203.0.113.9:567", "203.0.113.9:567"),
        ("nobody", "nobody"),
    ],
)
def test_the_bucket_of_an_address(address: str, key: str) -> None:
    assert limit_key(address) == key


hostile = st.one_of(
    st.text(max_size=60),
    st.text("0123456789abcdef.:[]%/, \t", max_size=60),
    st.ip_addresses().map(str),
    st.tuples(st.ip_addresses().map(str), st.text("0123456789:]%, x", max_size=8)).map("".join),
)


@settings(deadline=None, max_examples=300)
@given(peer=st.one_of(st.just("10.0.0.1"), hostile), values=st.lists(hostile, max_size=4), fly=st.booleans())
def test_nothing_hostile_raises_or_comes_through(peer: str, values: list[str], fly: bool) -> None:
    proxies = TrustedProxies(OURS.networks, "fly-client-ip" if fly else "x-forwarded-for")
    address = client_address(peer, headers(proxies.header, *values), proxies)
    assert address == "" or address == str(ipaddress.ip_address(address))
    assert limit_key(address).removesuffix("/64") == "" or ipaddress.ip_network(limit_key(address))


@given(text=hostile)
def test_any_text_has_a_bucket(text: str) -> None:
    assert limit_key(limit_key(text)) == limit_key(text)
