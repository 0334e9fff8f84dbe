"""Reaches one host and nothing else: the address that was looked at is the one that is connected to.

A name is looked up once. An address inside somebody's network is refused unless the practice listed it, so that neither
a wrong setting nor a changed name leads to what only this machine can reach.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from fit_toolkit import DeliveryError

from .signing import unusable

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
NAT64 = ipaddress.ip_network("64:ff9b::/96")


class Target(NamedTuple):
    """Where to post to."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def local(self) -> bool:
        """Whether it was written as this very machine."""
        return is_this_machine(self.host)


def is_this_machine(host: str) -> bool:
    """Say whether a host was written as this machine; a name that merely leads to it does not count."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def addresses_of(target: Target, hosts: Sequence[str]) -> list[str]:
    """Look up a host, once, and return those of its addresses that may be connected to."""
    try:
        found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise DeliveryError("the receiver's name cannot be looked up", permanent=False) from None
    every = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    allowed = [address for address in every if _may_be_reached(address, target, hosts)]
    if not allowed:
        raise unusable("the receiver's address is not allowed: list its host under hosts, if it is meant")
    return allowed


def _may_be_reached(text: str, target: Target, hosts: Sequence[str]) -> bool:
    address = meant(ipaddress.ip_address(text.partition("%")[0]))
    if any(address in network for network in networks_in(hosts)):
        return True
    if hosts and target.host not in hosts and not target.local:
        return False
    if address.is_loopback:
        return target.local or target.host in hosts
    if address.is_multicast or address.is_unspecified or address.is_link_local or address.is_reserved:
        return False
    return address.is_global or target.host in hosts


def meant(address: Address) -> Address:
    """Return the older address that a newer one stands for, where it does."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
        if inner is None and address in NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        return inner or address
    return address


def networks_in(hosts: Iterable[str]) -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    """Return the addresses and networks of a list that also holds names."""
    found = []
    for host in hosts:
        try:
            found.append(ipaddress.ip_network(host))
        except ValueError:
            continue  # a name
    return found


class Pinned(http.client.HTTPConnection):
    """A connection to one address for one host: the certificate has to be the host's."""

    def __init__(self, target: Target, address: str, context: ssl.SSLContext | None, timeout: float) -> None:
        super().__init__(target.host, target.port, timeout=timeout)
        self.address, self.context = address, context

    def connect(self) -> None:
        """Connect to the address that was looked at, and encrypt."""
        self.sock = socket.create_connection((self.address, self.port), self.timeout)
        if self.context is not None:
            wrapped = self.context.wrap_socket(self.sock, server_hostname=self.host, do_handshake_on_connect=False)
            self.sock = wrapped  # known before the handshake, so that one that takes too long can be cut off
            wrapped.do_handshake()
