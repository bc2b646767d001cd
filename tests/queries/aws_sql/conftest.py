"""One small case that every test of AWS SQL asks."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.builders import ACCOUNT, assume_role, case, event, role_event, user
from workbench.queries.aws_sql import run_sql

Ask = Callable[..., Any]

LOGIN = event(
    eventID="login",
    eventName="ConsoleLogin",
    eventSource="signin.amazonaws.com",
    eventTime="2024-05-08T10:00:00Z",
    requestParameters={"a": {"b": [1, 2]}, "n": 50, "aws:x": "colon", "no": None},
    responseElements={"ConsoleLogin": "Failure"},
    resources=[{"accountId": ACCOUNT, "type": "AWS::S3::Bucket", "ARN": "arn:aws:s3:::acme"}],
    readOnly=False,
)
ROLE = role_event(eventID="role", eventTime="2024-05-08T11:30:00Z", eventName="GetObject")
PLAIN = event(eventID="plain", eventTime="2024-05-09T00:00:00Z", readOnly=True)
ASSUMED = assume_role(user(), eventID="assumed", eventTime="2024-05-08T11:00:00Z")


@pytest.fixture(scope="package")
def con(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    con = case(tmp_path_factory.mktemp("aws-sql"), LOGIN, ROLE, PLAIN, ASSUMED)
    yield con
    con.disconnect()


def asking(con: Any) -> Ask:
    """Give what runs a query on a case; it gives its rows, or the value where there is but one."""

    def answer(sql: str, dialect: str = "lake", **options: Any) -> Any:
        rows = [
            tuple(row.values())
            for row in run_sql(con, sql, dialect=dialect, **options).to_pyarrow().to_pylist()
        ]
        return rows[0][0] if len(rows) == 1 and len(rows[0]) == 1 else rows

    return answer


@pytest.fixture
def ask(con: Any) -> Ask:
    return asking(con)
