"""Chains of roles: very long ones, ones of a name, ones of a second, ones of which a part is lost."""

from dataclasses import replace

from workbench.simulation.acts.credentials import assume_role, forwarded
from workbench.simulation.clock import MINUTE
from workbench.simulation.organization import DEVELOPMENT, EUROPE, PRODUCTION, Role
from workbench.simulation.scene import Scene
from workbench.simulation.situations.tools import BEATE, LARS, edit, lost, stray, unrecorded, user

_JUGGLED = Role(DEVELOPMENT.id, "warden-primary"), Role(PRODUCTION.id, "warden-secondary", "/ops/")
_TURNS = 40


def juggled(scene: Scene) -> None:
    """Keep a session alive for most of a day: two roles open each other before either ends."""
    caller = user(scene, BEATE)
    for turn in range(_TURNS):
        caller = replace(assume_role(scene, caller, _JUGGLED[turn % 2], "warden", EUROPE), sure="certain")
        scene.call(caller, "ec2:DescribeInstances", EUROPE)
        scene.wait(22 * MINUTE, 26 * MINUTE)


def twins(scene: Scene) -> None:
    """Open one role under one name twice, by two people, and work in turns."""
    role = Role(DEVELOPMENT.id, "report-writer")
    first = replace(assume_role(scene, user(scene, LARS), role, "report", EUROPE), sure="certain")
    scene.wait(8 * MINUTE)
    second = replace(assume_role(scene, user(scene, BEATE), role, "report", EUROPE), sure="certain")
    for caller in (first, second, first):
        scene.run(caller, EUROPE, ("s3:ListBuckets", "dynamodb:ListTables"), 20, 90)


def one_second(scene: Scene) -> None:
    """Open one role under one name in one second by two people: which of them has a third key?"""
    role = Role(DEVELOPMENT.id, "queue-worker")
    at = scene.now
    first = replace(assume_role(scene, user(scene, LARS), role, "worker", EUROPE), sure="certain")
    scene.now = at
    second = replace(assume_role(scene, user(scene, BEATE), role, "worker", EUROPE), sure="certain")
    third = stray(scene, first, role, at, reason="AMBIGUOUS")
    for caller in (first, second, third, third):
        scene.call(caller, "sqs:ListQueues", EUROPE)
        scene.wait(10, 40)
    behind = assume_role(scene, third, Role(DEVELOPMENT.id, "queue-drain"), "worker", EUROPE)
    scene.call(behind, "sqs:ListQueues", EUROPE)


def one_second_alone(scene: Scene) -> None:
    """Open one role under one name twice in a second, by one person: a third key can only be hers."""
    role = Role(DEVELOPMENT.id, "queue-worker")
    at = scene.now
    caller = assume_role(scene, user(scene, BEATE), role, "retry", EUROPE)
    scene.now = at
    assume_role(scene, user(scene, BEATE), role, "retry", EUROPE)
    scene.run(stray(scene, caller, role, at, sure="high"), EUROPE, ("sqs:ListQueues", "sns:ListTopics"))


def opened_by_itself_at_once(scene: Scene) -> None:
    """Open a role that opens itself in the same second: a third key leads back to who opened the first."""
    role = Role(DEVELOPMENT.id, "self-refresher")
    at = scene.now
    first = assume_role(scene, user(scene, LARS), role, "refresh", EUROPE)
    scene.now = at
    second = assume_role(scene, first, role, "refresh", EUROPE)
    for caller in (replace(second, sure="certain"), stray(scene, first, role, at, sure="high")):
        scene.call(caller, "sqs:ListQueues", EUROPE)
        scene.wait(5, 30)


def for_somebody_by_a_service(scene: Scene) -> None:
    """Let CloudFormation open a role on behalf of whoever makes a stack: the actor stays."""
    maker = assume_role(scene, user(scene, BEATE), Role(DEVELOPMENT.id, "stack-maker"), "stacks", EUROPE)
    by_service = forwarded(scene, maker, "cloudformation.amazonaws.com")
    holder = assume_role(scene, by_service, Role(DEVELOPMENT.id, "stack-role"), "AWSCloudFormation", EUROPE)
    scene.run(replace(holder, sure="high"), EUROPE, ("ec2:DescribeVpcs", "sns:ListTopics"), 2, 9)


def nothing_told(scene: Scene) -> None:
    """Open a role where the record tells neither the key nor the assumed role."""
    role = Role(PRODUCTION.id, "ledger-reader", "/finance/")
    holder = assume_role(scene, user(scene, LARS), role, "quarter", EUROPE)
    for copy in (-2, -1):
        edit(scene, lambda record: record.update(responseElements=None), copy)
    holder.held.link = "principal"
    scene.run(replace(holder, sure="high"), EUROPE, ("s3:ListBuckets", "rds:DescribeDBInstances"), 5, 60)


def lost_beginning(scene: Scene) -> None:
    """Lose the first hop of three: nothing behind it can be told either."""
    with unrecorded(scene):
        first = assume_role(scene, user(scene, LARS), Role(DEVELOPMENT.id, "hop-one"), "transit", EUROPE)
    lost(scene, first, "REGION_NOT_COLLECTED")
    second = assume_role(scene, first, Role(PRODUCTION.id, "hop-two"), "transit", EUROPE)
    third = assume_role(scene, second, Role(DEVELOPMENT.id, "hop-three"), "transit", EUROPE)
    for caller in (first, second, third):
        scene.call(caller, "sts:GetCallerIdentity", EUROPE)
        scene.wait(5, 30)
