"""IPADDRESS, without DuckDB's extension: an address is its number, as wide as IPv6, and compares by value.

An IPv4 address is the one that IPv6 maps it to, as in Trino: `::ffff:10.0.0.1` is `10.0.0.1`. No other
type of Trino's is as wide without a sign, so a column of that type holds addresses.

References
----------
https://trino.io/docs/current/functions/ipaddress.html
https://www.rfc-editor.org/rfc/rfc5952
"""

import ipaddress

from sqlglot import exp

from workbench.errors import SqlError, visible
from workbench.queries.aws_sql.trees import call, called, text

_MAPPED = 0xFFFF << 32
_OCTET = r"(25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)"
_V4 = rf"{_OCTET}(\.{_OCTET}){{3}}"
_GROUPS = r"(([0-9A-Fa-f]{1,4}:)*[0-9A-Fa-f]{1,4})?"
_V6 = rf"([0-9A-Fa-f]{{1,4}}:){{7}}[0-9A-Fa-f]{{1,4}}|{_GROUPS}::{_GROUPS}"
_POWERS = ", ".join(f"CAST('{65536**power}' AS UHUGEINT)" for power in range(7, -1, -1))
# The longest run of groups that are nought is left out: the tries go from long to short.
_RUNS = [r"(^|:)0" + ":0" * (length - 1) + r"(:|$)" for length in range(8, 1, -1)]
_SHORTENED = " ".join(
    f"WHEN regexp_matches(_t, '{run}') THEN regexp_replace(_t, '{run}', '::')" for run in _RUNS
)

MACROS = {
    "lake_number": "(digits) AS CAST(digits AS UHUGEINT)",
    "lake_ip_v4": "(x) AS list_reduce(list_transform(str_split(x, '.'), lambda _p: TRY_CAST(_p AS UHUGEINT)),"
    f" lambda _a, _b: _a * 256 + _b) + CAST('{_MAPPED}' AS UHUGEINT)",
    "lake_ip_hex": "(x) AS CASE WHEN NOT contains(x, '.') THEN x"
    f" WHEN regexp_matches(x, ':{_V4}$') THEN regexp_replace(x, '[0-9.]+$', '') ||"
    " list_transform([lake_ip_v4(regexp_extract(x, '[0-9.]+$'))], lambda _n:"
    " printf('%x:%x', CAST(_n // 65536 % 65536 AS INTEGER), CAST(_n % 65536 AS INTEGER)))[1] END",
    "lake_ip_groups": "(x) AS CASE WHEN contains(x, '::') THEN list_transform([{"
    "'l': list_filter(str_split(split_part(x, '::', 1), ':'), lambda _g: _g <> ''),"
    " 'r': list_filter(str_split(split_part(x, '::', 2), ':'), lambda _g: _g <> '')}], lambda _h:"
    " list_concat(_h.l,"
    " list_concat(list_transform(range(greatest(8 - len(_h.l) - len(_h.r), 0)), lambda _g: '0'), _h.r)))[1]"
    " ELSE str_split(x, ':') END",
    "lake_ip_v6": "(x) AS list_transform([lake_ip_hex(x)], lambda _y:"
    f" CASE WHEN regexp_full_match(_y, '{_V6}') THEN list_transform([lake_ip_groups(_y)], lambda _groups:"
    " CASE WHEN len(_groups) = 8 AND (NOT contains(_y, '::') OR list_contains(_groups, '0')) THEN"
    " list_reduce(list_transform(_groups, lambda _g: CAST(TRY_CAST('0x' || _g AS INTEGER) AS UHUGEINT)),"
    " lambda _a, _b: _a * 65536 + _b) END)[1] END)[1]",
    "lake_ip_of": f"(x) AS CASE WHEN regexp_full_match(x, '{_V4}') THEN lake_ip_v4(x)"
    " WHEN contains(x, ':') THEN lake_ip_v6(x) END",
    "lake_ip": "(x) AS list_transform([lake_ip_of(x)], lambda _v: CASE WHEN _v IS NULL AND x IS NOT NULL"
    " THEN CAST('no IPADDRESS: ' || x AS UHUGEINT) ELSE _v END)[1]",
    "lake_ip_text": f"(n) AS CASE WHEN n // CAST('{1 << 32}' AS UHUGEINT) = 65535 THEN"
    " list_transform([CAST(n % CAST('4294967296' AS UHUGEINT) AS BIGINT)], lambda _v:"
    " printf('%d.%d.%d.%d', _v >> 24, (_v >> 16) & 255, (_v >> 8) & 255, _v & 255))[1]"
    " WHEN n IS NOT NULL THEN list_transform([array_to_string(list_transform("
    f"[{_POWERS}], lambda _p: printf('%x', CAST(n // _p % 65536 AS INTEGER))), ':')], lambda _t:"
    f" CASE {_SHORTENED} ELSE _t END)[1] END",
}


def as_address(node: exp.Expr, *, strict: bool) -> exp.Expr:
    """Translate a cast to IPADDRESS; TRY_CAST is not strict.

    Examples
    --------
    >>> as_address(text("10.0.0.1"), strict=True).sql("duckdb")
    "LAKE_NUMBER('281470849515521')"
    """
    if isinstance(node, exp.Literal) and node.is_string:
        try:
            return _number_of(ipaddress.ip_address(str(node.this)))
        except ValueError as error:
            if strict:
                raise SqlError(f"{visible(node.this)!r} is no IPADDRESS") from error
            return exp.Null()
    return call("lake_ip" if strict else "lake_ip_of", node)


def contains(network: exp.Expr, value: exp.Expr) -> exp.Expr:
    """Translate `contains` of a network written as text: two comparisons.

    Raises
    ------
    SqlError
        The text is no network.

    Examples
    --------
    >>> contains(text("10.0.0.0/8"), exp.column("ip")).sql("duckdb")
    "(ip) BETWEEN LAKE_NUMBER('281470849515520') AND LAKE_NUMBER('281470866292735')"
    """
    written = str(network.this)
    try:
        known = ipaddress.ip_network(written, strict=False)
    except ValueError as error:
        raise SqlError(f"{visible(written)!r} is no network, such as 10.0.0.0/8") from error
    if called(value) not in ("lake_ip", "lake_ip_of", "lake_number"):
        value = exp.Paren(this=value)
    return exp.Between(
        this=value, low=_number_of(known.network_address), high=_number_of(known.broadcast_address)
    )


def _number_of(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> exp.Expr:
    mapped = _MAPPED if address.version == 4 else 0
    return call("lake_number", text(str(mapped + int(address))))


def is_network(node: exp.Expr) -> bool:
    """Tell whether a tree is a network written as text, and no list."""
    return isinstance(node, exp.Literal) and node.is_string
