"""Stores of other kinds: Config, Insights, events from outside of AWS, audit evidence; joins of stores."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import workbench as wb
from tests.builders import event, trail
from tests.events.items.builders import ARN, item, snapshot
from workbench.errors import SqlError
from workbench.events.items.stores import ACTIVITY, CONFIG, EVIDENCE
from workbench.queries.aws_sql import run_sql

Ask = Callable[..., Any]
ROLE = "arn:aws:iam::111122223333:role/support"

STATISTICS = {"baseline": {"average": 0.5}, "insight": {"average": 7}, "insightDuration": 3}
ATTRIBUTED = {"attribute": "userIdentityArn", "insight": [{"value": "alice", "average": 7}], "baseline": []}
INSIGHT = event(
    eventID="unusual",
    eventCategory="Insight",
    eventType="AwsCloudTrailInsight",
    userIdentity=...,
    sharedEventID="shared",
    insightDetails={
        "state": "Start",
        "eventSource": "iam.amazonaws.com",
        "eventName": "DeleteUser",
        "insightType": "ApiCallRateInsight",
        "insightContext": {"statistics": STATISTICS, "attributions": [ATTRIBUTED]},
    },
)
LAKE_INSIGHT = event(
    eventID="unusual-2",
    eventCategory="Insight",
    userIdentity=...,
    insightState="End",
    insightSource="arn:aws:cloudtrail:us-east-1:111122223333:eventdatastore/1",
    insightContext={"baselineAverage": 1.5, "insightAverage": 2, "attributions": None},
)
OPENED = event(
    eventID="opened",
    eventName="UpdateAssumeRolePolicy",
    eventTime="2026-09-02T04:19:00Z",
    requestParameters={"roleName": "support"},
)
ROLE_ITEM = item(ARN=ROLE, resourceType="AWS::IAM::Role", resourceId="AROASUPPORT", resourceName="support")


@pytest.fixture(scope="module")
def con(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    place = tmp_path_factory.mktemp("kinds")
    trail(place / "e", INSIGHT, LAKE_INSIGHT, OPENED)
    for name, content in {
        "one.json": snapshot(item(), ROLE_ITEM),
        "two.json": snapshot(item(configurationStateMd5Hash="md5"), configSnapshotId="two"),
        "none.json": snapshot(),
        "sign-in.jsonl": b"\n".join([json.dumps(SIGN_IN).encode()] * 2),
    }.items():
        (place / "e" / name).write_bytes(content)
    con = wb.open_case(place / "case")
    wb.load(con, place / "e")
    yield con
    con.disconnect()


SIGN_IN = {
    "eventCategory": "ActivityAuditLog",
    "eventType": "ActivityLog",
    "eventID": "sign-in",
    "eventTime": "2026-09-02 04:20:00.000",
    "metadata": {"ingestionTime": "2026-09-02 04:21:00", "channelARN": "arn:aws:cloudtrail:::channel/1"},
    "eventData": {"eventName": "SignIn", "userIdentity": {"type": "Person", "details": {"mail": "a@x.org"}}},
}


@pytest.fixture
def ask(con: Any) -> Ask:
    def answer(sql: str, dialect: str = "lake", **options: Any) -> Any:
        found = run_sql(con, sql, dialect=dialect, **options).to_pyarrow().to_pylist()
        return [tuple(row.values()) for row in found]

    return answer


CONFIG_NAMES = [
    "$CONFIG_EDS_ID",
    "${config}",
    "<Config EDS ID>",
    "config_event_data_store_ID",
    "config-items",
]


@pytest.mark.parametrize("name", CONFIG_NAMES)
def test_names_of_config(ask: Ask, name: str) -> None:
    assert ask(f"SELECT count(*) FROM {name} c JOIN {name} d ON c.eventid = d.eventid") == [(2,)]


@pytest.mark.parametrize("name", ["$INSIGHTS", "<insights EDS>", "insight_events", "my-insights-store"])
def test_names_of_insights(ask: Ask, name: str) -> None:
    assert ask(f"SELECT count(*) FROM {name}") == [(2,)]


@pytest.mark.parametrize("name", ["configs.items", "main.config_items", "information_schema.insights"])
def test_nothing_before_the_name_in_lake(ask: Ask, name: str) -> None:
    with pytest.raises(SqlError, match="no event data store named"):
        ask(f"SELECT count(*) FROM {name}")


@pytest.mark.parametrize(
    ("kind", "names"),
    [("config", CONFIG.names), ("activity", ACTIVITY.names), ("evidence", EVIDENCE.names)],
)
def test_columns_are_aws(con: Any, kind: str, names: list[str]) -> None:
    assert list(run_sql(con, "SELECT * FROM store", stores={"store": kind}).columns) == names


def test_a_kind_with_nothing_loaded_is_empty(ask: Ask) -> None:
    sql = "SELECT eventID, eventData.controlName FROM audit WHERE eventTime > '2026-01-01'"
    assert ask(sql, stores={"audit": "evidence"}) == []


def test_types_of_config(ask: Ask) -> None:
    sql = f"""SELECT eventdata.arn, eventData.configurationItemStateId,
        element_at(eventData.configuration, 'name'), eventTime = timestamp '2026-09-02 04:20:00',
        cardinality(eventData.relationships),
        json_extract_scalar(eventJson, '$.eventData.resourceId')
        FROM $CONFIG_EDS_ID WHERE eventData.arn = '{ARN}'"""
    assert ask(sql) == [(ARN, "1", "logs", True, 0, "logs")]


def test_insights_of_trails_and_of_lake(ask: Ask) -> None:
    sql = """SELECT insightState, insightEventName, insightSource, insightContext.baselineAverage,
        insightContext.insightAverage, insightContext.insightDuration,
        insightContext.attributions[1].insight[1].value FROM $INSIGHTS ORDER BY eventID"""
    assert ask(sql) == [
        ("Start", "DeleteUser", None, 0.5, 7.0, 3, "alice"),
        ("End", None, LAKE_INSIGHT["insightSource"], 1.5, 2.0, None, None),
    ]


def test_events_from_outside_of_aws(ask: Ask) -> None:
    sql = "SELECT eventData.eventName, element_at(eventData.userIdentity.details, 'mail') FROM outside"
    assert ask(sql, stores={"outside": "activity"}) == [("SignIn", "a@x.org")]


def test_who_changed_what_when(ask: Ask) -> None:
    """The join that the Config integration was announced with: the call, the caller, the state after it."""
    sql = """SELECT e.eventTime, e.userIdentity.userName, e.eventName, c.eventData.resourceType
        FROM $EDS_ID AS e JOIN $CONFIG_EDS_ID AS c
        ON element_at(e.requestParameters, 'roleName') = c.eventData.resourceName
        WHERE e.readOnly = false AND c.eventTime BETWEEN e.eventTime AND e.eventTime + interval '1' hour"""
    ((_, *found),) = ask(sql)
    assert found == ["alice", "UpdateAssumeRolePolicy", "AWS::IAM::Role"]


@pytest.mark.parametrize(("words", "rows"), [("UNION ALL", 2), ("UNION", 1), ("INTERSECT", 1), ("EXCEPT", 0)])
def test_sets_of_two_stores(ask: Ask, words: str, rows: int) -> None:
    sql = f"""SELECT eventTime FROM $CONFIG_EDS_ID WHERE eventData.arn = '{ARN}' {words}
        SELECT eventTime FROM outside"""
    assert len(ask(sql, stores={"outside": "activity"})) == rows


def test_athenas_table_of_config_has_a_row_per_file(ask: Ask) -> None:
    sql = """SELECT "$path", configsnapshotid, cardinality(configurationitems),
        configurationitems[1].configurationStateMd5Hash
        FROM audit.awsconfig ORDER BY 1"""
    found = [(Path(path).name, *rest) for path, *rest in ask(sql, "athena")]
    snapshot_id = "00000000-0000-4000-9000-0000000000c0"
    assert found[0][:3] == ("none.json", snapshot_id, 0)
    assert found[1:] == [("one.json", snapshot_id, 2, ""), ("two.json", "two", 1, "")]


def test_athenas_items_are_unnested(ask: Ask) -> None:
    sql = """SELECT item.resourceName, item.configurationStateId + 1 FROM awsconfig
        CROSS JOIN UNNEST(configurationitems) AS t (item) WHERE item.resourceType = 'AWS::IAM::Role'"""
    assert ask(sql, "athena") == [("support", 2)]
