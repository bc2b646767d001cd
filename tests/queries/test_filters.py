from datetime import UTC, datetime, timedelta, timezone

import pytest

from tests.builders import event, role_event, table
from workbench.errors import ParameterError
from workbench.queries import between, by_account, by_principal, denied, failed, human, writes

SERVICE = {"type": "AWSService", "invokedBy": "config.amazonaws.com"}


def names(rows):
    return sorted(rows.eventName.execute())


def codes(*values):
    return table(*(event(eventName=f"Call{at}", errorCode=code) for at, code in enumerate(values)))


def test_denied_takes_the_two_spellings_of_aws_and_no_other_error():
    rows = codes("AccessDenied", "AccessDeniedException", "Client.UnauthorizedOperation", "NoSuchBucket", ...)
    assert names(denied(rows)) == ["Call0", "Call1", "Call2"]


def test_failed_takes_every_error_and_no_success():
    assert names(failed(codes("NoSuchBucket", "AccessDenied", ...))) == ["Call0", "Call1"]


def test_writes_go_by_readOnly_and_by_the_name_where_it_is_absent():
    rows = table(
        event(eventName="CreateUser", readOnly=False),
        event(eventName="GetUser", readOnly=True),
        event(eventName="GetWritten", readOnly=False),
        event(eventName="DeleteUser", readOnly=...),
        event(eventName="DescribeUser", readOnly=...),
    )
    assert names(writes(rows)) == ["CreateUser", "DeleteUser", "GetWritten"]


def test_human_leaves_out_services_and_service_linked_roles_only():
    rows = table(
        event(eventName="ByUser"),
        event(eventName="ByService", userIdentity=SERVICE),
        role_event("Deploy", eventName="ByRole"),
        role_event("aws-service-role/rds.amazonaws.com/AWSServiceRoleForRDS", eventName="ByLinkedRole"),
        event(eventName="ByNobody", userIdentity=...),
    )
    assert names(human(rows)) == ["ByNobody", "ByRole", "ByUser"]


def test_by_principal_and_by_account_compare_exactly():
    rows = table(event(eventName="Mine"), event(eventName="Other", recipientAccountId="999988887777"))
    assert names(by_principal(rows, "arn:aws:iam::111122223333:user/alice")) == ["Mine", "Other"]
    assert names(by_principal(rows, "arn:aws:iam::111122223333:user/ali")) == []
    assert names(by_account(rows, "999988887777")) == ["Other"]


def hours():
    return table(
        *(event(eventName=f"At{hour:02}", eventTime=f"2026-09-02T{hour:02}:00:00Z") for hour in (1, 2, 3))
    )


def test_between_holds_its_start_and_not_its_end():
    assert names(between(hours(), "2026-09-02T01:00:00Z", "2026-09-02T03:00:00Z")) == ["At01", "At02"]
    assert names(between(hours(), start="2026-09-02 02:00")) == ["At02", "At03"]
    assert names(between(hours(), end=datetime(2026, 9, 2, 2, tzinfo=UTC))) == ["At01"]
    assert names(between(hours())) == ["At01", "At02", "At03"]


def test_between_reads_offsets():
    tokyo = timezone(timedelta(hours=9))
    assert names(between(hours(), datetime(2026, 9, 2, 12, tzinfo=tokyo))) == ["At03"]
    assert names(between(hours(), "2026-09-02T12:00:00+09:00")) == ["At03"]


def test_between_leaves_out_events_without_a_time():
    rows = table(event(eventName="Timeless", eventTime=...), event(eventName="Timed"))
    assert names(between(rows, start="2020-01-01")) == ["Timed"]


@pytest.mark.parametrize(
    ("start", "end"), [("yesterday", None), ("2026-09-02", "2026-09-02"), ("2026-09-03", "2026-09-02")]
)
def test_between_refuses_what_is_no_time_or_no_span(start, end):
    with pytest.raises(ParameterError):
        between(hours(), start, end)


def test_a_name_with_a_nul_byte_can_be_asked_for():
    odd = {"type": "IAMUser", "arn": "arn:aws:iam::111122223333:user/a\x00b", "accountId": "111122223333"}
    rows = table(event(eventName="Odd", userIdentity=odd), event(eventName="Plain"))
    assert names(by_principal(rows, odd["arn"])) == ["Odd"]
