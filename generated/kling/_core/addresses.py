"""Keeps downloads away from hosts whose addresses are not public."""

import socket
from ipaddress import ip_address

from .errors import DownloadFailed


def refuse_private(host: str, home: str | None) -> None:
    """Raise `DownloadFailed` when a host has an address that is not public, unless `home`, the API's own host, has one too.

    Asks the resolver. A host that it does not know passes: connecting to it will fail.
    """
    found = _private(host)
    if found and not (home and _private(home)):
        raise DownloadFailed(f"{host} has the private address {found}; allow_private=True asks it all the same")


def _private(host: str) -> str | None:
    try:
        found = {str(one[4][0]).partition("%")[0] for one in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)}
    except (OSError, UnicodeError):
        return None
    return next((one for one in sorted(found) if not _is_public(one)), None)


def _is_public(text: str) -> bool:
    address = ip_address(text)
    if address.version == 6:
        is_translated = text.startswith("64:ff9b::")
        inner = address.ipv4_mapped or address.sixtofour or (ip_address(address.packed[-4:]) if is_translated else None)
        if inner:
            return _is_public(str(inner))
    return address.is_global and not address.is_multicast
