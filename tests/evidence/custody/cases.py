"""Cases as the custody room sees them: a folder of evidence, and what the loader would say of it."""

import hashlib
import os
import tempfile
import zipfile
from pathlib import Path
from typing import Any

from workbench.evidence import EvidenceFault, archive_members, find_files, path_to_text, read_file
from workbench.evidence.custody import Manifest, read_manifest
from workbench.evidence.custody.manifest import File, kind_of_key
from workbench.evidence.custody.noting import record_load

DAY = "AWSLogs/111122223333/CloudTrail/us-east-1/2026/09/02"
LOG = DAY + "/111122223333_CloudTrail_us-east-1_20260902T0420Z_{}.json.gz"


def files_of(*evidence: Path | str) -> list[File]:
    """Every file below the evidence as a load notes it, members of archives too."""
    files = []
    found = find_files(*evidence)
    while found:
        one = found.pop(0)
        file = File(path_to_text(one.absolute), size=one.size, mtime_ns=one.mtime, events=1)
        file.kind = kind_of_key(one.text)
        try:
            read = read_file(one)
            file.sha256, file.sha256_uncompressed = read.sha256, read.sha256_uncompressed
            found += archive_members(one) if read.is_archive else []
        except EvidenceFault:
            file.events = 0
        files.append(file)
    return files


def load(case: Path, *evidence: Path | str, **more: Any) -> list[dict[str, Any]]:
    """Note a load of evidence into a case folder; return the warnings."""
    case.mkdir(mode=0o700, exist_ok=True)
    named = [path_to_text(os.path.abspath(path)) for path in evidence]
    files = more.pop("files", None) or files_of(*evidence)
    result = more.pop("result", {"files": len(files)})
    return record_load(case, files, evidence=named, parameters={}, result=result, **more)


def manifest_of(*evidence: Path | str) -> Manifest:
    """The manifest of a case that was loaded from some evidence."""
    case = Path(tempfile.mkdtemp())
    load(case, *evidence)
    found = read_manifest(case)
    assert found
    return found[0]


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def write_archive(path: Path, **members: str) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in members.items():
            archive.writestr(f"{name}.json", text)


def touch(path: Path) -> None:
    """Give a file another time."""
    os.utime(path, ns=(0, path.stat().st_mtime_ns + 5_000_000_000))


def overwrite(path: Path, content: bytes) -> None:
    """Give a file other content under its old time."""
    time = path.stat().st_mtime_ns
    path.write_bytes(content)
    os.utime(path, ns=(time, time))
