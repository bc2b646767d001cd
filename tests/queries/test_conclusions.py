"""What a case cannot tell is computed from it: a hit, a near miss, and nothing said of what is here."""

import json

import pytest

import workbench as wb
from tests.builders import assume_role, case, event, trail, user
from tests.evidence.digests.signed import at, signed_case
from tests.evidence.digests.trails import ACCOUNT, HOUR, REGION, START, Evidence, Trail, pack, wrong_crc
from workbench.queries import cannot_conclude

FAR = "444455556666"
DATA = {"eventCategory": "Data", "managementEvent": False, "eventSource": "s3.amazonaws.com"}


def rows_of(con):
    return cannot_conclude(con).to_pyarrow().to_pylist()


def said(con, *words):
    """The rows whose statement holds all the words."""
    return [row for row in rows_of(con) if all(word in row["statement"] for word in words)]


def stopped(folder):
    """Two hours of a trail, a pause of four, and two hours whose digests begin anew."""
    (folder / "evidence").mkdir(parents=True)
    con = wb.open_case(folder / "case")
    trails = [Trail(2), Trail(2, start=START + 6 * HOUR)]
    wb.load(con, Evidence(trails).write(folder / "evidence"))
    return con


def test_every_statement_is_a_sentence_with_a_reason(tmp_path):
    for row in rows_of(signed_case(tmp_path, [at(0)], [], [at(2)], change=lambda e: e.remove(1))):
        assert row["statement"][0].isupper()
        assert row["statement"].endswith(".")
        assert row["why"]


def test_a_valid_run_of_digests_leaves_its_last_hour_open_alone(tmp_path):
    con = signed_case(tmp_path, [at(0)], [], [at(2)], [])
    assert said(con, "What was done in account") == []
    assert said(con, "proven") == []
    (row,) = said(con, "Whether the case holds all")
    assert "newest logs were not yet delivered" in row["statement"]
    assert (row["start"], row["end"]) == (START + 3 * HOUR, START + 4 * HOUR)


def test_a_digest_that_is_missing_leaves_its_hour_open(tmp_path):
    con = signed_case(tmp_path, [at(0)], [], [at(2)], [], change=lambda e: e.remove(1))
    (row,) = said(con, "Whether the case holds all", "digests")
    assert (row["account"], row["region"]) == (ACCOUNT, REGION)
    assert "2026-03-01 01:00 to 2026-03-01 02:00 UTC" in row["statement"]


def test_a_log_that_is_missing_and_one_that_is_changed_are_told_apart(tmp_path):
    def change(evidence):
        del evidence.files[evidence.log(0)]
        evidence.files[evidence.log(2)] = wrong_crc(evidence.files[evidence.log(2)])

    con = signed_case(tmp_path, [at(0)], [], [at(2)], [at(3)], change=change)
    assert [row["start"].hour for row in said(con, "a log that was delivered is missing")] == [0]
    assert [row["start"].hour for row in said(con, "a log is not what was delivered")] == [2]


def test_events_of_a_changed_log_are_not_proven(tmp_path):
    def change(evidence):
        evidence.files[evidence.log(0)] = pack(json.dumps({"Records": [at(0), at(0)]}).encode())

    con = signed_case(tmp_path, [at(0)], [at(1)], change=change)
    (row,) = said(con, "is not proven")
    assert "What 2 events" in row["statement"]
    assert "1 log behind them is modified" in row["statement"]


def test_events_without_digests_prove_no_file(tmp_path):
    (row,) = said(case(tmp_path, event()), "proven unchanged")
    assert row["account"] == "111122223333"
    assert "1 file with events" in row["statement"]


@pytest.mark.parametrize(
    ("region", "home"),
    [("eu-west-1", "us-east-1"), ("cn-northwest-1", "cn-north-1"), ("us-gov-east-1", "us-gov-west-1")],
)
def test_each_partition_has_a_region_that_records_iam(tmp_path, region, home):
    (row,) = said(case(tmp_path, event(awsRegion=region)), "IAM users")
    assert row["region"] == home
    assert ("global endpoint of STS" in row["statement"]) is (home == "us-east-1")


@pytest.mark.parametrize("region", ["us-east-1", "us-gov-west-1", "us-iso-west-1", "nowhere", ...])
def test_an_account_with_that_region_or_without_a_known_one_is_not_told(tmp_path, region):
    folder = tmp_path / "evidence.json"
    folder.write_text(json.dumps({"Records": [event(awsRegion=region)]}))
    con = wb.open_case(tmp_path / "case")
    wb.load(con, folder)
    assert said(con, "IAM users") == []


def test_an_account_without_data_events_cannot_exclude_reads_and_one_with_them_is_not_told(tmp_path):
    con = case(tmp_path, event(**DATA, eventName="GetObject"), event(recipientAccountId=FAR))
    (row,) = said(con, "objects in S3")
    assert row["account"] == FAR


@pytest.mark.parametrize(
    ("category", "word"), [("NetworkActivity", "network activity"), ("Insight", "Insights event")]
)
def test_other_categories_are_told_only_where_the_case_has_none(tmp_path, category, word):
    assert len(said(case(tmp_path / "a", event()), word)) == 1
    assert said(case(tmp_path / "b", event(eventCategory=category)), word) == []


def test_an_old_record_without_a_category_is_a_data_event_if_it_says_so(tmp_path):
    con = case(tmp_path, event(eventCategory=..., managementEvent=False), event(eventCategory=...))
    assert said(con, "objects in S3") == []


def test_an_account_that_is_only_spoken_of_is_told(tmp_path):
    (row,) = said(case(tmp_path, assume_role(user(), account=FAR)), "inside account")
    assert row["account"] == FAR
    assert said(case(tmp_path / "own", assume_role(user())), "inside account") == []


def test_files_and_records_that_were_set_aside_are_told(tmp_path):
    trail(tmp_path / "evidence", event(), 7)
    (tmp_path / "evidence" / "notes.txt").write_text("no export at all")
    con = wb.open_case(tmp_path / "case")
    wb.load(con, tmp_path / "evidence")
    assert [row["statement"].split(" that")[0] for row in said(con, "is in no answer")] == [
        "What 1 file hold", "What 1 record hold",
    ]  # fmt: skip
    assert said(case(tmp_path / "clean", event()), "is in no answer") == []


def test_logging_that_was_stopped_comes_first(tmp_path):
    first = rows_of(stopped(tmp_path))[0]
    assert first["statement"].startswith(f"What was done in account {ACCOUNT} ({REGION})")
    assert first["statement"].endswith("cannot be told: logging was stopped.")
    assert (first["start"], first["end"]) == (START + 2 * HOUR, START + 6 * HOUR)


def test_a_trail_that_was_stopped_without_digests_is_told(tmp_path):
    asked = {"requestParameters": {"name": "main"}}
    off = event(eventSource="cloudtrail.amazonaws.com", eventName="StopLogging", **asked)
    (row,) = said(case(tmp_path / "a", off), "the trail was stopped or deleted")
    assert row["end"] is None
    assert "UTC on" in row["statement"]
    refused = off | {"errorCode": "AccessDenied"}
    assert said(case(tmp_path / "b", refused), "the trail was stopped or deleted") == []
