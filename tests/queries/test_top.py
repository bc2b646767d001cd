import pytest

from tests.builders import event, table, user
from workbench.errors import ParameterError
from workbench.queries import sources, top


def test_top_orders_by_number_then_by_value_and_skips_the_absent():
    rows = table(
        event(eventName="B"),
        event(eventName="A"),
        event(eventName="C"),
        event(eventName="C", errorCode="AccessDenied"),
        event(eventName=...),
    )
    found = top(rows, "eventName", n=2).execute()
    assert found["eventName"].tolist() == ["C", "A"]
    assert found["events"].tolist() == [2, 1]
    assert found["denied"].tolist() == [1, 0]
    assert found["share"].tolist() == [0.5, 0.25]


def test_top_of_principals_counts_each_once():
    found = top(table(event(), event()), "principal").execute()
    assert found[["events", "principals"]].to_numpy().tolist() == [[2, 1]]


def test_top_refuses_an_unknown_column_and_no_rows():
    rows = table(event())
    with pytest.raises(ParameterError, match="no column 'nothing'"):
        top(rows, "nothing")
    with pytest.raises(ParameterError, match="Ask for 1"):
        top(rows, "eventName", n=0)


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("203.0.113.9", "address"),
        ("2001:db8::1", "address"),
        ("10.0.0.1", "private"),
        ("172.16.0.1", "private"),
        ("172.32.0.1", "address"),
        ("192.168.1.1", "private"),
        ("fd00::1", "private"),
        ("::ffff:10.0.0.1", "private"),
        ("::FFFF:203.0.113.9", "address"),
        ("ec2.amazonaws.com", "service"),
        ("AWS Internal", "service"),
        ("amazonaws.com.example.org", "other"),
        ("203.0.113.9 ", "other"),
    ],
)
def test_a_source_is_told_by_what_it_says(address, kind):
    assert sources(table(event(sourceIPAddress=address))).source_kind.execute().tolist() == [kind]


def test_sources_puts_the_address_of_several_principals_first():
    rows = table(
        event(
            sourceIPAddress="203.0.113.9",
            userIdentity=user("alice"),
            eventID="first",
            eventTime="2026-09-02T03:00:00Z",
        ),
        event(sourceIPAddress="203.0.113.9", userIdentity=user("mallory"), errorCode="AccessDenied"),
        event(sourceIPAddress="198.51.100.7"),
        event(sourceIPAddress="198.51.100.7"),
        event(sourceIPAddress="198.51.100.7"),
        event(sourceIPAddress=...),
    )
    found = sources(rows).execute()
    assert found["sourceIPAddress"].tolist() == ["203.0.113.9", "198.51.100.7"]
    assert found.loc[0, ["events", "denied", "principals", "eventID"]].tolist() == [2, 1, 2, "first"]
