import sys

import pytest

from tests.builders import event, role_event, table, user
from tests.detections.mmdb import database
from workbench.detections.outside.travel import impossible_travel
from workbench.errors import ParameterError

HOME, AWAY, NEAR = "198.51.100.7", "203.0.113.9", "192.0.2.1"
PLACES = """network,latitude,longitude,accuracy_radius,city_name,country_iso_code
198.51.100.0/24,52.5,13.4,20,Berlin,DE
203.0.113.0/24,1.3,103.8,10,,SG
192.0.2.0/24,50.1,8.7,,Frankfurt,DE
10.0.0.0/8,,,,,
"""
RECORDS = {
    "198.51.100.0/24": {
        "location": {"latitude": 52.5, "longitude": 13.4},
        "city": {"names": {"en": "Berlin"}},
    },
    "203.0.113.0/24": {"location": {"latitude": 1.3, "longitude": 103.8}, "country": {"iso_code": "SG"}},
    "192.0.2.0/24": {"country": {"iso_code": "DE"}},
}


@pytest.fixture
def places(tmp_path):
    path = tmp_path / "places.csv"
    path.write_text(PLACES)
    return path


def at(time, address, **fields):
    return event(**({"eventTime": f"2026-09-02T{time}Z", "sourceIPAddress": address} | fields))


def hits(path, *events, **options):
    return impossible_travel(table(*events), path, **options).to_pyarrow().to_pylist()


def test_two_places_faster_than_a_journey_are_a_hit(places):
    (hit,) = hits(places, at("04:00:00", HOME, eventID="a"), at("06:00:00", AWAY, eventID="b"))
    assert (hit["eventID"], hit["eventIDs"], hit["severity"]) == ("b", ["a", "b"], "medium")
    assert hit["reason"] == (
        f"{AWAY} (SG) 120 minutes after {HOME} (Berlin, DE): 9890 km at 4945 km/h; 1 such journey"
    )


def test_an_address_that_is_carried_in_ipv6_lies_where_it_lies(places):
    there, back = at("04:00:00", HOME), at("06:00:00", f"::ffff:{AWAY}")
    (hit,) = hits(places, there, back)
    assert hit["reason"].startswith(f"::ffff:{AWAY} (SG) 120 minutes after {HOME} (Berlin, DE): ")
    places.write_text(PLACES.replace("203.0.113.0/24", "::ffff:203.0.113.0/120"))
    assert len(hits(places, there, at("06:00:00", AWAY))) == 1
    assert hits(places, there, at("06:00:00", f"::{AWAY}")) == []


def test_time_enough_or_a_short_way_is_none(places):
    assert hits(places, at("04:00:00", HOME), at("16:00:00", AWAY)) == []
    assert hits(places, at("04:00:00", HOME), at("04:00:01", NEAR)) == []
    assert len(hits(places, at("04:00:00", HOME), at("04:00:01", NEAR), distance=300)) == 1
    assert len(hits(places, at("04:00:00", HOME), at("16:00:00", AWAY), speed=800)) == 1


def test_there_and_back_is_one_hit_that_counts(places):
    rows = [at(f"04:0{minute}:00", (HOME, AWAY)[minute % 2]) for minute in range(5)]
    (hit,) = hits(places, *rows)
    assert hit["reason"].endswith("; 4 such journeys")
    assert len(hit["eventIDs"]) == 5


def test_the_same_second_is_no_division_by_zero(places):
    (hit,) = hits(places, at("04:00:00", HOME, eventID="a"), at("04:00:00", AWAY, eventID="b"))
    assert " 0 minutes after " in hit["reason"]


def test_two_people_are_no_journey(places):
    assert hits(places, at("04:00:00", HOME), at("04:01:00", AWAY, userIdentity=user("bob"))) == []
    one, other = (
        role_event(session=session, eventTime="2026-09-02T04:00:00Z", sourceIPAddress=address)
        for session, address in (("ann", HOME), ("ben", AWAY))
    )
    assert hits(places, one, other) == []


