"""Readable events for tests: complete CloudTrail records with the fields a test cares about spelled out.

`table(event(eventName="ConsoleLogin", responseElements={"ConsoleLogin": "Failure"}))` goes through the real
loader, so a test sees the columns a user sees.
"""

import atexit
import gzip
import itertools
import json
import shutil
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import workbench as wb

ACCOUNT = "111122223333"
REGION = "us-east-1"

_numbers = itertools.count(1)

_READING = ("Get", "List", "Describe", "Lookup", "Head", "BatchGet", "Search", "Query", "Scan")


def event(**fields: Any) -> dict[str, Any]:
    """Return a management event of the IAM user alice; keywords replace fields, `...` leaves one out."""
    number = next(_numbers)
    name = fields.get("eventName", "ListUsers")
    record = {
        "eventVersion": "1.11",
        "userIdentity": user(),
        "eventTime": f"2026-09-02T04:{number // 60 % 60:02}:{number % 60:02}Z",
        "eventSource": "iam.amazonaws.com",
        "eventName": "ListUsers",
        "awsRegion": REGION,
        "sourceIPAddress": "198.51.100.7",
        "userAgent": "aws-cli/2.27.41",
        "requestParameters": None,
        "responseElements": None,
        "requestID": f"00000000-0000-4000-9000-{number:012}",
        "eventID": f"00000000-0000-4000-8000-{number:012}",
        "readOnly": str(name).startswith(_READING),
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": ACCOUNT,
        "eventCategory": "Management",
    } | fields
    return {key: value for key, value in record.items() if value is not ...}


def user(
    name: str = "alice", *, account: str = ACCOUNT, key: str | None = "AKIAIOSFODNN7EXAMPLE"
) -> dict[str, Any]:
    """Return the `userIdentity` of an IAM user."""
    identity = {
        "type": "IAMUser",
        "principalId": f"AIDA{name.upper():X<17.17}",
        "arn": f"arn:aws:iam::{account}:user/{name}",
        "accountId": account,
        "userName": name,
    }
    return identity | ({"accessKeyId": key} if key else {})


def role_session(
    role: str = "Deploy",
    session: str = "build-1",
    *,
    account: str = ACCOUNT,
    key: str = "ASIAIOSFODNN7EXAMPLE",
) -> dict[str, Any]:
    """Return the `userIdentity` of a role session; `role` may carry a path (`ci/Deploy`)."""
    name = role.rpartition("/")[2]
    role_id = f"AROA{name.upper():X<17.17}"
    return {
        "type": "AssumedRole",
        "principalId": f"{role_id}:{session}",
        "arn": f"arn:aws:sts::{account}:assumed-role/{name}/{session}",
        "accountId": account,
        "accessKeyId": key,
        "sessionContext": {
            "sessionIssuer": {
                "type": "Role",
                "principalId": role_id,
                "arn": f"arn:aws:iam::{account}:role/{role}",
                "accountId": account,
                "userName": name,
            },
            "attributes": {"creationDate": "2026-09-02T04:00:00Z", "mfaAuthenticated": "false"},
        },
    }


def role_event(
    role: str = "Deploy",
    session: str = "build-1",
    *,
    account: str = ACCOUNT,
    key: str = "ASIAIOSFODNN7EXAMPLE",
    **fields: Any,
) -> dict[str, Any]:
    """Return an event called by a role session."""
    identity = role_session(role, session, account=account, key=key)
    return event(**({"userIdentity": identity, "recipientAccountId": account} | fields))


def assume_role(
    caller: dict[str, Any],
    role: str = "Deploy",
    session: str = "build-1",
    *,
    account: str = ACCOUNT,
    key: str = "ASIAIOSFODNN7EXAMPLE",
    **fields: Any,
) -> dict[str, Any]:
    """Return an AssumeRole event: `caller` (a userIdentity) receives `key` for a session of the role."""
    name = role.rpartition("/")[2]
    arn = f"arn:aws:iam::{account}:role/{role}"
    return event(**(
        {
            "eventSource": "sts.amazonaws.com",
            "eventName": "AssumeRole",
            "userIdentity": caller,
            "requestParameters": {"roleArn": arn, "roleSessionName": session},
            "responseElements": {
                "credentials": {"accessKeyId": key, "expiration": "Sep 2, 2026, 5:00:00 AM"},
                "assumedRoleUser": {
                    "assumedRoleId": f"AROA{name.upper():X<17.17}:{session}",
                    "arn": f"arn:aws:sts::{account}:assumed-role/{name}/{session}",
                },
            },
            "resources": [{"accountId": account, "type": "AWS::IAM::Role", "ARN": arn}],
            "readOnly": True,
        }
        | fields
    ))


def trail(
    folder: Path, *events: Any, name: str = "EXAMPLE0", account: str = ACCOUNT, region: str = REGION
) -> Path:
    """Write one gzipped Records file in S3 layout below `folder`; return the file's path."""
    day = Path(folder) / "AWSLogs" / account / "CloudTrail" / region / "2026" / "09" / "02"
    day.mkdir(parents=True, exist_ok=True)
    path = day / f"{account}_CloudTrail_{region}_20260902T0420Z_{name}.json.gz"
    path.write_bytes(gzip.compress(json.dumps({"Records": events}, separators=(",", ":")).encode(), mtime=0))
    return path


def case(folder: Path, *events: Any) -> Any:
    """Load events into a case below `folder`; return the open connection."""
    con = wb.open_case(Path(folder) / "case")
    wb.load(con, trail(Path(folder) / "evidence", *events))
    return con


def table(*events: Any) -> Any:
    """Return the events table of a case of its own that holds these events."""
    return wb.events(case(Path(tempfile.mkdtemp(dir=_folder())), *events))


@cache
def _folder() -> str:
    """One folder for all tables, gone when the tests are."""
    folder = tempfile.mkdtemp(prefix="events-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder
