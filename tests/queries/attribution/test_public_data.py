"""Attribution of real attacks, read in place: each session resolved or given a reason."""

from pathlib import Path
from typing import Any

import pytest

import workbench as wb
from workbench.queries.attribution import role_sessions, with_origin

BERT = "arn:aws:iam::123837392027:user/bert-jan"
INVICTUS = [
    ("11:54:47", "stratus-red-team-ec2-get-password-data-role", BERT, "certain", "R1", 29),
    ("11:55:22", "stratus-red-team-ec2-steal-credentials-role", "i-0dbc91f429e48eeed", "certain", "R11", 2),
    ("11:55:22", "stratus-red-team-ec2-steal-credentials-role", "i-0dbc91f429e48eeed", "certain", "R11", 13),
    ("11:55:24", "AWSServiceRoleForAmazonInspector2", "inspector2.amazonaws.com", "high", "R12", 1),
    ("12:02:04", "stratus-red-team-leave-org-role", BERT, "certain", "R1", 1),
    ("12:02:54", "stratus-red-team-get-usr-data-role", BERT, "certain", "R1", 15),
    ("12:03:25", "stratus-red-team-ec2-enumerate-role", "i-05c30218156bcc246", "certain", "R11", 8),
    ("12:04:10", "AWSServiceRoleForAmazonInspector2", "inspector2.amazonaws.com", "high", "R12", 1),
    ("12:06:41", "stratus-red-team-ec2lui-role-pcccexdthk", BERT, "certain", "R1", 1),
    ("12:09:30", "stratus-red-team-ec2lui-role-wuzemnoeqa", BERT, "certain", "R1", 1),
    ("12:15:59", "AWSServiceRoleForRDS", "rds.amazonaws.com", "high", "R12", 1),
    ("12:16:14", "AWSServiceRoleForRDS", "rds.amazonaws.com", "high", "R12", 1),
    ("12:16:15", "AWSServiceRoleForRDS", "rds.amazonaws.com", "high", "R12", 1),
    ("12:32:00", "AWSServiceRoleForRDS", "rds.amazonaws.com", "high", "R12", 1),
]
CHRISTOPHE = r"arn:aws:iam::\d{12}:user/christophe"


def loaded(folder: Path, *evidence: Path) -> Any:
    con = wb.open_case(folder)
    wb.load(con, *evidence)
    return wb.events(con)


def test_each_role_session_of_the_invictus_attack(shared_data: Path, tmp_path: Path) -> None:
    rows = role_sessions(loaded(tmp_path, shared_data / "invictus"))
    used = rows.filter((rows.events > 0) & rows.role_arn.notnull()).to_pyarrow().to_pylist()
    assert sorted(
        (f"{row['started_at']:%H:%M:%S}", row["role_arn"].rpartition("/")[2], row["origin_principal"],
         row["origin_confidence"], row["rule"], row["events"]) for row in used
    ) == INVICTUS  # fmt: skip


def test_every_event_of_the_invictus_attack_has_its_origin(shared_data: Path, tmp_path: Path) -> None:
    rows = with_origin(loaded(tmp_path, shared_data / "invictus"))
    told = rows.group_by("origin_kind", "origin_confidence").agg(events=rows.count()).to_pyarrow().to_pylist()
    assert {row["origin_confidence"] for row in told} == {"certain", "high"}
    users = rows.filter(rows.origin_kind == "iam_user").origin_principal.to_pyarrow().unique().to_pylist()
    assert {name.rpartition("/")[2] for name in users} == {
        "bert-jan", "benjamin", "stratus-red-team-nmfalu-gfjyeaypjt",
    }  # fmt: skip


@pytest.mark.parametrize(("name", "reasons"), [
    ("aws.credential-access.ec2-get-password-data", {None}),
    ("aws.credential-access.ec2-steal-instance-credentials", {None}),
    ("aws.defense-evasion.organizations-leave", {None}),
    ("aws.execution.ec2-launch-unusual-instances", {None}),
    ("aws.impact.bedrock-invoke-model", {"BEFORE_COVERAGE"}),
])  # fmt: skip
def test_role_sessions_of_emulated_attacks(
    shared_data: Path, tmp_path: Path, name: str, reasons: set[str | None]
) -> None:
    rows = with_origin(loaded(tmp_path, shared_data / "stratus" / f"{name}.json.gz"))
    roles = rows.filter(rows.principal_kind == "role")
    assert set(roles.origin_reason.to_pyarrow().to_pylist()) == reasons
    proven = rows.filter(rows.origin_principal.notnull() & (rows.origin_kind != "instance"))
    assert proven.filter(~proven.origin_principal.re_search(CHRISTOPHE)).count().to_pyarrow().as_py() == 0
