"""Callers of every kind and the calls that make them, as CloudTrail writes them, for tests of attribution."""

from typing import Any

from tests.builders import ACCOUNT, REGION, assume_role, event, role_session, table, user
from workbench.queries.attribution import role_sessions, with_origin

Json = dict[str, Any]
ALICE = f"arn:aws:iam::{ACCOUNT}:user/alice"
BOB = f"arn:aws:iam::{ACCOUNT}:user/bob"
OTHER, THIRD, OUTSIDE = "444455556666", "777788889999", "999988887777"
ORIGIN = (
    "origin_principal", "origin_id", "origin_kind", "origin_confidence", "origin_reason", "likely_principal",
)  # fmt: skip
TASK = {"arn": "arn:aws:iam::aws:policy/root-task/S3UnlockBucketPolicy"}
SUBJECT = "repo:octo/app:ref:refs/heads/main"
OIDC = f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.actions.githubusercontent.com"
SSO_ROLE = "aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Admin_0123456789abcdef"


def at(time: str) -> str:
    """Spell a time of the test's day: `04:10:00`."""
    return f"2026-09-02T{time}Z"


def session(
    role: str = "Deploy",
    name: str = "build-1",
    *,
    key: str | None = "ASIA1",
    created: str = "04:00:00",
    account: str = ACCOUNT,
    source_identity: str | None = None,
    **more: Any,
) -> Json:
    """Return a role session that began at `created`; `more` goes into its sessionContext."""
    identity = role_session(role, name, account=account, key=key or "")
    if key is None:
        del identity["accessKeyId"]
    identity["sessionContext"]["attributes"]["creationDate"] = at(created)
    identity["sessionContext"] |= more | ({"sourceIdentity": source_identity} if source_identity else {})
    return identity


def used(caller: Json, time: str = "04:10:00", **fields: Any) -> Json:
    """Return a call of a caller in its own account."""
    account = caller.get("accountId", ACCOUNT)
    return event(**({"userIdentity": caller, "eventTime": at(time), "recipientAccountId": account} | fields))


def issued(
    caller: Json,
    role: str = "Deploy",
    name: str = "build-1",
    *,
    key: str | None = "ASIA1",
    time: str = "04:00:00",
    expires: str | None = "Sep 2, 2026, 5:00:00 AM",
    account: str = ACCOUNT,
    request: Json | None = None,
    **fields: Any,
) -> Json:
    """Return the AssumeRole by which a caller opens a session at `time`."""
    call = assume_role(caller, role, name, account=account, key=key or "", eventTime=at(time))
    if key is None:
        del call["responseElements"]["credentials"]
    elif expires is None:
        del call["responseElements"]["credentials"]["expiration"]
    else:
        call["responseElements"]["credentials"]["expiration"] = expires
    call["requestParameters"] |= request or {}
    return call | {"recipientAccountId": caller.get("accountId", ACCOUNT)} | fields


def owners_copy(call: Json, shared: str, **fields: Any) -> tuple[Json, Json]:
    """Return a call between accounts twice: as its caller's trail has it, and as the role owner's has it."""
    theirs = call["userIdentity"]
    seen = {"type": "AWSAccount", "principalId": theirs["principalId"], "accountId": theirs["accountId"]}
    copy = {
        **call, "userIdentity": seen, "eventID": f"{call['eventID']}-copy", "sharedEventID": shared,
        "recipientAccountId": call["resources"][0]["accountId"], **fields,
    }  # fmt: skip
    return call | {"sharedEventID": shared}, copy


def service(name: str) -> Json:
    return {"type": "AWSService", "invokedBy": name}


def root(key: str | None = None, *, account: str = ACCOUNT, **context: Any) -> Json:
    identity: Json = {
        "type": "Root", "principalId": account, "accountId": account, "arn": f"arn:aws:iam::{account}:root",
    }  # fmt: skip
    if key:
        attributes = {"creationDate": at("04:00:00"), "mfaAuthenticated": "false"}
        identity |= {"accessKeyId": key, "sessionContext": {"attributes": attributes} | context}
    return identity


