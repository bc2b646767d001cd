"""One stretch of activity: somebody makes calls one after the other, and CloudTrail records them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from workbench.simulation.apis.calls import GLOBAL_SERVICES, Call, fill, hides_request, host, refusal
from workbench.simulation.apis.catalogue import CALLS
from workbench.simulation.clock import rotations, spelled
from workbench.simulation.dice import Dice, access_key, unique_id
from workbench.simulation.identities import Caller, Json, Session, seen_by_owner, with_key
from workbench.simulation.organization import HOME, REPORTING, key_arn, surroundings
from workbench.simulation.records import CIPHER_SUITE, Body, Stamp, record, serving_region

_CALLS_PER_CONSOLE_KEY = 6


class Event(NamedTuple):
    """One record on its way: when it happened, whose trail gets it, and its JSON text."""

    time: int
    order: int
    account: str
    region: str
    id: str
    text: bytes
    kind: str = "CloudTrail"


class Deed(NamedTuple):
    """Who made a recorded call, for truth-events.jsonl."""

    time: int
    event: str
    caller: Caller


@dataclass(slots=True)
class Step:
    """One step of the intrusion, for truth.json."""

    what: str
    tactic: str
    technique: str
    time: int
    caller: Caller
    events: list[str] = field(default_factory=list)


class Scene:
    """The clock, the dice and the recorder of one activity.

    Parameters
    ----------
    seed
        Seed of the whole sample.
    name
        What happens, unique among the scenes: it seeds this scene's own dice, so that no other scene's
        presence changes what happens here.
    start
        When it begins, seconds of Unix time.
    """

    def __init__(self, seed: int, name: str, start: int) -> None:
        self.seed, self.name = seed, name
        self.now = start
        self.dice = Dice(seed, name, start)
        self.events: list[Event] = []
        self.sessions: list[Session] = []
        self.steps: list[Step] = []
        self.deeds: list[Deed] = []
        self.intrusion = False

    def wait(self, low: int, high: int | None = None) -> None:
        """Let `low` (to `high`) seconds pass."""
        self.now += low if high is None else self.dice.between(low, high)

    def id_of(self, prefix: str, account: str, arn: str) -> str:
        """Return the unique id that belongs to a role's or user's ARN for the whole sample."""
        return unique_id(prefix, account, Dice(self.seed, "id", arn))

    def long_term_key(self, account: str, arn: str, number: int = 0) -> str:
        """Return the `number`-th long-term access key of a user."""
        return access_key("AKIA", account, Dice(self.seed, "key", arn, number))

    def reporting_key(self) -> str:
        """Return the reporting user's own key of the week."""
        return self.long_term_key(REPORTING.account, REPORTING.arn, rotations(self.now))

    def new_key(self, account: str) -> str:
        """Return a fresh temporary access key."""
        return access_key("ASIA", account, self.dice)

    def step(self, told: tuple[str, str, str], caller: Caller) -> None:
        """Begin the next step of the intrusion: what is recorded from now on belongs to it.

        Parameters
        ----------
        told
            What happens, its tactic, its technique.
        caller
            Who does it.
        """
        self.steps.append(Step(*told, self.now, caller))

    def call(
        self,
        caller: Caller,
        api: str,
        region: str,
        *,
        denied: str | None = None,
        error: tuple[str, str] | None = None,
        owner: str | None = None,
        response: Json | None = None,
        transferred: tuple[int, int] | None = None,
        **names: Any,
    ) -> str:
        """Make one call of the catalogue and return the eventID of the caller's copy.

        Parameters
        ----------
        caller, api, region
            Who calls what (`service:Name`) where.
        denied
            The resource that the caller may not touch: the call is refused.
        error
            Any other errorCode and errorMessage.
        owner
            Account that owns the resource when it is another: it gets a copy.
        response
            responseElements instead of the catalogue's.
        transferred
            Bytes in and out of an S3 call.
        **names
            Values of the `{words}` in the catalogue's templates.
        """
        call = CALLS[api]
        recorded = HOME if call.service in GLOBAL_SERVICES else region
        names = {
            **surroundings(caller.account),
            "region": region,
            "account": caller.account,
            "now": spelled(self.now),
            "kms": key_arn(owner or caller.account, region),
            **names,
        }
        fault = refusal(call, caller.arn, denied) if denied else _fault(error)
        hidden = denied is not None and hides_request(call)
        body = Body(
            request=None if hidden else fill(call.request, names),
            response=None if fault else (response or fill(call.response, names)),
            resources=() if hidden else _resources(call, names, owner or caller.account),
            more=self._additional(call, recorded, transferred), host=host(call, recorded, names),
        )
        return self.record(caller, call, recorded, fault, body, owner)

    def record(
        self, caller: Caller, call: Call, region: str, fault: Json, body: Body, owner: str | None = None
    ) -> str:
        """Write the record of a call, in both accounts when it crossed; return the caller's eventID."""
        if caller.console and caller.session is not None:
            caller = self._rotated(caller)
        is_service = caller.identity["type"] == "AWSService"
        crossing = owner is not None and owner != caller.identity.get("accountId") and not is_service
        account = owner if owner is not None and is_service else caller.account
        stamp = Stamp(
            self.now, region, account, self.dice.uuid(), self._request_id(call) if body.numbered else None,
            self.dice.uuid() if crossing or body.shared else None,
        )
        self.keep(stamp, record(caller, caller.identity, call, body, fault, stamp), caller)
        if crossing and owner is not None and not fault:
            shown = replace(body, resources=body.of(owner))
            theirs = replace(stamp, account=owner, event_id=self.dice.uuid())
            seen = record(caller, seen_by_owner(caller.identity), call, shown, fault, theirs)
            self.keep(theirs, seen, caller)
        return stamp.event_id

    def _request_id(self, call: Call) -> str:
        return self.dice.upper(16) if call.service == "s3" else self.dice.uuid()

    def run(
        self, caller: Caller, region: str, script: Sequence[str], low: int = 1, high: int = 6, **names: Any
    ) -> None:
        """Make the calls of a script one after the other, a few seconds apart."""
        for api in script:
            self.call(caller, api, region, **names)
            self.wait(low, high)

    def keep(self, stamp: Stamp, fields: Json, caller: Caller, kind: str = "CloudTrail") -> None:
        """Hand a record to the trail; `kind` is the folder that such records are delivered to."""
        if self.intrusion and self.steps:
            self.steps[-1].events.append(stamp.event_id)
        text = json.dumps(fields, separators=(",", ":"), ensure_ascii=False).encode()
        self.deeds.append(Deed(self.now, stamp.event_id, caller))
        self.events.append(
            Event(self.now, len(self.events), stamp.account, stamp.region, stamp.event_id, text, kind)
        )

    def _rotated(self, caller: Caller) -> Caller:
        """Give a console caller the key of the moment: consoles exchange theirs every few calls."""
        keys = caller.held.keys
        if not keys or self.dice.below(_CALLS_PER_CONSOLE_KEY) == 0:
            keys.append(self.new_key(caller.account))
        return replace(caller, identity=with_key(caller.identity, keys[-1]))

    def _additional(self, call: Call, region: str, transferred: tuple[int, int] | None) -> Json | None:
        if call.service == "sts":
            return serving_region(region)
        if call.service != "s3":
            return None
        taken, given = transferred or (0, 0 if not call.read else self.dice.between(300, 4000))
        return {
            "SignatureVersion": "SigV4", "CipherSuite": CIPHER_SUITE, "bytesTransferredIn": taken,
            "AuthenticationMethod": "AuthHeader", "bytesTransferredOut": given,
        }


def _fault(error: tuple[str, str] | None) -> Json:
    return {"errorCode": error[0], "errorMessage": error[1]} if error else {}


def _resources(call: Call, names: Json, account: str) -> tuple[Json, ...]:
    entries: list[Json] = []
    for kind, template in call.resources:
        entry: Json = {} if kind == "AWS::S3::Object" else {"accountId": account}
        if kind:
            entry["type"] = kind
        entry["ARN"] = fill(template, names)
        entries.append(entry)
    return tuple(entries)
