"""EventBridge event patterns: a hit, a near miss and an absent field of each comparison; refusals by name."""

import json
import random
from pathlib import Path
from typing import Any

import pytest

from tests.builders import ACCOUNT
from tests.detections.asking import hits, labelled
from tests.detections.bridge import matches
from workbench.detections import explain, load_rules, pattern_rule

OTHER = "999900001111"
PERMISSIONS = {
    "open": [{"fromPort": 22, "ipRanges": {"items": [{"cidrIp": "10.0.0.0/8"}, {"cidrIp": "0.0.0.0/0"}]}}],
    "apart": [
        {"fromPort": 22, "ipRanges": {"items": [{"cidrIp": "10.0.0.0/8"}]}},
        {"fromPort": 443, "ipRanges": {"items": [{"cidrIp": "0.0.0.0/0"}]}},
    ],
}
EC2 = {"eventSource": "ec2.amazonaws.com", "eventName": "AuthorizeSecurityGroupIngress"}
EVENTS = labelled(
    stop={"eventName": "StopLogging", "eventSource": "cloudtrail.amazonaws.com"},
    small={"eventName": "stoplogging", "eventSource": "cloudtrail.amazonaws.com"},
    list={"eventName": "ListUsers"},
    login={
        "eventName": "ConsoleLogin", "eventSource": "signin.amazonaws.com", "eventType": "AwsConsoleSignIn",
        "responseElements": {"ConsoleLogin": "Failure"}, "userAgent": ..., "recipientAccountId": OTHER,
    },
    denied={"errorCode": "AccessDenied", "errorMessage": "no *\\ star", "sourceIPAddress": "203.0.113.9"},
    service={
        "sourceIPAddress": "ec2.amazonaws.com", "userIdentity": {"type": "AWSService"}, "errorCode": None,
    },
    six={"sourceIPAddress": "2001:db8::7", "awsRegion": "eu-west-1"},
    open=EC2 | {"requestParameters": {"items": PERMISSIONS["open"]}},
    apart=EC2 | {"requestParameters": {"items": PERMISSIONS["apart"]}},
    numbers={
        "eventName": "Count",
        "requestParameters": {
            "n": 22, "text": "22", "real": 1.50, "flag": True, "nothing": None, "empty": "",
        },
    },
    more={
        "eventName": "Count",
        "requestParameters": {"n": [1, 300], "text": ["a", "b"], "none": [], "o": {}},
    },
    deep={
        "eventName": "Count",
        "requestParameters": {"n": [[5], [7, 22]], "list": [[{"a": 1}], [{"b": 2}]]},
    },
    bare={"eventName": "Count", "requestParameters": None, "responseElements": ...},
)  # fmt: skip


def detail(**fields: Any) -> str:
    return json.dumps({"detail": fields})


def count(**parameters: Any) -> str:
    return detail(eventName=["Count"], requestParameters=parameters)


def items(**parts: Any) -> str:
    return detail(requestParameters={"items": parts})


def ranges(wanted: Any) -> dict[str, Any]:
    return {"ipRanges": {"items": {"cidrIp": [wanted]}}}


