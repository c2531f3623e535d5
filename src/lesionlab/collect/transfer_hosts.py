"""Which addresses may be asked: named hosts over https, and nothing else."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from urllib.parse import urlsplit

from lesionlab.collect.transfer_errors import TransferError, shown


class AllowedHosts:
    """Names of hosts, exact or as a suffix: "api.example.org", or ".example.org" for that and all below it."""

    def __init__(self, names: Iterable[str]) -> None:
        self.names = tuple(name.lower() for name in names)

    def check(self, url: str) -> str:
        """Return the host of an address that may be asked.

        Raises:
            TransferError: the host is not allowed, or it would be asked without encryption and is not this machine.
        """
        try:
            parts = urlsplit(url)
            host, _ = (parts.hostname or "").rstrip(".").lower(), parts.port
        except ValueError as error:
            raise TransferError(f"'{url[:100]}' is no address.", "Correct the address.") from error
        if not any(self._fits(host, name) for name in self.names):
            raise TransferError(
                f"{shown(url) or 'An address without a host'} lies outside the hosts allowed here "
                f"({', '.join(self.names)}).",
                "Allow the host where you trust it; nothing was asked of it.",
            )
        if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(host)):
            raise TransferError(f"{shown(url)} is not offered over https.", "Use an address that begins with https://.")
        return host

    def _fits(self, host: str, name: str) -> bool:
        return host.endswith(name) or host == name[1:] if name.startswith(".") else host == name


def is_loopback(host: str) -> bool:
    """Tell whether a host is an address of this machine; names do not count, since they may lead elsewhere."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
