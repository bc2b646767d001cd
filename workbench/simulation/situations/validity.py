"""Credentials in and out of their time: keys used before they were issued, and after their end."""

from dataclasses import replace

from workbench.simulation.acts.credentials import assume_role
from workbench.simulation.clock import HOUR, MINUTE, spelled
from workbench.simulation.identities import Caller, Json
from workbench.simulation.organization import DEVELOPMENT, EUROPE, PRODUCTION, Role
from workbench.simulation.scene import Scene
from workbench.simulation.situations.tools import (
    BEATE,
    LARS,
    contradicted,
    edit,
    in_order,
    user,
)

_OPERATOR = Role(DEVELOPMENT.id, "batch-operator")


def after_the_end(scene: Scene) -> None:
    """Use a key, use it some minutes late as clocks differ, use it when it cannot work, and open a role."""
    holder = _contradicted(assume_role(scene, user(scene, LARS), _OPERATOR, "nightly", EUROPE))
    began = holder.held.started
    for later in (10 * MINUTE, HOUR + 3 * MINUTE):
        scene.now = began + later
        scene.call(in_order(holder), "s3:ListBuckets", EUROPE)
    scene.now = began + 3 * HOUR
    forged = contradicted(holder)
    scene.call(forged, "s3:ListBuckets", EUROPE)
    behind = assume_role(scene, forged, Role(DEVELOPMENT.id, "batch-helper"), "nightly", EUROPE)
    scene.call(behind, "s3:ListBuckets", EUROPE)


def before_the_beginning(scene: Scene) -> None:
    """Use a key 40 minutes before STS issued it."""
    early = scene.now
    scene.now += 40 * MINUTE
    holder = _contradicted(assume_role(scene, user(scene, BEATE), _OPERATOR, "early", EUROPE))
    scene.call(in_order(holder), "s3:ListBuckets", EUROPE)
    scene.now = early
    scene.call(contradicted(holder), "s3:ListBuckets", EUROPE)


def no_end_told(scene: Scene) -> None:
    """Issue credentials for ten hours and tell the duration alone; use them in the ninth."""
    holder = assume_role(scene, user(scene, LARS), _OPERATOR, "long", EUROPE, seconds=10 * HOUR)
    edit(scene, _without_expiration)
    scene.now += 9 * HOUR
    scene.call(replace(holder, sure="certain"), "s3:ListBuckets", EUROPE)


def no_end_of_a_chained_session(scene: Scene) -> None:
    """Tell neither end nor duration of a session that a session opened: it works for an hour."""
    first = assume_role(scene, user(scene, BEATE), _OPERATOR, "chained", EUROPE)
    second = assume_role(scene, first, Role(DEVELOPMENT.id, "batch-reader"), "chained", EUROPE)
    edit(scene, _without_expiration)
    edit(scene, lambda record: record["requestParameters"].pop("durationSeconds"))
    _contradicted(second)
    for later, as_seen in ((50 * MINUTE, in_order), (2 * HOUR, contradicted)):
        scene.now = second.held.started + later
        scene.call(as_seen(second), "s3:ListBuckets", EUROPE)


def old_spelling(scene: Scene) -> None:
    """Tell the end as STS wrote it years ago, without the second comma."""
    holder = assume_role(scene, user(scene, LARS), Role(PRODUCTION.id, "archive-reader"), "old", EUROPE)
    end = " ".join(spelled(holder.held.started + HOUR).rsplit(", ", 1))
    for copy in (-2, -1):
        edit(scene, lambda record: record["responseElements"]["credentials"].update(expiration=end), copy)
    scene.call(replace(holder, sure="certain"), "s3:ListBuckets", EUROPE)


def _contradicted(holder: Caller) -> Caller:
    """Say of the whole session that it is contradicted; its opener stays its origin."""
    holder.held.unprovable = "CONTRADICTION"
    return holder


def _without_expiration(record: Json) -> None:
    del record["responseElements"]["credentials"]["expiration"]