PATTERNS: dict[str, set[str]] = {
    detail(eventName=["StopLogging", "DeleteTrail"]): {"stop"},
    detail(eventName=["Stop*"]): set(),
    detail(eventName=[{"prefix": "Stop"}]): {"stop"},
    detail(eventName=[{"prefix": {"equals-ignore-case": "STOP"}}]): {"stop", "small"},
    detail(eventName=[{"suffix": "Logging"}]): {"stop"},
    detail(eventName=[{"suffix": {"equals-ignore-case": "LOGGING"}}]): {"stop", "small"},
    detail(eventName=[{"equals-ignore-case": "STOPLOGGING"}]): {"stop", "small"},
    detail(eventName=[{"wildcard": "S*p*g"}]): {"stop"},
    detail(errorMessage=[{"wildcard": "no \\*\\\\ *"}]): {"denied"},
    detail(errorMessage=[{"wildcard": "no \\* *"}]): set(),
    detail(errorCode=[{"exists": True}]): {"denied", "service"},
    detail(errorCode=[None]): {"service"},
    detail(errorCode=[{"anything-but": "AccessDenied"}]): {"service"},
    detail(errorCode=[{"exists": False}, "AccessDenied"]): set(EVENTS) - {"service"},
    detail(userAgent=[{"exists": False}]): {"login"},
    detail(responseElements={"ConsoleLogin": ["Failure"]}): {"login"},
    detail(responseElements={"ConsoleLogin": [{"exists": False}]}): set(EVENTS) - {"login"},
    detail(responseElements=[None]): set(EVENTS) - {"login", "bare"},
    detail(responseElements=[{"exists": False}]): {"login", "bare"},
    detail(sourceIPAddress=[{"cidr": "203.0.113.0/24"}]): {"denied"},
    detail(sourceIPAddress=[{"cidr": "2001:db8::/32"}]): {"six"},
    detail(sourceIPAddress=[{"anything-but": {"prefix": "198.51.100."}}]): {"denied", "service", "six"},
    detail(sourceIPAddress=[{"anything-but": {"prefix": ["198.51.", "2001:"]}}]): {"denied", "service"},
    detail(sourceIPAddress=[{"anything-but": {"suffix": ".7"}}]): {"denied", "service", "six"},
    detail(sourceIPAddress=[{"anything-but": {"wildcard": "*.*.*.*"}}]): {"service", "six"},
    detail(sourceIPAddress=[{"anything-but": {"equals-ignore-case": ["198.51.100.7", "EC2.AMAZONAWS.com"]}}]):
        {"denied", "six"},
    detail(readOnly=[False], eventName=[{"prefix": "Stop"}]): {"stop"},
    detail(readOnly=["false"]): set(),
    detail(userIdentity={"type": ["AWSService"], "userName": [{"exists": False}]}): {"service"},
    # numbers, texts and lists
    count(n=[22]): {"numbers", "deep"},
    count(n=["22"]): set(),
    count(text=["22"]): {"numbers"},
    count(text=[22]): set(),
    count(real=[1.5]): {"numbers"},
    count(real=[{"numeric": ["=", 15e-1]}]): {"numbers"},
    count(n=[{"numeric": [">", 22]}]): {"more"},
    count(n=[{"numeric": [">=", 22, "<", 300]}]): {"numbers", "deep"},
    count(n=[{"numeric": [">", 1, "<", 5]}]): set(),
    count(n=[{"anything-but": [1, 300]}]): {"numbers", "deep"},
    count(n=[{"anything-but": 1}]): {"numbers", "more", "deep"},
    count(n=[{"anything-but": "1"}]): {"numbers", "more", "deep"},
    count(text=[{"anything-but": ["a", "22"]}]): {"more"},
    count(flag=[True]): {"numbers"},
    count(flag=["true"]): set(),
    count(flag=[{"anything-but": "true"}]): {"numbers"},
    count(nothing=[None]): {"numbers"},
    count(nothing=[""]): set(),
    count(nothing=[{"exists": True}]): {"numbers"},
    count(empty=[""]): {"numbers"},
    count(empty=[{"prefix": ""}]): {"numbers"},
    count(none=[{"exists": False}], n=[300]): {"more"},
    count(o=[{"exists": False}], n=[300]): {"more"},
    count(list={"a": [1]}): {"deep"},
    count(list={"a": [1], "b": [2]}): set(),
    count(list={"a": [1], "b": [{"exists": False}]}): {"deep"},
    count(list={"a": [{"exists": False}]}): {"numbers", "more", "bare"},
    # one and the same element of a list
    items(fromPort=[22], **ranges("0.0.0.0/0")): {"open"},
    items(fromPort=[443], **ranges("10.0.0.0/8")): set(),
    items(**ranges("0.0.0.0/0")): {"open", "apart"},
    items(**ranges({"cidr": "10.0.0.0/8"})): set(),
    # either, or
    detail(**{"$or": [{"eventName": ["StopLogging"]}, {"errorCode": ["AccessDenied"]}]}): {"stop", "denied"},
    detail(
        eventSource=["ec2.amazonaws.com"],
        requestParameters={
            "items": {"fromPort": [22]},
            "$or": [{"items": ranges("0.0.0.0/0")}, {"group": ["sg-1"]}],
        },
    ): {"open"},
    json.dumps({"$or": [{"region": ["eu-west-1"]}, {"detail": {"eventName": ["StopLogging"]}}]}):
        {"stop", "six"},
    # what is around the record
    json.dumps({"source": ["aws.cloudtrail"], "detail-type": ["AWS API Call via CloudTrail"]}):
        {"stop", "small"},
    json.dumps({"source": ["aws.CloudTrail"]}): set(),
    json.dumps({"source": [{"prefix": "aws.cloud"}, "aws.ec2"]}): {"stop", "small", "open", "apart"},
    json.dumps({"source": [{"prefix": "a"}], "account": [OTHER]}): {"login"},
    json.dumps({"source": [{"suffix": ".ec2"}]}): {"open", "apart"},
    json.dumps({"source": [{"wildcard": "*s.e*2"}]}): {"open", "apart"},
    json.dumps({"source": [{"equals-ignore-case": "AWS.EC2"}]}): {"open", "apart"},
    json.dumps({"source": [{"anything-but": ["aws.iam", "aws.ec2"]}]}): {"stop", "small", "login"},
    json.dumps({"source": [{"anything-but": {"prefix": "com.acme"}}], "region": ["eu-west-1"]}): {"six"},
    json.dumps({"detail-type": ["AWS Console Sign In via CloudTrail"]}): {"login"},
    json.dumps({"detail-type": [{"suffix": "via CloudTrail"}], "account": [{"anything-but": ACCOUNT}]}):
        {"login"},
    json.dumps({"time": [{"prefix": "2026-09-02"}], "detail": {"eventName": ["ConsoleLogin"]}}): {"login"},
}  # fmt: skip


