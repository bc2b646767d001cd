"""What each column holds of a record, what `extra` keeps, and which flag says so."""
# ruff: noqa: DTZ001 (event times are naive UTC by contract)

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.builders import event, role_session
from workbench.events.rows.decode import MAY_BE_OMITTED, decode

Record = Callable[[bytes], Any]


def text(**fields: Any) -> bytes:
    return json.dumps(event(**fields), separators=(",", ":"), ensure_ascii=False).encode()


def row(**fields: Any) -> dict[str, Any]:
    return decode(text(**fields))


def test_a_regular_record_has_no_flag_and_no_extra() -> None:
    found = row()
    assert (found["flags"], found["extra"]) == ([], None)


def test_texts_booleans_and_times() -> None:
    found = row(eventTime="2026-09-02T04:20:00Z", readOnly=True, errorCode="AccessDenied")
    assert found["eventTime"] == dt.datetime(2026, 9, 2, 4, 20)
    assert (found["readOnly"], found["errorCode"], found["errorMessage"]) == (True, "AccessDenied", None)


@pytest.mark.parametrize(
    ("raw", "held"),
    [
        (b'{"a":"x","b":1.50,"c":1e5}', [("a", "x"), ("b", "1.50"), ("c", "1e5")]),
        (b'{"a":9007199254740993,"b":0.10}', [("a", "9007199254740993"), ("b", "0.10")]),
        (b'{"a":true,"b":null,"c":""}', [("a", "true"), ("b", None), ("c", "")]),
        (b'{"b":{"x": [1, 2]},"a":[]}', [("b", '{"x":[1,2]}'), ("a", "[]")]),
        (b'{"a":"caf\\u00e9","b":"\\/","c":["\\u00e9"]}', [("a", "café"), ("b", "/"), ("c", '["\\u00e9"]')]),
        (b"{}", []),
        (b"null", None),
        (b'"{\\"a\\":1}"', [("a", "1")]),
    ],
)
def test_maps_hold_texts_with_the_digits_delivered(raw: bytes, held: Any) -> None:
    found = decode(b'{"eventID":"e","eventTime":"2026-09-02T04:20:00Z","requestParameters":' + raw + b"}")
    assert found["requestParameters"] == held
    assert (found["flags"], found["extra"]) == ([], None)


LEFT_OUT = {"omitted": True, "originalSize": 104857, "reason": "responseElements too large"}


@pytest.mark.parametrize("name", MAY_BE_OMITTED)
@pytest.mark.parametrize("value", [LEFT_OUT, json.dumps(LEFT_OUT), {"omitted": "true"}])
def test_what_aws_left_out_is_flagged(name: str, value: Any) -> None:
    found = row(**{name: value})
    assert (found["flags"], dict(found[name])["omitted"]) == (["truncated-by-aws"], "true")


@pytest.mark.parametrize(
    "fields",
    [
        {"responseElements": {"omitted": False}},
        {"responseElements": {"result": {"omitted": True}}},
        {"responseElements": {"Omitted": True}},
        {"requestParameters": {"names": ["omitted"], "note": "omitted"}},
        {"requestParameters": None},
        {"requestParameters": ...},
        {"eventContext": {"requestContext": {"omitted": "true"}}},
    ],
)
def test_other_words_are_not_taken_for_it(fields: dict[str, Any]) -> None:
    assert row(**fields)["flags"] == []


def test_structures_hold_every_documented_field() -> None:
    found = row(userIdentity=role_session("ci/Deploy"), tlsDetails={"tlsVersion": "TLSv1.3"})
    identity, tls = found["userIdentity"], found["tlsDetails"]
    assert identity["sessionContext"]["sessionIssuer"]["arn"] == "arn:aws:iam::111122223333:role/ci/Deploy"
    assert identity["sessionContext"]["attributes"]["creationDate"] == dt.datetime(2026, 9, 2, 4, 0)
    assert identity["invokedBy"] is None
    assert tls == {"tlsVersion": "TLSv1.3", "cipherSuite": None, "clientProvidedHostHeader": None}


def test_resources_take_either_spelling_of_arn() -> None:
    found = row(resources=[{"ARN": "arn:1", "type": "T"}, {"arn": "arn:2"}])
    assert [entry["arn"] for entry in found["resources"]] == ["arn:1", "arn:2"]
    assert (found["flags"], found["extra"]) == ([], None)


