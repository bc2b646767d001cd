"""A simulated AWS organization: its trail as CloudTrail delivers it, one planted intrusion, and the truth.

Nothing here is read by the rest of the workbench; it makes the sample case, the tests' data and the
benchmarks' data. See `data/README.md` for the story.
"""

from workbench.simulation.sample import write_sample

__all__ = ["write_sample"]
