"""Two records one can read, and what tests ask of a container."""

import json
from typing import Any

import pytest

from workbench.evidence import Container, EvidenceFault, read_container

ONE, TWO = b'{"eventName":"ListUsers"}', b'{ "eventName" : "GetUser", "n": 1.50 }'


def texts(container: Container) -> list[bytes]:
    return [bytes(record) for record in container.records]


def faults(container: Container) -> list[tuple[int, str]]:
    return [(run.index + more, run.reason) for run in container.faults for more in range(run.count)]


def kept(container: Container) -> list[tuple[int, bytes]]:
    return list(zip(container.places(), texts(container), strict=True))


def reason(data: bytes) -> str:
    """Why the file as a whole is set aside."""
    with pytest.raises(EvidenceFault) as caught:
        read_container(data)
    return caught.value.reason


def as_text(record: bytes) -> str:
    return record.decode("utf-8", "surrogateescape")


def written(value: Any) -> bytes:
    return json.dumps(value).encode()
