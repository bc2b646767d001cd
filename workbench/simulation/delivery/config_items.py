"""What AWS Config delivers: a snapshot of each account and region, and the history of what changed."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from workbench.simulation.clock import DAY, FIRST_DAY, HOUR, compact, iso
from workbench.simulation.delivery.trail import compact_json, compressed
from workbench.simulation.dice import Dice
from workbench.simulation.organization import (
    ARCHIVE,
    AUDIT,
    CONFIG_BUCKET,
    EUROPE,
    EXPORTS,
    HOME,
    LOG_BUCKET,
    MANAGEMENT,
    OUTSIDER,
    PRODUCTION,
    REPORTING,
    SECRETS,
    TRAIL,
    UPLOADER,
    Account,
    instance_id,
    key_arn,
    secret_arn,
)
from workbench.simulation.scene import Step

Json = dict[str, Any]
_CREATED = FIRST_DAY - 400 * DAY
_TRUST = "support-readonly"


def write_config(folder: Path, seed: int, accounts: tuple[Account, ...], days: int, steps: list[Step]) -> int:
    """Write the snapshots of the first morning and the histories of the intrusion; return how many files.

    References
    ----------
    https://docs.aws.amazon.com/config/latest/developerguide/view-config-delivery-channel.html
    """
    files = 0
    for account in accounts:
        for region in account.regions:
            items = list(_snapshot(seed, account, region))
            _write(folder, account.id, region, "ConfigSnapshot", FIRST_DAY + 6 * HOUR, seed, items)
            files += 1
    for at, kind, item in _changes(seed, steps):
        _write(folder, PRODUCTION.id, HOME, "ConfigHistory", at, seed, [item], kind)
        files += 1
    return files


def _snapshot(seed: int, account: Account, region: str) -> Iterator[Json]:
    at = FIRST_DAY + 5 * HOUR + 50 * 60
    if region == HOME:
        for user in (UPLOADER, REPORTING):
            if user.account == account.id:
                yield _item(seed, at, account.id, "global", "AWS::IAM::User", user.name, user.arn, {
                    "path": user.path, "userName": user.name, "arn": user.arn, "userPolicyList": [],
                    "groupList": [], "attachedManagedPolicies": [],
                })
        for name, trust in _roles(account):
            yield _role(seed, at, account.id, name, trust)
    for bucket in _buckets(account, region):
        yield _item(seed, at, account.id, region, "AWS::S3::Bucket", bucket, f"arn:aws:s3:::{bucket}", {
            "name": bucket, "creationDate": iso(_CREATED),
        }, {"BucketVersioningConfiguration": {"status": "Enabled"}})
    if account is MANAGEMENT:
        arn = f"arn:aws:cloudtrail:{HOME}:{account.id}:trail/{TRAIL}"
        yield _item(
            seed,
            at,
            account.id,
            region,
            "AWS::CloudTrail::Trail",
            TRAIL,
            arn,
            {
                "name": TRAIL,
                "s3BucketName": LOG_BUCKET,
                "isMultiRegionTrail": True,
                "isOrganizationTrail": True,
                "logFileValidationEnabled": True,
                "homeRegion": HOME,
            },
        )
    if account.kind == "workload" and region == EUROPE:
        yield from _workload(seed, at, account)


def _workload(seed: int, at: int, account: Account) -> Iterator[Json]:
    for number in (1, 2):
        instance = instance_id(account.id, number)
        arn = f"arn:aws:ec2:{EUROPE}:{account.id}:instance/{instance}"
        yield _item(seed, at, account.id, EUROPE, "AWS::EC2::Instance", instance, arn, {
            "instanceId": instance, "instanceType": "m7i.large", "state": {"code": 16, "name": "running"},
            "iamInstanceProfile": {"arn": f"arn:aws:iam::{account.id}:instance-profile/orders-api-instance"},
            "privateIpAddress": f"10.20.{number}.15",
        }, tags={"Name": f"orders-api-{number}"})
    arn = key_arn(account.id, EUROPE)
    yield _item(seed, at, account.id, EUROPE, "AWS::KMS::Key", arn.rsplit("/", 1)[1], arn, {
        "arn": arn, "enabled": True, "keyState": "Enabled", "keyManager": "CUSTOMER",
    })
    for name in SECRETS if account is PRODUCTION else ():
        arn = secret_arn(account.id, name)
        yield _item(seed, at, account.id, EUROPE, "AWS::SecretsManager::Secret", arn, arn, {
            "Name": name, "KmsKeyId": key_arn(account.id, EUROPE), "RotationEnabled": False,
        })


def _roles(account: Account) -> tuple[tuple[str, str], ...]:
    own = f"arn:aws:iam::{account.id}:root"
    if account is PRODUCTION:
        return ((_TRUST, own), ("app-deploy", "arn:aws:iam::444455556666:role/ci/github-actions-build"),
                ("partner-telemetry-read", "arn:aws:iam::777788889999:root"))
    return (("terraform-execution", f"arn:aws:iam::{MANAGEMENT.id}:role/ci/github-org-baseline"),)


def _role(seed: int, at: int, account: str, name: str, *trusted: str) -> Json:
    arn = f"arn:aws:iam::{account}:role/{name}"
    return _item(
        seed,
        at,
        account,
        "global",
        "AWS::IAM::Role",
        name,
        arn,
        {
            "path": "/",
            "roleName": name,
            "arn": arn,
            "assumeRolePolicyDocument": {
                "Version": "2012-10-17",
                "Statement": [
                    {"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "sts:AssumeRole"}
                    for principal in trusted
                ],
            },
        },
    )


def _buckets(account: Account, region: str) -> tuple[str, ...]:
    if account is ARCHIVE:
        return (LOG_BUCKET, CONFIG_BUCKET, AUDIT)
    return (EXPORTS,) if account is PRODUCTION and region == EUROPE else ()


def _changes(seed: int, steps: list[Step]) -> Iterator[tuple[int, str, Json]]:
    """Yield what Config saw of the intrusion: the trust policy opened, and closed again."""
    own, foreign = f"arn:aws:iam::{PRODUCTION.id}:root", f"arn:aws:iam::{OUTSIDER}:root"
    for step in steps:
        if _TRUST in step.what and step.tactic == "Persistence":
            yield (
                step.time + HOUR,
                "AWS::IAM::Role",
                _role(seed, step.time + 95, PRODUCTION.id, _TRUST, own, foreign),
            )
        if step.technique == "T1070":
            yield step.time + HOUR, "AWS::IAM::Role", _role(seed, step.time + 140, PRODUCTION.id, _TRUST, own)


def _item(
    seed: int, at: int, account: str, region: str, kind: str, resource: str, arn: str, configuration: Json,
    supplementary: Json | None = None, tags: dict[str, str] | None = None,
) -> Json:
    milliseconds = at * 1000 + Dice(seed, "config", arn, at).below(1000)
    return {
        "relatedEvents": [],
        "relationships": [],
        "configuration": configuration,
        "supplementaryConfiguration": supplementary or {},
        "tags": tags or {},
        "configurationItemVersion": "1.3",
        "configurationItemCaptureTime": f"{iso(at)[:-1]}.{milliseconds % 1000:03d}Z",
        "configurationStateId": milliseconds,
        "awsAccountId": account,
        "configurationItemStatus": "OK",
        "resourceType": kind,
        "resourceId": resource,
        "resourceName": resource,
        "ARN": arn,
        "awsRegion": region,
        "availabilityZone": "Not Applicable" if region == "global" else "Regional",
        "configurationStateMd5Hash": "",
        "resourceCreationTime": f"{iso(_CREATED)[:-1]}.000Z",
    }


def _write(
    folder: Path,
    account: str,
    region: str,
    kind: str,
    at: int,
    seed: int,
    items: list[Json],
    history: str = "",
) -> None:
    """Write one delivered file; AWS pads neither month nor day in the folder names."""
    year, month, day = (int(part) for part in compact(at, "%Y %m %d").split())
    identity = Dice(seed, kind, account, region, at).uuid()
    stamp = compact(at, "%Y%m%dT%H%M%SZ")
    name = f"{account}_Config_{region}_{kind}_{stamp}_{identity}.json.gz"
    content: Json = {"fileVersion": "1.0", "configSnapshotId": identity, "configurationItems": items}
    if history:
        begin = compact(at - 6 * HOUR, "%Y%m%dT%H%M%SZ")
        name = f"{account}_Config_{region}_{kind}_{history}_{begin}_{stamp}_1.json.gz"
    path = folder / "AWSLogs" / account / "Config" / region / str(year) / str(month) / str(day) / kind / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(compressed(compact_json(content)))