def test_an_entry_with_both_spellings_loses_neither() -> None:
    found = row(resources=[{"ARN": "arn:1", "arn": "arn:2"}])
    assert found["resources"][0]["arn"] == "arn:1"
    assert json.loads(found["extra"]) == {"resources": [{"arn": "arn:2"}]}


def test_event_context_as_in_records_and_as_in_lake_exports() -> None:
    region = {"aws:RequestedRegion": "eu-west-1"}
    context = {"requestContext": region, "tagContext": {"principalTags": {"team": "a"}}}
    lowered = {"requestcontext": region, "tagcontext": {"principaltags": {"team": "a"}}}
    one, other = row(eventContext=context), row(eventContext=lowered)
    assert one["eventContext"] == other["eventContext"]
    assert one["eventContext"]["requestContext"] == [("aws:RequestedRegion", "eu-west-1")]
    assert other["extra"] is None


def test_unknown_fields_are_kept_with_their_nesting() -> None:
    found = decode(
        b'{"eventID":"e","eventTime":"2026-09-02T04:20:00Z","futureField":{"a": 1.10},'
        b'"userIdentity":{"type":"IAMUser","newThing":[1, 2]}}'
    )
    assert found["extra"] == '{"futureField":{"a":1.10},"userIdentity":{"newThing":[1,2]}}'
    assert found["flags"] == []
    assert found["userIdentity"]["type"] == "IAMUser"


def test_text_columns_take_scalars_and_say_so() -> None:
    found = row(errorCode=404, userAgent=True)
    assert (found["errorCode"], found["userAgent"], found["flags"]) == ("404", "true", ["wrong-type"])


@pytest.mark.parametrize("value", [True, "true"])
def test_the_console_flag_is_text_either_way(value: object) -> None:
    found = row(sessionCredentialFromConsole=value)
    assert (found["sessionCredentialFromConsole"], found["flags"]) == ("true", [])


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("userIdentity", "alice"),
        ("userIdentity", ["alice"]),
        ("eventName", {"a": 1}),
        ("readOnly", "maybe"),
        ("resources", {"ARN": "x"}),
        ("resources", ["arn"]),
        ("requestParameters", "plain text"),
        ("requestParameters", [1]),
        ("tlsDetails", 7),
        ("eventContext", {"tagContext": 7}),
    ],
)
def test_a_wrong_type_is_null_flagged_and_kept_in_extra(field: str, value: object) -> None:
    found = row(**{field: value})
    assert found["flags"] == ["wrong-type"]
    kept = json.loads(found["extra"])[field]
    assert kept == ({"tagContext": 7} if field == "eventContext" else value)
    assert json.loads(found["eventJson"])[field] == value


def test_an_explicit_null_is_no_wrong_type() -> None:
    found = row(userIdentity=None, eventName=None, resources=None, readOnly=None)
    assert (found["flags"], found["extra"], found["userIdentity"]) == ([], None, None)


@pytest.mark.parametrize(
    ("time", "flag", "expected"),
    [
        ("2026-09-02 06:20:00.123", None, dt.datetime(2026, 9, 2, 6, 20, 0, 123000)),
        ("2026-09-02T06:20:00+02:00", None, dt.datetime(2026, 9, 2, 4, 20)),
        ("2026-09-02T06:20:00.123456789Z", None, dt.datetime(2026, 9, 2, 6, 20, 0, 123456)),
        (1788322800, "epoch-time", dt.datetime(2026, 9, 2, 4, 20)),
        (1788322800000, "epoch-time", dt.datetime(2026, 9, 2, 4, 20)),
        ("1788322800", "epoch-time", dt.datetime(2026, 9, 2, 4, 20)),
        ("0001-01-01T00:00:00Z", "odd-time", dt.datetime(1, 1, 1)),
        ("1970-01-01T00:00:00Z", "odd-time", dt.datetime(1970, 1, 1)),
        ("9999-12-31T23:59:59Z", "odd-time", dt.datetime(9999, 12, 31, 23, 59, 59)),
        ("yesterday", "bad-time", None),
        ("", "bad-time", None),
        (None, "bad-time", None),
        (..., "bad-time", None),
        ({"a": 1}, "bad-time", None),
        ("2026-13-45T00:00:00Z", "bad-time", None),
        (10**30, "bad-time", None),
    ],
)
def test_times(time: object, flag: str | None, expected: dt.datetime | None) -> None:
    found = row(eventTime=time)
    assert found["eventTime"] == expected
    assert found["flags"] == ([flag] if flag else [])


def test_a_time_that_is_none_is_kept_in_extra() -> None:
    assert json.loads(row(eventTime="yesterday")["extra"]) == {"eventTime": "yesterday"}


