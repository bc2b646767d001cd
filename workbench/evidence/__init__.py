"""Bytes on disk: what lies in an evidence folder, read once, hashed, and cut into records.

This room knows files and JSON text, nothing of tables. Names are fetched when they are first used (PEP 562):
`workbench verify` is done before all modules would be read. Where to look:

`keys`
    What an object key or file name says: organization, account, kind, region, date, time.
`files`
    Which plain files an evidence argument holds (links and pipes are reported, never opened), and how
    their paths are written down so that any path can be read back.
`reading`
    One delivered file: its bytes, their sha256, the inflated bytes and their sha256; the limits.
`archives`
    The members of a zip archive, each read like a file.
`inflate`, `opening`
    Compressed streams, bombs refused; a file that is the same before and after it is read.
`records`
    What one file holds: recognised by its content, cut into records as the exact bytes delivered.
`shapes`
    The table of the shapes that are read, and a module for each family of them.
`container`
    Records, places, flags and faults of one file.
`checks`
    Whether a text is a record: an object, not too large, not too deep, readable JSON.
`feed`, `cutting`, `small`
    A text that arrives in pieces; its lists, cut a window at a time; runs of entries that are no records.
`slices`
    The patient cutter for text that the fast parser refuses.
`text`
    Encodings, and what a text that is no JSON probably is.
`acquisition`
    From an S3 bucket into an evidence folder, with metadata, public keys and a manifest. Only who acquires
    imports it.
`digests`
    Digest validation: whether AWS delivered exactly these bytes.
`custody`
    Which files a case was made of and what was done with it, and whether both are still so.
`faults`
    Why a file or a record was set aside: one word of a fixed vocabulary, and a sentence.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workbench.evidence.archives import archive_members, find_again
    from workbench.evidence.container import Container
    from workbench.evidence.faults import REASONS, EvidenceFault, FaultRun, add_faults
    from workbench.evidence.files import FoundFile, find_files, path_from_text, path_to_text
    from workbench.evidence.keys import ObjectKey, parse_key
    from workbench.evidence.reading import Delivered, read_file, sha256_of
    from workbench.evidence.records import read_container, read_containers

__all__ = [
    "REASONS",
    "Container",
    "Delivered",
    "EvidenceFault",
    "FaultRun",
    "FoundFile",
    "ObjectKey",
    "add_faults",
    "archive_members",
    "find_again",
    "find_files",
    "parse_key",
    "path_from_text",
    "path_to_text",
    "read_container",
    "read_containers",
    "read_file",
    "sha256_of",
]

_MODULE_OF = {
    "REASONS": "faults",
    "Container": "container",
    "Delivered": "reading",
    "EvidenceFault": "faults",
    "FaultRun": "faults",
    "FoundFile": "files",
    "ObjectKey": "keys",
    "add_faults": "faults",
    "archive_members": "archives",
    "find_again": "archives",
    "find_files": "files",
    "parse_key": "keys",
    "path_from_text": "files",
    "path_to_text": "files",
    "read_container": "records",
    "read_containers": "records",
    "read_file": "reading",
    "sha256_of": "reading",
}


def __getattr__(name: str) -> object:
    if name not in _MODULE_OF:
        raise AttributeError(f"module 'workbench.evidence' has no attribute {name!r}")
    return getattr(import_module(f"workbench.evidence.{_MODULE_OF[name]}"), name)
