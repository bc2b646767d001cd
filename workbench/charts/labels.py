"""Names out of logs as labels: short, visible, and never the same for two values."""

import re
from collections import Counter
from collections.abc import Iterable
from itertools import chain, count

from workbench.errors import visible


def label(value: object, limit: int = 120) -> str:
    r"""Return text from a log as it may stand in a chart: control characters spelled out, overlong text cut.

    Examples
    --------
    >>> print(label("curl\x1b[2J"))
    curl\x1b[2J
    >>> label("a" * 500, 10)
    'aaaaaaaaa…'
    """
    shown = visible(value)
    return shown if len(shown) <= limit else shown[: limit - 1] + "…"


def labels(values: Iterable[object], limit: int = 48, *, accounts: bool | None = None) -> dict[object, str]:
    """Return a short label for each value, never the same one for two values.

    ARNs are shortened to what a reader tells them apart by: the name, and the account where there are several
    (`accounts` None), always (True), or only where two names are alike (False).

    Examples
    --------
    >>> labels(["arn:aws:iam::111122223333:role/ci/Deploy"], accounts=True)
    {'arn:aws:iam::111122223333:role/ci/Deploy': 'role/Deploy · 111122223333'}
    """
    chosen: dict[object, str] = {}
    taken: set[str] = set()
    distinct = list(dict.fromkeys(values))
    names = Counter(_name(str(value)) for value in distinct)
    if accounts is None:
        accounts = len({account for value in distinct if (account := _account(str(value)))}) > 1
    for value in distinct:
        name, account = _name(str(value)), _account(str(value))
        named = f"{name} · {account}" if account and (accounts or names[name] > 1) else name
        short = _middle_cut(visible(named), limit)
        spare = (f"{short} #{number}" for number in count(2))
        candidate = next(text for text in chain((short,), spare) if text not in taken)
        taken.add(candidate)
        chosen[value] = candidate
    return chosen


def node_label(value: object, limit: int) -> str:
    """Return the bare name of a principal, for a picture that tells kind and account by shape and colour.

    Examples
    --------
    >>> node_label("arn:aws:iam::111122223333:role/ci/Deploy", 30)
    'Deploy'
    >>> node_label("repo:acme/orders:ref:refs/heads/main", 30)
    'repo:acme/orders@main'
    """
    name = _name(str(value))
    bare = name.partition("/")[2] if str(value).startswith("arn:") and "/" in name else name
    return _middle_cut(visible(bare), limit)


def _middle_cut(text: str, limit: int) -> str:
    # names that share a long beginning are told apart by their end
    return (
        text
        if len(text) <= limit
        else text[: limit // 2] + "…" + text[len(text) - (limit - limit // 2 - 1) :]
    )


def _name(value: str) -> str:
    parts = value.split(":", 5)
    if len(parts) < 6 or parts[0] != "arn":
        return value.replace(":ref:refs/heads/", "@")
    kind, _, name = parts[5].partition("/")
    if "/aws-reserved/sso.amazonaws.com/" in parts[5]:
        name = re.sub("_[0-9a-f]{16}$", "", name)
    return f"{kind}/{name.rsplit('/', 1)[-1]}" if name else kind


def _account(value: str) -> str:
    parts = value.split(":", 5)
    return parts[4] if len(parts) == 6 and parts[0] == "arn" else ""


def counted(number: int, singular: str, plural: str = "") -> str:
    """Return a number with its noun.

    Examples
    --------
    >>> counted(1, "event"), counted(2900, "event"), counted(2, "address", "addresses")
    ('1 event', '2,900 events', '2 addresses')
    """
    return f"{number:,} {singular if number == 1 else plural or singular + 's'}"
