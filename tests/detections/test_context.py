"""What narrows hits and what lowers their severity; all of it is told."""

from pathlib import Path
from typing import Any

import workbench as wb
from tests.builders import assume_role, case, event, role_event, table, user
from tests.detections.asking import rule, rules
from workbench.detections import Suppression, examine

POLICY = '{{"Statement":[{{"Effect":"{effect}","Principal":{{"AWS":"{who}"}},"Action":"*"}}]}}'
OURS, THEIRS = "111122223333", "999900001111"


def found(folder: Path, documents: dict[str, Any], *events: Any) -> list[dict[str, Any]]:
    outcome = examine(table(*events), rules(folder, documents))
    assert [run.reason for run in outcome.rules if run.status == "refused"] == []
    return outcome.hits.to_pyarrow().to_pylist()


def share(who: str, effect: str = "Allow") -> dict[str, Any]:
    return event(eventName="Share", requestParameters={"policy": POLICY.format(who=who, effect=effect)})


def test_foreign_hits_only_accounts_that_are_not_ours(tmp_path: Path) -> None:
    custom = {"foreign": "requestParameters.policy", "explain": "shared with {foreign}"}
    document = rule({"s": {"eventName": "Share"}}, custom=custom)
    told = found(
        tmp_path,
        {"share": document},
        share(THEIRS), share("*"), share(OURS), share("*", "Deny"), event(eventName="Share"),
    )  # fmt: skip
    assert [row["reason"] for row in told] == [f"shared with {THEIRS}", "shared with *"]


def test_a_denied_call_is_worth_what_the_rule_says(tmp_path: Path) -> None:
    document = rule(
        {"s": {"eventName": "Leave"}},
        level="high",
        custom={"denied": "medium", "failed": "low", "explain": "x"},
    )
    told = found(
        tmp_path,
        {"leave": document},
        event(eventName="Leave"),
        event(eventName="Leave", errorCode="AccessDeniedException"),
        event(eventName="Leave", errorCode="Throttling"),
    )
    assert [(row["severity"], row["rule_level"], row["reason"]) for row in told] == [
        ("high", "high", "x"),
        ("medium", "high", "x; denied: AccessDeniedException; medium instead of high"),
        ("low", "high", "x; failed: Throttling; low instead of high"),
    ]


def test_shares_with_ourselves_are_no_hits_and_all_others_say_with_whom(tmp_path: Path) -> None:
    share_rule = {"s": {"eventName": "Share"}}
    counted = {"foreign": "requestParameters.policy", "threshold": {"count": 2, "within": "1h"}}
    told = found(
        tmp_path,
        {
            "plain": rule(share_rule, level="high", custom={"foreign": "requestParameters.policy"}),
            "counted": rule(share_rule, custom=counted),
            "of-all": rule(share_rule),
        },
        share(OURS), share(THEIRS), share("*"),
    )  # fmt: skip
    assert [row["rule_id"] for row in told].count("of-all") == 3  # a rule that does not ask is not lowered
    assert {row["severity"] for row in told if row["rule_id"] == "plain"} == {"high"}
    opened = [row["reason"].rpartition("; ")[2] for row in told if row["rule_id"] == "plain"]
    assert sorted(opened) == ["open to *", f"open to {THEIRS}"]
    (episode,) = [row for row in told if row["rule_id"] == "counted"]
    assert episode["reason"].endswith(f"; open to *, {THEIRS}")
    assert len(episode["eventIDs"]) == 2


def test_several_events_are_denied_where_each_of_them_was(tmp_path: Path) -> None:
    def read(name: str, **fields: Any) -> dict[str, Any]:
        return event(eventName="Read", userIdentity=user(name), **fields)

    threshold = {"count": 2, "per": "principal", "within": "1h"}
    custom = {"denied": "low", "failed": "medium", "threshold": threshold}
    denied, failed = {"errorCode": "AccessDenied"}, {"errorCode": "NotFound"}
    told = found(
        tmp_path,
        {"read": rule({"s": {"eventName": "Read"}}, level="high", custom=custom)},
        read("ada", **denied), read("ada", **denied),
        read("bo", **denied), read("bo", **failed),
        read("cy", **denied), read("cy"),
    )  # fmt: skip
    worth = {row["principal"].rpartition("/")[2]: (row["severity"], row["rule_level"]) for row in told}
    assert worth == {"ada": ("low", "high"), "bo": ("medium", "high"), "cy": ("high", "high")}
    assert told[0]["reason"].endswith("; denied: AccessDenied; low instead of high")


def test_without_a_key_of_the_rule_a_denied_call_is_worth_what_the_rule_is(tmp_path: Path) -> None:
    (one,) = found(
        tmp_path, {"x": rule({"s": {"eventName": "X"}}, level="high")},
        event(eventName="X", errorCode="AccessDenied"),
    )  # fmt: skip
    assert (one["severity"], one["rule_level"]) == ("high", "high")


