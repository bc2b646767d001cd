"""Which objects may hold events of a span of time, as far as their keys say."""

import datetime as dt

import pytest

from workbench.evidence.acquisition.listing import window_of, within

WINDOW = window_of(("2026-09-02", "2026-09-03"))
LOG = "111122223333_CloudTrail_eu-west-1_{}Z_x.json.gz"
DIGEST = "111122223333_CloudTrail-Digest_eu-west-1_main_us-east-1_{}00Z.json.gz"
DAY = "AWSLogs/111122223333/CloudTrail/eu-west-1/{}/copy.json.gz"


@pytest.mark.parametrize(
    ("key", "kept"),
    [
        (LOG.format("20260901T0000"), True),
        (LOG.format("20260831T2355"), False),
        (LOG.format("20260904T0000"), True),
        (LOG.format("20260904T0005"), False),
        (DIGEST.format("20260904T0200"), True),
        (DIGEST.format("20260904T0205"), False),
        (DAY.format("2026/09/01"), True),
        (DAY.format("2026/08/31"), False),
        (DAY.format("2026/09/04"), True),
        (DAY.format("2026/09/05"), False),
        (DAY.format("0001/01/01"), False),
        (DAY.format("9999/12/31"), False),
        ("AWSLogs/111122223333/CloudTrail/eu-west-1/copy.json.gz", True),
        ("notes.txt", True),
    ],
)
def test_a_day_of_margin_and_the_digest_that_lists_its_last_file(key: str, kept: bool) -> None:
    assert within(key, WINDOW) is kept
    assert within(key, None)


def test_a_span_at_the_ends_of_the_calendar() -> None:
    always = dt.datetime.min, dt.datetime.max  # noqa: DTZ901 (naive UTC, as everywhere)
    assert within(LOG.format("20260901T0000"), always)
