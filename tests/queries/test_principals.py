from datetime import datetime, timedelta

import pytest

import workbench as wb
from tests.builders import event, role_event, table, user
from workbench.queries import principals
from workbench.queries.principals import POINTS

START = datetime.fromisoformat("2026-09-02T04:00:00")
ALICE = "arn:aws:iam::111122223333:user/alice"


def at(days, seconds=0, **fields):
    time = (START + timedelta(days=days, seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")
    return event(**({"eventTime": time} | fields))


def ranked(*events, **options):
    return principals(table(*events), **options).execute().set_index("principal")


def denied(days, number, **fields):
    return [
        at(days, second, eventName=f"Call{second % 5}", errorCode="AccessDenied", **fields)
        for second in range(number)
    ]


def test_volume_alone_scores_nothing():
    found = ranked(*(at(day, second, eventName="ListUsers") for day in range(5) for second in range(40)))
    assert found.loc[ALICE, ["score", "why", "events"]].tolist() == [0, "", 200]


def test_a_burst_scores_and_a_nightly_scanner_does_not():
    found = ranked(
        *denied(0, 10), *(call for day in range(3) for call in denied(day, 10, userIdentity=user("scanner")))
    )
    assert found.loc[ALICE, ["denied_bursts", "score"]].tolist() == [1, POINTS["denied_bursts"].each]
    assert found.loc[ALICE, "why"] == "1 burst of refused calls"
    twice = ranked(*denied(0, 10), *denied(1, 10))
    assert twice.loc[ALICE, "why"] == "2 bursts of refused calls"
    scanner = found.loc["arn:aws:iam::111122223333:user/scanner"]
    assert (scanner["denied"], scanner["denied_bursts"], scanner["score"]) == (30, 0, 0)


def test_a_sensitive_call_counts_once_per_api_by_its_weight():
    key = {"eventName": "CreateAccessKey"}
    found = ranked(at(0, **key), at(0, 1, **key), at(1, **key))
    assert found.loc[ALICE, ["sensitive", "unusual_sensitive", "score"]].tolist() == [3, 3, 3]
    assert found.loc[ALICE, "why"] == "sensitive calls: CreateAccessKey"


def test_a_sensitive_call_on_three_days_is_a_habit():
    found = ranked(*(at(day, eventName="CreateAccessKey") for day in range(3)))
    assert found.loc[ALICE, ["sensitive", "unusual_sensitive", "score"]].tolist() == [3, 0, 0]


@pytest.mark.parametrize("code", ["AccessDenied", "InvalidHomeRegionException"])
def test_a_sensitive_call_in_vain_is_worth_half(code):
    found = ranked(at(0, eventName="CreateAccessKey", errorCode=code))
    assert found.loc[ALICE, ["sensitive", "unusual_sensitive", "vain_sensitive", "score"]].tolist() == [
        0,
        0,
        2,
        2,
    ]
    assert found.loc[ALICE, "why"] == "tried in vain: CreateAccessKey"


def test_a_call_against_the_trail_counts_twice_even_in_vain():
    stop = {"eventSource": "cloudtrail.amazonaws.com", "eventName": "StopLogging"}
    done, vain = ranked(at(0, **stop)), ranked(at(0, **stop, errorCode="AccessDenied"))
    assert done.loc[ALICE, ["unusual_sensitive", "impairment", "score"]].tolist() == [3, 1, 5]
    assert vain.loc[ALICE, ["vain_sensitive", "impairment", "score"]].tolist() == [2, 1, 4]
    assert vain.loc[ALICE, "why"] == "tried in vain: StopLogging; 1 of them against logging or detection"


def test_a_new_region_counts_after_two_days_of_history_and_not_before():
    late = ranked(at(0), at(1), at(2, awsRegion="af-south-1"))
    early = ranked(at(0), at(1), at(2, -1, awsRegion="af-south-1"))
    assert late.loc[ALICE, ["new_regions", "score"]].tolist() == [1, POINTS["new_regions"].each]
    assert late.loc[ALICE, "why"] == "new region: af-south-1"
    assert early.loc[ALICE, "score"] == 0


def test_what_nobody_used_before_is_new_for_a_principal_without_history_too():
    mallory = {"userIdentity": user("mallory"), "userAgent": "odd"}
    found = ranked(at(0), at(1), at(3, **mallory))
    assert found.loc["arn:aws:iam::111122223333:user/mallory", ["new_agents", "new_regions"]].tolist() == [
        1,
        0,
    ]


def test_who_comes_from_a_new_address_nearly_every_day_has_that_habit():
    runner = ranked(*(at(day, sourceIPAddress=f"203.0.113.{day}") for day in range(7)))
    person = ranked(*(at(day) for day in range(7)), at(6, 1, sourceIPAddress="203.0.113.9"))
    assert runner.loc[ALICE, "new_addresses"] == 0
    assert person.loc[ALICE, ["new_addresses", "why"]].tolist() == [1, "new address: 203.0.113.9"]


def test_a_private_address_is_an_address_and_the_name_of_a_service_is_none():
    found = ranked(
        *(at(day) for day in range(7)),
        at(6, 1, sourceIPAddress="10.0.4.7"),
        at(6, 2, sourceIPAddress="cloudformation.amazonaws.com"),
    )
    assert found.loc[ALICE, ["addresses", "new_addresses"]].tolist() == [2, 1]
    assert found.loc[ALICE, "why"] == "new address: 10.0.4.7"


def test_a_service_of_itself_never_ranks():
    service = {"type": "AWSService", "invokedBy": "config.amazonaws.com"}
    found = ranked(at(0, eventName="CreateAccessKey", userIdentity=service), at(0, 1))
    assert found.loc["config.amazonaws.com", ["score", "why"]].tolist() == [
        0,
        "an AWS service of itself; sensitive calls: CreateAccessKey",
    ]


def test_root_is_a_reason():
    root = {
        "type": "Root",
        "principalId": "111122223333",
        "arn": "arn:aws:iam::111122223333:root",
        "accountId": "111122223333",
    }
    found = ranked(at(0, userIdentity=root))
    assert found.loc["arn:aws:iam::111122223333:root", ["score", "why"]].tolist() == [3, "root"]


def test_the_owners_copy_of_a_call_is_not_a_second_principal():
    shared = {"eventSource": "sts.amazonaws.com", "eventName": "AssumeRole", "sharedEventID": "shared"}
    copy = {"type": "AWSAccount", "principalId": "AIDAALICE", "accountId": "111122223333"}
    own = at(0, **shared)
    other = at(0, **shared, userIdentity=copy, recipientAccountId="444455556666")
    assert ranked(own, other).index.tolist() == [ALICE]
    assert ranked(other).index.tolist() == ["AIDAALICE"]


def test_an_event_without_time_name_and_address_is_counted():
    found = ranked(event(eventTime=..., eventName=..., eventSource=..., sourceIPAddress=..., userAgent=...))
    assert found.loc[ALICE, ["events", "score"]].tolist() == [1, 0]
    assert len(found.loc[ALICE, "eventIDs"]) == 1


def test_event_ids_show_the_heaviest_reasons_first():
    found = ranked(
        at(0, eventName="CreateRole", eventID="light"), at(1, eventName="CreateAccessKey", eventID="heavy")
    )
    assert list(found.loc[ALICE, "eventIDs"]) == ["heavy", "light"]


def test_the_order_is_total():
    users = [at(0, userIdentity=user(name)) for name in ("carol", "bob", "alice")]
    assert [name[-1] for name in ranked(*users).index] == ["e", "b", "l"]


def test_roles_are_one_principal_whatever_the_session():
    found = ranked(role_event(session="a"), role_event(session="b", key="ASIAIOSFODNN7EXAMPL2"))
    assert found["events"].tolist() == [2]


def test_the_planted_intrusion_leads_the_sample(sample_case, sample):
    import json

    truth = json.loads((sample / "truth.json").read_text())["intrusion"]["steps"]
    con = wb.open_case(sample_case, read_only=True)
    events = wb.events(con)
    planted = {event_id for step in truth for event_id in step["events"]}
    acted = events.filter(events.eventID.isin(planted) & ~events.principal_kind.isin(["account", "service"]))
    actors = set(acted.principal.execute())
    order = principals(events).execute()
    assert order["principal"][0] in actors
    assert truth[0]["caller"] in order["principal"][:3].tolist()
    assert actors <= set(order["principal"][:10]), "an actor of the intrusion is not among the first ten"
    assert order.loc[order["principal_kind"] == "service", "score"].max() == 0


@pytest.mark.parametrize("history", ["2 days", ""])
def test_an_unreadable_history_is_refused(history):
    with pytest.raises(wb.WorkbenchError):
        principals(table(event()), history=history)
