from datetime import datetime, timedelta

import ibis
import pytest

from tests.builders import assume_role, event, role_event, table, user
from workbench.detections import first_seen, rare_hours
from workbench.detections.first_seen import user_agent_family
from workbench.errors import ParameterError

START = datetime.fromisoformat("2026-09-02T04:00:00")
WEEK = 7 * 24


def at(hours, **fields):
    time = (START + timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%SZ")
    return event(**({"eventTime": time} | fields))


def new(rows, **options):
    seen = first_seen(rows, **options)
    found = seen.filter(seen.state == "new").to_pyarrow().to_pylist()
    return {(row["attribute"], row["value"]) for row in found}


def test_columns_of_the_contract_come_first():
    assert list(first_seen(table(at(0))).columns) == [
        "principal",
        "attribute",
        "value",
        "first_time",
        "eventID",
        "history_days",
        "state",
    ]


def test_another_address_of_the_same_network_is_no_new_network():
    rows = table(
        at(0, sourceIPAddress="203.0.113.1"),
        at(WEEK, sourceIPAddress="203.0.113.200"),
        at(WEEK, sourceIPAddress="::ffff:203.0.113.201"),
        at(WEEK, sourceIPAddress="203.0.112.1"),
        at(WEEK, sourceIPAddress="2001:0DB8:0::1"),
        at(WEEK, sourceIPAddress="ec2.amazonaws.com"),
    )
    assert new(rows, attributes=["ip_network"]) == {
        ("ip_network", "203.0.112.0/24"),
        ("ip_network", "2001:db8::/48"),
    }


@pytest.mark.parametrize(
    ("agent", "family"),
    [
        ("aws-cli/2.27.41 md/awscrt#0.26 ua/2.1", "aws-cli"),
        ("[S3Console/0.4, aws-internal/3 aws-sdk-java]", "S3Console"),
        ("APN/1.0 HashiCorp/1.0 Terraform/1.5.7 aws-sdk-go-v2/1.21", "Terraform"),
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/126.0 Safari/537.36", "Chrome"),
        ("Mozilla/5.0 (Macintosh) AppleWebKit/605.1 Version/17 Safari/605.1", "Safari"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/126.0 Safari/537.36 Edg/126.0", "Edge"),
        ("Boto3/1.34.2 md/Botocore#1.34.2", "Boto3"),
        ("cloudformation.amazonaws.com", "cloudformation.amazonaws.com"),
        ("AWS Internal", "AWS Internal"),
        ("/", "/"),
    ],
)
def test_family_of_a_user_agent(agent, family):
    assert user_agent_family(ibis.literal(agent)).execute() == family


def test_an_absent_user_agent_has_no_family():
    assert new(table(at(0), at(WEEK, userAgent=...)), attributes=["user_agent_family"]) == set()


def test_a_role_used_by_a_person_for_the_first_time_is_seen_per_origin():
    def deploy(hours, key):
        time = (START + timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%SZ")
        issued = assume_role(user(), key=key, eventTime=time)
        issued["responseElements"]["credentials"]["expiration"] = "Sep 9, 2026, 5:00:00 AM"
        return issued, role_event(key=key, eventTime=time)

    rows = table(at(0), *deploy(WEEK, "ASIA1"), at(WEEK, userIdentity=user("bob")))
    role = "arn:aws:iam::111122223333:role/Deploy"
    assert new(rows, attributes=["role_arn"]) == set()
    seen = first_seen(rows, attributes=["role_arn"], per="origin_principal").to_pyarrow().to_pylist()
    assert [(row["origin_principal"], row["value"], row["state"]) for row in seen] == [
        ("arn:aws:iam::111122223333:user/alice", role, "new")
    ]


def test_account_and_all_attributes_are_looked_at():
    rows = table(at(0), at(WEEK, recipientAccountId="444455556666"))
    assert new(rows) == {("recipientAccountId", "444455556666")}
    with pytest.raises(ParameterError):
        first_seen(rows, per="nobody")


def ranked(*events, **options):
    return rare_hours(table(*events), **options).to_pyarrow().to_pylist()


def test_hours_are_ranked_by_what_is_new_rare_and_grave():
    bob = {"userIdentity": user("bob")}
    rows = ranked(
        at(0),
        at(0, **bob),
        at(WEEK, eventName="CreateAccessKey"),
        at(WEEK, eventName="CreateAccessKey", eventTime="2026-09-09T04:59:59Z", awsRegion="af-south-1"),
        at(WEEK, **bob, eventName="ListRoles"),
        at(WEEK + 1, **bob, eventName="GetRole", errorCode="AccessDenied"),
    )
    told = [(row["rank"], row["principal"][-5:], row["score"], row["new_values"]) for row in rows[:3]]
    assert told == [(1, "alice", 8.0, 2), (2, "r/bob", 1.0, 1), (3, "r/bob", 0.5, 1)]
    assert rows[0]["reason"] == (
        "awsRegion af-south-1 (write, sensitive; 1 has it); "
        "eventName CreateAccessKey (write, sensitive; 1 has it)"
    )
    assert rows[2]["reason"] == "eventName GetRole (read, denied; 1 has it)"
    assert len(rows[0]["eventIDs"]) == 2


def test_what_many_have_is_not_rare():
    names = [{"userIdentity": user(name)} for name in ("bob", "carol", "dave")]
    rows = ranked(
        *(at(0, **who) for who in names), *(at(WEEK, **who, eventName="ListRoles") for who in names)
    )
    assert [row["score"] for row in rows[:3]] == pytest.approx([1 / 3] * 3)
    assert rows[0]["reason"] == "eventName ListRoles (read; 3 have it)"


def test_no_history_is_said_and_not_scored():
    first, later = ranked(at(0), at(36, eventName="CreateAccessKey"))
    assert (first["rank"], first["score"], first["state"]) == (None, None, "no history")
    assert later["reason"] == "no history: known for 1.5 days"


def test_a_long_reason_is_cut_and_counted():
    (row, *_) = ranked(at(0), *(at(WEEK, eventName=f"List{number}") for number in range(9)))
    assert row["reason"].endswith("; and 4 more")


def test_events_without_a_time_or_a_person_count_for_nobody():
    anonymous = {"type": "AWSAccount", "principalId": "", "accountId": "ANONYMOUS_PRINCIPAL"}
    rows = table(at(0, eventTime=...), at(0, userIdentity=anonymous))
    seen = first_seen(rows, per="origin_principal").to_pyarrow().to_pylist()
    assert {row["origin_principal"] for row in seen} <= {"anonymous"}
    assert rare_hours(table(at(0, eventTime=...))).count().execute() == 0
