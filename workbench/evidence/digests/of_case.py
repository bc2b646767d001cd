"""What a case was loaded from: its manifest tells, and the same folders are verified again."""

import errno
import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from workbench.errors import CaseError
from workbench.evidence.digests.answers import Finding, Verification
from workbench.evidence.digests.decoding import read_object


def is_case(path: str | os.PathLike[str]) -> bool:
    """Tell whether a folder is a case."""
    return os.path.isfile(os.path.join(path, "case.duckdb"))


def evidence_of(case: str | os.PathLike[str]) -> list[str]:
    """Give the evidence folders that a case was loaded from; of a file, the folder it lies in.

    Raises
    ------
    CaseError
        The case has no manifest that names them.
    """
    path = Path(case) / "manifest.json"
    remedy = "Name the evidence folder itself, or load the evidence into the case again"
    try:
        if path.is_fifo():
            raise OSError(errno.EINVAL, "it is a pipe, no file")
        evidence = read_object(path.read_bytes()).get("evidence")
    except FileNotFoundError as error:
        raise CaseError(f"{case} has no manifest.json that says what it was loaded from. {remedy}") from error
    except (OSError, ValueError) as error:
        raise CaseError(f"{path}: not readable as a manifest ({error}). {remedy}") from error
    if not isinstance(evidence, list) or not evidence or not all(isinstance(name, str) for name in evidence):
        raise CaseError(f"{path} names no evidence. {remedy}")
    return list(dict.fromkeys(os.path.dirname(name) if os.path.isfile(name) else name for name in evidence))


def joined(parts: Sequence[Verification]) -> Verification:
    """Put the verifications of several folders together; paths then begin with the folder."""
    if len(parts) == 1:
        return parts[0]
    return Verification(
        ", ".join(part.root for part in parts),
        tuple(replace(digest, path=_below(part, digest.path)) for part in parts for digest in part.digests),
        tuple((_below(part, path), verdict) for part in parts for path, verdict in part.logs),
        tuple(_moved(part, finding) for part in parts for finding in part.findings),
        tuple(span._replace(path=_below(part, span.path)) for part in parts for span in part.spans),
        tuple(f"{part.root}: {what}" for part in parts for what in part.not_judged),
        {"of_each": [part.sources for part in parts]},
    )


def _below(part: Verification, path: str) -> str:
    return os.path.join(part.root, path)


def _moved(part: Verification, finding: Finding) -> Finding:
    return finding._replace(path=_below(part, finding.path))
