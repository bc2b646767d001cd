"""Custody of a case: of which files it was made, what was done with it, and whether both are still so.

`manifest`
    `manifest.json`: each file of the evidence with its hashes, and one root hash over all of them.
`journal`
    `custody.jsonl`: a line for each thing that was done, each bound to the line before it.
`noting`, `acquired`
    What a load writes into both, and what it takes over from the manifest of an acquisition.
`comparing`
    The evidence as it lies there now, against the manifest.
`examining`, `telling`
    All questions at once, and the answers in words.

What this proves, and what it does not: a file, a line or a row of the manifest that somebody changes later
is found. Whoever can write all files of a case can make a new manifest and a new journal that fit each other,
and nothing stands after the end of the journal that would speak of it: lines that are cut off there, or a
last line that is changed, leave no gap. Both are found by who has written down the root hash and the head
hash elsewhere.

Examples
--------
>>> import tempfile
>>> case = tempfile.mkdtemp()
>>> head = note(case, "verify", {"path": "evidence"}, {"valid": 12})
>>> check_journal(case).lines
1
"""

from workbench.evidence.custody.comparing import Changes
from workbench.evidence.custody.examining import Examination, changes, examine
from workbench.evidence.custody.journal import Entry, Journal, check_journal, note
from workbench.evidence.custody.manifest import Manifest, read_manifest

__all__ = [
    "Changes",
    "Entry",
    "Examination",
    "Journal",
    "Manifest",
    "changes",
    "check_journal",
    "examine",
    "note",
    "read_manifest",
]
