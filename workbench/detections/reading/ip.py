"""Addresses and networks as texts spell them; an IPv4 address that IPv6 carries is that IPv4 address.

A socket that takes both spells 203.0.113.9 as ::ffff:203.0.113.9: one caller, who would else be in no network
of any list. A network around all of these, such as ::/0, is one of IPv6 and holds none of them.

References
----------
https://www.rfc-editor.org/rfc/rfc4291#section-2.5.5.2
"""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_CARRIED = 96  # bits before the IPv4 address


def address_of(text: str) -> Address:
    """Read an address.

    Raises
    ------
    ValueError
        It is none.

    Examples
    --------
    >>> address_of("::ffff:203.0.113.9"), address_of("::FFFF:cb00:7109"), address_of("2001:db8::1")
    (IPv4Address('203.0.113.9'), IPv4Address('203.0.113.9'), IPv6Address('2001:db8::1'))
    """
    found = ip_address(text)
    return (found.ipv4_mapped if isinstance(found, IPv6Address) else None) or found


def parsed(text: str) -> Address | None:
    """Read an address; None for what is none.

    Examples
    --------
    >>> parsed("203.0.113.9"), parsed("203.0.113.077"), parsed("ec2.amazonaws.com")
    (IPv4Address('203.0.113.9'), None, None)
    """
    try:
        return address_of(text)
    except ValueError:
        return None


def network_at(text: str) -> Network:
    """Read a network in CIDR notation, or an address as one; bits of the host do not matter.

    Raises
    ------
    ValueError
        It is none.

    Examples
    --------
    >>> network_at("10.1.2.3/8"), network_at("::ffff:203.0.113.0/120"), network_at("::/64")
    (IPv4Network('10.0.0.0/8'), IPv4Network('203.0.113.0/24'), IPv6Network('::/64'))
    """
    found = ip_network(text, strict=False)
    if isinstance(found, IPv6Network) and found.prefixlen >= _CARRIED and found.network_address.ipv4_mapped:
        return IPv4Network((int(found.network_address.ipv4_mapped), found.prefixlen - _CARRIED))
    return found


def network_of(address: Address) -> str:
    """Return the network an address lies in: /24, and /48 for IPv6.

    Examples
    --------
    >>> network_of(ip_address("203.0.113.9")), network_of(ip_address("2001:db8:0:7::1"))
    ('203.0.113.0/24', '2001:db8::/48')
    """
    return str(ip_network((int(address), 24) if address.version == 4 else (int(address), 48), strict=False))
