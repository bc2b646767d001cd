"""A simulated AWS organization: its trail as CloudTrail delivers it, one planted intrusion, and the truth.

`organization` says who is who, `apis` what a call looks like, `acts` and `intrusion` who does what,
`timetable` and `stage` when; `delivery` writes files as AWS does, `truth` what really happened.

Nothing here is read by the rest of the workbench; it makes the sample case, the tests' data and the
benchmarks' data. The story is told in `data/README.md`.
"""

from workbench.simulation.sample import write_sample

__all__ = ["write_sample"]