def test_a_login_that_failed_proves_nobody(places):
    failed = at("04:01:00", AWAY, eventName="ConsoleLogin", errorMessage="Failed authentication")
    assert hits(places, at("04:00:00", HOME), failed) == []


@pytest.mark.parametrize(
    "address", ["ec2.amazonaws.com", "203.0.113.077", "10.0.0.1", "2001:db8::1", None, ...]
)
def test_what_has_no_place_is_no_journey(places, address):
    assert hits(places, at("04:00:00", HOME), at("04:01:00", address)) == []


def test_events_without_a_time_are_no_journey(places):
    assert hits(places, at("04:00:00", HOME), event(eventTime=..., sourceIPAddress=AWAY)) == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("network,latitude\n", "no column longitude"),
        ("", "no column network"),
        ("network,latitude,longitude\nnowhere,1,2\n", "line 2 is no network"),
        ("network,latitude,longitude\n203.0.113.0/24,91,2\n", "no point on the globe"),
        ("network,latitude,longitude\n203.0.113.0/24,nan,2\n", "no point on the globe"),
        ("network,latitude,longitude\n203.0.113.0/24,1,\n", "line 2 is no network"),
        (
            "network,latitude,longitude\n203.0.113.0/24,1\n",
            "line 2 .*a coordinate is missing.*Mend it, or take",
        ),
        ("network,latitude,longitude,accuracy_radius\n203.0.113.0/24,1,1,-1\n", "accuracy_radius of -1 km"),
        ("network;latitude;longitude\n203.0.113.0/24;1;1\n", "with commas"),
        (f"network,latitude,longitude\n203.0.113.0/24,{'9' * 5000},1\n", "line 2 .{1,120} Mend it"),
        ("network,latitude,longitude\n", "no line has latitude and longitude"),
        ("network,latitude,longitude\n10.0.0.0/8,,\n", "no line has latitude and longitude"),
        ('network,latitude,longitude\n"203.0.113.0/24', "cannot be read as CSV"),
    ],
)
def test_a_table_that_is_none_is_an_error_with_its_place(places, text, message):
    places.write_text(text)
    with pytest.raises(ParameterError, match=message):
        hits(places, at("04:00:00", AWAY))


def test_numbers_must_be_positive(places):
    with pytest.raises(ParameterError, match="above 0"):
        hits(places, event(), speed=0)


@pytest.fixture
def mmdb(tmp_path):
    pytest.importorskip("maxminddb", reason="the extra geo is not installed")
    path = tmp_path / "places.mmdb"
    path.write_bytes(database(RECORDS))
    return path


def test_a_maxmind_database_places_addresses(mmdb):
    (hit,) = hits(
        mmdb, at("04:00:00", HOME), at("05:00:00", AWAY), at("05:01:00", NEAR), at("05:02:00", "2001:db8::1")
    )
    assert hit["reason"].startswith(f"{AWAY} (SG) 60 minutes after {HOME} (Berlin): 9920 km")


@pytest.mark.parametrize("share", [0, 0.1, 0.5, 0.9])
def test_a_broken_database_is_an_error(mmdb, share):
    whole = database(RECORDS)
    mmdb.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(ParameterError, match="cannot be read as a MaxMind database"):
        hits(mmdb, at("04:00:00", HOME))


def test_any_changed_byte_is_an_error_or_a_place_on_the_globe(mmdb):
    whole = database(RECORDS)
    rows = table(at("04:00:00", HOME), at("05:00:00", AWAY))
    for place in range(len(whole) - 220, len(whole), 11):
        mmdb.write_bytes(whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :])
        try:
            assert impossible_travel(rows, mmdb).count().execute() <= 1
        except ParameterError as error:
            assert "MaxMind database" in str(error)  # noqa: PT017  # either is right


def test_without_the_extra_the_error_says_what_to_install(mmdb, monkeypatch):
    monkeypatch.setitem(sys.modules, "maxminddb", None)
    with pytest.raises(ParameterError, match=r"cloudtrail-workbench\[geo\]"):
        hits(mmdb, event())
