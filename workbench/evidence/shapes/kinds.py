"""Files that hold no events and belong beside them: digests, Config files, markers and the like."""

from collections.abc import Collection

_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"%PDF")
_APPLE_DOUBLE = b"\x00\x05\x16\x07"  # what a Mac adds to archives for each file

_KINDS = (
    ("digest", {"digestStartTime", "logFiles"}),
    ("config", {"configurationItems"}),
    ("tags", {"ResourceTagMappingList"}),  # aws resourcegroupstaggingapi get-resources
    ("public-keys", {"PublicKeyList"}),  # aws cloudtrail list-public-keys
    ("metadata", {"Key", "Metadata"}),  # aws s3api head-object, with the key it was asked for
    ("manifest", {"schema", "sources", "root_sha256"}),  # what `workbench acquire` writes beside them
    ("organization", {"Accounts"}),  # aws organizations list-accounts
    ("organization", {"management_account", "accounts"}),  # as `workbench sample` writes it
    ("truth", {"sessions", "intrusion"}),  # what `workbench sample` planted
    ("truth", {"scene", "events"}),  # and of each event
    ("query-signature", {"queryCompleteTime", "hashSignature", "files"}),  # beside results of a Lake query
)

LIST_OF = {"config": "configurationItems", "tags": "ResourceTagMappingList"}
"""Kinds of files that hold entries of their own, and under which key."""

KIND_KEYS = frozenset[str]().union(*(needed for _, needed in _KINDS))
_MARKERS = frozenset({"_SUCCESS", ".DS_Store", "ConfigWritabilityCheckFile", "aws-logs-write-test"})
_MARKER_ENDS = ("_$folder$", ".csv.metadata")


def kind_of(keys: Collection[str]) -> str | None:
    """Tell what an object without events is, by its keys.

    Examples
    --------
    >>> kind_of({"digestStartTime", "digestEndTime", "logFiles"}), kind_of({"eventName"})
    ('digest', None)
    """
    return next((kind for kind, needed in _KINDS if needed.issubset(keys)), None)


def kind_of_binary(data: bytes) -> str | None:
    """Tell pictures and what a Mac leaves behind by their first bytes.

    Examples
    --------
    >>> kind_of_binary(b"\\x89PNG"), kind_of_binary(b"{}")
    ('picture', None)
    """
    if data.startswith(_APPLE_DOUBLE):
        return "marker"
    return "picture" if data.startswith(_PICTURES) else None


def is_marker(name: str) -> bool:
    """Tell whether a tool leaves files of this name; only a file without readable text is a marker.

    Examples
    --------
    >>> is_marker("_SUCCESS"), is_marker("SUCCESS.json")
    (True, False)
    """
    return name in _MARKERS or name.endswith(_MARKER_ENDS)