def test_what_event_patterns_hit() -> None:
    rules = [pattern_rule(text, str(place)) for place, text in enumerate(PATTERNS)]
    assert [rule.refused for rule in rules] == [None] * len(rules)
    found = dict(zip(PATTERNS, hits(EVENTS, rules).values(), strict=True))
    assert found == PATTERNS


def test_the_plain_reading_says_the_same() -> None:
    read = {
        text: {label for label, event in EVENTS.items() if matches(json.loads(text), event)}
        for text in PATTERNS
    }
    assert read == PATTERNS


REFUSED = {
    "not JSON: ": '{"detail": ',
    "key eventName stands twice": '{"detail": {"eventName": ["A"], "eventName": ["B"]}}',
    "not a number: NaN": '{"detail": {"requestParameters": {"n": [NaN]}}}',
    "the pattern asks for nothing": "{}",
    "detail asks for nothing": '{"detail": {}}',
    "unknown field state": '{"detail": {"state": ["running"]}}',
    "resources of an event on the bus is not in CloudTrail's record": '{"resources": ["arn:x"]}',
    "version of an event on the bus is not in CloudTrail's record": '{"version": ["0"]}',
    "detail-type: CloudTrail sends no Object Created": '{"detail-type": ["Object Created"]}',
    "source: CloudTrail sends no com.acme.orders": '{"source": ["com.acme.orders"]}',
    "source is compared with what is no text": '{"source": [1]}',
    "source is no list of values": '{"source": "aws.iam"}',
    "eventName is no list of values and no object": detail(eventName="A"),
    "detail is no list of values and no object": '{"detail": ["A"]}',
    "no values for eventName": detail(eventName=[]),
    "a list among the values of eventName": detail(eventName=[["A"]]),
    "eventName: one operator at a time, not prefix, suffix": detail(eventName=[{"prefix": "", "suffix": ""}]),
    "eventName: one operator at a time, not none": detail(eventName=[{}]),
    "unknown operator contains of eventName": detail(eventName=[{"contains": "A"}]),
    "unknown operator exact of eventName": detail(eventName=[{"exact": "A"}]),
    "prefix of eventName is no text": detail(eventName=[{"prefix": ["A"]}]),
    "suffix of eventName is no text": detail(eventName=[{"suffix": 1}]),
    "unknown operator wildcard in prefix of eventName": detail(eventName=[{"prefix": {"wildcard": "A"}}]),
    "equals-ignore-case of eventName is no text": detail(eventName=[{"equals-ignore-case": ["A"]}]),
    "wildcard of eventName: two * one after the other": detail(eventName=[{"wildcard": "A**"}]),
    "wildcard of eventName: a backslash before something else": detail(eventName=[{"wildcard": "A\\b"}]),
    "exists of eventName is neither true nor false": detail(eventName=[{"exists": "true"}]),
    "not a network: 10.0.0.0/99": detail(sourceIPAddress=[{"cidr": "10.0.0.0/99"}]),
    "cidr of sourceIPAddress is no text": detail(sourceIPAddress=[{"cidr": ["10.0.0.0/8"]}]),
    "numeric of eventVersion is no comparison": detail(eventVersion=[{"numeric": [">"]}]),
    "numeric of eventVersion: a sign of": detail(eventVersion=[{"numeric": ["!=", 1]}]),
    "numeric of eventVersion: a range goes": detail(eventVersion=[{"numeric": ["<", 1, ">", 5]}]),
    "anything-but of eventName is neither": detail(eventName=[{"anything-but": None}]),
    "anything-but of eventName mixes texts and numbers": detail(eventName=[{"anything-but": ["a", 1]}]),
    "unknown operator cidr in anything-but of eventName": detail(
        eventName=[{"anything-but": {"cidr": "::/0"}}]
    ),
    "prefix in anything-but of eventName is empty": detail(eventName=[{"anything-but": {"prefix": ""}}]),
    "$or is no list of two objects or more": detail(**{"$or": [{"eventName": ["A"]}]}),
    "prefix is no field within $or": detail(**{"$or": [{"prefix": ["A"]}, {"eventName": ["A"]}]}),
    "detail.eventName stands inside and outside of $or": detail(
        eventName=["A"], **{"$or": [{"eventName": ["B"]}, {"eventSource": ["C"]}]}
    ),
    "key with a dot: requestParameters.name": detail(**{"requestParameters.name": ["A"]}),
    "nested more than 20 deep": detail(requestParameters=json.loads('{"a":' * 30 + '["x"]' + "}" * 30)),
    "$or gives more than 1,000 combinations": detail(
        requestParameters={
            str(key): {"$or": [{str(way): ["x"]} for way in range(9)]} for key in range(4)
        }
    ),
}  # fmt: skip