def test_tools_that_read_all_they_manage_are_lowered(tmp_path: Path) -> None:
    read = {"eventName": "GetSecretValue"}
    document = rule({"s": read}, level="high", custom={"iac": True})
    told = found(
        tmp_path,
        {"plain": rule({"s": read}, level="high"), "read": document},
        event(**read, userAgent="APN/1.0 HashiCorp/1.0 Terraform/1.9"),
        event(**read, userAgent="aws-cli/2.1"),
        event(**read, userAgent=...),
    )
    severities = {(row["rule_id"], row["severity"]) for row in told}
    assert severities == {("plain", "high"), ("read", "low"), ("read", "high")}
    assert "; infrastructure as code: terraform; low instead of high" in told[1]["reason"]


def test_a_habit_is_what_the_role_did_on_three_earlier_days_of_thirty(tmp_path: Path) -> None:
    def session(time: str, name: str, role: str = "Operator", **fields: Any) -> dict[str, Any]:
        return role_event(role, name, eventName="StartSession", eventTime=time, **fields)

    document = rule({"s": {"eventName": "StartSession"}}, custom={"habit": True, "explain": "x"})
    days = [
        "2026-07-01T09",
        "2026-08-20T09",
        "2026-08-21T09",
        "2026-08-21T10",
        "2026-08-22T09",
        "2026-08-23T09",
    ]
    told = found(
        tmp_path,
        {"session": document},
        *[session(f"{day}:00:00Z", f"ines-{number}") for number, day in enumerate(days)],
        session("2026-08-23T12:00:00Z", "bob", "Other", sourceIPAddress="192.0.2.9"),
    )
    habitual = "x; habitual: {} days; low instead of medium"
    assert [row["reason"] for row in told] == [*["x"] * 5, habitual.format(3), "x"]


def test_in_the_first_week_of_the_evidence_the_days_after_tell_of_a_habit_too(tmp_path: Path) -> None:
    def session(day: int, role: str) -> dict[str, Any]:
        source = {"sourceIPAddress": f"192.0.2.{len(role)}"}
        return role_event(
            role, "s", eventName="StartSession", eventTime=f"2026-08-{day:02}T09:00:00Z", **source
        )

    document = rule({"s": {"eventName": "StartSession"}}, custom={"habit": True, "explain": "x"})
    daily = [session(day, "Daily") for day in range(1, 7)]
    seldom = [session(day, "Seldom") for day in (1, 2, 3, 20, 21)]
    late = [session(day, "Late") for day in range(15, 22)]
    told = found(tmp_path, {"session": document}, *daily, *seldom, *late)
    lowered = [
        (row["principal"].rpartition("/")[2], row["eventTime"].day) for row in told if "; " in row["reason"]
    ]
    assert [day for role, day in lowered if role == "Daily"] == [1, 2, 3, 4, 5, 6]
    assert [day for role, day in lowered if role == "Seldom"] == [20, 21]
    assert [day for role, day in lowered if role == "Late"] == [18, 19, 20, 21]
    assert told[0]["reason"].startswith("x; habitual: 5 other days, and the evidence begins 0 days before")


def test_only_the_first_of_each_combination_hits_and_says_what_was_before(tmp_path: Path) -> None:
    custom = {"first": ["principal", "sourceIPAddress"], "explain": "x"}
    document = rule({"s": {"eventName": "Who"}}, custom=custom)

    def call(time: str, address: str) -> dict[str, Any]:
        return event(eventName="Who", eventTime=time, sourceIPAddress=address)

    told = found(
        tmp_path,
        {"who": document},
        call("2026-09-02T00:00:00Z", "198.51.100.1"), call("2026-09-02T01:00:00Z", "198.51.100.1"),
        call("2026-09-04T00:00:00Z", "198.51.100.2"), call("2026-09-05T00:00:00Z", "198.51.100.1"),
    )  # fmt: skip
    assert [(row["eventTime"].day, row["severity"]) for row in told] == [(2, "low"), (4, "medium")]
    assert "no history: the evidence of this account begins 0 minutes before" in told[0]["reason"]


def test_a_known_value_is_one_that_another_selection_names(tmp_path: Path) -> None:
    document = rule(
        {
            "s": {"eventName": "PutBucketPolicy"},
            "trail": {"eventName": ["CreateTrail", "UpdateTrail"]},
        },
        custom={
            "known": {
                "selection": "trail",
                "field": ["requestParameters.s3BucketName"],
                "value": "requestParameters.bucketName",
            }
        },
    )
    (one,) = found(
        tmp_path,
        {"bucket": document},
        event(eventName="PutBucketPolicy", requestParameters={"bucketName": "Logs"}, eventID="logs"),
        event(eventName="PutBucketPolicy", requestParameters={"bucketName": "web"}),
        event(eventName="PutBucketPolicy"),
        event(eventName="CreateTrail", requestParameters={"s3BucketName": "logs"}),
    )
    assert one["eventID"] == "logs"


