"""What one call, item or export says of one resource's tags."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

CALL, SESSION, ITEM, EXPORT = "call", "session", "config item", "export"
"""Kinds of sources: a tag call, a call that issued a session, AWS Config, a list of tags."""


@dataclass(frozen=True)
class Statement:
    """Something said of a resource's tags: which were set or taken off, at a time or as of an export.

    `added` are keys with their values. `removed` are keys, each with the value it must have had to go, None
    for any. `is_whole` tells that the resource has no tags but `added`; `is_new` that what was known before
    is of another resource of this name, or of one that is gone.
    """

    name: str
    arn: str
    time: dt.datetime | None
    source: str
    told_by: str
    added: Mapping[str, str] = field(default_factory=dict)
    removed: Mapping[str, str | None] = field(default_factory=dict)
    is_whole: bool = False
    is_new: bool = False
