"""What a briefing says of integrity, coverage and blind windows."""

from pathlib import Path
from typing import Any

from tests.builders import assume_role, case, event, role_event, user
from tests.evidence.digests.signed import at, signed_case
from tests.evidence.digests.trails import ACCOUNT, REGION, Evidence
from workbench import briefing
from workbench.briefing.cited import findings_view

HOURS = [[at(hour), at(hour)] for hour in range(6)]


def line(con: Any, label: str) -> tuple[str, str]:
    (fact,) = [fact for fact in briefing.head(con).data["facts"] if fact["label"] == label]
    return fact["text"], fact["tone"]


def test_a_whole_chain_is_good(tmp_path: Path) -> None:
    con = signed_case(tmp_path, *HOURS)
    assert line(con, "Integrity") == ("6 of 6 logs proven to be what was delivered", "good")
    told = "every account seen has events in every hour of the covered time; each file is verified"
    assert line(con, "Coverage") == (told, "good")


def test_an_hour_without_an_event_is_proven(tmp_path: Path) -> None:
    con = signed_case(tmp_path, HOURS[0], [], *HOURS[2:])
    told = "every hour is covered by digests, 1 hour of them without an event; each file is verified"
    assert line(con, "Coverage") == (told, "good")


def test_an_account_that_is_only_spoken_of_is_no_good_coverage(tmp_path: Path) -> None:
    there = assume_role(user(), account="444455556666", eventTime="2026-03-01T00:20:00Z", awsRegion=REGION)
    con = signed_case(tmp_path, [at(0), there], *HOURS[1:])
    text, tone = line(con, "Coverage")
    assert text.endswith("; 1 account is spoken of whose trail is not here")
    assert tone == "warn"


def test_without_digests_nothing_is_known(tmp_path: Path) -> None:
    text, tone = line(case(tmp_path, event(), event()), "Integrity")
    assert text == "no digest speaks for the 1 log: whether any was changed or is missing is not known"
    assert tone == "warn"


def lose_a_log(evidence: Evidence) -> None:
    del evidence.files[evidence.log(3)]


def test_a_lost_log_is_bad_and_its_hour_open(tmp_path: Path) -> None:
    con = signed_case(tmp_path, *HOURS, change=lose_a_log)
    assert line(con, "Integrity") == ("5 of 6 logs proven to be what was delivered; 1 missing", "bad")
    text, tone = line(con, "Coverage")
    where = f"account {ACCOUNT} in {REGION} from 2026-03-01 03:00 to 2026-03-01 04:00 UTC"
    assert text.startswith(f"a log is missing of {where}")
    assert tone == "warn"


def test_a_finding_names_the_blind_window_beside_it(tmp_path: Path) -> None:
    con = signed_case(tmp_path, *HOURS, change=lose_a_log)
    events = briefing.notes.case_events(con)
    briefing.note(con, "Early.", events=events.filter(events.eventTime < "2026-03-01 01:00:00"))
    briefing.note(con, "Later.", events=events.filter(events.eventTime > "2026-03-01 04:00:00"))
    briefing.note(con, "Nothing.", events=events.filter(events.eventName == "StopLogging"))
    data = findings_view(con).data
    early, later = data["found"]
    assert early["blind"] == []
    (told,) = later["blind"]
    assert told.startswith(f"a log is missing of account {ACCOUNT} in {REGION} from 2026-03-01 03:00")
    assert early["integrity"] == "2 of 2 events from logs proven to be what was delivered"
    assert [item["windows"] for item in data["looked"]] == [1]


def test_a_finding_says_which_of_its_events_are_doubtful(tmp_path: Path) -> None:
    def sign_another(evidence: Evidence) -> None:
        first, second = evidence.log(0), evidence.log(1)
        evidence.files[first], evidence.files[second] = evidence.files[second], evidence.files[first]

    con = signed_case(tmp_path, *HOURS, change=sign_another)
    briefing.note(con, "All.", events=briefing.notes.case_events(con))
    (item,) = findings_view(con).data["found"]
    assert item["integrity"] == "8 of 12 events from logs proven to be what was delivered; 4 modified"


def test_a_finding_says_whom_its_sessions_are_proved_back_to(tmp_path: Path) -> None:
    lost = role_event("Lost", key="ASIA2")
    con = case(tmp_path, assume_role(user(), key="ASIA1"), role_event(key="ASIA1"), lost)
    events = briefing.notes.case_events(con)
    briefing.note(con, "Proved.", events=events.filter(events.access_key_id == "ASIA1"))
    briefing.note(con, "Claimed.", events=events.filter(events.access_key_id == "ASIA2"))
    briefing.note(con, "Himself.", events=events.filter(events.principal_kind == "iam_user"))
    said = {item["statement"]: (item["origins"], item["likely"]) for item in findings_view(con).data["found"]}
    assert said["Proved."] == (["arn:aws:iam::111122223333:user/alice"], [])
    assert said["Claimed."] == ([], ["build-1"])
    assert said["Himself."] == ([], []), "who called is whoever it was"
