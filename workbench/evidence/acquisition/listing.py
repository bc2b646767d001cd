"""What lies under a prefix: current objects, older versions, and what was deleted.

References
----------
https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectVersions.html
"""

import datetime as dt
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from workbench.errors import EvidenceError, ParameterError
from workbench.evidence.acquisition.aws import Store, answered_at, concerns_all, error_code, header, told
from workbench.evidence.keys import ObjectKey, parse_key

Window = tuple[dt.datetime, dt.datetime]

_MARGIN = dt.timedelta(days=1)  # files are delivered late
_UNTIL_LISTED = dt.timedelta(hours=2)  # a digest lists the files of the hour before it


@dataclass(frozen=True, slots=True)
class Listed:
    """One object, or one version of it, as the bucket listed it.

    `state` is `current`, `deleted` (what a delete marker hides: the version before it) or `older`.
    `version_id` is None where versions could not be listed.
    """

    key: str
    etag: str
    size: int
    last_modified: str
    version_id: str | None = None
    state: str = "current"


@dataclass
class Listing:
    """The objects under a prefix in the bucket's order, and the delete markers.

    `no_versions` is AWS's word for why versions could not be listed, `region` the bucket's, and
    `clock_offset_s` how far the clock here is ahead of AWS's.
    """

    objects: list[Listed] = field(default_factory=list)
    delete_markers: list[dict[str, Any]] = field(default_factory=list)
    no_versions: str | None = None
    region: str | None = None
    clock_offset_s: float | None = None

    @property
    def sha256(self) -> str:
        """The hash over one line of JSON per object: key, version, ETag, size, time."""
        sums = hashlib.sha256()
        for item in self.objects:
            row = [item.key, item.version_id, item.etag, item.size, item.last_modified]
            sums.update(json.dumps(row).encode() + b"\n")
        return sums.hexdigest()


def list_objects(store: Store, prefix: str, *, all_versions: bool) -> Listing:
    """List every object whose key starts with `prefix`, with its versions where that is allowed.

    Raises
    ------
    EvidenceError
        The bucket does not exist or refuses; or versions are asked for and cannot be listed.
    """
    from botocore.exceptions import ClientError

    place = f"cannot list s3://{store.bucket}/{prefix}"
    with told(place):
        try:
            return _versions(store, prefix)
        except ClientError as error:
            if concerns_all(error):
                raise
            refused = error_code(error)
        if all_versions and refused != "NoSuchBucket":
            raise EvidenceError(
                f"{place} with its versions: {refused}. Allow s3:ListBucketVersions, or leave out"
                " --all-versions"
            )
        listing = Listing(no_versions=refused)
        for page in _pages(store, "list_objects_v2", prefix, listing):
            listing.objects += [
                Listed(row["Key"], row["ETag"], row["Size"], iso(row["LastModified"]))
                for row in page.get("Contents", ())
            ]
    return listing


def _pages(store: Store, operation: str, prefix: str, listing: Listing) -> Iterator[dict[str, Any]]:
    for page in store.pages(operation, prefix):
        answered = answered_at(page)
        listing.region = header(page, "x-amz-bucket-region")
        if listing.clock_offset_s is None and answered:
            listing.clock_offset_s = round((dt.datetime.now(dt.UTC) - answered).total_seconds(), 1)
        yield page


def _versions(store: Store, prefix: str) -> Listing:
    listing = Listing()
    deleted: set[str] = set()
    for page in _pages(store, "list_object_versions", prefix, listing):
        markers = page.get("DeleteMarkers", ())
        deleted |= {row["Key"] for row in markers if row["IsLatest"]}
        listing.delete_markers += [
            {"key": row["Key"], "version_id": row["VersionId"], "last_modified": iso(row["LastModified"])}
            for row in markers
        ]
        for row in page.get("Versions", ()):
            listing.objects.append(_listed(row, deleted))
    return listing


def _listed(row: dict[str, Any], deleted: set[str]) -> Listed:
    """Give one version its state; versions of a key come newest first, its marker never after them."""
    key = row["Key"]
    state = "current" if row["IsLatest"] else "deleted" if key in deleted else "older"
    deleted.discard(key)
    return Listed(key, row["ETag"], row["Size"], iso(row["LastModified"]), row["VersionId"], state)


def window_of(between: tuple[str, str] | None) -> Window | None:
    """Read the two times of `--between`, naive UTC.

    Raises
    ------
    ParameterError
        They are no times, or the first is not before the second.

    Examples
    --------
    >>> window_of(("2026-09-02T00:00:00Z", "2026-09-03"))
    (datetime.datetime(2026, 9, 2, 0, 0), datetime.datetime(2026, 9, 3, 0, 0))
    """
    if between is None:
        return None
    try:
        start, end = (_naive(dt.datetime.fromisoformat(text.strip())) for text in between)
        if start < end:
            return start, end
    except (ValueError, OverflowError):
        pass  # no times: said below
    raise ParameterError(
        f"{' to '.join(between)} is no span of time. Give START before END, such as 2026-09-02T00:00:00Z"
    )


def _naive(time: dt.datetime) -> dt.datetime:
    return time.astimezone(dt.UTC).replace(tzinfo=None) if time.tzinfo else time


def within(key: str, window: Window | None) -> bool:
    """Tell whether an object may hold events of the window, or the digest of such an object.

    A day of margin stands on both sides, since files are delivered late. A key without a time is within.

    Examples
    --------
    >>> september = dt.datetime(2026, 9, 2), dt.datetime(2026, 9, 3)
    >>> name = "111122223333_CloudTrail_eu-west-1_{}T1155Z_x.json.gz"
    >>> within(name.format("20260903"), september), within("AWSLogs/notes.txt", september)
    (True, True)
    >>> within(name.format("20260905"), september)
    False
    """
    said = parse_key(key)
    if window is None or said is None or not (said.time or said.date):
        return True
    first, last = _span(said)
    after = _MARGIN + (_UNTIL_LISTED if said.kind == "CloudTrail-Digest" else dt.timedelta())
    return window[0] - last <= _MARGIN and first - window[1] <= after


def _span(said: ObjectKey) -> tuple[dt.datetime, dt.datetime]:
    """Give the time in a name, or the day of its folder from beginning to end."""
    day = said.date or dt.date.min
    midnight, evening = (dt.datetime.combine(day, hour) for hour in (dt.time.min, dt.time.max))
    return said.time or midnight, said.time or evening


def iso(time: dt.datetime) -> str:
    """Write a time with its offset as UTC, to the second as HTTP has it.

    Examples
    --------
    >>> iso(dt.datetime(2026, 9, 2, 6, 20, tzinfo=dt.timezone(dt.timedelta(hours=2))))
    '2026-09-02T04:20:00Z'
    """
    return time.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