@pytest.mark.parametrize("missing", [..., None, ""])
def test_a_missing_event_id_is_made_from_the_content(missing: object) -> None:
    one, again = row(eventID=missing, requestID="r", eventTime="2026-09-02T04:20:00Z"), None
    again = decode(json.dumps(json.loads(one["eventJson"]), indent=1).encode())
    assert one["flags"] == ["synthetic-id"]
    assert one["eventID"].startswith("synthetic-")
    assert again["eventID"] == one["eventID"]
    assert row(eventID=missing, requestID="other")["eventID"] != one["eventID"]


def test_a_repeated_key_is_flagged_and_both_stay_in_event_json() -> None:
    raw = b'{"eventID":"e","eventTime":"2026-09-02T04:20:00Z","eventName":"A","eventName":"B"}'
    found = decode(raw)
    assert (found["eventName"], found["flags"]) == ("B", ["duplicate-key"])
    assert found["eventJson"] == raw.decode()


@pytest.mark.parametrize("field", ["requestParameters", "userIdentity", "tlsDetails"])
def test_a_repeated_key_inside_an_object(field: str) -> None:
    raw = b'{"eventID":"e","eventTime":"2026-09-02T04:20:00Z","%s":{"type":"1","type":"2"}}' % field.encode()
    assert "duplicate-key" in decode(raw)["flags"]


def test_a_key_in_another_case_is_kept_in_extra_and_flagged() -> None:
    found = row(eventName=..., EventName="ListUsers")
    assert (found["eventName"], found["flags"]) == (None, ["key-case"])
    assert json.loads(found["extra"]) == {"EventName": "ListUsers"}


def test_half_characters_stay_spelled_out() -> None:
    raw = (
        b'{"eventID":"e","eventTime":"2026-09-02T04:20:00Z","userAgent":"a\\ud800b",'
        b'"requestParameters":{"k\\udfff":"\\ud800"}}'
    )
    found = decode(raw)
    assert found["userAgent"] == "a\\ud800b"
    assert found["requestParameters"] == [("k\\udfff", "\\ud800")]
    assert found["eventJson"] == raw.decode()


def test_an_escaped_nul_is_kept() -> None:
    found = decode(b'{"eventID":"e","eventTime":"2026-09-02T04:20:00Z","userAgent":"a\\u0000b"}')
    assert (found["userAgent"], found["flags"]) == ("a\0b", [])


def test_invalid_utf8_is_replaced_and_flagged() -> None:
    found = decode(b'{"eventID":"e","eventTime":"2026-09-02T04:20:00Z","userAgent":"caf\xe9"}')
    assert (found["userAgent"], found["flags"]) == ("caf\ufffd", ["invalid-utf8"])
    assert json.loads(found["eventJson"])["userAgent"] == "caf\ufffd"


def test_aggregated_records_fill_the_keys_they_have_other_names_for() -> None:
    raw = {
        "eventVersion": "1.0",
        "accountId": "111122223333",
        "eventId": "a-1",
        "eventCategory": "Aggregated",
        "timeWindow": {"windowStart": "2026-09-02T04:20:00Z", "windowEnd": "2026-09-02T04:25:00Z"},
        "summary": {"primaryDimension": {"dimension": "eventName"}},
    }
    found = decode(json.dumps(raw).encode())
    assert found["flags"] == ["aggregated"]
    assert (found["eventID"], found["recipientAccountId"]) == ("a-1", "111122223333")
    assert found["eventTime"] == dt.datetime(2026, 9, 2, 4, 20)
    assert json.loads(found["extra"]) == {"timeWindow": raw["timeWindow"], "summary": raw["summary"]}


def test_keys_of_sts_calls() -> None:
    found = row(
        eventSource="sts.amazonaws.com",
        eventName="AssumeRole",
        requestParameters={"roleArn": "arn:aws:iam::444455556666:role/Deploy"},
        responseElements={"credentials": {"accessKeyId": "ASIAEXAMPLE", "sessionToken": "x"}},
    )
    assert found["issued_access_key_id"] == "ASIAEXAMPLE"
    assert found["target_role_arn"] == "arn:aws:iam::444455556666:role/Deploy"


def test_odd_sts_responses_name_no_key() -> None:
    for credentials in (None, "x", {"accessKeyId": 7}, {"accessKeyId": ""}, [{"accessKeyId": "A"}]):
        found = row(eventSource="sts.amazonaws.com", responseElements={"credentials": credentials})
        assert found["issued_access_key_id"] is None
