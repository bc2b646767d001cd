"""S3, CloudTrail and Organizations as far as `aws cloudtrail validate-logs` asks them, on this machine."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

_MISSING = b"<Error><Code>NoSuchKey</Code><Message>The specified key does not exist.</Message></Error>"


class Bucket(NamedTuple):
    """All that is served: objects and their metadata by `BUCKET/KEY`, keys by region, the trail."""

    objects: dict[str, bytes]
    metadata: dict[str, dict[str, str]]
    keys: dict[str, list[dict[str, Any]]]
    trail: dict[str, Any]
    organization: str


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # it would wait 40 ms for each acknowledgement
    served: Bucket

    def log_message(self, *_: Any) -> None:
        """Stay silent."""

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        path, query = unquote(address.path).lstrip("/"), parse_qs(address.query, keep_blank_values=True)
        if "location" in query:
            self._answer(b"<LocationConstraint></LocationConstraint>")
        elif "/" not in path.rstrip("/"):
            self._answer(self._list(path.rstrip("/"), query))
        elif path in self.served.objects:
            told = {f"x-amz-meta-{name}": text for name, text in self.served.metadata.get(path, {}).items()}
            self._answer(self.served.objects[path], headers=told)
        else:
            self._answer(_MISSING, 404)

    def _list(self, bucket: str, query: dict[str, list[str]]) -> bytes:
        prefix, marker = (query.get(name, [""])[0] for name in ("prefix", "marker"))
        keys = sorted(path.split("/", 1)[1] for path in self.served.objects if path.startswith(f"{bucket}/"))
        listed = [key for key in keys if key.startswith(prefix) and key > marker]
        contents = "".join(f"<Contents><Key>{escape(key)}</Key></Contents>" for key in listed)
        return f"<ListBucketResult><IsTruncated>false</IsTruncated>{contents}</ListBucketResult>".encode()

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])) or "{}")
        operation = self.headers["X-Amz-Target"].rpartition(".")[2]
        if operation == "ListPublicKeys":
            region = re.search(r"Credential=[^/]+/\d+/([^/]+)/", self.headers["Authorization"])
            entries = self.served.keys.get(region[1] if region else "", [])
            fitting = [key for key in entries if _overlaps(key, asked["StartTime"], asked["EndTime"])]
            self._answer(json.dumps({"PublicKeyList": fitting}).encode())
        elif operation == "DescribeOrganization":
            self._answer(json.dumps({"Organization": {"Id": self.served.organization}}).encode())
        elif operation == "DescribeTrails":
            self._answer(json.dumps({"trailList": [self.served.trail]}).encode())

    def _answer(self, body: bytes, status: int = 200, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        for name, text in (headers or {}).items():
            self.send_header(name, text)
        self.end_headers()
        self.wfile.write(body)


def _overlaps(key: dict[str, Any], start: float, end: float) -> bool:
    return bool(key["ValidityStartTime"] <= end and key["ValidityEndTime"] >= start)


@contextmanager
def serving(served: Bucket) -> Iterator[str]:
    """Serve as long as the context lasts; give the address."""
    handler = type("Handler", (_Handler,), {"served": served})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = Thread(target=server.serve_forever, args=(0.01,))  # so soon it sees that it is to stop
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
