"""Rules made of what a case holds: services, APIs, paths and values of its own records.

They have the shapes that public rule sets have. The same case gives the same rules.
"""

import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

NUMBER = 800
_PER_API = 8
Json = dict[str, Any]


class Known(NamedTuple):
    """One record of a case, as a rule sees it: its service and API, and paths with a value at each."""

    source: str
    name: str
    values: dict[str, str]

    def under(self, top: str) -> list[str]:
        """List the paths below a part of the record."""
        return [path for path in self.values if path.startswith(f"{top}.")]


def known_of(con: Any) -> list[Known]:
    """Return a few records of each API, always the same ones."""
    rows = con.con.execute(
        'SELECT "eventSource", "eventName", arg_min("eventJson", "eventID", ?) FROM events'
        ' WHERE "eventName" IS NOT NULL AND "eventSource" IS NOT NULL GROUP BY 1, 2 ORDER BY 1, 2',
        [_PER_API],
    ).fetchall()  # fmt: skip
    return [
        Known(source, name, dict(_paths(json.loads(text)))) for source, name, texts in rows for text in texts
    ]


def _paths(node: Any, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(node, dict):
        for key, value in node.items():
            if "." not in key and "|" not in key:
                yield from _paths(value, f"{path}.{key}" if path else key)
    elif isinstance(node, list):
        for value in node:
            yield from _paths(value, path)
    elif isinstance(node, str) and node:
        yield path, node


def documents(known: list[Known], number: int = NUMBER, seed: int = 7) -> list[Json]:
    """Make rules: most name an API, some only a part of it, a few none."""
    dice = random.Random(seed)
    shapes = [shape for shape, weight in _SHAPES.items() for _ in range(weight)]
    found = []
    for place in range(number):
        one, shape = dice.choice(known), dice.choice(shapes)
        detection = shape(dice, one)
        found.append({
            "title": f"{shape.__name__.strip('_').replace('_', ' ')} {place}", "id": f"bench-{place:04}",
            "logsource": {"product": "aws", "service": "cloudtrail"}, "detection": detection,
            "level": dice.choice(["low", "medium", "high"]),
        })  # fmt: skip
    return found


def _api(one: Known) -> Json:
    return {"eventSource": one.source, "eventName": one.name}


def _of_the_api(dice: random.Random, one: Known) -> Json:
    return {
        "selection": _api(one) | {"awsRegion": f"{dice.choice(('xx', 'yy'))}-east-1"},
        "condition": "selection",
    }


def _of_several(dice: random.Random, one: Known) -> Json:
    names = [one.name, f"Delete{one.name}", f"Put{one.name}"]
    selection = {"eventSource": one.source, "eventName": names, "errorCode|contains": ["NotFound", "Client."]}
    return {"selection": selection, "condition": "selection"}


def _of_a_value(dice: random.Random, one: Known) -> Json:
    path = dice.choice(one.under("requestParameters") or ["userIdentity.type"])
    value = f"{one.values.get(path, 'Root')[:60]}{dice.choice(_ENDS)}"
    how = dice.choice(("", "|contains", "|startswith", "|endswith"))
    return {"selection": _api(one) | {f"{path}{how}": _plain(value)}, "condition": "selection"}


def _of_the_whole_part(dice: random.Random, one: Known) -> Json:
    words = [f'"{dice.choice(("Principal", "AWS", "Effect"))}":"{dice.randrange(10**12):012}"', "0.0.0.0/0"]
    return {
        "selection": {"eventName": one.name, "requestParameters|contains": words},
        "condition": "selection",
    }


def _of_the_answer(dice: random.Random, one: Known) -> Json:
    path = dice.choice(one.under("responseElements") or ["responseElements.ConsoleLogin"])
    value = f"{one.values.get(path, 'Failure')[:60]}{dice.choice(_ENDS)}"
    return {"selection": _api(one) | {path: _plain(value)}, "condition": "selection"}


def _with_filters(dice: random.Random, one: Known) -> Json:
    return {
        "selection": _api(one),
        "filter_tool": {"userAgent|contains": ["terraform", "boto3", "aws-", "firefox", ".com", "exec", "a"]},
        "filter_service": {"sourceIPAddress|endswith": ".amazonaws.com"},
        "filter_type": {"userIdentity.type": ["AWSService", "IdentityCenterUser"]},
        "condition": "selection and not 1 of filter_*",
    }


def _by_expression(dice: random.Random, one: Known) -> Json:
    path = dice.choice(one.under("requestParameters") or ["userIdentity.arn"])
    return {
        "selection": _api(one) | {f"{path}|re": f"^x[0-9]+-{dice.randrange(99)}$"},
        "condition": "selection",
    }


def _by_prefix(dice: random.Random, one: Known) -> Json:
    selection = {
        "eventSource": one.source,
        "eventName|startswith": ["Delete", "Put", "Update", one.name[:5]],
        "userIdentity.type": "Root",
    }
    return {"selection": selection, "condition": "selection"}


def _by_network(dice: random.Random, one: Known) -> Json:
    network = f"{dice.randrange(1, 223)}.{dice.randrange(256)}.0.0/16"
    return {
        "selection": {"eventName": one.name},
        "elsewhere": {"sourceIPAddress|cidr": [network, "2001:db8::/32"]},
        "condition": "selection and elsewhere",
    }


def _by_agent(dice: random.Random, one: Known) -> Json:
    word = dice.choice(("kali", "parrot", "pacu", "scout", "prowler", "nuclei", "python-requests"))
    return {
        "selection": {"userAgent|contains": [word, f"{word}-{dice.randrange(99)}"]},
        "condition": "selection",
    }


def _by_caller(dice: random.Random, one: Known) -> Json:
    arn = one.values.get("userIdentity.arn", "arn:aws:iam::000000000000:root")
    return {
        "selection": {"userIdentity.arn": [_plain(arn), f"*:user/{dice.randrange(999)}"]},
        "failed": {"errorCode|startswith": ["AccessDenied", "Client.Unauthorized"]},
        "condition": "selection and failed",
    }


def _by_word(dice: random.Random, one: Known) -> Json:
    return {
        "keywords": [f"word-{dice.randrange(10**6)}", f"{one.name}-{dice.randrange(99)}"],
        "condition": "keywords",
    }


def _by_path_alone(dice: random.Random, one: Known) -> Json:
    path = dice.choice(one.under("requestParameters") or ["requestParameters.policyArn"])
    return {"selection": {path: f"*{dice.randrange(10**9)}*"}, "condition": "selection"}


_ENDS = ("", "-x", "-prod", "/admin", "-tmp", "-old", "-new", "0", "1", "-public", "-backup", "-root")
"""What is written behind values of the case: of twelve rules, one hits."""

_SHAPES: dict[Callable[[random.Random, Known], Json], int] = {
    _of_the_api: 24, _of_several: 28, _of_a_value: 48, _of_the_whole_part: 16, _of_the_answer: 12,
    _with_filters: 25, _by_expression: 12, _by_prefix: 12, _by_network: 6, _by_agent: 6, _by_caller: 6,
    _by_word: 1, _by_path_alone: 4,
}  # fmt: skip
"""Of two hundred rules, how many have each shape."""


def _plain(text: str) -> str:
    """Spell a value so that nothing in it is a wildcard."""
    return "".join(f"\\{sign}" if sign in "*?\\" else sign for sign in text)


def write(folder: Path, found: list[Json]) -> Path:
    """Write the rules as files, as a user has them."""
    folder.mkdir(parents=True, exist_ok=True)
    for one in found:
        (folder / f"{one['id']}.yml").write_text(json.dumps(one), encoding="utf-8")
    return folder
