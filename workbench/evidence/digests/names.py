"""What the key of a digest says: whose it is, of which trail, and the end of the time it covers.

References
----------
https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-validation-digest-file-structure.html
"""

import datetime as dt
import re
from typing import NamedTuple

from workbench.evidence.digests.times import read_time

_REGION = r"[a-z]{2,4}(?:-[a-z]+)+-\d+"
_KEY = re.compile(
    rf"(?:(?P<prefix>.*)/)?AWSLogs/(?:(?P<organization>o-[a-z0-9]+)/)?(?P<account>\d{{12}})/CloudTrail-Digest/"
    rf"(?P<region>{_REGION})/\d{{4}}/\d\d/\d\d/(?P<name>[^/]*)",
    re.DOTALL,
)
_NAME = re.compile(
    rf"\d{{12}}_CloudTrail-Digest_{_REGION}_(?P<trail>.+)_(?P<home>{_REGION})_(?P<time>\d{{8}}T\d{{6}}Z)"
    r"(?P<backfill>_backfill)?\.json\.gz",
    re.DOTALL,
)


class Chain(NamedTuple):
    """What digests of one chain have in common; their bucket may change."""

    prefix: str | None = None
    organization: str | None = None
    account: str | None = None
    region: str | None = None
    trail: str | None = None
    home_region: str | None = None


class DigestName(NamedTuple):
    """What the key of a digest says."""

    chain: Chain
    time: dt.datetime | None = None
    is_backfill: bool = False


def read_name(key: str) -> DigestName:
    """Read the key of a digest; what it does not say is None.

    Examples
    --------
    >>> folder = "AWSLogs/111122223333/CloudTrail-Digest/eu-west-1/2026/03/01"
    >>> name = "111122223333_CloudTrail-Digest_eu-west-1_main_backup_us-east-1_20260301T010000Z.json.gz"
    >>> chain, time, is_backfill = read_name(f"{folder}/{name}")
    >>> chain.region, chain.trail, chain.home_region, time
    ('eu-west-1', 'main_backup', 'us-east-1', datetime.datetime(2026, 3, 1, 1, 0))
    """
    folders = _KEY.fullmatch(key)
    if not folders:
        return DigestName(Chain())
    said = folders.groupdict()
    name = _NAME.fullmatch(said.pop("name"))
    if not name:
        return DigestName(Chain(**said, trail=None, home_region=None))
    chain = Chain(**said, trail=name["trail"], home_region=name["home"])
    return DigestName(chain, read_time(name["time"]), bool(name["backfill"]))