def test_principal_and_origin_are_told(tmp_path: Path) -> None:
    who = event()["userIdentity"]
    (one,) = found(
        tmp_path,
        {"stop": rule({"s": {"eventName": "StopLogging"}})},
        assume_role(who, key="ASIA1"),
        role_event(key="ASIA1", eventName="StopLogging", eventTime="2026-09-02T05:00:00Z"),
    )
    assert one["principal"].endswith(":role/Deploy")
    assert one["origin_principal"] == who["arn"]


def test_credentials_of_an_instance_used_elsewhere_are_among_the_hits() -> None:
    session = {"session": "i-0123456789abcdef0"}
    events = table(
        role_event(**session, eventSource="ssm.amazonaws.com", eventName="UpdateInstanceInformation"),
        role_event(**session, sourceIPAddress="203.0.113.9", eventID="stolen"),
    )
    assert examine(events, []).hits.count().execute() == 0
    outcome = examine(
        events, [], instances=True, suppressions=[Suppression(patterns={"principal": "*:role/x"})]
    )
    (row,) = outcome.hits.to_pyarrow().to_pylist()
    assert (row["eventID"], row["severity"]) == ("stolen", "high")
    assert [(run.rule_id, run.hits) for run in outcome.rules] == [(row["rule_id"], 1)]
    expected = [Suppression("instance-*", {"sourceIPAddress": "203.0.113.0/24"}, why="our test")]
    (row,) = examine(events, [], instances=True, suppressions=expected).hits.to_pyarrow().to_pylist()
    assert row["severity"] == "informational"
    assert row["reason"].endswith("; suppressed: our test; informational instead of high")


def test_hits_are_a_table_on_the_connection_of_the_case(tmp_path: Path) -> None:
    case(tmp_path, event(eventName="StopLogging", eventID="stop"), event(eventID="list")).disconnect()
    con = wb.open_case(tmp_path / "case", read_only=True)
    events = wb.events(con)
    known = rules(tmp_path, {"stop": rule({"s": {"eventName": "StopLogging"}})})
    hits, none = wb.detections.run(events, known), wb.detections.run(events, [])
    assert [table.get_backend() is con for table in (hits, none)] == [True, True]
    assert wb.briefing.once(hits).eventID.execute().tolist() == ["stop"]
    assert wb.briefing.once(none).count().execute() == 0
    assert hits.semi_join(events, "eventID").inner_join(none, "rule_id").count().execute() == 0
    assert wb.detections.alerts(hits).inner_join(events, [("first_time", "eventTime")]).count().execute() == 1


def test_the_very_same_from_the_same_network_is_told_once(tmp_path: Path) -> None:
    def session(day: int, target: str, source: str = "192.0.2.7", **fields: Any) -> dict[str, Any]:
        time = f"2026-09-{day:02}T09:00:00Z"
        asked = {"requestParameters": {"target": target}, "sourceIPAddress": source}
        return role_event("Operator", "ines", eventName="StartSession", eventTime=time, **asked, **fields)

    explain = {"explain": "{requestParameters.target}", "habit": True, "denied": "low"}
    detection = {"s": {"eventName": "StartSession"}}
    told = found(
        tmp_path,
        {"medium": rule(detection, custom=explain), "high": rule(detection, level="high", custom=explain)},
        session(1, "i-1"),
        session(1, "i-1"),
        session(9, "i-1", "192.0.2.200"),
        session(9, "i-1", "198.51.100.7"),
        session(9, "i-2", errorCode="AccessDenied"),
        session(9, "i-3"),
        session(12, "i-2"),
    )
    again = [row["reason"] for row in told if "again" in row["reason"]]
    assert again == ["i-1; again: the same on 2026-09-01; low instead of medium"]
    assert {row["severity"] for row in told if row["rule_id"] == "high"} == {"high", "low"}  # low: denied
    worth = [(row["reason"][:3], row["severity"]) for row in told if row["rule_id"] == "medium"]
    assert sorted(worth) == sorted(
        [("i-1", "medium")] * 3
        + [("i-1", "low"), ("i-2", "low"), ("i-3", "medium"), ("i-2", "medium")]
    )  # fmt: skip


