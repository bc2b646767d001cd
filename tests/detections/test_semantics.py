"""Every sentence of the format: what a test of a field holds for, what it comes near, and what is absent."""
# ruff: noqa: E501 (a row of a table is a line)

from pathlib import Path
from typing import Any

import pytest

from tests.detections.asking import hits, labelled, rule, rules


def request(value: Any) -> dict[str, Any]:
    return {"requestParameters": {"f": value}}


EVENTS = labelled(
    stop=request("StopLogging"), lower=request("stoplogging"), start=request("StartLogging"),
    percent=request("50%_off"), percentless=request("50xyoff"), star=request("a*b"), starless=request("axb"),
    mark=request("a?b"), backslash=request("a\\b"), double=request("a\\\\b"), quote=request("it's \"x\""),
    empty=request(""), null=request(None), absent={"requestParameters": {}}, nothing={"requestParameters": ...},
    number=request(22), numeral=request("22"), real=request(1.50), big=request(3389), word=request("ssh"),
    yes=request(True), no=request(False), spelled=request("true"),
    object=request({"Status": "Suspended", "n": [1, 2]}), hollow=request({}), none=request([]), nulls=request([None]),
    several=request(["StopLogging", "DeleteTrail"]), nested=request([["StopLogging"]]), one=request(["StopLogging"]),
    inside=request([{"g": "x"}, {"g": ["y", None, "z"]}, {"h": "w"}]), newline=request("a\nb"), umlaut=request("Ä"),
    address=request("10.1.2.3"), padded=request("10.1.2.03"), service=request("ec2.amazonaws.com"),
    carried=request("::ffff:10.1.2.4"), hexed=request("::FFFF:0a01:0204"), six=request("2001:DB8::1"), outside=request("11.0.0.1"), hyphen={"requestParameters": {"x-amz-acl": "public"}},
    pair={"requestParameters": {"a": "Alice", "b": "aLICE"}}, unlike={"requestParameters": {"a": "alice", "b": "bob"}},
    part={"requestParameters": {"a": "arn:alice", "b": ["x", "ALICE"]}}, key={"requestParameters": {"F": "StopLogging"}},
    tail={"requestParameters": {"a": "alice@x", "b": "ALICE"}}, same={"requestParameters": {"a": "Bob", "b": "Bob"}},
    oddly={"eventName": ["StopLogging", "X"]}, root={"userIdentity": {"type": "Root"}},
    web={"userAgent": "Kali 10%"}, ten={"sourceIPAddress": "10.0.0.9"}, both=request({"p": "aXb", "q": "é%"}),
)  # fmt: skip
F = "requestParameters.f"
WITH_F = {label for label, event in EVENTS.items() if "f" in (event.get("requestParameters") or {})}
THERE = WITH_F - {"null"}

