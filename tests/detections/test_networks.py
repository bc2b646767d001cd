from ipaddress import ip_address, ip_network

import pytest

from tests.builders import event, table
from workbench.detections.outside.networks import placed, threat_entries, threat_list
from workbench.detections.reading.ip import network_of
from workbench.errors import ParameterError


@pytest.fixture
def listed(tmp_path):
    def write(text, name="bad.txt"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


def hits(path, *events):
    return threat_list(table(*events), path).to_pyarrow().to_pylist()


def test_addresses_networks_and_ranges_with_comments_are_read(listed):
    path = listed(
        "\ufeff# a list\n\n203.0.113.9 # scanner\n2001:db8::/32;x\n198.51.100.4 - 198.51.100.5\n// end\n"
    )
    assert [(str(one.network), one.told) for one in threat_entries(path)] == [
        ("203.0.113.9/32", "scanner"),
        ("2001:db8::/32", "x"),
        ("198.51.100.4/31", ""),
    ]


@pytest.mark.parametrize(
    "line",
    [
        "example.org",
        "203.0.113.077",
        "203.0.113.9/33",
        "203.0.113.9-203.0.113.1",
        "203.0.113.1-2001:db8::1",
        "0.0.0.0/0",
        "208.236.235.254/0",
        "::/0",
        "0.0.0.0-255.255.255.255",
        "203.0.113.9 scanner",
    ],
)
def test_a_line_that_is_no_network_is_named_with_its_place(listed, line):
    with pytest.raises(ParameterError, match=r"bad\.txt: no address.*line 2: .*Mend or comment"):
        threat_entries(listed(f"198.51.100.1\n{line}\n"))


def test_addresses_that_are_carried_in_ipv6_are_those_of_ipv4(listed):
    path = listed("::ffff:203.0.113.9\n::ffff:c000:0200/120\n::ffff:198.51.100.4-::ffff:198.51.100.5\n")
    networks = [str(one.network) for one in threat_entries(path)]
    assert networks == ["203.0.113.9/32", "192.0.2.0/24", "198.51.100.4/31"]
    (hit,) = hits(path, event(sourceIPAddress="192.0.2.1"), event(sourceIPAddress="::192.0.2.1"))
    assert hit["reason"].startswith("192.0.2.1 called")
    with pytest.raises(ParameterError, match="this is every address"):
        threat_entries(listed("::ffff:0:0/96"))


def test_many_wrong_lines_are_one_error(listed):
    with pytest.raises(ParameterError, match=r"line 5: .* and 3 more"):
        threat_entries(listed("x\n" * 8))


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", None])
def test_what_is_no_text_file_is_an_error(listed, tmp_path, content):
    path = tmp_path / "absent" if content is None else listed(content)
    with pytest.raises(ParameterError, match="Name a text file"):
        threat_entries(path)


def test_a_call_from_a_listed_network_is_a_hit_and_its_neighbour_is_none(listed):
    path = listed("203.0.113.0/25 # test net\n")
    (hit,) = hits(path, event(sourceIPAddress="203.0.113.127"), event(sourceIPAddress="203.0.113.128"))
    assert (hit["severity"], hit["rule_id"]) == ("high", "threat-list-address")
    assert hit["reason"] == "203.0.113.127 called ListUsers; bad.txt lists 203.0.113.0/25: test net"


@pytest.mark.parametrize("address", ["ec2.amazonaws.com", "AWS Internal", "203.0.113.077", "", None, ...])
def test_what_is_no_address_is_in_no_network(listed, address):
    assert hits(listed("203.0.113.0/24\n128.0.0.0/1\n::/1"), event(sourceIPAddress=address)) == []


def test_the_narrowest_entry_of_all_lists_tells(listed):
    wide, narrow = listed("203.0.0.0/16 # wide", "a.txt"), listed("203.0.113.9 # narrow", "b.txt")
    rows = table(event(sourceIPAddress="203.0.113.9"), event(sourceIPAddress="::ffff:203.0.113.8"))
    reasons = threat_list(rows, [wide, narrow]).reason.to_pyarrow().to_pylist()
    assert sorted(reason.partition("; ")[2] for reason in reasons) == [
        "a.txt lists 203.0.0.0/16: wide",
        "b.txt lists 203.0.113.9: narrow",
    ]


def test_a_refused_call_is_medium_and_says_so(listed):
    refused = event(sourceIPAddress="203.0.113.9", errorCode="AccessDenied", eventName=...)
    (hit,) = hits(listed("203.0.113.9"), refused)
    assert (hit["severity"], hit["rule_level"]) == ("medium", "high")
    assert hit["reason"].startswith("203.0.113.9 called ?; ")
    assert hit["reason"].endswith("; denied: AccessDenied")


def test_an_empty_list_hits_nothing(listed):
    assert hits(listed("# nothing\n"), event()) == []


def test_networks_are_placed_as_a_look_at_each_of_them_would():
    known = {
        text: ip_address(text) for text in ("10.0.0.1", "10.0.1.1", "10.1.0.1", "2001:db8::1", "11.0.0.0")
    }
    networks = [
        (ip_network(text), text) for text in ("10.0.0.0/8", "10.0.1.0/24", "10.0.0.0/16", "2001:db8::/32")
    ]
    for text, address in known.items():
        inside = [
            (n.prefixlen, name) for n, name in networks if n.version == address.version and address in n
        ]
        assert placed(known, networks).get(text, (None, None))[1] == (max(inside)[1] if inside else None)


def test_networks_of_addresses():
    assert network_of(ip_address("2001:db8:1:2::3")) == "2001:db8:1::/48"
