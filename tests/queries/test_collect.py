"""What to collect next: keys, prefixes and commands one can use as they stand, most urgent first."""

import json

import workbench as wb
from tests.builders import assume_role, case, event, trail, user
from tests.evidence.digests.signed import at, signed_case
from tests.evidence.digests.trails import ACCOUNT, HOUR, REGION, START, Evidence, Trail
from workbench.queries import collect_next

FAR, ORGANIZATION = "444455556666", "o-a1b2c3d4e5"
OFF = {
    "eventSource": "cloudtrail.amazonaws.com", "eventName": "StopLogging",
    "requestParameters": {"name": "main"},
}  # fmt: skip


def rows_of(con):
    return collect_next(con).to_pyarrow().to_pylist()


def about(con, *words):
    return [row for row in rows_of(con) if all(word in row["why"] for word in words)]


def loaded(folder, *trails, remove=()):
    evidence = Evidence(list(trails))
    evidence.remove(*remove)
    (folder / "evidence").mkdir(parents=True)
    con = wb.open_case(folder / "case")
    wb.load(con, evidence.write(folder / "evidence"))
    return con


def test_a_missing_log_is_named_by_its_key(tmp_path):
    con = signed_case(
        tmp_path, [at(0)], [at(1)], [], change=lambda evidence: evidence.files.pop(evidence.log(1))
    )
    row = rows_of(con)[0]
    name = f"{ACCOUNT}_CloudTrail_{REGION}_20260301T0115Z_hour1.json.gz"
    assert row["collect"] == [f"AWSLogs/{ACCOUNT}/CloudTrail/{REGION}/2026/03/01/{name}"]
    assert row["why"].startswith("1 log missing: fetch again")
    assert (row["account"], row["region"]) == (ACCOUNT, REGION)


def test_a_log_that_is_as_delivered_is_not_asked_for(tmp_path):
    assert about(signed_case(tmp_path, [at(0)], [at(1)], []), "fetch") == []


def test_missing_digests_are_asked_for_by_day_below_the_prefix_of_the_trail(tmp_path):
    con = loaded(tmp_path, Trail(4, prefix="logs", organization=ORGANIZATION), remove=[1])
    (row,) = about(con, "digests that list")
    root = f"logs/AWSLogs/{ORGANIZATION}/{ACCOUNT}"
    assert row["collect"] == [
        f"{root}/CloudTrail-Digest/{REGION}/2026/03/01/", f"{root}/CloudTrail/{REGION}/2026/03/01/",
    ]  # fmt: skip
    assert (row["collect_from"], row["collect_to"]) == (START + HOUR, START + 3 * HOUR)


def test_a_long_time_is_asked_for_by_region_and_a_few_days_one_by_one(tmp_path):
    def days(number):
        start = START + number * 24 * HOUR
        return loaded(tmp_path / str(number), Trail(24 * number + 2), remove=range(1, 24 * number + 1)), start

    (short,), (long,) = (about(days(number)[0], "digests that list") for number in (2, 4))
    assert [prefix[-11:] for prefix in short["collect"][:3]] == ["2026/03/01/", "2026/03/02/", "2026/03/03/"]
    assert long["collect"] == [
        f"AWSLogs/{ACCOUNT}/CloudTrail-Digest/{REGION}/", f"AWSLogs/{ACCOUNT}/CloudTrail/{REGION}/",
    ]  # fmt: skip


def test_hours_next_to_each_other_are_one_row(tmp_path):
    con = loaded(tmp_path, Trail(8), remove=[1, 2, 4])
    assert len(about(con, "digests that list")) == 1


def test_stopped_logging_leaves_the_event_history(tmp_path):
    con = loaded(tmp_path, Trail(2), Trail(2, start=START + 6 * HOUR))
    row = rows_of(con)[-1]
    assert row["collect"] == [
        "aws cloudtrail lookup-events --start-time 2026-03-01T02:00:00Z --end-time 2026-03-01T06:00:00Z"
        f" --region {REGION}"
    ]
    assert "90 days, of this time until 2026-05-30" in row["why"]


def test_a_trail_that_never_came_back_is_asked_for_in_every_region_with_events(tmp_path):
    con = case(tmp_path, event(**OFF), event(awsRegion="eu-west-1"))
    (row,) = about(con, "event history")
    assert [command.rpartition(" ")[2] for command in row["collect"]] == ["eu-west-1", "us-east-1"]
    assert all("--end-time" not in command for command in row["collect"])
    assert row["collect_to"] is None


def test_a_region_that_a_planted_log_invents_reaches_no_command(tmp_path):
    con = case(tmp_path, event(**OFF), event(awsRegion="x; rm -r ~"))
    (row,) = about(con, "event history")
    assert [command.rpartition(" ")[2] for command in row["collect"]] == ["us-east-1"]


def test_without_digests_they_are_asked_for_below_the_organization(tmp_path):
    log = trail(tmp_path / "flat", event())
    place = tmp_path / "evidence" / "AWSLogs" / ORGANIZATION / log.relative_to(tmp_path / "flat" / "AWSLogs")
    place.parent.mkdir(parents=True)
    log.rename(place)
    con = wb.open_case(tmp_path / "case")
    wb.load(con, tmp_path / "evidence")
    (row,) = about(con, "no digest is here")
    assert row["collect"] == [f"AWSLogs/{ORGANIZATION}/111122223333/CloudTrail-Digest/"]


def test_the_region_of_global_services_is_asked_for_where_nothing_of_it_is_here(tmp_path):
    (row,) = about(case(tmp_path / "a", event(awsRegion="eu-west-1")), "global services")
    assert row["collect"] == ["AWSLogs/111122223333/CloudTrail/us-east-1/"]
    assert about(case(tmp_path / "b", event()), "global services") == []


def test_an_account_that_is_spoken_of_is_asked_for(tmp_path):
    con = case(tmp_path, assume_role(user(), account=FAR))
    (row,) = about(con, "its trail is not here")
    (known,) = wb.queries.missing_accounts(con).to_pyarrow().to_pylist()
    assert (row["account"], row["region"]) == (FAR, None)
    assert (row["collect"], row["collect_from"]) == (known["collect"], known["collect_from"])


def test_an_export_without_accounts_asks_for_nothing_it_cannot_name(tmp_path):
    nobody = {"eventName": "Odd", "eventID": "e-1", "eventTime": "2026-09-02T04:10:00Z"}
    (tmp_path / "export.json").write_text(json.dumps({"Records": [nobody]}))
    con = wb.open_case(tmp_path / "case")
    wb.load(con, tmp_path / "export.json")
    assert rows_of(con) == []
