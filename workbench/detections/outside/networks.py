"""Addresses of the evidence in networks that a user lists, such as those of a threat list."""

import bisect
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from ipaddress import IPv4Address, IPv6Address, summarize_address_range
from pathlib import Path
from typing import NamedTuple, TypeVar

import ibis
import ibis.expr.types as ir

from workbench.detections.outside.found import Kind, as_hits, attributed
from workbench.detections.reading.ip import Address, Network, address_of, network_at, parsed
from workbench.errors import ParameterError, visible
from workbench.queries.filters import is_denied

Value = TypeVar("Value")

LISTED = Kind("threat-list-address", "Call from a listed address", "high", "initial-access", "T1078.004")
_COMMENT = re.compile(r"\s*(?:#|;|//)\s*(.*)$")
_MOST_FAULTS = 5
_SHOWN = 80  # signs of a line that are told, and of what is wrong with it


class Entry(NamedTuple):
    """One network of a list, and what the list says of it."""

    network: Network
    told: str


def addresses(events: ir.Table) -> dict[str, Address]:
    """Return the source addresses of events, as they are written; names of services are none."""
    texts = events.select("sourceIPAddress").distinct().to_pyarrow()["sourceIPAddress"].to_pylist()
    return {text: found for text in texts if text and (found := parsed(text))}


def alike(events: ir.Table) -> ir.Table:
    """Return the events with each source address in one spelling; what is none stays as it is.

    Examples
    --------
    >>> from tests.builders import event, table
    >>> rows = alike(table(event(sourceIPAddress="::ffff:203.0.113.9"), event(sourceIPAddress="x")))
    >>> sorted(rows.sourceIPAddress.to_pyarrow().to_pylist())
    ['203.0.113.9', 'x']
    """
    others = [(text, str(found)) for text, found in addresses(events).items() if str(found) != text]
    if not others:
        return events
    spelled = ibis.memtable(others, schema={"written": "string", "spelled": "string"})
    both = events.left_join(spelled, events.sourceIPAddress == spelled.written)
    plain = ibis.coalesce(both.spelled, both.sourceIPAddress)
    return both.mutate(sourceIPAddress=plain).drop("written", "spelled")


def placed(
    known: dict[str, Address], networks: Iterable[tuple[Network, Value]]
) -> dict[str, tuple[Network, Value]]:
    """Return for each address the narrowest network it lies in; the networks are gone through once.

    Parameters
    ----------
    known
        As of `addresses`.
    networks
        Networks in any order, and what is known of each; of equal ones the first counts.
    """
    texts = sorted(known, key=lambda text: (known[text].version, int(known[text])))
    keys = [(known[text].version, int(known[text])) for text in texts]
    best: dict[str, tuple[Network, Value]] = {}
    for network, value in networks:
        version, first = network.version, int(network.network_address)
        low = bisect.bisect_left(keys, (version, first))
        high = bisect.bisect_right(keys, (version, int(network.broadcast_address)))
        for text in texts[low:high]:
            if text not in best or best[text][0].prefixlen < network.prefixlen:
                best[text] = network, value
    return best


def networks_of(text: str) -> list[Network]:
    """Read an address, a network, or a range `first-last`.

    Raises
    ------
    ValueError
        It is none, its range is out of order, or it holds every address.

    Examples
    --------
    >>> networks_of("203.0.113.9"), networks_of("203.0.113.0-203.0.113.1")
    ([IPv4Network('203.0.113.9/32')], [IPv4Network('203.0.113.0/31')])
    """
    first, dash, last = (part.strip() for part in text.partition("-"))
    found = _range(address_of(first), address_of(last)) if dash else [network_at(first)]
    if found[0].prefixlen == 0:
        raise ValueError("this is every address")
    return found


def _range(first: Address, last: Address) -> list[Network]:
    # the library refuses a range that ends before it begins
    if isinstance(first, IPv4Address) and isinstance(last, IPv4Address):
        return list(summarize_address_range(first, last))
    if isinstance(first, IPv6Address) and isinstance(last, IPv6Address):
        return list(summarize_address_range(first, last))
    raise ValueError("one end is IPv4, the other IPv6")


