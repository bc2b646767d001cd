"""The tests inside rule files, run through the engine: whether a rule does what its author says."""

import itertools
import json
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple
from uuid import NAMESPACE_URL, uuid5

from workbench.detections.reading.model import Rule
from workbench.detections.running import examine
from workbench.events import events, open_case

_START = datetime(2026, 1, 1, tzinfo=UTC)
_APART = timedelta(hours=3)
_ACCOUNT = "111122223333"
_READING = ("Get", "List", "Describe", "Lookup", "Head", "BatchGet", "Search", "Query", "Scan")
_MOST_EVENTS = 100_000
_FAULT = "no test: write expect (hit or miss), and event or events"


class Trial(NamedTuple):
    """One test of a rule: what its file says, and the records that say it. `fault` says why it is none."""

    rule: str
    number: int
    expect: str
    why: str | None
    severity: str | None
    events: Sequence[dict[str, Any]]
    fault: str | None = None


class Tried(NamedTuple):
    """What came of one test. `number` counts from 1; `found` is `hit`, `miss`, or why it could not be run."""

    rule_id: str
    number: int
    expect: str
    found: str
    why: str | None
    passed: bool


def trials(rules: Iterable[tuple[str, Sequence[Mapping[str, Any]]]]) -> list[Trial]:
    """Make the tests of rules whole: complete records, hours apart, each test with a caller of its own.

    Parameters
    ----------
    rules
        Ids, and what stands under `custom.tests`: `expect`, `why`, `severity`, and `event` (fields that
        differ from a plain call) or `events` (a list of such, or of `{repeat, every, event}`, in whose
        texts `{n}` counts).

    Examples
    --------
    >>> (one,) = trials([("off", [{"expect": "hit", "event": {"eventName": "StopLogging"}}])])
    >>> one.events[0]["eventName"], one.events[0]["readOnly"], one.events[0]["userIdentity"]["userName"]
    ('StopLogging', False, 'off-0')
    """
    times = itertools.count()
    return [
        _trial(name, number, test, _START + next(times) * _APART)
        for name, tests in rules
        for number, test in enumerate(tests)
    ]


def try_rules(rules: Sequence[Rule], among: Sequence[Rule] = ()) -> list[Tried]:
    """Run the tests that rules carry, all in one timeline.

    Parameters
    ----------
    rules
        Whose tests are run.
    among
        Rules that run as well, where these count hits of theirs.

    Returns
    -------
    list of Tried
        One for each test; a rule that is refused fails all of its own.

    Examples
    --------
    >>> from workbench.detections.reading.patterns import pattern_rule
    >>> from dataclasses import replace
    >>> tests = ({"expect": "hit", "event": {"eventName": "StopLogging"}}, {"expect": "miss", "event": {}})
    >>> rule = replace(pattern_rule("{ $.eventName = StopLogging }", "off"), tests=tests)
    >>> [(one.number, one.found, one.passed) for one in try_rules([rule])]
    [(1, 'hit', True), (2, 'miss', True)]
    """
    asked = trials((rule.id, rule.tests) for rule in rules)
    records = [record for one in asked for record in one.events]
    own = {rule.id for rule in rules}
    others = [rule for rule in among if rule.id not in own]
    worth = _worth([*rules, *others], records) if records else {}
    refused = {rule.id: rule.refused for rule in rules if rule.refused}
    return [_tried(one, worth, refused.get(one.rule)) for one in asked]


def _trial(name: str, number: int, test: Mapping[str, Any], start: datetime) -> Trial:
    expect, why = str(test.get("expect")), test.get("why")
    told = str(why) if why is not None else None
    try:
        if expect not in ("hit", "miss"):
            raise ValueError(_FAULT)
        records = list(itertools.islice(_records(test, start, f"{name}-{number}"), _MOST_EVENTS + 1))
        if len(records) > _MOST_EVENTS:
            raise ValueError(f"no test: more than {_MOST_EVENTS:,} events")
    except (TypeError, KeyError, AttributeError, OverflowError):
        return Trial(name, number, expect, told, None, (), _FAULT)
    except ValueError as error:
        return Trial(name, number, expect, told, None, (), str(error))
    return Trial(name, number, expect, told, test.get("severity"), records)


def _records(test: Mapping[str, Any], start: datetime, caller: str) -> Iterator[dict[str, Any]]:
    seconds, count = 0, itertools.count()
    parts = test["events"] if test.get("events") else [test["event"]]
    for part in parts:
        every, fields = part.get("every", 1), part["event"] if "repeat" in part else part
        for number in range(part.get("repeat", 1)):
            written = json.loads(json.dumps(fields).replace("{n}", str(number)))
            yield _record(caller, next(count), start + timedelta(seconds=seconds)) | _with_name(written)
            seconds += every


def _with_name(written: dict[str, Any]) -> dict[str, Any]:
    """Tell what reads from what writes, as the name of the API does."""
    name = str(written.get("eventName", "ListUsers"))
    return {"readOnly": name.startswith(_READING)} | written


def _record(caller: str, number: int, time: datetime) -> dict[str, Any]:
    """Give a plain call of a user: what a test does not say."""
    return {
        "eventVersion": "1.11",
        "userIdentity": {
            "type": "IAMUser",
            "principalId": f"AIDA{caller.upper():X<17.17}",
            "arn": f"arn:aws:iam::{_ACCOUNT}:user/{caller}",
            "accountId": _ACCOUNT,
            "userName": caller,
            "accessKeyId": "AKIAIOSFODNN7EXAMPLE",
        },
        "eventTime": time.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "eventSource": "iam.amazonaws.com",
        "eventName": "ListUsers",
        "awsRegion": "us-east-1",
        "sourceIPAddress": "198.51.100.7",
        "userAgent": "aws-cli/2.27.41",
        "requestParameters": None,
        "responseElements": None,
        "requestID": str(uuid5(NAMESPACE_URL, f"request {caller} {number}")),
        "eventID": str(uuid5(NAMESPACE_URL, f"event {caller} {number}")),
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": _ACCOUNT,
        "eventCategory": "Management",
    }


def _worth(rules: Sequence[Rule], records: Sequence[dict[str, Any]]) -> dict[tuple[str, str], str]:
    """Return the severity of each hit, by rule and event, in a case that is gone afterwards."""
    from workbench.events import load

    with tempfile.TemporaryDirectory(prefix="workbench-tests-") as folder:
        evidence = Path(folder) / "evidence"
        evidence.mkdir()
        (evidence / "events.json").write_text(json.dumps({"Records": records}), encoding="utf-8")
        con = open_case(Path(folder) / "case")
        try:
            load(con, evidence)
            rows = examine(events(con), rules).hits.select("rule_id", "eventID", "severity")
            return {
                (row["rule_id"], row["eventID"]): row["severity"] for row in rows.to_pyarrow().to_pylist()
            }
        finally:
            con.disconnect()


def _tried(one: Trial, worth: Mapping[tuple[str, str], str], refused: str | None) -> Tried:
    found = [worth[key] for record in one.events if (key := (one.rule, record["eventID"])) in worth]
    said = one.fault or (f"refused: {refused}" if refused else "hit" if found else "miss")
    passed = said == one.expect and one.severity in (None, *found)
    if said == one.expect and not passed:
        said = f"{said} of severity {', '.join(sorted(set(found))) or 'none'}, not {one.severity}"
    return Tried(one.rule, one.number + 1, one.expect, said, one.why, passed)
