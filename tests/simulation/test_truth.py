"""truth.json tells the truth about the trail beside it."""

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

Json = dict[str, Any]
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
LEAKED = "arn:aws:iam::444455556666:user/ci/ci-artifact-uploader"


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def expiry(text: str) -> datetime:
    date, year, clock = text.split(", ")
    month, day = date.split()
    time, half = clock.split()
    hour, minute, second = (int(part) for part in time.split(":"))
    hour = hour % 12 + (12 if half == "PM" else 0)
    return datetime(int(year), MONTHS.index(month) + 1, int(day), hour, minute, second, tzinfo=UTC)


@pytest.fixture(scope="module")
def uses(records: list[Json]) -> dict[str, list[Json]]:
    found = defaultdict(list)
    for record in records:
        found[record["userIdentity"].get("accessKeyId")].append(record)
    return found


@pytest.fixture(scope="module")
def sessions(truth: Json) -> list[Json]:
    return truth["sessions"]


def test_the_counts_are_those_of_the_trail(
    truth: Json,
    logs: dict[str, bytes],
    digests: dict[str, bytes],
    records: list[Json],
    deliveries: list[Json],
) -> None:
    counts = truth["counts"]
    assert counts["events"] == len(records)
    assert counts["events"] + counts["duplicates"] == len(deliveries)
    assert (counts["log_files"], counts["digests"]) == (len(logs), len(digests))
    assert counts["sessions"] == len(truth["sessions"])


def test_every_event_the_truth_names_is_in_the_trail(truth: Json, by_id: dict[str, Json]) -> None:
    steps = [event for step in truth["intrusion"]["steps"] for event in step["events"]]
    issued = [session["issuance"] for session in truth["sessions"] if "issuance" in session]
    assert [event for event in (*steps, *issued, *truth["duplicates"]) if event not in by_id] == []
    assert len(steps) == len(set(steps)) == truth["counts"]["intrusion_events"]


def test_the_steps_tell_the_whole_intrusion_in_order(truth: Json, by_id: dict[str, Json]) -> None:
    steps = truth["intrusion"]["steps"]
    assert [step["step"] for step in steps] == list(range(1, 18))
    assert [step["time"] for step in steps] == sorted(step["time"] for step in steps)
    assert {by_id[event]["recipientAccountId"] for step in steps for event in step["events"]} == {
        "222233334444", "333344445555", "444455556666",
    }
    assert {step["time"][:10] for step in steps} == {"2026-03-06", "2026-03-07"}
    assert steps[0]["tactic"] == "Initial Access"
    assert {"Discovery", "Persistence", "Credential Access", "Exfiltration", "Defense Evasion"} <= {
        step["tactic"] for step in steps
    }


def test_the_intruders_events_are_those_of_its_addresses(truth: Json, records: list[Json]) -> None:
    """Nobody else calls from there; only what services did for the intruder shows no address."""
    told = {event for step in truth["intrusion"]["steps"] for event in step["events"]}
    addresses = set(truth["intrusion"]["indicators"]["addresses"])
    from_there = {record["eventID"] for record in records if record["sourceIPAddress"] in addresses}
    assert from_there < told
    rest = [record for record in records if record["eventID"] in told - from_there]
    assert {record["sourceIPAddress"] for record in rest} == {"AWS Internal", "secretsmanager.amazonaws.com"}


def test_the_unused_region_holds_nothing_but_the_intrusion(truth: Json, records: list[Json]) -> None:
    (region,) = truth["intrusion"]["indicators"]["regions"]
    told = {event for step in truth["intrusion"]["steps"] for event in step["events"]}
    there = {record["eventID"] for record in records if record["awsRegion"] == region}
    assert there
    assert there <= told


def test_what_was_made_was_deleted(truth: Json, records: list[Json]) -> None:
    _, made = truth["intrusion"]["indicators"]["access_keys"]
    changes = [record["eventName"] for record in records
               if made in str((record["requestParameters"], record["responseElements"]))]
    assert changes == ["CreateAccessKey", "DeleteAccessKey"]
    ran = [record for record in records if record["awsRegion"] == "af-south-1"
           and record["eventName"] in ("RunInstances", "TerminateInstances") and "errorCode" not in record]
    assert [record["eventName"] for record in ran] == [
        "RunInstances",
        "TerminateInstances",
        "TerminateInstances",
    ]


def test_an_issued_key_is_the_used_key_and_the_times_fit(
    sessions: list[Json], by_id: dict[str, Json], uses: dict[str, list[Json]]
) -> None:
    checked = 0
    for session in sessions:
        if "access_key" not in session or "issuance" not in session:
            continue
        issuance = by_id[session["issuance"]]
        credentials = issuance["responseElements"]["credentials"]
        assert credentials["accessKeyId"] == session["access_key"]
        assert issuance["eventTime"] == session["started_at"]
        for use in uses[session["access_key"]]:
            checked += 1
            assert (
                use["userIdentity"]["sessionContext"]["attributes"]["creationDate"] == session["started_at"]
            )
            assert (
                moment(session["started_at"]) <= moment(use["eventTime"]) <= expiry(credentials["expiration"])
            )
    assert checked > 1000


