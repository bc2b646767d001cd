"""Writing the records of one account and region: the templates of `calls` and `callers`, filled by dice."""

import base64
import datetime as dt
import itertools
import json
import random
import re
from bisect import bisect
from collections.abc import Callable
from functools import cache
from typing import NamedTuple

from tests.benchmarks.callers import ACCOUNTS, AGENTS, CALLERS, NOUNS, SERVICES, Caller
from tests.benchmarks.calls import CALLS, RARE, Call, Json

Dice = random.Random

_WORD = re.compile(r'"#([a-z]+\d*)"|\$([a-z]+\d*)')
_CALLERS_AT_A_TIME, _RENEWED, _FAILED = 40, 1 / 40, 0.05
_READING = ("Get", "List", "Describe", "Head", "Lookup", "BatchGet", "Decrypt", "Assume")


class Record(NamedTuple):
    """One record, and its eventTime in seconds."""

    time: float
    text: str


class Words(dict[str, str]):
    """The words of one template: made when first asked for, the same when asked again."""

    def __init__(self, known: dict[str, str], makers: dict[str, Callable[[], str]]) -> None:
        super().__init__(known)
        self.makers = makers

    def __missing__(self, word: str) -> str:
        value = self[word] = self.makers[word]()
        return value


class Scribe:
    """One account and region: every record is a throw of its dice.

    Parameters
    ----------
    seed, account, region
        Name the dice.
    """

    def __init__(self, seed: int, account: str, region: str) -> None:
        self.dice = Dice(f"{seed} {account} {region}")
        self.place = {"account": account, "region": region, "zone": f"{region}a"}
        self.makers = _makers(self.dice, account)
        self.weights = list(itertools.accumulate(call.weight for call in CALLS))
        kinds = self.dice.choices(CALLERS, [kind.weight for kind in CALLERS], k=_CALLERS_AT_A_TIME)
        self.callers = [(kind, self._lasting(kind)) for kind in kinds]
        self.sessions: dict[int, dict[str, str]] = {}

    def record(self, now: float) -> Record:
        """Return the next record."""
        thrown = self.dice.random
        call = bisect(self.weights, thrown() * self.weights[-1])
        who = int(thrown() * _CALLERS_AT_A_TIME)
        if who not in self.sessions or thrown() < _RENEWED:
            self.sessions[who] = self._session(*self.callers[who], _iso(now))
        words = Words(self.sessions[who], self.makers)
        words["time"] = _iso(now)
        words["rare"] = next((_filled(text) % words for share, text in RARE if thrown() < share), "")
        return Record(now, _template(call, thrown() < _FAILED) % words)

    def _lasting(self, kind: Caller) -> dict[str, str]:
        """Return the words that stay with a caller: a name's ids, its place, its tool."""
        role, person = self.makers["role"](), self.makers["noun"]()
        own = Dice(f"{self.place['account']} {person if '$person' in str(kind) else role}")
        return {
            **self.place, "role": role, "roleid": f"AROA{_base(own, 17)}",
            "session": f"{role}-{self.makers['tag']()}",
            "person": person, "user16": _base(own, 16), "user17": _base(own, 17),
            "address": f"198.51.100.{own.randrange(1, 255)}", "v6": f"2001:db8::{own.getrandbits(32):x}",
            "service": own.choice(SERVICES), "agent": own.choice(AGENTS),
        }

    def _session(self, kind: Caller, lasting: dict[str, str], now: str) -> dict[str, str]:
        """Return the words that all records of a session share."""
        words = Words({**lasting, "time": now}, self.makers)
        identity = _filled(_text(kind.identity)) % words
        return {
            **self.place, "identity": identity, "caller": str(json.loads(identity).get("arn", "unknown")),
            "address": _filled(kind.address) % words, "agent": _filled(kind.agent) % words,
            "console": ',"sessionCredentialFromConsole":"true"' if kind.console else "",
        }