def user_session(name: str = "alice", *, key: str = "ASIA1", created: str = "04:00:00") -> Json:
    """Return a user's own session: of GetSessionToken, or of the console."""
    attributes = {"creationDate": at(created), "mfaAuthenticated": "true"}
    return user(name, key=key) | {"sessionContext": {"attributes": attributes}}


def federated_user(name: str = "board", issuer: Json | None = None, *, key: str = "ASIA1") -> Json:
    identity = {
        "type": "FederatedUser", "principalId": f"{ACCOUNT}:{name}", "accountId": ACCOUNT, "accessKeyId": key,
        "arn": f"arn:aws:sts::{ACCOUNT}:federated-user/{name}",
    }  # fmt: skip
    attributes = {"creationDate": at("04:00:00"), "mfaAuthenticated": "false"}
    return identity | {"sessionContext": {"sessionIssuer": issuer or {}, "attributes": attributes}}


def portal_user(user_id: str | None = "u-1", **more: Any) -> Json:
    """Return the caller that Identity Center's own events name."""
    store = "arn:aws:identitystore::111122223333:identitystore/d-0123456789"
    behalf = {"onBehalfOf": {"userId": user_id, "identityStoreArn": store}} if user_id else {}
    return {"type": "IdentityCenterUser", "accountId": ACCOUNT, "credentialId": "c-1"} | behalf | more


def saml_user(subject: str = "ines@example.org", qualifier: str = "q1=") -> Json:
    return {
        "type": "SAMLUser", "principalId": f"{qualifier}:{subject}", "userName": subject,
        "identityProvider": qualifier,
    }  # fmt: skip


def web_user(subject: str = SUBJECT, provider: str = OIDC) -> Json:
    return {
        "type": "WebIdentityUser", "principalId": f"{provider}:sts.amazonaws.com:{subject}",
        "userName": subject, "identityProvider": provider,
    }  # fmt: skip


def token_call(caller: Json, name: str, *, key: str = "ASIA1", time: str = "04:00:00", **fields: Any) -> Json:
    """Return a GetSessionToken, GetFederationToken or AssumeRoot."""
    credentials = {"accessKeyId": key, "expiration": "Sep 2, 2026, 5:00:00 AM"}
    return event(**({
        "userIdentity": caller, "eventSource": "sts.amazonaws.com", "eventName": name, "eventTime": at(time),
        "requestParameters": {"durationSeconds": 3600}, "responseElements": {"credentials": credentials},
        "recipientAccountId": caller.get("accountId", ACCOUNT), "readOnly": True,
    } | fields))  # fmt: skip


def sign_in(caller: Json, name: str, time: str = "04:00:00", **fields: Any) -> Json:
    """Return an event of the console's door: ConsoleLogin, SwitchRole, GetSigninToken."""
    return event(**({
        "userIdentity": caller, "eventSource": "signin.amazonaws.com", "eventName": name,
        "eventTime": at(time), "responseElements": {name: "Success"}, "eventType": "AwsConsoleSignIn",
        "recipientAccountId": caller.get("accountId", ACCOUNT), "awsRegion": REGION,
    } | fields))  # fmt: skip


def in_console(caller: Json, time: str = "04:10:00", **fields: Any) -> Json:
    return used(caller, time, sessionCredentialFromConsole="true", **fields)


def origins(*records: Json) -> list[Json]:
    """Load records, and give the origin of each in the order in which they are named."""
    rows = with_origin(table(*records)).select("eventID", *ORIGIN).to_pyarrow().to_pylist()
    told = {row["eventID"]: {name: row[name] for name in ORIGIN} for row in rows}
    return [told[record["eventID"]] for record in records]


def origin(*records: Json) -> tuple[Any, ...]:
    """Give principal, confidence and reason of the last of these records."""
    told = origins(*records)[-1]
    return told["origin_principal"], told["origin_confidence"], told["origin_reason"]


def ledger(*records: Json) -> list[Json]:
    return role_sessions(table(*records)).to_pyarrow().to_pylist()
