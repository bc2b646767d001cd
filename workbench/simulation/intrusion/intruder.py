"""What the intruder has and changes: addresses, tools, the trust policy, and what AWS answers."""

from dataclasses import replace

from workbench.simulation.acts.credentials import ASSUME_ROLE, token_body
from workbench.simulation.apis.calls import refusal
from workbench.simulation.identities import Caller
from workbench.simulation.organization import (
    OUTSIDER,
    PRODUCTION,
    UNUSED,
    Role,
)
from workbench.simulation.scene import Scene

FRIDAY_ADDRESS, SATURDAY_ADDRESS, OUTSIDER_ADDRESS = "203.0.113.66", "203.0.113.129", "203.0.113.201"
TOOL = (
    "aws-cli/2.31.9 md/awscrt#0.27.6 ua/2.1 os/linux#6.12.38+kali-amd64 md/arch#x86_64 lang/python#3.13.5 "
    "md/pyimpl#CPython m/E cfg/retry-mode#standard"
)
SCRIPT = "python-requests/2.32.5 Boto3/1.40.2 md/Botocore#1.40.2 ua/2.1 os/linux#6.12.38+kali-amd64"
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"

SUPPORT = Role(PRODUCTION.id, "support-readonly")
SUPPORT_TRUST = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{PRODUCTION.id}:root"},
                  "Action": "sts:AssumeRole"}
OPENED = {
    "Effect": "Allow",
    "Principal": {"AWS": f"arn:aws:iam::{OUTSIDER}:root"},
    "Action": "sts:AssumeRole",
}


NOT_MANAGEMENT = (
    "NotOrganizationMasterAccountException",
    "The AWS account making the request to create or update an organization trail or event data store is "
    "not the management account for an organization in AWS Organizations.",
)


def refused_role(scene: Scene, caller: Caller, role: Role, region: str) -> None:
    """Record an AssumeRole that was not allowed: it names the role in its message only."""
    fault = refusal(ASSUME_ROLE, caller.arn, role.arn)
    body = token_body(region, None, None)
    scene.record(replace(caller, session=None), ASSUME_ROLE, region, fault, body)


# What happens, and ATT&CK's words for it (v18).
STEPS = {
    "leaked": (
        "Leaked access key of ci-artifact-uploader used from a foreign address",
        "Initial Access", "T1078.004",
    ),
    "looked": (
        "Looked around in development; nearly everything was denied",
        "Discovery", "T1526",
    ),
    "tried": (
        "Tried roles until one opened: ci-build in development",
        "Privilege Escalation", "T1548.005",
    ),
    "found": (
        "Read the build bucket and found the name of the deploy role",
        "Credential Access", "T1552.001",
    ),
    "crossed": (
        "Crossed into production as app-deploy, under the session name the pipeline uses",
        "Lateral Movement", "T1550.001",
    ),
    "mapped": (
        "Mapped production",
        "Discovery", "T1580",
    ),
    "turned": (
        "Turned the role's credentials into a console session",
        "Lateral Movement", "T1550.001",
    ),
    "switched": (
        "Switched in the console to deploy-record-writer in log-archive",
        "Lateral Movement", "T1550.001",
    ),
    "refused": (
        "Tried to stop the trail and to let its files expire: refused",
        "Defense Evasion", "T1562.008",
    ),
    "key": (
        "Made a new access key for svc-reporting",
        "Persistence", "T1098.001",
    ),
    "trust": (
        f"Opened the trust policy of support-readonly to account {OUTSIDER}",
        "Persistence", "T1098.003",
    ),
    "region": (
        f"Enabled {UNUSED}, a region the organization does not use",
        "Defense Evasion", "T1535",
    ),
    "exports": (
        "Used the new key of svc-reporting and fetched the customer exports",
        "Exfiltration", "T1530",
    ),
    "secrets": (
        "Came in from the outside account and read the secrets",
        "Credential Access", "T1555.006",
    ),
    "machines": (
        f"Came back through the same chain and started machines in {UNUSED}",
        "Impact", "T1496",
    ),
    "again": (
        "Tried once more to stop the trail, from the new region",
        "Defense Evasion", "T1562.008",
    ),
    "cleaned": (
        "Deleted what it had made: machines, key pair, trust statement, access key",
        "Defense Evasion", "T1070",
    ),
}