def lines_of(path: Path, read: Callable[[str], Iterable[Value]]) -> Iterator[Value]:
    """Read a user's text file line by line; comments begin with `#`, `;` or `//`.

    Raises
    ------
    ParameterError
        There is no such text file, or lines cannot be read: the message names the first of them.
    """
    faults = []
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as wrong:
        raise ParameterError(f"{path} cannot be read as text ({wrong}). Name a text file") from wrong
    for number, line in enumerate(lines, 1):
        if not _COMMENT.sub("", line).strip():
            continue
        try:
            yield from read(line)
        except ValueError as wrong:
            faults.append(f"line {number}: {visible(line[:_SHOWN])} ({visible(wrong)[:_SHOWN]})")
    if faults:
        more = f" and {len(faults) - _MOST_FAULTS} more" if len(faults) > _MOST_FAULTS else ""
        told = "; ".join(faults[:_MOST_FAULTS])
        raise ParameterError(
            f"{path}: no address, network or range in {told}{more}. Mend or comment them out"
        )


def threat_entries(path: str | Path) -> list[Entry]:
    """Read a list of addresses: one address, network or range (`first-last`) to a line.

    Parameters
    ----------
    path
        A text file; what stands behind `#`, `;` or `//` is what the list says of the address.

    Raises
    ------
    ParameterError
        There is no such text file, or lines of it are no addresses.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "bad.txt"
    >>> _ = path.write_text("# made up\\n203.0.113.0/24 ; scanner\\n")
    >>> threat_entries(path)
    [Entry(network=IPv4Network('203.0.113.0/24'), told='scanner')]
    """

    def read(line: str) -> Iterator[Entry]:
        comment = _COMMENT.search(line)
        for network in networks_of(_COMMENT.sub("", line).strip()):
            yield Entry(network, comment[1].strip() if comment else "")

    return list(lines_of(Path(path), read))


def threat_list(events: ir.Table, lists: str | Path | Sequence[str | Path]) -> ir.Table:
    """Find the calls from addresses that a list of the user's names.

    Parameters
    ----------
    events
        The whole events table.
    lists
        One or more text files, as of `threat_entries`. Of several entries that hold an address, the narrowest
        tells.

    Returns
    -------
    ibis Table
        Hits, as of `run`; a call that was refused is `medium`, and says so.

    Raises
    ------
    ParameterError
        A list cannot be read.

    Examples
    --------
    >>> import tempfile
    >>> from tests.builders import event, table
    >>> path = Path(tempfile.mkdtemp()) / "bad.txt"
    >>> _ = path.write_text("203.0.113.0/24 ; scanner")
    >>> hits = threat_list(table(event(sourceIPAddress="203.0.113.9"), event()), path)
    >>> hits.reason.to_pyarrow().to_pylist()
    ['203.0.113.9 called ListUsers; bad.txt lists 203.0.113.0/24: scanner']
    """
    paths = [lists] if isinstance(lists, str | Path) else lists
    return calls_from(events, {Path(path): threat_entries(path) for path in paths})


def calls_from(events: ir.Table, entries: Mapping[Path, Sequence[Entry]]) -> ir.Table:
    """Find the calls from addresses of lists that were read already, as `threat_list` does."""
    told = [(one.network, _said(path, one)) for path, listed in entries.items() for one in listed]
    found = placed(addresses(events), told)
    rows = [(text, said) for text, (_, said) in found.items()]
    listed = ibis.memtable(rows, schema={"address": "string", "said": "string"})
    met = attributed(events).inner_join(listed, [ibis._.sourceIPAddress == listed.address])
    denied = is_denied(met)
    said = met.address + " called " + met.eventName.fill_null("?") + "; " + met.said
    return as_hits(
        met.mutate(
            severity=ibis.ifelse(denied, "medium", LISTED.level),
            reason=said + ibis.ifelse(denied, ibis.literal("; denied: ") + met.errorCode, ""),
        ),
        LISTED,
    )


def _said(path: Path, entry: Entry) -> str:
    network = entry.network
    text = str(network.network_address) if network.prefixlen == network.max_prefixlen else str(network)
    return f"{visible(path.name)} lists {text}" + (f": {visible(entry.told)}" if entry.told else "")
