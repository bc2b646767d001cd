"""What was acquired is verified where it lies: folder, metadata and keys are what verification expects."""

import datetime as dt
from base64 import b64decode
from collections import Counter
from pathlib import Path

from tests.evidence.acquisition.moto_bucket import BUCKET, SOURCE, Bucket, Calls
from tests.evidence.digests.trails import START, TRUE, base, key_entry
from workbench.evidence.acquisition import acquire
from workbench.evidence.digests import verify


def test_an_acquired_trail_is_valid(bucket: Bucket, calls: Calls, tmp_path: Path) -> None:
    evidence = base(3, bucket=BUCKET, prefix="some prefix")
    for path, raw in evidence.files.items():
        metadata = evidence.heads[path]["Metadata"] if path in evidence.heads else {}
        bucket.put(path.removeprefix(f"{BUCKET}/"), raw, **metadata)
    day = START.replace(tzinfo=dt.UTC)
    entry = key_entry(TRUE, ValidityStartTime=day, ValidityEndTime=day + dt.timedelta(days=1))
    entry["Value"] = b64decode(entry["Value"])
    calls.answer("ListPublicKeys", lambda params: (200, {"PublicKeyList": [entry]}))
    acquire(SOURCE, tmp_path / "evidence", session=calls.session)
    found = verify(tmp_path / "evidence")
    assert Counter(digest.verdict for digest in found.digests) == {"valid": 3}
    assert Counter(verdict for _, verdict in found.logs) == {"valid": 6}
    assert [finding.kind for finding in found.findings] == ["open-end"], "acquired long after its last digest"
