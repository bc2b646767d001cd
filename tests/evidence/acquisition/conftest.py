"""An S3 of its own: a moto server on this machine, and nobody signed in to anything else."""

from collections.abc import Iterator

import boto3
import pytest

from tests.evidence.acquisition.moto_bucket import BUCKET, Bucket, Calls, environment, serving


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    with serving() as url:
        yield url


@pytest.fixture
def aws(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment of somebody who is signed in to nothing but the moto server."""
    for name, value in environment(server).items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_PROFILE", raising=False)


@pytest.fixture
def calls(aws: None) -> Calls:
    """A session on the server; nobody has public keys unless a test says so."""
    found = Calls(boto3.Session())
    found.answer("ListPublicKeys", lambda params: (200, {"PublicKeyList": []}))
    return found


@pytest.fixture
def bucket(aws: None) -> Bucket:
    return Bucket(BUCKET)