SEMANTICS: dict[str, tuple[dict[str, Any], set[str]]] = {
    # values
    "equal-without-case": ({F: "STOPLOGGING"}, {"stop", "lower", "several", "nested", "one"}),
    "cased": ({f"{F}|cased": "StopLogging"}, {"stop", "several", "nested", "one"}),
    "keys-keep-case": ({"requestParameters.F": "stoplogging"}, {"key"}),
    "any-of": ({F: ["startlogging", "ssh"]}, {"start", "word"}),
    "all-of-by-different-elements": ({f"{F}|all": ["stoplogging", "deletetrail"]}, {"several"}),
    "all-of-by-one": ({f"{F}|contains|all": ["op", "log"]}, {"stop", "lower", "several", "nested", "one"}),
    "number-by-text": ({F: 22}, {"number", "numeral"}),
    "real-by-text": ({F: "1.5"}, {"real"}),
    "boolean-by-text": ({F: True}, {"yes", "spelled"}),
    "contains": ({f"{F}|contains": "OPLOG"}, {"stop", "lower", "several", "nested", "one"}),
    "startswith": ({f"{F}|startswith": "start"}, {"start"}),
    "endswith": ({f"{F}|endswith": "OFF"}, {"percent", "percentless"}),
    "contains-cased": ({f"{F}|contains|cased": "Suspended"}, {"object"}),
    "object-as-compact-text": ({f"{F}|contains": '"status":"suspended","n":[1,2]'}, {"object"}),
    "top-as-text": ({"requestParameters|contains": '"f":22}'}, {"number"}),
    # wildcards and escapes
    "percent-is-plain": ({F: "50%_off"}, {"percent"}),
    "percent-is-plain-in-contains": ({f"{F}|contains": "%_"}, {"percent"}),
    "percent-beside-wildcard": ({F: "5?%_o*"}, {"percent"}),
    "star": ({F: "a*b"}, {"star", "starless", "mark", "backslash", "double", "newline"}),
    "question-mark": ({F: "a?b"}, {"star", "starless", "mark", "backslash", "newline"}),
    "question-mark-is-one-character": ({F: "?"}, {"umlaut"}),
    "escaped-star": ({F: "a\\*b"}, {"star"}),
    "escaped-question-mark": ({F: "a\\?b"}, {"mark"}),
    "backslash-is-plain": ({F: "a\\b"}, {"backslash"}),
    "escaped-backslash": ({F: "a\\\\b"}, {"backslash"}),
    "two-backslashes": ({F: "a\\\\\\\\b"}, {"double"}),
    "backslash-before-wildcard": ({F: "a\\\\*"}, {"backslash", "double"}),
    "quotes-survive": ({F: "it's \"x\""}, {"quote"}),
    "umlaut-without-case": ({F: "ä"}, {"umlaut"}),
    "star-alone-is-any-value": ({F: "*"}, THERE - {"none", "nulls"}),
    # absent
    "null": ({F: None}, set(EVENTS) - THERE),
    "null-or-value": ({F: [None, "ssh"]}, (set(EVENTS) - THERE) | {"word"}),
    "exists": ({f"{F}|exists": True}, THERE),
    "exists-not": ({f"{F}|exists": False}, set(EVENTS) - THERE),
    "empty-text": ({F: ""}, {"empty"}),
    "exists-top": ({"requestParameters|exists": True}, {label for label, e in EVENTS.items() if e.get("requestParameters") is not None}),
    # arrays
    "fan-out": ({f"{F}.g": ["y"]}, {"inside"}),
    "fan-out-all": ({f"{F}.g|all": ["x", "z"]}, {"inside"}),
    "hyphen": ({"requestParameters.x-amz-acl": "PUBLIC"}, {"hyphen"}),
    # modifiers
    "re": ({f"{F}|re": "^Sto.L"}, {"stop", "several", "nested", "one"}),
    "re-unanchored": ({f"{F}|re": "Logg"}, {"stop", "start", "several", "nested", "one"}),
    "re-i": ({f"{F}|re|i": "^sto.l"}, {"stop", "lower", "several", "nested", "one"}),
    "re-dot": ({f"{F}|re": "a.b"}, {"star", "starless", "mark", "backslash", "both"}),
    "re-s": ({f"{F}|re|s": "a.b"}, {"star", "starless", "mark", "backslash", "newline", "both"}),
    "re-m": ({f"{F}|re|m": "^b$"}, {"newline"}),
    "cidr": ({f"{F}|cidr": "10.0.0.0/8"}, {"address", "carried", "hexed"}),
    "cidr-of-carried": ({f"{F}|cidr": "::ffff:10.0.0.0/104"}, {"address", "carried", "hexed"}),
    "cidr-around-carried": ({f"{F}|cidr": "::/64"}, set()),
    "cidr-6": ({f"{F}|cidr": "2001:db8::/32"}, {"six"}),
    "cidr-any": ({f"{F}|cidr": ["0.0.0.0/0", "::/0"]}, {"address", "carried", "hexed", "six", "outside"}),
    "cidr-column": ({"sourceIPAddress|cidr": "10.0.0.0/24"}, {"ten"}),
    "gte": ({f"{F}|gte": 22}, {"number", "numeral", "big"}),
    "gt": ({f"{F}|gt": 22}, {"big"}),
    "lt": ({f"{F}|lt": 22}, {"real"}),
    "lte": ({f"{F}|lte": "22"}, {"real", "number", "numeral"}),
    "fieldref": ({"requestParameters.a|fieldref": "requestParameters.b"}, {"pair", "same"}),
    "fieldref-cased": ({"requestParameters.a|fieldref|cased": "requestParameters.b"}, {"same"}),
    "fieldref-contains": ({"requestParameters.a|fieldref|contains": "requestParameters.b"}, {"pair", "same", "part", "tail"}),
    "fieldref-startswith": ({"requestParameters.a|fieldref|startswith": "requestParameters.b"}, {"pair", "same", "tail"}),
    "fieldref-endswith": ({"requestParameters.a|fieldref|endswith": "requestParameters.b"}, {"pair", "same", "part"}),
    # typed columns
    "odd-column": ({"eventName": "stoplogging"}, {"oddly"}),
    "struct": ({"userIdentity.type": "root"}, {"root"}),
    "column-contains": ({"userAgent|contains": "kali 10%"}, {"web"}),
    "and-in-a-map": ({"userIdentity.type": "IAMUser", F: "ssh"}, {"word"}),
}  # fmt: skip
CONDITIONS: dict[str, tuple[dict[str, Any], set[str]]] = {
    "not-absent": ({"s": {"eventSource": "iam.*"}, "f": {F: "x"}, "condition": "s and not f"}, set(EVENTS)),
    "precedence": ({"a": {F: "ssh"}, "b": {F: "22"}, "c": {F: "a?b"}, "condition": "a or b and not c"}, {"word", "number", "numeral"}),
    "brackets": ({"a": {F: "ssh"}, "b": {F: "22"}, "condition": "not (not a and not b)"}, {"word", "number", "numeral"}),
    "one-of": ({"x_a": {F: "ssh"}, "x_b": {F: "22"}, "y": {F: ""}, "condition": "1 of x_*"}, {"word", "number", "numeral"}),
    "any-of-names": ({"x_a": {F: "ssh"}, "y": {F: ""}, "condition": "any of x*"}, {"word"}),
    "all-of-names": ({"x_a": {F: "a*"}, "x_b": {F: "*xb"}, "condition": "all of x_*"}, {"starless"}),
    "one-of-them": ({"a": {F: "ssh"}, "_b": {F: "22"}, "condition": "1 of them"}, {"word"}),
    "all-of-them": ({"a": {F: "a*"}, "b": {F: "*xb"}, "_c": {F: "no"}, "condition": "all of them"}, {"starless"}),
    "list-is-or": ({"a": {F: "ssh"}, "b": {F: ""}, "condition": ["a", "b"]}, {"word", "empty"}),
    "list-of-maps": ({"s": [{F: "ssh"}, {F: ""}]}, {"word", "empty"}),
    "maps-and-strings": ({"s": [{F: "ssh"}, "kali"]}, {"word", "web"}),
    "keyword": ({"s": ["KALI 10%"]}, {"web"}),
    "keyword-alone": ({"s": "kali"}, {"web"}),
    "keyword-wildcard": ({"s": ["kal?*10%"]}, {"web"}),
    "keywords-any": ({"s": ["kali", "3389"]}, {"web", "big"}),
    "keywords-all": ({"s": {"|all": ["axb", '"q":']}}, {"both"}),
    "keywords-all-near": ({"s": {"|all": ["kali", "3389"]}}, set()),
    "keywords-re": ({"s": {"|re": "Kal.\\s10"}}, {"web"}),
    "not-keyword": ({"s": ["kali"], "t": {"eventSource|endswith": "amazonaws.com"}, "condition": "t and not s"}, set(EVENTS) - {"web"}),
}  # fmt: skip


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    documents = {name: rule({"s": selection}) for name, (selection, _) in SEMANTICS.items()}
    documents |= {name: rule(detection) for name, (detection, _) in CONDITIONS.items()}
    return hits(EVENTS, rules(tmp_path_factory.mktemp("rules"), documents))