@pytest.mark.parametrize("why", REFUSED)
def test_what_cannot_be_asked_is_refused_by_name(why: str) -> None:
    assert str(pattern_rule(REFUSED[why]).refused).startswith(why)


def test_a_pattern_of_brackets_without_an_end_is_refused() -> None:
    assert str(pattern_rule('{"detail": ' + "[" * 100_000).refused).startswith("not JSON")


def test_event_patterns_lie_in_a_folder_of_rules(tmp_path: Path) -> None:
    pattern = detail(eventName=["StopLogging"])
    listed = {
        "Rules": [
            {"Name": "off", "EventPattern": pattern, "Description": "stopped"},
            {"Name": "nightly", "ScheduleExpression": "rate(1 day)"},
        ]
    }
    (tmp_path / "bare.json").write_text(pattern, encoding="utf-8")
    (tmp_path / "bad.json").write_text('{"source": ["aws.iam"], "id": ["x"]}', encoding="utf-8")
    (tmp_path / "rules.json").write_text(json.dumps(listed), encoding="utf-8")
    (tmp_path / "one.json").write_text(json.dumps(listed["Rules"][0] | {"Name": "one"}), encoding="utf-8")
    (tmp_path / "cut.json").write_text('{"Rules": [{"EventPattern": "', encoding="utf-8")
    (tmp_path / "root.pattern").write_text(pattern, encoding="utf-8")
    event = {"source": "aws.iam", "detail-type": "x", "detail": {}, "id": "x"}
    (tmp_path / "event.json").write_text(json.dumps(event), encoding="utf-8")  # an event, no pattern
    found = {rule.id: rule.refused and rule.refused.partition(": ")[0] for rule in load_rules(tmp_path)}
    assert found == {
        "bad": "id of an event on the bus is not in CloudTrail's record",
        "bare": None,
        "cut": "not JSON",
        "nightly": "a rule with a schedule, and no event pattern",
        "off": None,
        "one": None,
        "root": None,
    }


