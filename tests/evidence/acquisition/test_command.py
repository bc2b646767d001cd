"""`workbench acquire`, and `workbench load` of an S3 address, as a script uses them."""

import json
from pathlib import Path

import pytest

from tests.builders import event
from tests.evidence.acquisition.moto_bucket import BUCKET, SOURCE, Bucket, files
from workbench.cli import main

Capture = pytest.CaptureFixture[str]
LOG = "AWSLogs/111122223333/CloudTrail/us-east-1/2026/09/02/111122223333_CloudTrail_us-east-1_{}_x.json"


@pytest.fixture
def logs(bucket: Bucket) -> Bucket:
    for time in ("20260902T0420Z", "20260912T0420Z"):
        bucket.put(LOG.format(time), json.dumps({"Records": [event(), event()]}).encode())
    return bucket


def test_acquire_prints_counts_and_the_root_hash(logs: Bucket, tmp_path: Path, capsys: Capture) -> None:
    assert main(["acquire", SOURCE, str(tmp_path / "evidence")]) == 0
    out = capsys.readouterr().out
    assert "2 listed, 2 acquired" in out
    assert "arn:aws:sts::" in out
    assert "root hash: " in out
    assert len(files(tmp_path / "evidence")) == 2


def test_acquire_as_json_has_the_fields_of_the_report(logs: Bucket, tmp_path: Path, capsys: Capture) -> None:
    between = ["--between", "2026-09-02", "2026-09-03"]
    words = ["acquire", "--json", *between, "--no-keys", "--workers", "2", SOURCE, str(tmp_path / "evidence")]
    assert main(words) == 0
    report = json.loads(capsys.readouterr().out)
    assert (report["listed"], report["acquired"], report["outside"]) == (2, 1, 1)
    assert report["not_acquired"] == []


def test_what_is_denied_ends_with_1_and_nothing_at_all_with_3(
    logs: Bucket, tmp_path: Path, capsys: Capture
) -> None:
    logs.deny(LOG.format("20260902T0420Z"))
    assert main(["acquire", SOURCE, str(tmp_path / "evidence")]) == 1
    assert "access-denied" in capsys.readouterr().out
    assert main(["acquire", f"{SOURCE}/{LOG.format('20260902')[:-7]}", str(tmp_path / "none")]) == 3


@pytest.mark.parametrize(
    "words", [["acquire", "s3:/x", "evidence"], ["acquire", SOURCE], ["load", "c", "s3://"]]
)
def test_a_wrong_call_ends_with_3(words: list[str], aws: None, tmp_path: Path, capsys: Capture) -> None:
    assert main([word if word != "evidence" else str(tmp_path / word) for word in words]) == 3
    assert "Traceback" not in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_load_acquires_beside_the_case_and_loads(logs: Bucket, tmp_path: Path, capsys: Capture) -> None:
    assert main(["load", str(tmp_path / "acme"), SOURCE]) == 0
    out = capsys.readouterr().out
    assert "2 acquired" in out
    assert "4 events, 4 new" in out
    assert set(files(tmp_path / "acme-evidence")) == {
        f"{BUCKET}/{LOG.format(time)}" for time in ("20260902T0420Z", "20260912T0420Z")
    }
    assert main(["load", str(tmp_path / "acme"), f"{SOURCE}/AWSLogs/"]) == 0
    assert "4 events, 0 new" in capsys.readouterr().out


def test_load_acquires_where_it_is_told_to(logs: Bucket, tmp_path: Path, capsys: Capture) -> None:
    words = ["--json", "--evidence-folder", str(tmp_path / "disk"), "--region", "us-east-1"]
    local = tmp_path / "local.json"
    local.write_text(json.dumps({"Records": [event()]}))
    assert main(["load", *words, str(tmp_path / "acme"), SOURCE, str(local)]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["events"] == 5
    assert [done["acquired"] for done in report["acquisitions"]] == [2]
    assert len(files(tmp_path / "disk")) == 2


def test_load_tells_what_was_denied(logs: Bucket, tmp_path: Path, capsys: Capture) -> None:
    logs.deny(LOG.format("20260902T0420Z"))
    assert main(["load", str(tmp_path / "acme"), SOURCE]) == 1
    out = capsys.readouterr().out
    assert "not acquired: AWSLogs" in out
    assert "2 events, 2 new" in out


def test_a_hostile_key_cannot_steer_the_terminal(bucket: Bucket, tmp_path: Path, capsys: Capture) -> None:
    bucket.put("a\u202eb")
    bucket.deny("a\u202eb")
    bucket.put("c")
    assert main(["acquire", SOURCE, str(tmp_path / "evidence")]) == 1
    out = capsys.readouterr().out
    assert "\u202e" not in out
    assert r"a\u202eb" in out


def test_a_load_without_s3_needs_no_boto3(tmp_path: Path) -> None:
    import subprocess
    import sys

    (tmp_path / "a.json").write_text(json.dumps({"Records": [event()]}))
    script = "import sys; sys.modules['boto3'] = None; import workbench.cli as c; sys.exit(c.main())"
    words = ["load", str(tmp_path / "case"), str(tmp_path / "a.json")]
    assert subprocess.run([sys.executable, "-c", script, *words], check=False).returncode == 0
    words = ["load", str(tmp_path / "case"), SOURCE]
    done = subprocess.run([sys.executable, "-c", script, *words], check=False, capture_output=True, text=True)
    assert done.returncode == 3
    assert 'pip install "cloudtrail-workbench[aws]"' in done.stderr