def _makers(dice: Dice, account: str) -> dict[str, Callable[[], str]]:
    """Return how each word of a template is thrown."""
    def noun() -> str:
        return NOUNS[int(dice.random() * len(NOUNS))]

    keys = [_uuid(Dice(f"{account} key {number}")) for number in range(3)]
    return {
        "uuid": lambda: _uuid(dice), "event": lambda: _uuid(dice), "noun": noun, "other": noun,
        "tag": lambda: f"{dice.getrandbits(20):05x}", "size": lambda: str(dice.getrandbits(17)),
        "hex16": lambda: f"{dice.getrandbits(64):016x}", "hex32": lambda: f"{dice.getrandbits(128):032x}",
        "base16": lambda: _base(dice, 16), "base17": lambda: _base(dice, 17),
        "opaque56": lambda: _opaque(dice, 56), "opaque150": lambda: _opaque(dice, 150),
        "role": lambda: f"{noun()}-service-role", "bucket": lambda: f"example-{account[:4]}-{noun()}",
        "path": lambda: f"{noun()}/{noun()}/part-{dice.getrandbits(40):010x}.parquet",
        "peer": lambda: dice.choice(tuple(ACCOUNTS)), "kms": lambda: dice.choice(keys),
        "clock": lambda: f"{dice.randrange(1, 13)}:{dice.randrange(60):02}:{dice.randrange(60):02} PM",
    }


def _uuid(dice: Dice) -> str:
    text = f"{dice.getrandbits(128):032x}"
    return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-8{text[17:20]}-{text[20:]}"


def _base(dice: Dice, length: int) -> str:
    return base64.b32encode(dice.getrandbits(88).to_bytes(11, "big"))[:length].decode()


def _opaque(dice: Dice, size: int) -> str:
    return base64.b64encode(dice.getrandbits(8 * size).to_bytes(size, "big")).decode()


def _iso(seconds: float) -> str:
    return f"{dt.datetime.fromtimestamp(int(seconds), dt.UTC):%Y-%m-%dT%H:%M:%SZ}"


def _text(value: Json) -> str:
    return json.dumps(value, separators=(",", ":"))


@cache
def _filled(template: str) -> str:
    """Write `$word` and `"#word"` as fields of Python's `%`."""
    return _WORD.sub(lambda found: f"%({found[1] or found[2]})s", template.replace("%", "%%"))


@cache
def _template(number: int, refused: bool) -> str:
    """Return the record of the call of that number, its fields in the order in which AWS writes them."""
    call = CALLS[number]
    record = {
        "eventVersion": "1.11", "userIdentity": "#identity", "eventTime": "$time",
        "eventSource": f"{call.service}.amazonaws.com", "eventName": call.name, "awsRegion": "$region",
        "sourceIPAddress": "$address", "userAgent": "$agent", **(_refusal(call) if refused else {}),
        "requestParameters": call.request, "responseElements": None if refused else call.response,
        "additionalEventData": call.more, "requestID": "$uuid", "eventID": "$event",
        "readOnly": call.name.startswith(_READING), "resources": list(call.resources),
        "eventType": "AwsConsoleSignIn" if call.service == "signin" else "AwsApiCall",
        "managementEvent": not call.data, "recipientAccountId": "$account",
        "eventCategory": "Data" if call.data else "Management", "tlsDetails": {
            "tlsVersion": "TLSv1.3", "cipherSuite": "TLS_AES_128_GCM_SHA256",
            "clientProvidedHostHeader": f"{call.service}.$region.amazonaws.com",
        },
    }
    optional = ("additionalEventData", "resources")
    kept = {name: value for name, value in record.items() if value or name not in optional}
    return _filled(_text(kept))[:-1] + "%(console)s%(rare)s}"


def _refusal(call: Call) -> Json:
    if call.service == "ec2":
        told = "You are not authorized to perform this operation. Encoded failure message: $opaque150"
        return {"errorCode": "Client.UnauthorizedOperation", "errorMessage": told}
    action = f"{call.service}:{call.name}"
    told = f"User: $caller is not authorized to perform: {action} because no policy allows the action"
    return {"errorCode": "AccessDenied", "errorMessage": told}
