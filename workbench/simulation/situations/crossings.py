"""Calls between accounts of which one side is missing, or the two sides cannot belong together."""

from dataclasses import replace

from workbench.simulation.acts.credentials import assume_role, token_body, with_user_key
from workbench.simulation.acts.federation import ASSUME_ROOT
from workbench.simulation.apis.calls import refusal
from workbench.simulation.identities import Caller
from workbench.simulation.intrusion.intruder import refused_role
from workbench.simulation.organization import (
    ARCHIVE,
    AUDIT,
    BOTO,
    DEVELOPMENT,
    EUROPE,
    HOME,
    PRODUCTION,
    Role,
    User,
)
from workbench.simulation.scene import Scene
from workbench.simulation.situations.tools import BEATE, LARS, contradicted, edit, user

VENDOR = "888877776666"  # what happens there is recorded nowhere that we can read
_SILENT = User(DEVELOPMENT.id, "svc-label-reader", "/service/")  # no trail holds a call of its own


def owners_copy_of_a_known_user(scene: Scene) -> None:
    """Read a bucket of another account; data events are recorded by its owner alone."""
    caller = user(scene, LARS)
    scene.call(caller, "sts:GetCallerIdentity", EUROPE)
    _read(scene, replace(caller, sure="high"))


def owners_copy_of_an_unknown_user(scene: Scene) -> None:
    """The same by a user, and by a role's session, of whom the owner is told an id that nothing explains."""
    _read(
        scene,
        replace(with_user_key(scene, _SILENT, "198.51.100.77", BOTO), unprovable="REGION_NOT_COLLECTED"),
    )
    role = Role(DEVELOPMENT.id, "label-reader")
    holder = assume_role(scene, user(scene, BEATE), role, "labels", EUROPE)
    _read(scene, replace(holder, unprovable="REGION_NOT_COLLECTED"))


def role_of_another_firm(scene: Scene) -> None:
    """Open a role of a vendor, and let its session read: the vendor's trail is not here."""
    caller = user(scene, LARS)
    role = Role(VENDOR, "customer-integration")
    holder = assume_role(scene, caller, role, "nordwind", EUROPE, external_id="nw-2207")
    del scene.events[-1]  # the vendor's copy
    holder.held.unprovable = "ACCOUNT_NOT_COLLECTED"
    scene.sessions.remove(holder.held)  # it is used where nobody looks
    _read(scene, holder)


def impossible_pair(scene: Scene) -> None:
    """Read a bucket of another account; the owner's copy names a caller of a third account."""
    caller = user(scene, BEATE)
    scene.call(caller, "s3:GetObject", HOME, bucket=AUDIT, key="index.json", owner=ARCHIVE.id)
    stranger = {
        "type": "AWSAccount",
        "accountId": PRODUCTION.id,
        "principalId": scene.id_of("AIDA", PRODUCTION.id, "nobody has this id"),
    }
    edit(scene, lambda record: record.update(userIdentity=stranger))
    scene.deeds[-1] = scene.deeds[-1]._replace(caller=contradicted(caller))


def refused(scene: Scene) -> None:
    """Try a role and a root session of other accounts: refused calls leave the caller's copy alone."""
    holder = assume_role(scene, user(scene, LARS), Role(DEVELOPMENT.id, "scout"), "scout", EUROPE)
    for caller in (user(scene, LARS), replace(holder, sure="certain")):
        refused_role(scene, caller, Role(PRODUCTION.id, "payments-admin"), EUROPE)
        scene.wait(5, 30)
    fault = refusal(ASSUME_ROOT, holder.arn, f"arn:aws:iam::{PRODUCTION.id}:root")
    scene.record(replace(holder, sure="certain"), ASSUME_ROOT, HOME, fault, token_body(HOME, None, None))


def _read(scene: Scene, caller: Caller) -> None:
    """Read an object that belongs to log-archive, and lose the caller's copy of it."""
    scene.call(caller, "s3:GetObject", HOME, bucket=AUDIT, key="labels/index.json", owner=ARCHIVE.id)
    del scene.events[-2]
    scene.wait(5, 30)
