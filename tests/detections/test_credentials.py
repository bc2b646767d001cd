import pytest

import workbench as wb
from tests.builders import case, role_event, table
from workbench.detections.outside.credentials import instance_credentials

INSTANCE = "i-0123456789abcdef0"
HOME, AWAY = "198.51.100.7", "203.0.113.9"


def agent(address=HOME, **fields):
    return call(address, eventSource="ssm.amazonaws.com", eventName="UpdateInstanceInformation", **fields)


def call(address=AWAY, session=INSTANCE, **fields):
    fields = {"userAgent": "Boto3/1.34 md/Botocore#1.34 os/linux"} | fields
    return role_event("App", session, sourceIPAddress=address, **fields)


def by_hand(address=AWAY, **fields):
    return call(address, **{"userAgent": "aws-cli/2.15.0"} | fields)


def hits(*events):
    return instance_credentials(table(*events)).to_pyarrow().to_pylist()


def test_a_call_from_elsewhere_than_the_agent_is_a_hit_for_each_call():
    stolen = [call(eventID="one"), call(eventID="two", eventName="ListBuckets")]
    found = hits(agent(), call(HOME), *stolen)
    assert [(hit["eventID"], hit["severity"], hit["eventIDs"]) for hit in found] == [
        ("one", "high", ["one"]),
        ("two", "high", ["two"]),
    ]
    assert found[1]["reason"] == (
        f"ListBuckets with the credentials of {INSTANCE} from {AWAY}; its agent calls from {HOME}"
    )


def test_columns_are_those_of_the_hits_of_rules():
    rows = table(agent(), call())
    assert instance_credentials(rows).columns == wb.detections.run(rows, []).columns


def test_all_addresses_of_the_agent_are_its_own_whenever():
    assert hits(call(AWAY), agent(HOME), agent(AWAY)) == []


def test_addresses_of_the_agent_are_its_own_however_they_are_spelled():
    home = agent(f"::ffff:{HOME}")
    assert hits(home, call(HOME), call("::ffff:c633:6407")) == []
    assert len(hits(home, call(f"::ffff:{AWAY}"))) == 1
    assert hits(by_hand("::ffff:10.0.1.50")) == []  # private


def test_a_private_address_without_an_endpoint_is_elsewhere_when_the_agent_tells():
    assert [hit["severity"] for hit in hits(agent(), call("192.168.10.20"))] == ["high"]
    assert hits(agent(), call("192.168.10.20", vpcEndpointId="vpce-1")) == []
    assert hits(call("10.0.1.50"), by_hand("10.0.1.50")) == []


@pytest.mark.parametrize("address", ["ec2.amazonaws.com", "AWS Internal", None, ...])
def test_what_comes_from_inside_of_aws_is_no_hit(address):
    assert hits(agent(), call(address)) == []


def test_calls_that_a_service_makes_with_the_credentials_are_no_hits():
    stolen = call()
    stolen["userIdentity"]["invokedBy"] = "s3.amazonaws.com"
    assert hits(agent(), stolen) == []


def test_a_refused_call_is_medium_and_says_so():
    (hit,) = hits(agent(), call(errorCode="AccessDenied"))
    assert (hit["severity"], hit["rule_level"]) == ("medium", "high")
    assert hit["reason"].endswith("; denied: AccessDenied")


def test_without_an_agent_what_a_person_types_elsewhere_is_medium():
    (hit,) = hits(call(HOME), by_hand())
    assert (hit["severity"], hit["reason"].endswith("no agent of it to compare with")) == ("medium", True)
    assert hits(call(AWAY), by_hand()) == []
    assert hits(call(), call(HOME)) == []
    assert [hit["severity"] for hit in hits(agent("10.0.0.5"), by_hand())] == ["medium"]


def test_an_address_of_several_instances_is_a_gateway_when_nothing_else_tells():
    sessions = [f"i-0123456789abcde{number:02}" for number in range(3)]
    found = hits(*(by_hand(session=session) for session in sessions))
    assert {hit["severity"] for hit in found} == {"low"}
    assert found[0]["reason"].endswith("; calls from there of 3 instances on 1 day")


def test_an_address_of_several_days_is_where_the_instance_is_when_nothing_else_tells():
    days = [by_hand(eventTime=f"2026-09-0{day}T04:00:00Z") for day in (1, 2, 3)]
    assert {hit["severity"] for hit in hits(*days[:2])} == {"medium"}
    assert {hit["severity"] for hit in hits(*days)} == {"low"}
    assert {hit["severity"] for hit in hits(agent(), *days)} == {"high"}


@pytest.mark.parametrize("session", ["i-build", "i-0123456789abcdefg", "deploy", "i-0123"])
def test_other_sessions_are_no_instances(session):
    assert hits(agent(session=session), by_hand(session=session)) == []


def test_instances_are_told_apart_by_account():
    assert hits(agent(), by_hand(HOME, account="444455556666"))[0]["severity"] == "medium"


def test_the_stolen_calls_of_the_public_data_are_found(shared_data, tmp_path):
    con = wb.open_case(tmp_path / "case")
    wb.load(con, shared_data / "invictus")
    found = instance_credentials(wb.events(con)).to_pyarrow().to_pylist()
    assert sorted(hit["reason"].split()[0] for hit in found) == ["DescribeInstances", "GetCallerIdentity"]
    assert {hit["severity"] for hit in found} == {"high"}


def test_no_instances_no_hits(tmp_path):
    assert instance_credentials(wb.events(case(tmp_path, role_event()))).count().execute() == 0
