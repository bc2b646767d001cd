"""What situations need besides the acts: records that are lost or changed, and who the actors are."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from workbench.simulation.acts.credentials import with_user_key
from workbench.simulation.identities import Caller, Json, Origin, Session
from workbench.simulation.organization import CHINA, CLI, DEVELOPMENT, GOVCLOUD, Role, User
from workbench.simulation.scene import Scene

LARS = User(DEVELOPMENT.id, "lars.friis", "/staff/")
BEATE = User(DEVELOPMENT.id, "beate.krohn", "/staff/")
MAJA = User(DEVELOPMENT.id, "maja.holst")  # deleted and made again
MEI = User(CHINA.id, "mei.lin")
GRANT = User(GOVCLOUD.id, "grant.ames")
NOBODY = Origin("", "unknown")  # a forged record: there is no truth behind it

_ADDRESSES = {
    user: f"198.51.100.{200 + number}" for number, user in enumerate((LARS, BEATE, MAJA, MEI, GRANT))
}


def user(scene: Scene, who: User) -> Caller:
    """Return one of the actors, calling with a long-term key."""
    return replace(with_user_key(scene, who, _ADDRESSES[who], CLI), sure="certain")


def namesake(scene: Scene) -> Caller:
    """Return the second user of one ARN: another unique id, another key."""
    first = user(scene, MAJA)
    unique = scene.id_of("AIDA", MAJA.account, f"{MAJA.arn} again")
    key = scene.long_term_key(MAJA.account, MAJA.arn, 1)
    identity = {**first.identity, "principalId": unique, "accessKeyId": key}
    return replace(first, identity=identity, origin=Origin(MAJA.arn, "iam_user", unique))


def users(seed: int) -> tuple[Caller, ...]:
    """Return everybody who calls with a long-term key in a situation."""
    scene = Scene(seed, "users", 0)
    return (*(user(scene, who) for who in _ADDRESSES), namesake(scene))


@contextmanager
def unrecorded(scene: Scene) -> Iterator[None]:
    """Lose what is recorded meanwhile: its file was never delivered, or is not among the evidence."""
    before = len(scene.events)
    yield
    del scene.events[before:]


def lost(scene: Scene, holder: Caller, reason: str | None) -> Caller:
    """Say of a session that its issuance is not in the evidence, and what follows from that."""
    holder.held.issuance, holder.held.link, holder.held.unprovable = None, "principal", reason
    return holder


def edit(scene: Scene, change: Callable[[Json], object], place: int = -1) -> None:
    """Change the last record, or the one at `place`."""
    event = scene.events[place]
    fields = json.loads(event.text)
    change(fields)
    text = json.dumps(fields, separators=(",", ":"), ensure_ascii=False).encode()
    scene.events[place] = event._replace(text=text)


def in_context(caller: Caller, **more: Json | str) -> Caller:
    """Return the caller with more in its sessionContext."""
    context = {**caller.identity["sessionContext"], **more}
    return replace(caller, identity={**caller.identity, "sessionContext": context})


def contradicted(caller: Caller) -> Caller:
    """Return the caller as it is in a record that cannot be: nobody knows who wrote it."""
    return replace(caller, unprovable="CONTRADICTION", origin=NOBODY, sure="")


def in_order(caller: Caller) -> Caller:
    """Return the caller for those calls of a contradicted session that are as they should be."""
    return replace(caller, unprovable="", sure="certain")


def stray(
    scene: Scene, caller: Caller, role: Role, started: int, *, reason: str | None = None, sure: str = ""
) -> Caller:
    """Return the holder of a session with the identity of another and a key that no record issues."""
    key = scene.new_key(role.account)
    identity = {**caller.identity, "accessKeyId": key}
    session = Session(
        str(identity["arn"]),
        role.arn,
        str(identity["principalId"]),
        role.account,
        started,
        caller.origin,
        None,
        "principal",
        None,
        [key],
        reason,
    )
    scene.sessions.append(session)
    return replace(caller, identity=identity, session=session, unprovable=None, sure=sure)
