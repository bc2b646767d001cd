"""A MaxMind database of a few IPv4 networks, as the format's specification has it (24-bit records)."""

import struct
from ipaddress import IPv4Network
from typing import Any


def value(held: Any) -> bytes:
    """Encode one value of the data section."""
    if isinstance(held, dict):
        return bytes([7 << 5 | len(held)]) + b"".join(value(k) + value(v) for k, v in held.items())
    if isinstance(held, list):
        return bytes([len(held), 11 - 7]) + b"".join(value(one) for one in held)
    if isinstance(held, str):
        return bytes([2 << 5 | len(held.encode())]) + held.encode()
    if isinstance(held, float):
        return bytes([3 << 5 | 8]) + struct.pack(">d", held)
    return bytes([6 << 5 | 4]) + struct.pack(">I", held)


def database(networks: dict[str, Any]) -> bytes:
    """Encode a database that gives each network its record."""
    nodes: list[list[int | None]] = [[None, None]]
    data, places = b"", {}
    for text, record in networks.items():
        network = IPv4Network(text)
        places[text] = len(data)
        data += value(record)
        node = 0
        bits = f"{int(network.network_address):032b}"[: network.prefixlen]
        for bit in bits[:-1]:
            if nodes[node][int(bit)] is None:
                nodes[node][int(bit)] = len(nodes)
                nodes.append([None, None])
            node = nodes[node][int(bit)] or 0
        nodes[node][int(bits[-1])] = -1 - places[text]
    count = len(nodes)
    tree = b"".join(
        (count if to is None else to if to >= 0 else count + 16 - 1 - to).to_bytes(3, "big")
        for node in nodes
        for to in node
    )
    told = {
        "node_count": count, "record_size": 24, "ip_version": 4, "database_type": "Test", "languages": ["en"],
        "binary_format_major_version": 2, "binary_format_minor_version": 0, "build_epoch": 1_700_000_000,
        "description": {"en": "made for a test"},
    }  # fmt: skip
    return tree + bytes(16) + data + b"\xab\xcd\xefMaxMind.com" + value(told)
