"""Object keys, tree paths and bare file names."""

import datetime as dt

import pytest

from workbench.evidence import parse_key

NAME = "111122223333_CloudTrail_eu-west-1_20260902T0420Z_AJX247FIQUGXIVUJ.json.gz"
FOLDERS = "AWSLogs/111122223333/CloudTrail/eu-west-1/2026/09/02"


def test_account_trail() -> None:
    key = parse_key(f"{FOLDERS}/{NAME}")
    assert key is not None
    assert (key.prefix, key.org, key.account, key.kind, key.region) == (
        "",
        None,
        "111122223333",
        "CloudTrail",
        "eu-west-1",
    )
    assert key.date == dt.date(2026, 9, 2)
    assert key.time == dt.datetime.fromisoformat("2026-09-02T04:20")


@pytest.mark.parametrize("prefix", ["logs", "a b/ü", "AWSLogs", "/case/evidence/2026"])
def test_any_prefix(prefix: str) -> None:
    path = f"{prefix}/AWSLogs/o-a1b2c3d4e5/111122223333/CloudTrail/us-gov-west-1/2026/09/02/x.json.gz"
    key = parse_key(path)
    assert key is not None
    assert (key.prefix, key.org, key.region) == (prefix, "o-a1b2c3d4e5", "us-gov-west-1")


@pytest.mark.parametrize("kind", ["CloudTrail-Digest", "CloudTrail-Insight", "CloudTrail-NetworkActivity"])
def test_kinds(kind: str) -> None:
    key = parse_key(f"AWSLogs/111122223333/{kind}/us-east-1/2026/09/02/111122223333_{kind}_x.json.gz")
    assert key is not None
    assert key.kind == kind


def test_a_digest_name_holds_a_trail_and_a_home_region() -> None:
    key = parse_key(
        "111122223333_CloudTrail-Digest_eu-west-1_main_backup_us-east-1_20260902T040012Z.json.gz"
    )
    assert key is not None
    assert (key.region, key.time) == ("eu-west-1", dt.datetime.fromisoformat("2026-09-02T04:00"))


def test_config_folders_are_not_zero_padded() -> None:
    key = parse_key(
        "AWSLogs/111122223333/Config/us-east-1/2026/9/2/ConfigSnapshot/"
        "111122223333_Config_us-east-1_ConfigSnapshot_20260902T042000Z_5f9a6SYejzdNeREZ.json.gz"
    )
    assert key is not None
    assert (key.kind, key.date) == ("Config", dt.date(2026, 9, 2))


def test_a_flat_copy_tells_by_its_name() -> None:
    key = parse_key(f"copy/{NAME}")
    assert key is not None
    assert (key.account, key.region, key.date) == ("111122223333", "eu-west-1", None)


@pytest.mark.parametrize(
    "path", ["", "photo.png", "AWSLogs", "AWSLogs/12/CloudTrail", "1111_CloudTrail_eu-west-1_x.json"]
)
def test_near_misses_say_nothing(path: str) -> None:
    assert parse_key(path) is None


def test_a_day_that_is_none() -> None:
    key = parse_key("AWSLogs/111122223333/CloudTrail/us-east-1/2026/13/45/x.json")
    assert key is not None
    assert key.date is None
