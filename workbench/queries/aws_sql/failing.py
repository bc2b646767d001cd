"""What the engine says of a query, in words for the person who wrote it."""

import re
from collections.abc import Mapping
from difflib import get_close_matches

from workbench.errors import SqlError, visible
from workbench.events.columns import AWS

_COLUMN = re.compile(
    r'(?:Referenced (?:column|table)|Column) "(?P<name>[^"]*)" (?:was )?(?:not found|referenced that exists)'
)
_FIELDS = [
    "type", "principalId", "arn", "accountId", "accessKeyId", "userName", "sessionContext", "attributes",
    "creationDate", "mfaAuthenticated", "sessionIssuer", "webIdFederationData", "federatedProvider",
    "sourceIdentity", "ec2RoleDelivery", "ec2IssuedInVpc", "onBehalfOf", "inScopeOf", "credentialsIssuedTo",
    "invokedBy", "identityProvider", "tlsVersion", "cipherSuite", "clientProvidedHostHeader",
    "requestContext", "tagContext", "resourceTags", "principalTags", "arnPrefix",
]  # fmt: skip
_NAMES = {name.lower(): name for name in [*AWS.names, *_FIELDS]}
_GROUP = re.compile(r'column "?(?P<name>.*?)"? must appear in the GROUP BY')
_MEMORY = re.compile(
    r"Out of Memory Error|bad.alloc|Allocation failure|failed to allocate|Failed to allocate", re.I
)
_MOST_SHOWN = 500
_KEY = re.compile(r'Could not find key "(?P<name>[^"]*)" in struct')
_CANDIDATES = re.compile(
    r" You might need to add explicit type casts.*| In order to select one.*| ?Candidate functions:.*"
)
_PLACEHOLDER = re.compile(r"""["'](?P<name>\$\{[^}"']*\}|\{\{[^}"']*\}\}|<[^>"']+>|\#{2,}|\$\w+)["']""")
_DETAILS = re.compile(r"\n\s*\n|\nLINE ")


def failed(error: Exception, sql: str, written: Mapping[str, str]) -> SqlError:
    """Turn an error of the engine into one of the workbench, with its place in the query where that is known.

    Examples
    --------
    >>> import duckdb
    >>> print(failed(duckdb.ConversionException("Conversion Error: no date: x"), "SELECT 1", {}))
    the query failed: no date: x
    """
    said = str(error)
    if isinstance(error, MemoryError) or _MEMORY.search(said):
        return SqlError("the query needs more memory than it may have. Narrow it, or let it aggregate")
    if isinstance(error, RecursionError):
        return SqlError("the query is nested too deeply. Split it with WITH")
    column, group = _COLUMN.search(said) or _KEY.search(said), _GROUP.search(said)
    placeholder = _PLACEHOLDER.search(said)
    if placeholder and placeholder["name"] in sql:
        where = _place(sql[: sql.index(placeholder["name"])])
        message = f"{where}the text {placeholder['name']} is a placeholder. Put a value in its place"
    elif column:
        near = get_close_matches(column["name"].lower(), _NAMES, cutoff=0.5)
        nearest = f". Nearest: {', '.join(_NAMES[name] for name in near)}" if near else ""
        message = f"{place_of(column['name'], sql)}no column {column['name']}{nearest}"
    elif group:
        message = (
            f"{place_of(group['name'], sql)}{group['name']} must stand in GROUP BY,"
            " or inside an aggregate such as arbitrary()"
        )
    else:
        message = f"the query failed: {_first_part(said)}"
    for name, store in written.items():
        message = message.replace(name, store)
    return SqlError(visible(message if len(message) <= _MOST_SHOWN else message[:_MOST_SHOWN] + "..."))


def _first_part(said: str) -> str:
    fact = _DETAILS.split(said.partition("Error: ")[2] or said)[0]
    if "'Division by zero'" in fact:
        return "division by zero"
    return _CANDIDATES.sub("", " ".join(fact.split()))


def _place(before: str) -> str:
    return f"line {before.count(chr(10)) + 1}, column {len(before) - before.rfind(chr(10))}: "


def place_of(name: str, sql: str) -> str:
    r"""Find a name in a query; comments and texts are passed over.

    Examples
    --------
    >>> place_of("wrong", "SELECT 'wrong', -- wrong\n  Wrong")
    'line 2, column 3: '
    >>> place_of("wrong", "SELECT 1")
    ''
    """
    pattern = rf"'(?:[^']|'')*'|--[^\n]*|/\*.*?\*/|(?P<name>(?<!\w){re.escape(name)}(?!\w))"
    for found in re.finditer(pattern, sql, re.IGNORECASE | re.DOTALL):
        if found["name"] is not None:
            return _place(sql[: found.start()])
    return ""