def test_explain_gives_sql_that_runs() -> None:
    from tests.builders import table

    events = table(*EVENTS.values())
    pattern = detail(
        requestParameters={"items": {"fromPort": [{"numeric": ["<", 80]}]}}, errorCode=[{"exists": False}]
    )
    found = events.get_backend().sql(explain(pattern_rule(pattern))).eventID.execute()
    assert set(found) == {"open", "apart"}


WIDE = [  # asked of all public data by `test_differential`

    detail(userIdentity={"type": [{"anything-but": ["AWSService", "AWSAccount"]}]}, readOnly=[False]),
    detail(errorCode=[{"exists": True}], userAgent=[{"wildcard": "*aws*"}]),
    detail(sourceIPAddress=[{"cidr": "10.0.0.0/8"}, {"cidr": "192.168.0.0/16"}]),
    detail(requestParameters=[None], eventName=[{"prefix": "List"}, {"prefix": "Describe"}]),
    detail(resources={"type": ["AWS::S3::Object"], "ARN": [{"prefix": "arn:aws:s3:::"}]}),
    detail(requestParameters={"ipPermissions": {"items": {"fromPort": [22], "toPort": [22]}}}),
    detail(requestParameters={"maxResults": [{"numeric": [">", 0]}]}, responseElements=[None]),
    json.dumps({"source": ["aws.iam", "aws.sts"], "detail-type": ["AWS API Call via CloudTrail"]}),
    detail(**{"$or": [{"eventName": ["CreateUser"]}, {"userIdentity": {"invokedBy": [{"exists": True}]}}]}),
]  # fmt: skip


SCALARS = ["x", "X", "xy", "", "1", "*", 1, 2, 2.5, True, False, None]
VALUES: list[Any] = [
    *SCALARS, {"exists": True}, {"exists": False}, {"prefix": "x"}, {"prefix": {"equals-ignore-case": "X"}},
    {"suffix": "y"}, {"suffix": {"equals-ignore-case": "Y"}}, {"equals-ignore-case": "X"}, {"wildcard": "x*"},
    {"wildcard": "\\*"}, {"anything-but": "x"}, {"anything-but": [1, 2]}, {"anything-but": {"suffix": "y"}},
    {"anything-but": {"wildcard": ["x*", "*1"]}}, {"anything-but": {"equals-ignore-case": ["X", "1"]}},
    {"numeric": ["=", 1]}, {"numeric": [">=", 1, "<", 2.5]},
]  # fmt: skip


def made_up_record(dice: random.Random, depth: int, lists: int = 0) -> Any:
    kind = dice.random()
    if depth == 0 or kind < 0.4:
        return dice.choice(SCALARS)
    if kind < 0.7 and lists < 3:
        return [made_up_record(dice, depth - 1, lists + 1) for _ in range(dice.randint(0, 3))]
    return {key: made_up_record(dice, depth - 1) for key in "abc" if dice.random() < 0.6}


def made_up_pattern(dice: random.Random, depth: int) -> dict[str, Any]:
    keys = [key for key in "abc" if dice.random() < 0.6] or ["a"]
    rest = [key for key in "abc" if key not in keys]
    told: dict[str, Any] = {
        key: made_up_pattern(dice, depth - 1)
        if depth and dice.random() < 0.5
        else [dice.choice(VALUES) for _ in range(dice.randint(1, 2))]
        for key in keys
    }
    if rest and dice.random() < 0.3:
        told["$or"] = [{rest[0]: [dice.choice(VALUES)]}, {rest[-1]: {"a": [dice.choice(VALUES)]}}]
    return told


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_engine_and_plain_reading_agree_on_what_nobody_thought_of(seed: int) -> None:
    dice = random.Random(seed)
    made = {str(n): {"requestParameters": {"r": made_up_record(dice, 4)}} for n in range(80)}
    events = labelled(**made)
    texts = [detail(requestParameters={"r": made_up_pattern(dice, 1)}) for _ in range(60)]
    rules = [pattern_rule(text, str(place)) for place, text in enumerate(texts)]
    assert [rule.refused for rule in rules if rule.refused] == []
    found = hits(events, rules)
    assert sum(map(len, found.values())) > 100
    for place, text in enumerate(texts):
        read = {label for label, event in events.items() if matches(json.loads(text), event)}
        assert found[str(place)] == read, text
