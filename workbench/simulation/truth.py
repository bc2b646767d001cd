"""truth.json: what really happened, for tests and for whoever wants to check a finding."""

import json
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, TextIO

from workbench.simulation.clock import DAY, FIRST_DAY, iso, rotations
from workbench.simulation.identities import Caller, Session
from workbench.simulation.intrusion.intruder import (
    FRIDAY_ADDRESS,
    OUTSIDER_ADDRESS,
    SATURDAY_ADDRESS,
    SUPPORT,
)
from workbench.simulation.organization import (
    OUTSIDER,
    REPORTING,
    STOLEN_KEY,
    TOMAS,
    UNUSED,
    UPLOADER,
    User,
)
from workbench.simulation.scene import Scene, Step

Json = dict[str, Any]


class Truth:
    """Writes truth.json while the days are played; sessions go to the file at once, not into memory.

    Parameters
    ----------
    path
        The file; it is complete when the `with` block ends.
    events
        Where to tell of each event who caused it, one line per scene and caller; None: nowhere.
    """

    def __init__(self, path: Path, events: Path | None = None) -> None:
        self.path, self.events = path, events
        self.deeds: TextIO | None = None
        self.files = ExitStack()
        self.sessions = 0
        self.steps: list[Step] = []
        self.rest: Json = {}

    def __enter__(self) -> "Truth":
        opened = [path.open("w", encoding="utf-8", newline="\n") for path in (self.path, self.events) if path]
        self.file: TextIO = self.files.enter_context(opened[0])
        self.deeds = self.files.enter_context(opened[1]) if self.events else None
        self.file.write('{"sessions":[')
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.file.write(
            "\n]" + "".join(f',\n"{name}":{_text(value)}' for name, value in self.rest.items()) + "}\n"
        )
        self.files.close()

    def seen(self, scene: Scene) -> None:
        """Take the sessions and steps of a scene that was played."""
        for session in scene.sessions:
            self.file.write(("," if self.sessions else "") + "\n" + _text(session_row(session)))
            self.sessions += 1
        self.steps += scene.steps
        if self.deeds:
            self.deeds.writelines(_text(row) + "\n" for row in deed_rows(scene))

    def intrusion(self, scene: Scene) -> Json:
        """Return the steps and indicators of the intrusion."""
        return {
            "who": f"whoever holds the leaked access key of {UPLOADER.arn}",
            "steps": [
                _step(number, step)
                for number, step in enumerate(sorted(self.steps, key=lambda step: step.time), start=1)
            ],
            "indicators": {
                "addresses": [FRIDAY_ADDRESS, SATURDAY_ADDRESS, OUTSIDER_ADDRESS],
                "access_keys": [
                    scene.long_term_key(UPLOADER.account, UPLOADER.arn),
                    scene.long_term_key(REPORTING.account, REPORTING.arn, STOLEN_KEY),
                ],
                "accounts": [OUTSIDER], "regions": [UNUSED],
            },
            "left_behind": [
                f"{UNUSED} is still enabled in the production account",
                "the leaked access key of ci-artifact-uploader still works",
                f"{SUPPORT.name}: sessions that the outside account opened run until they expire",
            ],
        }


def long_term_keys(scene: Scene, days: int, also: tuple[Caller, ...] = ()) -> list[Json]:
    """Return every long-term key in the data with its user; a key's origin is its user, whoever made it.

    `also` are users beside those of the firm's everyday.
    """
    weeks = range(rotations(FIRST_DAY + days * DAY) + 1)
    rows: list[tuple[User, int, str]] = [
        (UPLOADER, 0, "leaked"), (TOMAS, 0, ""), (REPORTING, STOLEN_KEY, "made by the intruder"),
        *((REPORTING, week, "made by Astrid Holm on a Tuesday" if week else "") for week in weeks),
    ]
    return [
        _brief({
            "access_key_id": scene.long_term_key(user.account, user.arn, number), "principal": user.arn,
            "origin_id": scene.id_of("AIDA", user.account, user.arn), "note": note,
        })
        for user, number, note in rows
    ] + [
        {"access_key_id": user.identity["accessKeyId"], "principal": user.origin.principal,
         "origin_id": user.origin.id}
        for user in also
    ]


def deed_rows(scene: Scene) -> list[Json]:
    """Return whose the events of a scene are, a row for each caller: `events` are its event ids.

    `not_provable` is the reason why the evidence does not tell who it is, `sure` how sure it can be told at
    best, `claims` a name that nobody checked.
    """
    recorded = {event.id for event in scene.events}
    rows: dict[str, list[str]] = {}
    for deed in scene.deeds:
        if deed.event in recorded:
            rows.setdefault(_text(_deed(scene, deed.caller)), []).append(deed.event)
    return [json.loads(who) | {"events": events} for who, events in rows.items()]


def _deed(scene: Scene, caller: Caller) -> Json:
    origin = caller.origin
    if caller.claims:
        return {"scene": scene.name, "claims": caller.claims}
    return _brief({
        "scene": scene.name, "origin": origin.principal, "kind": origin.kind, "origin_id": origin.id,
        "not_provable": caller.why_not, "sure": caller.sure,
    })


def session_row(session: Session) -> Json:
    """Return one session as truth.json tells it; what is not there is left out."""
    key = session.issued_key if session.link == "key" else None
    return _brief({
        "session_arn": session.session_arn, "access_key": key,
        "access_keys": None if session.keys == [key] else session.keys,
        "principal_id": None if key else session.principal_id, "started_at": iso(session.started),
        "role_arn": session.role_arn, "origin": session.origin.principal, "kind": session.origin.kind,
        "origin_id": None if session.origin.id == session.origin.principal else session.origin.id,
        "issuance": session.issuance, "not_provable": session.unprovable, "intrusion": session.intrusion,
    })


def _step(number: int, step: Step) -> Json:
    return _brief({
        "step": number, "time": iso(step.time), "what": step.what, "tactic": step.tactic,
        "technique": step.technique, "account": step.caller.account, "caller": step.caller.arn,
        "access_key": step.caller.identity.get("accessKeyId"), "events": step.events,
    })


def _brief(row: Json) -> Json:
    return {name: value for name, value in row.items() if value not in (None, "", False, [])}


def _text(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