def test_a_session_without_its_key_is_found_by_principal_and_second(
    sessions: list[Json], by_id: dict[str, Json], records: list[Json]
) -> None:
    used = defaultdict(list)
    for record in records:
        identity = record["userIdentity"]
        if "sessionContext" in identity:
            created = identity["sessionContext"]["attributes"]["creationDate"]
            used[identity["principalId"], created].append(record)
    found = [session for session in sessions if "principal_id" in session and "issuance" in session]
    assert len(found) > 60
    for session in found:
        assert used[session["principal_id"], session["started_at"]]
        if by_id[session["issuance"]]["eventName"] != "ConsoleLogin":
            assert by_id[session["issuance"]]["eventTime"] == session["started_at"]


def test_console_sessions_list_every_key(sessions: list[Json], records: list[Json]) -> None:
    listed = {key for session in sessions for key in session.get("access_keys", [])}
    used = {
        record["userIdentity"]["accessKeyId"]
        for record in records
        if record.get("sessionCredentialFromConsole")
    }
    assert used <= listed


def test_every_temporary_key_in_use_is_explained(
    sessions: list[Json], truth: Json, records: list[Json]
) -> None:
    """By a session or, where a service forwards a call, by principal and second of one."""
    known = {
        key for session in sessions for key in (session.get("access_key"), *session.get("access_keys", []))
    }
    starts = {(session["session_arn"], session["started_at"]) for session in sessions}
    for record in records:
        identity = record["userIdentity"]
        key = identity.get("accessKeyId", "")
        if key.startswith("AKIA"):
            assert key in {row["access_key_id"] for row in truth["long_term_keys"]}
        elif key and "invokedBy" in identity:
            created = identity["sessionContext"]["attributes"]["creationDate"]
            assert (identity["arn"], created) in starts
        elif key:
            assert key in known


def test_origins_follow_the_issuances_back(sessions: list[Json], by_id: dict[str, Json], truth: Json) -> None:
    """Walking from key to issuing caller, hop by hop, ends at the origin that the truth names."""
    by_key = {key: session for session in sessions
              for key in (session.get("access_key"), *session.get("access_keys", [])) if key}
    users = {row["access_key_id"]: row["principal"] for row in truth["long_term_keys"]}
    depths = []
    for session in sessions:
        current, key, hops = session, None, 0
        while "issuance" in current and hops < 20:
            key, hops = by_id[current["issuance"]]["userIdentity"].get("accessKeyId"), hops + 1
            if key not in by_key or by_key[key] is current:
                break
            current = by_key[key]
        assert session["origin"] == users.get(key, current["origin"])
        depths.append(hops)
    assert 5 <= max(depths) < 20


def test_the_intruders_sessions_go_back_to_the_leaked_user(sessions: list[Json]) -> None:
    stolen = [session for session in sessions if session.get("intrusion")]
    origins = [session["origin"] for session in stolen]
    assert len(stolen) >= 8
    assert origins.count(LEAKED) == len(stolen) - 1
    (other,) = [session for session in stolen if session["origin"] != LEAKED]
    assert other["not_provable"] == "ACCOUNT_NOT_COLLECTED"


def test_benign_sessions_share_names_with_the_intruders(sessions: list[Json]) -> None:
    """Neither a role nor a session name tells who it is: the pipeline's are the intruder's too."""
    arns = defaultdict(set)
    for session in sessions:
        arns[session["session_arn"]].add(session["origin"])
    shared = arns["arn:aws:sts::333344445555:assumed-role/app-deploy/GitHubActions"]
    assert LEAKED in shared
    assert any(origin.startswith("repo:nordwind/") for origin in shared)


def test_what_cannot_be_proved_is_named(sessions: list[Json]) -> None:
    assert {session.get("not_provable") for session in sessions} == {
        None, "ACCOUNT_NOT_COLLECTED", "BEFORE_COVERAGE", "FEDERATION_OUTSIDE",
    }


def test_sessions_end_before_an_hour_when_roles_are_chained(
    sessions: list[Json], by_id: dict[str, Json]
) -> None:
    for session in sessions:
        issuance = by_id.get(session.get("issuance", ""))
        if (
            issuance
            and issuance["eventName"] == "AssumeRole"
            and issuance["userIdentity"]["type"] == "AssumedRole"
        ):
            lasts = expiry(issuance["responseElements"]["credentials"]["expiration"]) - moment(
                session["started_at"]
            )
            assert lasts <= timedelta(hours=1)


def test_long_term_keys_are_used_between_their_making_and_their_end(
    records: list[Json], uses: dict[str, list[Json]]
) -> None:
    made = {record["responseElements"]["accessKey"]["accessKeyId"]: record["eventTime"]
            for record in records if record["eventName"] == "CreateAccessKey"}
    ended = {record["requestParameters"]["accessKeyId"]: record["eventTime"]
             for record in records if record["eventName"] in ("UpdateAccessKey", "DeleteAccessKey")}
    assert made.keys() - ended.keys(), "a key that was made is in use at the end of the week"
    assert ended.keys() - made.keys(), "a key from before the week was retired"
    assert all(use["eventTime"] > at for key, at in made.items() for use in uses[key])
    assert all(use["eventTime"] < at for key, at in ended.items() for use in uses[key])
