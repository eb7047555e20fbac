"""Where servers are: ``host:port``, several of them, or a DNS name with several addresses."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from assortment_client.errors import InvalidRequest

_DNS: Final = "dns:///"
_ADDRESS: Final = re.compile(r"^(?P<host>\[[0-9A-Fa-f:.%\w]+\]|[A-Za-z0-9_.-]+):(?P<port>\d{1,5})$")
_ALLOWED: Final = 'allowed: host:port of Triton\'s gRPC endpoint (port 8001 by default), without http://; several of them; or "dns:///name:port"'


@dataclass(frozen=True, slots=True)
class Address:
    """A host and a port."""

    host: str
    """A name or an IP address; IPv6 without brackets."""
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def is_loopback(self) -> bool:
        """Whether it is this machine, so that nothing sent there can be read on the way."""
        if self.host == "localhost" or self.host.endswith(".localhost"):
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False


@dataclass(frozen=True, slots=True)
class Endpoints:
    """What a client was told: addresses, or one name to resolve into them."""

    addresses: tuple[Address, ...]
    """Empty when there is a name."""
    name: Address | None = None
    """The DNS name with its port."""

    @property
    def all_loopback(self) -> bool:
        """Whether all of them are this machine."""
        told = (self.name,) if self.name else self.addresses
        return all(address.is_loopback for address in told)

    def __str__(self) -> str:
        return f"{_DNS}{self.name}" if self.name else ",".join(map(str, self.addresses))


def parse(endpoints: str | Sequence[str]) -> Endpoints:
    """Reads what a caller gave.

    Raises:
        InvalidRequest: when one is no gRPC address, is given twice, or a DNS name stands beside others.
    """
    told: Any = endpoints  # callers are not trusted to have kept to the types
    if isinstance(told, str):
        given = told.split(",")
    elif isinstance(told, Sequence) and not isinstance(told, bytes) and all(isinstance(one, str) for one in told):
        given = list(told)
    else:
        raise InvalidRequest.of("endpoints", told, _ALLOWED)
    if not given:
        raise InvalidRequest.of("endpoints", told, f"there is none; {_ALLOWED}")
    if any(one.strip().startswith(_DNS) for one in given):
        if len(given) > 1:
            raise InvalidRequest.of("endpoints", told, "allowed: one DNS name alone, or any number of host:port")
        return Endpoints((), _address(given[0].strip().removeprefix(_DNS), given[0]))
    addresses = tuple(_address(one.strip(), one) for one in given)
    if len(set(addresses)) < len(addresses):
        raise InvalidRequest.of("endpoints", told, "one of them is given twice; allowed: each once")
    return Endpoints(addresses)


def _address(text: str, given: str) -> Address:
    found = _ADDRESS.match(text)
    if found is None or not 0 < int(found["port"]) <= 65535:
        raise InvalidRequest.of("endpoints", given, _ALLOWED)
    return Address(found["host"].strip("[]"), int(found["port"]))
