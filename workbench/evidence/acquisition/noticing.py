"""What an acquisition saw that deserves a look, one warning each."""

from workbench.evidence.acquisition.journal import NAMES, Held, Journal
from workbench.evidence.acquisition.listing import Listing
from workbench.evidence.acquisition.places import FOLDER_MARK, OTHER
from workbench.evidence.acquisition.report import Acquisition
from workbench.evidence.custody.manifest import kind_of_key


def notice(
    report: Acquisition, listing: Listing, journal: Journal, earlier: list[Held], source: tuple[str, str]
) -> None:
    """Add the warnings of a complete acquisition to its report, in an order that is always the same.

    Parameters
    ----------
    journal
        What the folder holds now.
    earlier
        What it held before.
    source
        Bucket and prefix.
    """
    new = journal.held[len(earlier) :]
    _versions(report, listing)
    _odd_names(report, new)
    _etags(report, new)
    _changes(report, listing, new, earlier, source)
    if journal.unreadable:
        detail = f"lines that are no entries: {journal.unreadable:,}. Their objects were fetched again"
        report.warn(NAMES[0], "metadata-unreadable", detail)
    kinds = {kind_of_key(held.key) for held in journal.held}
    if "log" in kinds and "digest" not in kinds:
        detail = "the logs cannot be verified without digests. Acquire the folders CloudTrail-Digest too"
        report.warn(report.source, "no-digests", detail)
    report.warnings.sort(key=lambda row: (row["kind"], row["path"]))


def _versions(report: Acquisition, listing: Listing) -> None:
    if listing.no_versions:
        detail = (
            f"{listing.no_versions}: deleted objects and older versions cannot be seen."
            " Allow s3:ListBucketVersions"
        )
        report.warn(report.source, "versions-not-listed", detail)
    deleted = sum(item.state == "deleted" for item in listing.objects)
    older = sum(item.state == "older" for item in listing.objects)
    for number, kind, what in (
        (deleted, "deleted", "deleted objects whose last version is still in the bucket"),
        (older, "older-versions", "older versions, although CloudTrail writes an object once"),
    ):
        if number:
            left = ". --all-versions acquires them" if report.versions_left else ""
            report.warn(report.source, kind, f"{what}: {number:,}{left}")


def _odd_names(report: Acquisition, new: list[Held]) -> None:
    odd = [held for held in new if held.lies_elsewhere and not held.path.endswith(FOLDER_MARK)]
    if odd:
        folder = f"{odd[0].bucket}{OTHER}"
        detail = f"objects that cannot lie under their key: {len(odd):,}. The manifest tells which is which"
        report.warn(folder, "other-name", detail)


def _etags(report: Acquisition, new: list[Held]) -> None:
    for held in new:
        if held.etag_is_md5 is False:
            report.warn(held.path, "etag-mismatch", f"the ETag {held.etag} is not the MD5 of the bytes")


def _changes(
    report: Acquisition, listing: Listing, new: list[Held], earlier: list[Held], source: tuple[str, str]
) -> None:
    """Compare with what earlier acquisitions saw under the same keys."""
    bucket, prefix = source
    before = {held.key: held for held in earlier if held.bucket == bucket and held.key.startswith(prefix)}
    for held in new:
        known = before.get(held.key)
        if known and known.etag != held.etag:
            detail = f"the bucket held other content at {known.head_at}; both are in the folder"
            report.warn(held.path, "changed-in-bucket", detail)
    for key in sorted(before.keys() - {item.key for item in listing.objects}):
        report.warn(before[key].path, "gone-from-bucket", "acquired earlier, no longer in the bucket")
