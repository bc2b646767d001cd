"""What the intruder has and changes: addresses, tools, the trust policy, and what AWS answers."""

from dataclasses import replace

from workbench.simulation.calls import refusal
from workbench.simulation.credentials import ASSUME_ROLE, token_body
from workbench.simulation.identities import Caller
from workbench.simulation.organization import (
    OUTSIDER,
    PRODUCTION,
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