@pytest.mark.parametrize("name", SEMANTICS | CONDITIONS)
def test_what_hits(name: str, found: dict[str, set[str]]) -> None:
    assert found[name] == (SEMANTICS | CONDITIONS)[name][1]


REFUSED = {
    "unknown-field": (rule({"s": {"host.name": "x"}}), "unknown field host.name"),
    "case-of-field": (rule({"s": {"eventname": "x"}}), "unknown field eventname"),
    "eventJson": (rule({"s": {"eventJson": "x"}}), "unknown field eventJson"),
    "unknown-modifier": (rule({"s": {f"{F}|base64": "x"}}), "unknown modifier base64"),
    "unused-selection": (rule({"s": {F: "x"}, "t": {"z": "x"}}), "unknown field z"),
    "look-ahead": (rule({"s": {f"{F}|re": "(?=x)"}}), "regular expression not supported: (?=x)"),
    "back-reference": (rule({"s": {f"{F}|re": "(x)\\1"}}), "regular expression not supported: (x)\\1"),
    "flag-without-re": (rule({"s": {f"{F}|i": "x"}}), "modifier i without re"),
    "two-kinds": (rule({"s": {f"{F}|contains|re": "x"}}), "modifiers contains and re together"),
    "no-network": (rule({"s": {f"{F}|cidr": "10.*"}}), "not a network: 10.*"),
    "no-number": (rule({"s": {f"{F}|gt": "many"}}), "not a number: many"),
    "null-contains": (rule({"s": {f"{F}|contains": None}}), f"null with modifier contains of {F}"),
    "neither": (rule({"s": {f"{F}|exists": "maybe"}}), "exists: maybe is neither true nor false"),
    "placeholder": (rule({"s": {f"{F}|expand": "%admins%"}}), "unresolved placeholder %admins%"),
    "reference": (rule({"s": {f"{F}|fieldref": "other.x"}}), "unknown field other.x"),
    "no-values": (rule({"s": {F: []}}), f"no values for {F}"),
    "map-value": (rule({"s": {F: {"a": "b"}}}), f"a mapping among the values of {F}"),
    "empty-selection": (rule({"s": {}}), "empty selection s"),
    "keyword-modifier": (rule({"s": {"|cidr": "10.0.0.0/8"}}), "modifier cidr without a field"),
    "aggregation": (rule({"s": {F: "x"}, "condition": "s | count() > 5"}), "aggregation in condition"),
    "near": (rule({"s": {F: "x"}, "condition": "s|near s"}), "aggregation in condition"),
    "unknown-selection": (rule({"s": {F: "x"}, "condition": "s and t"}), "unknown selection t"),
    "unknown-selections": (rule({"s": {F: "x"}, "condition": "1 of t*"}), "unknown selection t*"),
    "two-of": (rule({"s": {F: "x"}, "condition": "2 of s*"}), "2 of ... in condition: only 1, any and all are known"),
    "open-bracket": (rule({"s": {F: "x"}, "condition": "(s"}), "condition ends too early"),
    "closed-bracket": (rule({"s": {F: "x"}, "condition": "s)"}), "condition cannot be read at: )"),
    "two-words": (rule({"s": {F: "x"}, "condition": "s s"}), "condition cannot be read at: s"),
    "no-condition": ({"detection": {"s": {F: "x"}}}, "no condition"),
    "no-detection": ({"title": "x"}, "no detection"),
    "windows": (rule({"s": {F: "x"}}, logsource={"product": "windows"}), "not an AWS CloudTrail rule"),
    "guardduty": (rule({"s": {F: "x"}}, logsource={"product": "aws", "service": "guardduty"}), "not an AWS CloudTrail rule"),
    "category": (rule({"s": {F: "x"}}, logsource={"category": "process_creation"}), "not an AWS CloudTrail rule"),
    "level": (rule({"s": {F: "x"}}, level="urgent"), "unknown level urgent"),
    "surrogate": (rule({"s": {F: "\ud800"}}), None),
}  # fmt: skip


