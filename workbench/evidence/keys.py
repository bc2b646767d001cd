"""What an object key, or a file name alone, says about its content.

Nothing that is loaded depends on it: a flat copy of a trail gives the same events. Coverage and the file list
use it to say which account, region and hour a file speaks for.

References
----------
https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-examples.html
"""

import datetime as dt
import re
from dataclasses import dataclass

_ACCOUNT = r"(?P<account>\d{12})"
_REGION = r"(?P<region>[a-z]{2,4}(?:-[a-z]+)+-\d+)"
_FOLDERS = re.compile(
    rf"(?:(?P<prefix>.*)/)?AWSLogs/(?:(?P<org>o-[a-z0-9]+)/)?{_ACCOUNT}/(?P<kind>[A-Za-z-]+)/"
    rf"(?:{_REGION}/(?:(?P<date>\d{{4}}/\d{{1,2}}/\d{{1,2}})(?:/|$))?)?",
    re.DOTALL,
)
_NAME = re.compile(
    rf"{_ACCOUNT}_(?P<kind>CloudTrail(?:-[A-Za-z]+)?|Config)_{_REGION}_(?:.*_)?"
    r"(?P<time>\d{8}T\d{4}(?:\d{2})?)Z(?:_|\.|$)",
    re.DOTALL,
)


@dataclass(frozen=True)
class ObjectKey:
    """The parts of one object key; what the key does not say is None (an absent prefix: empty).

    `date` is the day of the folder (for digests the end of the covered hour), `time` the UTC time in the
    file name, naive. `kind` is AWS's folder word: `CloudTrail`, `CloudTrail-Digest`, `CloudTrail-Insight`,
    `Config`.
    """

    prefix: str
    org: str | None
    account: str | None
    kind: str | None
    region: str | None
    date: dt.date | None
    time: dt.datetime | None


def parse_key(path: str) -> ObjectKey | None:
    """Read an object key, a path below an evidence folder, or a bare file name.

    Parameters
    ----------
    path
        With forward slashes; anything before `AWSLogs` is the prefix.

    Returns
    -------
    ObjectKey or None
        None when neither the folders nor the name follow CloudTrail's or Config's grammar.

    Examples
    --------
    >>> key = parse_key(
    ...     "logs/AWSLogs/o-a1b2c3d4e5/111122223333/CloudTrail/eu-west-1/2026/09/02/"
    ...     "111122223333_CloudTrail_eu-west-1_20260902T0420Z_AJX247FIQUGXIVUJ.json.gz"
    ... )
    >>> key.prefix, key.org, key.account, key.kind, key.region
    ('logs', 'o-a1b2c3d4e5', '111122223333', 'CloudTrail', 'eu-west-1')
    >>> key.date, key.time
    (datetime.date(2026, 9, 2), datetime.datetime(2026, 9, 2, 4, 20))
    >>> parse_key("111122223333_CloudTrail_us-east-1_20230710T1220Z_x9kH.json").region
    'us-east-1'
    >>> parse_key("holiday/photo.png") is None
    True
    """
    folders = _FOLDERS.match(path)
    name = _NAME.match(path.rpartition("/")[2])
    if not folders and not name:
        return None
    said = {**(name.groupdict() if name else {})}
    said.update({part: value for part, value in (folders.groupdict() if folders else {}).items() if value})
    return ObjectKey(
        prefix=said.get("prefix") or "",
        org=said.get("org"),
        account=said.get("account"),
        kind=said.get("kind"),
        region=said.get("region"),
        date=_date(said.get("date")),
        time=_time(said.get("time")),
    )


def _date(text: str | None) -> dt.date | None:
    try:
        return dt.date(*map(int, text.split("/"))) if text else None
    except ValueError:  # a folder named 2026/13/45 says nothing
        return None


def _time(text: str | None) -> dt.datetime | None:
    try:
        return dt.datetime.strptime(text[:13].ljust(13, "0"), "%Y%m%dT%H%M") if text else None  # noqa: DTZ007
    except ValueError:  # the name holds digits that are no time
        return None
