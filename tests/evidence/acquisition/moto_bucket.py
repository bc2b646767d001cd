"""A bucket of the moto server, and a session that records what it asks and answers what moto does not."""

import io
import json
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
from botocore.awsrequest import AWSResponse
from moto.core import DEFAULT_ACCOUNT_ID
from moto.moto_api._internal import moto_api_backend
from moto.s3.models import s3_backends
from moto.server import ThreadedMotoServer

BUCKET = "acme-trail"
SOURCE = f"s3://{BUCKET}"
Answer = Callable[[dict[str, Any]], tuple[int, dict[str, Any]] | None]


@contextmanager
def serving() -> Iterator[str]:
    """Run a moto server on a port of its own; give its address."""
    running = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    running.start()
    host, port = running.get_host_and_port()
    try:
        yield f"http://{host}:{port}"
    finally:
        running.stop()


def environment(url: str) -> dict[str, str]:
    """The variables that lead boto3 to the server, and nowhere else."""
    return {
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_CONFIG_FILE": "/nonexistent",
        "AWS_SHARED_CREDENTIALS_FILE": "/nonexistent",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": url,
        "NO_PROXY": "127.0.0.1",
    }


class Calls:
    """What a session asked of AWS, and answers that moto does not give."""

    def __init__(self, session: boto3.Session) -> None:
        self.session = session
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self._answers: dict[str, Answer] = {}
        session.events.register("before-parameter-build.*.*", self._note)
        session.events.register("before-call.*.*", self._answer)

    def counts(self) -> Counter[str]:
        return Counter(name for name, _ in self.asked)

    def keys(self) -> list[str]:
        return [params["Key"] for name, params in self.asked if name == "GetObject"]

    def answer(self, operation: str, answer: Answer) -> None:
        """Let a function answer an operation; where it returns None, the server does."""
        self._answers[operation] = answer

    def refuse(self, operation: str, code: str, status: int = 403) -> None:
        self.answer(operation, lambda params: refusal(code, status))

    def _note(self, params: dict[str, Any], model: Any, context: dict[str, Any], **_: Any) -> None:
        self.asked.append((model.name, params))
        context["params"] = params | {"region": context["client_region"]}

    def _answer(self, model: Any, context: dict[str, Any], **_: Any) -> Any:
        given = self._answers.get(model.name, lambda params: None)(context["params"])
        return given and (AWSResponse("http://answer", given[0], {}, io.BytesIO()), given[1])


def refusal(code: str, status: int = 403) -> tuple[int, dict[str, Any]]:
    return status, {"Error": {"Code": code, "Message": f"as the test says: {code}"}, "ResponseMetadata": {}}


class Bucket:
    """A bucket of the moto server, filled without HTTP; whatever it held before is gone."""

    def __init__(self, name: str, *, beside: bool = False) -> None:
        if not beside:
            moto_api_backend.reset()
        self.name, self.backend = name, s3_backends[DEFAULT_ACCOUNT_ID]["aws"]
        self.backend.create_bucket(name, "us-east-1")

    def put(self, key: str, body: bytes = b"{}", **metadata: str) -> None:
        self.backend.put_object(self.name, key, body).set_metadata(
            {f"x-amz-meta-{name}".replace("_", "-"): value for name, value in metadata.items()}
        )

    def keep_versions(self) -> None:
        self.backend.put_bucket_versioning(self.name, "Enabled")

    def delete(self, key: str) -> None:
        self.backend.delete_object(self.name, key)

    def deny(self, key: str) -> None:
        place = f"arn:aws:s3:::{self.name}/{key}"
        statement = {"Effect": "Deny", "Principal": "*", "Action": "s3:GetObject", "Resource": place}
        policy = {"Version": "2012-10-17", "Statement": [statement]}
        self.backend.put_bucket_policy(self.name, json.dumps(policy).encode())


def manifest(folder: Path) -> dict[str, Any]:
    return json.loads((folder / "manifest.json").read_bytes())


def files(folder: Path) -> dict[str, bytes]:
    """The objects of an evidence folder, by path below it."""
    found = {str(path.relative_to(folder)): path for path in folder.rglob("*") if path.is_file()}
    return {name: path.read_bytes() for name, path in sorted(found.items()) if "/" in name}
