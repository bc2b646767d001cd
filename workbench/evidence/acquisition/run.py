"""One acquisition from its beginning to its manifest."""

import datetime as dt
import os
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

from workbench.errors import EvidenceError, ParameterError
from workbench.evidence.acquisition.aws import (
    Store,
    aws_session,
    error_code,
    open_store,
    parse_source,
    side_client,
    told,
)
from workbench.evidence.acquisition.fetching import Refused, Stopped, fetch
from workbench.evidence.acquisition.folder import Folder, check_folder, on_disk, open_folder
from workbench.evidence.acquisition.journal import Held
from workbench.evidence.acquisition.listing import Listed, Listing, iso, list_objects, window_of, within
from workbench.evidence.acquisition.manifest import acquired_by, carried, read_manifest, write_manifest
from workbench.evidence.acquisition.noticing import notice
from workbench.evidence.acquisition.places import Places
from workbench.evidence.acquisition.public_keys import acquire_keys, spans_of
from workbench.evidence.acquisition.report import Acquisition, Row

Progress = Callable[[int, int, int], None]

_NO_REGION = "us-east-1"  # where STS answers whoever named no region


def acquire(
    source: str,
    folder: str | os.PathLike[str],
    *,
    session: Any = None,
    endpoint_url: str | None = None,
    between: tuple[str, str] | None = None,
    all_versions: bool = False,
    public_keys: bool = True,
    requester_pays: bool = False,
    workers: int = 8,
    progress: Progress | None = None,
) -> Acquisition:
    """Copy a trail from S3 into an evidence folder, with metadata, public keys and a manifest.

    Nothing is written to AWS. An acquisition that was interrupted goes on where it stopped; one that is run
    again fetches what is new, and hashes again what is there. Nothing that was acquired is ever replaced by
    other content. It takes about 1 KB of memory per object.

    Parameters
    ----------
    source
        `s3://BUCKET/PREFIX`: every key that starts with PREFIX.
    folder
        A new or an empty folder, or that of an earlier acquisition, from any bucket.
    session
        A boto3 session, such as `aws_session(profile="forensics")`. None: the usual credentials.
    endpoint_url
        Another address of S3: a VPC endpoint, or a store that speaks the same protocol.
    between
        START and END in ISO 8601: leave out objects whose key says another time, with a day of margin.
    all_versions
        Acquire deleted objects and older versions too, where the bucket keeps them.
    public_keys
        Ask CloudTrail for the public keys of the digests' regions.
    requester_pays
        Agree to pay for the requests, where a bucket asks for that.
    workers
        How many objects are fetched at a time.
    progress
        Called with objects done, objects in all, and bytes so far.

    Returns
    -------
    Acquisition
        Counts that add up, and what was not acquired with its reason.

    Raises
    ------
    EvidenceError
        boto3 is not installed, AWS cannot be reached or does not let list, there is no object, the folder
        holds something else, or the disk is full.
    ParameterError
        The source, the span of time or the number of workers is none.

    Examples
    --------
    >>> acquire("acme-trail/AWSLogs", "evidence/acme")
    Traceback (most recent call last):
        ...
    workbench.errors.ParameterError: acme-trail/AWSLogs is no S3 address. Write s3://BUCKET or s3://BUCKET/PREFIX
    """
    bucket, prefix = parse_source(source)
    window = window_of(between)
    if workers < 1:
        raise ParameterError(f"workers={workers}: somebody has to fetch. Ask for 1 or more")
    target = Path(folder)
    check_folder(target)
    session = session or aws_session()
    store = open_store(
        session, bucket, endpoint_url=endpoint_url, requester_pays=requester_pays, workers=workers
    )
    listing = list_objects(store, prefix, all_versions=all_versions)
    if not listing.objects:
        raise EvidenceError(f"no objects under {source}. Check bucket and prefix; keys are compared exactly")
    report = Acquisition(source, str(target), listed=len(listing.objects))
    parameters = {"between": between, "all_versions": all_versions, "endpoint_url": endpoint_url}
    with on_disk(target), open_folder(target) as opened:
        run = _Run(store, opened, listing, report, progress)
        run.choose(lambda item: within(item.key, window), all_versions=all_versions)
        run.begin(session, prefix, parameters)
        with told(f"the acquisition of {source} stopped"):
            run.fetch_all(workers)
        if public_keys:
            run.fetch_keys(session)
        run.finish(prefix)
    return report


