"""Tags as they were when an event happened: recorded with it, or rebuilt from what else the case holds.

Where to look:

`names`
    The many ways in which events name one resource, made one.
`calls`
    Tag calls, creations and deletions in the events: what each says of which resource.
`stated`
    What configuration items and tag exports say.
`timelines`
    All that was said of a resource in order of time: from when to when which tag was there.
`asof`
    Each event with the tags of what it touched, and of who called.
"""

from workbench.queries.tags.asof import with_tags

__all__ = ["with_tags"]
