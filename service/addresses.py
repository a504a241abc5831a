"""Whose request it is: the visitor's address, told by the socket or by a proxy of ours, and the bucket it counts in."""

import ipaddress
from collections.abc import Callable, Sequence
from functools import lru_cache

from service.settings import TrustedProxies

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

NAT64 = ipaddress.IPv6Network("64:ff9b::/96")

# A chain of proxies is two or three long; a longer header is somebody's attempt to keep us busy.
MAX_HOPS = 20

# The longest address there is in text has 45 characters, with a port 53, and a zone may follow.
MAX_TEXT = 100

# The same few ask again and again, and to read an address takes as long as to look up an answer.
REMEMBERED = 4096


def client_address(peer: str, headers: Callable[[str], Sequence[str]], proxies: TrustedProxies) -> str:
    """The visitor's address in canonical text, or '' for a peer without one (a Unix socket). Never raises.

    `peer` is the socket's other end, and the answer unless it is a trusted proxy; `headers(name)` gives all values
    of a request header, in order. An IPv4 address written as IPv6 becomes IPv4, a zone is dropped.

    With `x-forwarded-for` it is the rightmost of the last 20 hops that no trusted proxy has. A hop that is no address
    (empty, `unknown`, a name) ends the search, since nobody whom we trust vouches for what is left of it: then, and
    when all hops are trusted, it is the last address passed. With any other header (`fly-client-ip`) it is that
    header's one address, else the peer.
    """
    address = _parse(peer)
    if address is None:
        return ""
    if not _trusted(address, proxies):
        return str(address)
    joined = ",".join(headers(proxies.header))
    if proxies.header != "x-forwarded-for":
        return str(_parse_hop(joined) or address)
    for text in reversed(joined.rsplit(",", MAX_HOPS)[-MAX_HOPS:]):
        hop = _parse_hop(text)
        if hop is None:
            break
        address = hop
        if not _trusted(address, proxies):
            break
    return str(address)


def limit_key(address: str) -> str:
    """The bucket an address counts in: an IPv4 address itself, an IPv6 address's /64, anything else as it is.

    A /64 is what one subscriber gets; counted singly, its 2^64 addresses would be no limit at all.
    """
    return limit_keys(address)[0]


@lru_cache(maxsize=REMEMBERED)
def limit_keys(address: str) -> tuple[str, str]:
    """The bucket an address counts in, and the network that counts beside it: an IPv6 address's /48, else ''.

    A /48 is what a site gets, and what anybody is given for the asking: 65,536 buckets.

    An IPv6 address that only stands for an IPv4 one counts as that: of 6to4 (2002::/16, RFC 3056), where each IPv4 address
    has a /48 of its own, and of NAT64's well-known prefix (64:ff9b::/96, RFC 6052), where all of IPv4 would be in one /64.
    Nobody can pose as another by it: the answers go to the IPv4 address, or to a translator of ours.
    """
    parsed = _parse(address)
    if parsed is None:
        return address, ""
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed), ""
    number = int(parsed)
    embedded = ipaddress.IPv4Address(number & 0xFFFF_FFFF) if parsed in NAT64 else parsed.sixtofour
    if embedded is not None:
        return str(embedded), ""
    return f"{ipaddress.IPv6Address(number >> 64 << 64)}/64", f"{ipaddress.IPv6Address(number >> 80 << 80)}/48"


def _trusted(address: Address, proxies: TrustedProxies) -> bool:
    return any(address in network for network in proxies.networks)


def _parse_hop(text: str) -> Address | None:
    """An address as proxies write it: 1.2.3.4, 1.2.3.4:567, ::1, [::1], [::1]:567."""
    text = text.strip()
    if text.startswith("["):
        text, closed, _ = text[1:].partition("]")
        if not closed:
            return None
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    return _parse(text)


@lru_cache(maxsize=REMEMBERED)
def _parse(text: str) -> Address | None:
    if len(text) > MAX_TEXT:
        return None
    try:
        address = ipaddress.ip_address(text.partition("%")[0] if ":" in text else text)
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address