class _Run:
    """What is known of the folder and the bucket, and what the threads share."""

    def __init__(
        self, store: Store, folder: Folder, listing: Listing, report: Acquisition, progress: Progress | None
    ) -> None:
        self._store, self._folder, self._listing, self._report = store, folder, listing, report
        self._progress = progress
        self._wanted: list[Listed] = []
        self._left: list[Listed] = []
        self._record = read_manifest(folder)
        self._earlier = list(folder.journal.held)
        self._held: dict[str, list[Held]] = defaultdict(list)
        for held in self._earlier:
            if held.bucket == store.bucket:
                self._held[held.key].append(held)
        self._lock, self._stop = threading.Lock(), threading.Event()

    def choose(self, is_within: Callable[[Listed], bool], *, all_versions: bool) -> None:
        """Sort the listed objects into those outside, those left, those here, and those to come."""
        inside = [item for item in self._listing.objects if is_within(item)]
        for item in inside:
            is_wanted = all_versions or item.state == "current" or self._held_as(item)
            (self._wanted if is_wanted else self._left).append(item)
        self._report.outside = len(self._listing.objects) - len(inside)
        self._report.versions_left = len(self._left)
        new = [item for item in self._wanted if not self._held_as(item)]
        places = Places((held.path for held in self._earlier), self._folder.fold)
        self._paths = dict(zip(new, places.give(self._store.bucket, new), strict=True))
        self._folder.check_room(sum(item.size for item in new))

    def _held_as(self, item: Listed) -> Held | None:
        """Find the object in the journal: equal key, ETag and size, and equal version where it is known."""
        for held in reversed(self._held.get(item.key, ())):
            equal = (held.etag, held.size) == (item.etag, item.size)
            if equal and (item.version_id is None or _version(item.version_id) == _version(held.version_id)):
                return held
        return None

    def begin(self, session: Any, prefix: str, parameters: Row) -> None:
        """Note in the manifest that an acquisition has begun, and who does it."""
        report, listing, started = self._report, self._listing, iso(dt.datetime.now(dt.UTC))
        report.identity = self._identity(session)
        self._acquired = acquired_by(report.identity, listing.clock_offset_s, started)
        self._source = {
            "bucket": self._store.bucket,
            "prefix": prefix,
            "region": listing.region,
            "trail_arn": None,
            "listing_sha256": listing.sha256,
            "listed": len(listing.objects),
            "parameters": parameters,
            "aws_identity_arn": report.identity,
            "started_utc": started,
            "ended_utc": None,
            "complete": False,
        }
        self._record.sources.append(self._source)
        self._record.complete = False
        write_manifest(self._folder, self._record, self._acquired, report.warnings)

    def _identity(self, session: Any) -> str | None:
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            client = side_client(session, "sts", session.region_name or _NO_REGION)
            return str(client.get_caller_identity()["Arn"])
        except (BotoCoreError, ClientError) as error:
            detail = f"{error_code(error)}: AWS did not say who acquires"
            self._report.warn("manifest.json", "no-identity", detail)
            return None

    def fetch_all(self, workers: int) -> None:
        """Fetch with so many threads; the first error that concerns all objects ends the others."""
        todo = iter(self._wanted)
        with ThreadPoolExecutor(workers) as pool:
            futures = [pool.submit(self._drain, todo) for _ in range(workers)]
            try:
                for future in as_completed(futures):
                    future.result()
            except BaseException:
                self._stop.set()
                raise

    def _drain(self, todo: Iterator[Listed]) -> None:
        """Take one object after the other, until there is none or the acquisition ends."""
        while not self._stop.is_set():
            with self._lock:
                item = next(todo, None)
            if item is None:
                return
            try:
                tell = self._take(item)
            except Refused as refusal:
                tell = partial(self._report.refuse, item.key, item.version_id, refusal.reason, refusal.detail)
            except Stopped:
                return
            with self._lock:
                tell()
                if self._progress:
                    self._progress(self._report.done, len(self._wanted), self._report.bytes)

    def _take(self, item: Listed) -> Callable[[], None]:
        """Bring one object into the folder; return what to note of it when no other thread does."""
        held = self._held_as(item)
        if held and self._folder.keeps(held):
            return self._report.keep
        path = held.path if held else self._paths[item]
        entry = fetch(self._store, self._folder, item, path, self._stop)
        return partial(self._note, entry, held)

    def _note(self, entry: Row, held: Held | None) -> None:
        self._folder.journal.add(entry)
        self._report.add(entry["ContentLength"])
        if held:
            detail = "its file was gone or had other content than when it was acquired; fetched again"
            self._report.warn(held.path, "changed-on-disk", detail)

    def fetch_keys(self, session: Any) -> None:
        """Fetch the keys for all digests that the folder holds, those of earlier acquisitions too."""
        spans = spans_of(held.key for held in self._folder.journal.held)
        self._report.warnings += acquire_keys(session, self._folder, spans)

    def finish(self, prefix: str) -> None:
        """Say what deserves a look, and write the manifest of the complete folder."""
        report, record, bucket = self._report, self._record, self._store.bucket
        report.not_acquired.sort(key=lambda row: (row["key"], row["version_id"] or ""))
        notice(report, self._listing, self._folder.journal, self._earlier, (bucket, prefix))
        seen = {(bucket, item.key) for item in (*self._wanted, *self._left)}
        record.not_acquired = carried(record.not_acquired, seen, bucket, report.not_acquired)
        record.versions = carried(record.versions, seen, bucket, map(asdict, self._left))
        seen |= {(bucket, row["key"]) for row in self._listing.delete_markers}
        record.delete_markers = carried(record.delete_markers, seen, bucket, self._listing.delete_markers)
        record.complete = True
        self._source |= {"ended_utc": iso(dt.datetime.now(dt.UTC)), "complete": True}
        report.root_sha256 = write_manifest(self._folder, record, self._acquired, report.warnings)


def _version(version_id: str | None) -> str | None:
    """Give a version id; objects from before versioning have the id `null`, or none."""
    return None if version_id == "null" else version_id
