"""One stretch of activity: somebody makes calls one after the other, and CloudTrail records them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from workbench.simulation.calls import GLOBAL_SERVICES, Call, fill, hides_request, host, refusal
from workbench.simulation.catalogue import CALLS
from workbench.simulation.clock import iso, spelled
from workbench.simulation.dice import Dice, access_key, unique_id
from workbench.simulation.identities import Caller, Json, Session, seen_by_owner, with_key
from workbench.simulation.organization import HOME, key_arn, surroundings

EVENT_VERSION = "1.11"
_TLS = ("TLSv1.3", "TLS_AES_128_GCM_SHA256")
_CALLS_PER_CONSOLE_KEY = 6


class Event(NamedTuple):
    """One record on its way: when it happened, whose trail gets it, and its JSON text."""

    time: int
    order: int
    account: str
    region: str
    id: str
    text: bytes


@dataclass(slots=True)
class Step:
    """One step of the intrusion, for truth.json."""

    number: int
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
        self.seed = seed
        self.now = start
        self.dice = Dice(seed, name, start)
        self.events: list[Event] = []
        self.sessions: list[Session] = []
        self.steps: list[Step] = []
        self.intrusion = False

    def wait(self, low: int, high: int | None = None) -> None:
        """Let `low` (to `high`) seconds pass."""
        self.now += low if high is None else self.dice.between(low, high)

    def id_of(self, prefix: str, account: str, arn: str) -> str:
        """Return the unique id that belongs to a role's or user's ARN for the whole sample."""
        return unique_id(prefix, account, Dice(self.seed, "id", arn))

    def long_term_key(self, account: str, arn: str, number: int = 1) -> str:
        """Return the `number`-th long-term access key of a user."""
        return access_key("AKIA", account, Dice(self.seed, "key", arn, number))

    def new_key(self, account: str) -> str:
        """Return a fresh temporary access key."""
        return access_key("ASIA", account, self.dice)

    def step(self, what: str, tactic: str, technique: str, caller: Caller) -> None:
        """Begin the next step of the intrusion: what is recorded from now on belongs to it."""
        self.steps.append(Step(len(self.steps) + 1, what, tactic, technique, self.now, caller))

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
        body: Json = {
            "request": None if hidden else fill(call.request, names),
            "response": None if fault else (response or fill(call.response, names)),
            "resources": () if hidden else _resources(call, names, owner or caller.account),
            "host": host(call, recorded, names),
            "more": self._additional(call, recorded, transferred),
        }
        return self.record(caller, call, recorded, fault, body, owner)

    def record(
        self, caller: Caller, call: Call, region: str, fault: Json, body: Json, owner: str | None = None
    ) -> str:
        """Write the record of a call, in both accounts when it crossed; return the caller's eventID."""
        if caller.console and caller.session is not None:
            caller = self._rotated(caller)
        crossing = owner is not None and owner != caller.identity.get("accountId")
        shared = self.dice.uuid() if crossing or body.get("shared") else None
        request_id = self.dice.upper(16) if call.service == "s3" else self.dice.uuid()
        if body.get("no_request_id"):
            request_id = ""
        account = owner if crossing and caller.identity["type"] == "AWSService" else caller.account
        first = self._write(
            caller, caller.identity, call, region, fault, body, account or "", request_id, shared
        )
        if crossing and owner is not None and caller.identity["type"] != "AWSService" and not fault:
            copy = {**body, "resources": [entry for entry in body["resources"] if _owned(entry, owner)]}
            identity = seen_by_owner(caller.identity)
            self._write(caller, identity, call, region, fault, copy, owner, request_id, shared)
        return first

    def _write(
        self, caller: Caller, identity: Json, call: Call, region: str, fault: Json, body: Json, account: str,
        request_id: str, shared: str | None,
    ) -> str:
        event_id = self.dice.uuid()
        record: Json = {
            "eventVersion": EVENT_VERSION, "userIdentity": identity, "eventTime": iso(self.now),
            "eventSource": call.source, "eventName": call.name, "awsRegion": region,
            "sourceIPAddress": caller.address, "userAgent": caller.agent, **fault,
            "requestParameters": body.get("request"), "responseElements": body.get("response"),
        }
        if body.get("more"):
            record["additionalEventData"] = body["more"]
        if request_id:
            record["requestID"] = request_id
        record["eventID"] = event_id
        record["readOnly"] = call.read
        if body.get("resources"):
            record["resources"] = list(body["resources"])
        record["eventType"] = body.get("type", "AwsApiCall")
        if call.api_version:
            record["apiVersion"] = call.api_version
        record["managementEvent"] = not call.data
        record["recipientAccountId"] = account
        if shared:
            record["sharedEventID"] = shared
        if body.get("details"):
            record["serviceEventDetails"] = body["details"]
        record["eventCategory"] = "Data" if call.data else "Management"
        if body.get("host") and not caller.is_service:
            record["tlsDetails"] = _tls(body["host"])
        if caller.console and body.get("type", "AwsApiCall") == "AwsApiCall":
            record["sessionCredentialFromConsole"] = "true"
        self._keep(account, region, event_id, record)
        return event_id

    def run(
        self, caller: Caller, region: str, script: Sequence[str], low: int = 1, high: int = 6, **names: Any
    ) -> None:
        """Make the calls of a script one after the other, a few seconds apart."""
        for api in script:
            self.call(caller, api, region, **names)
            self.wait(low, high)

    def _keep(self, account: str, region: str, event_id: str, record: Json) -> None:
        if self.intrusion and self.steps:
            self.steps[-1].events.append(event_id)
        text = json.dumps(record, separators=(",", ":"), ensure_ascii=False).encode()
        self.events.append(Event(self.now, len(self.events), account, region, event_id, text))

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
            "SignatureVersion": "SigV4", "CipherSuite": _TLS[1], "bytesTransferredIn": taken,
            "AuthenticationMethod": "AuthHeader", "bytesTransferredOut": given,
        }


def serving_region(region: str) -> Json:
    """Return STS's additionalEventData."""
    return {"RequestDetails": {"awsServingRegion": region, "endpointType": "regional"}}


def _tls(host_header: str) -> Json:
    version, suite = _TLS
    return {"tlsVersion": version, "cipherSuite": suite, "clientProvidedHostHeader": host_header}


def _fault(error: tuple[str, str] | None) -> Json:
    return {"errorCode": error[0], "errorMessage": error[1]} if error else {}


def _resources(call: Call, names: Json, account: str) -> list[Json]:
    entries: list[Json] = []
    for kind, template in call.resources:
        entry: Json = {} if kind == "AWS::S3::Object" else {"accountId": account}
        if kind:
            entry["type"] = kind
        entry["ARN"] = fill(template, names)
        entries.append(entry)
    return entries


def _owned(entry: Json, owner: str) -> bool:
    return bool(entry.get("accountId", owner) == owner)