def test_the_very_same_of_a_graver_rule_is_told_twice(tmp_path: Path) -> None:
    def export(day: int, bucket: str = "lake") -> dict[str, Any]:
        time = f"2026-09-{day:02}T03:00:00Z"
        return event(eventName="Export", eventTime=time, requestParameters={"bucket": bucket})

    custom = {"explain": "{requestParameters.bucket}", "habit": True}
    document = rule({"s": {"eventName": "Export"}}, level="high", custom=custom)
    told = found(tmp_path, {"high": document}, export(1), export(6), export(15), export(15, "other"))
    assert [row["reason"] for row in told][:2] == ["lake", "lake"]
    assert {row["reason"] for row in told[2:]} == {
        "lake; again: the same on 2026-09-06; low instead of high",
        "other",
    }


def test_what_ran_a_week_before_at_that_time_of_day_runs_every_week(tmp_path: Path) -> None:
    def clean(time: str, role: str = "Cleaner") -> dict[str, Any]:
        return role_event(role, "s", eventName="Delete", eventTime=f"2026-09-{time}:00Z")

    document = rule(
        {"s": {"eventName": "Delete"}}, level="high", custom={"explain": "{principal}", "habit": True}
    )
    told = found(
        tmp_path,
        {"high": document},
        *(clean(time) for time in ("05T22:00", "12T21:50", "12T22:20")),
        *(clean(time, "Other") for time in ("06T22:00", "12T22:00")),
        clean("19T22:00"),
    )
    notes = {
        str(row["eventTime"])[8:16]: row["reason"].partition("; ")[2] for row in told if ";" in row["reason"]
    }
    weekly = "weekly: as on 2026-09-{}; low instead of high"
    assert notes == {"12 21:50": weekly.format("05"), "19 22:00": weekly.format("12")}


def test_what_is_done_daily_from_an_address_is_a_habit_there_whoever_does_it(tmp_path: Path) -> None:
    def session(day: int, role: str, source: str = "192.0.2.7", **fields: Any) -> dict[str, Any]:
        time = f"2026-09-{day:02}T09:00:00Z"
        return role_event(
            role, "s", eventName="StartSession", eventTime=time, sourceIPAddress=source, **fields
        )

    custom = {"explain": "{sourceIPAddress}", "habit": True}
    detection = {"s": {"eventName": "StartSession"}}
    told = found(
        tmp_path,
        {"medium": rule(detection, custom=custom), "high": rule(detection, level="high", custom=custom)},
        *(session(day, f"Role{day}") for day in (1, 2, 3)),
        *(session(day, f"Role{day}", "192.0.2.8", errorCode="AccessDenied") for day in (1, 2, 3)),
        *(session(day, f"Role{day}", "ssm.amazonaws.com") for day in (1, 2, 3)),
        *(session(9, "New", source) for source in ("192.0.2.7", "192.0.2.8", "ssm.amazonaws.com")),
    )
    assert [row["reason"] for row in told if "habitual" in row["reason"]] == [
        "192.0.2.7; habitual: 3 days, from 192.0.2.7; low instead of medium"
    ]


def test_what_somebody_had_just_made_is_their_own(tmp_path: Path) -> None:
    def call(api: str, time: str, who: str, **request: Any) -> dict[str, Any]:
        return event(
            eventName=api,
            eventTime=f"2026-09-{time}:00:00Z",
            userIdentity=user(who),
            requestParameters=request,
        )

    own = {"selection": "made", "field": "requestParameters.name", "value": "requestParameters.names"}
    document = rule(
        {"gone": {"eventName": "Delete"}, "made": {"eventName": "Create"}, "condition": "gone"},
        level="high",
        custom={"own": own, "explain": "{requestParameters.names}"},
    )
    told = found(
        tmp_path,
        {"gone": document},
        call("Create", "01T09", "ada", name="A"),
        call("Create", "01T10", "ada", name="b"),
        call("Delete", "01T08", "ada", names=["a"]),
        call("Delete", "03T09", "ada", names=["a", "B"]),
        call("Delete", "03T08", "ada", names=["a", "c"]),
        call("Delete", "03T10", "ada", names=["a"]),
        call("Delete", "02T10", "bo", names=["a"]),
        call("Delete", "02T11", "ada"),
    )
    lowered = [row["reason"] for row in told if row["severity"] == "low"]
    assert len(told) == 6
    assert lowered == [
        "a, B; its own: made by the same principal within two days before; low instead of high"
    ]
    refused = rules(tmp_path, {"x": rule({"s": {"eventName": "X"}}, custom={"own": {"field": "y"}})})
    assert refused[-1].refused == "own has not selection, field and value, and nothing else"


def test_a_sentence_may_tell_what_tells_events_apart(tmp_path: Path) -> None:
    document = rule({"s": {"eventName": "Leave"}}, custom={"explain": "{eventID} of {source_file}: {count}"})
    (row,) = found(tmp_path, {"leave": document}, event(eventName="Leave", eventID="e1"))
    assert row["reason"].startswith("e1 of ")
    assert row["reason"].endswith(": 1")
