"""Which hosts may be asked: no machine of the network that this one stands in."""

import asyncio
import ipaddress
import socket


class RefusedError(Exception):
    """A host that is not asked, and why."""


async def looked_up(host: str, port: int, *, private: bool) -> tuple[str, ...]:
    """The numeric addresses of a host, to be connected to by these and no other look.

    Args:
        host: a name, or an address.
        port: that is asked.
        private: whether addresses of this machine and its network are let through.

    Raises:
        RefusedError: if it has none, or any that is private unless these are let through.
    """
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise RefusedError("no such host") from error
    addresses = [str(one[4][0]) for one in found]
    if not private and not all(map(is_public, addresses)):
        raise RefusedError("private address")
    return tuple(dict.fromkeys(addresses))


def is_public(address: str) -> bool:
    """Whether a numeric address is one of the internet.

    Example:
        >>> is_public("127.0.0.1"), is_public("::ffff:10.0.0.1"), is_public("93.184.216.34")
        (False, False, True)
    """
    number = ipaddress.ip_address(address.split("%")[0])
    mapped = getattr(number, "ipv4_mapped", None)
    number = mapped or number
    return number.is_global and not number.is_multicast
