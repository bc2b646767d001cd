"""The public keys that verify the digests: per region, for the time of the digests.

References
----------
https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_ListPublicKeys.html
"""

import base64
import datetime as dt
import json
from collections.abc import Iterable
from typing import Any

from workbench.errors import EvidenceError
from workbench.evidence.acquisition.aws import error_code, side_client
from workbench.evidence.acquisition.folder import Folder
from workbench.evidence.acquisition.listing import iso
from workbench.evidence.keys import parse_key

_MARGIN = dt.timedelta(days=1)

Span = tuple[dt.datetime, dt.datetime]
Warned = dict[str, str]


def spans_of(keys: Iterable[str]) -> dict[str, Span]:
    """Give, per region, the first and the last time in the names of its digests.

    Examples
    --------
    >>> name = "111122223333_CloudTrail-Digest_eu-west-1_main_us-east-1_20260302T010008Z.json.gz"
    >>> spans_of([name, "AWSLogs/notes.txt"])
    {'eu-west-1': (datetime.datetime(2026, 3, 2, 1, 0), datetime.datetime(2026, 3, 2, 1, 0))}
    """
    spans: dict[str, Span] = {}
    for key in keys:
        said = parse_key(key)
        if said and said.kind == "CloudTrail-Digest" and said.region and said.time:
            first, last = spans.get(said.region, (said.time, said.time))
            spans[said.region] = min(first, said.time), max(last, said.time)
    return dict(sorted(spans.items()))


def acquire_keys(session: Any, folder: Folder, spans: dict[str, Span]) -> list[Warned]:
    """Write `public-keys-REGION.json` for each region; return what could not be had.

    A file that is there already keeps its keys: the new ones are added.

    Raises
    ------
    EvidenceError
        Such a file is there, and holds something else.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    warnings = []
    for region, span in spans.items():
        name = f"public-keys-{region}.json"
        try:
            keys = _listed(side_client(session, "cloudtrail", region), span)
        except (BotoCoreError, ClientError) as error:
            told = f"{error_code(error)}: {error}. Digests of {region} cannot be verified without its keys"
            warnings.append({"path": name, "kind": "no-public-keys", "detail": told})
            continue
        earlier = _earlier(folder, name)
        added = [key for key in keys if key not in earlier]
        if added or not earlier:
            document = {"PublicKeyList": earlier + added}
            folder.write(name, [json.dumps(document, indent=1).encode(), b"\n"])
    return warnings


def _listed(client: Any, span: Span) -> list[dict[str, str]]:
    start, end = (time.replace(tzinfo=dt.UTC) for time in span)
    paginator = client.get_paginator("list_public_keys")
    pages = paginator.paginate(StartTime=start - _MARGIN, EndTime=end + _MARGIN)
    return [_as_printed(key) for page in pages for key in page["PublicKeyList"]]


def _as_printed(key: dict[str, Any]) -> dict[str, str]:
    """Give a key as `aws cloudtrail list-public-keys` prints it."""
    return {
        "Value": base64.b64encode(key["Value"]).decode(),
        "ValidityStartTime": iso(key["ValidityStartTime"]),
        "ValidityEndTime": iso(key["ValidityEndTime"]),
        "Fingerprint": key["Fingerprint"],
    }


def _earlier(folder: Folder, name: str) -> list[dict[str, str]]:
    path = folder.path / name
    if not path.exists():
        return []
    try:
        return list(json.loads(path.read_bytes())["PublicKeyList"])
    except (ValueError, KeyError, TypeError) as error:
        raise EvidenceError(f"{path} holds no public keys. Move it away, then acquire again") from error
