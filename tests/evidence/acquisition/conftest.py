"""An S3 of its own: a moto server on this machine, and nobody signed in to anything else."""

from collections.abc import Iterator

import boto3
import pytest
from moto.moto_api._internal import moto_api_backend
from moto.server import ThreadedMotoServer

from tests.evidence.acquisition.moto_bucket import BUCKET, Bucket, Calls


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    running = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    running.start()
    host, port = running.get_host_and_port()
    yield f"http://{host}:{port}"
    running.stop()


@pytest.fixture
def aws(server: str, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The environment of somebody who is signed in to nothing but the moto server."""
    absent = str(tmp_path_factory.getbasetemp() / "absent")
    for name, value in {
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_CONFIG_FILE": absent,
        "AWS_SHARED_CREDENTIALS_FILE": absent,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": server,
        "NO_PROXY": "127.0.0.1",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    return server


@pytest.fixture
def calls(aws: str) -> Calls:
    """A session on the server; nobody has public keys unless a test says so."""
    found = Calls(boto3.Session())
    found.answer("ListPublicKeys", lambda params: (200, {"PublicKeyList": []}))
    return found


@pytest.fixture
def bucket(aws: str) -> Bucket:
    moto_api_backend.reset()
    return Bucket(BUCKET)
