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
_UNFIT = re.compile(
    r"No function matches the given name and argument types '(?P<name>[^(]+)\((?P<kinds>.*?)\)'\."
)
_NO_NUMBER = re.compile(
    r"Could not convert string '(?P<text>.*)' to (?:U?INT|HUGEINT|DECIMAL|DOUBLE|FLOAT)", re.DOTALL
)
_AMBIGUOUS = re.compile(r'Ambiguous reference to column name "(?P<name>[^"]*)"')
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
        message = f"{place_of(column['name'], sql)}no column {column['name']}{_hint(column['name'], sql)}"
    elif group:
        message = (
            f"{place_of(group['name'], sql)}{group['name']} must stand in GROUP BY,"
            " or inside an aggregate such as arbitrary()"
        )
    elif both := _AMBIGUOUS.search(said):
        name = both["name"]
        message = f"{place_of(name, sql)}{name} is a column of several tables. Say of which: e.{name}"
    else:
        message = f"the query failed: {_first_part(said)}"
    for name, store in written.items():
        message = message.replace(name, store)
    return SqlError(visible(message if len(message) <= _MOST_SHOWN else message[:_MOST_SHOWN] + "..."))


def _hint(name: str, sql: str) -> str:
    """Say what was meant by a name that is no column."""
    if name.lower() in _NAMES:
        return " in the tables named. Is FROM missing?"
    near = get_close_matches(name.lower(), _NAMES, cutoff=0.5)
    nearest = f". Nearest: {', '.join(_NAMES[one] for one in near)}" if near else ""
    quoted = f". Text stands in single quotation marks: '{name}'" if f'"{name}"' in sql else ""
    return nearest + quoted


def _unfit(name: str, kinds: str) -> str:
    """Say in the query's words which function was given what it does not take."""
    kinds = kinds.replace("STRING_LITERAL", "VARCHAR").replace("INTEGER_LITERAL", "INTEGER")
    if name == "strlen":
        return (
            f"JSON functions read text, this is {kinds}. A map's value is element_at(map, 'key');"
            " where the query is for Athena, say --dialect athena"
        )
    if name in ("~~", "!~~", "like_escape", "not_like_escape"):
        return f"LIKE compares texts, these are {kinds}. CAST the first to varchar, or take a value of it"
    return f"{name} does not take ({kinds}). CAST what it is given"


def _first_part(said: str) -> str:
    fact = _DETAILS.split(said.partition("Error: ")[2] or said)[0]
    if "'Division by zero'" in fact:
        return "division by zero"
    if text := _NO_NUMBER.search(fact):
        if text["text"].startswith("no whole number: "):
            return f"{text['text']}. TRY_CAST gives NULL for it"
        return (
            f"the text {text['text']!r} is no number. Compare texts with texts, ids too: '111122223333';"
            " a text has no keys: json_extract_scalar(x, '$.key')"
        )
    if found := _UNFIT.search(fact):
        return _unfit(found["name"], found["kinds"])
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