def test_what_is_refused_says_why(tmp_path: Path) -> None:
    found = {
        one.id: one.refused for one in rules(tmp_path, {name: doc for name, (doc, _) in REFUSED.items()})
    }
    for name, (_, why) in REFUSED.items():
        assert found[name] is not None, name
        assert found[name].startswith(why or ""), name


def test_of_many_texts_those_that_pass_are_found(tmp_path: Path) -> None:
    agents = [f"agent {number:03}" for number in range(300)]
    many = labelled(**{agent: {"userAgent": agent, "eventName": agent} for agent in agents})
    odd = {"userAgent|endswith": ["1", "3", "5", "7", "9"]}
    asked = {
        "odd": rule({"s": odd}),
        "even": rule({"s": odd, "condition": "not s"}),
        "within": rule({"s": odd, "t": {"userAgent|contains": " 1"}, "condition": "s and t"}),
        "named": rule({"s": {"eventName|re": "[13579]$"}, "t": {"userAgent|re": " [01].*[02468]$"}, "condition": "s or t"}),
    }
    passing = {agent for agent in agents if int(agent[-1]) % 2}
    low = {agent for agent in agents if agent[6] in "01"}
    assert hits(many, rules(tmp_path, asked)) == {
        "odd": passing,
        "even": set(agents) - passing,
        "within": {agent for agent in passing if agent[6] == "1"},
        "named": passing | low,
    }
