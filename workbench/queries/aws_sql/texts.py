"""Functions on text, patterns, URLs and bytes, where Trino and DuckDB differ.

References
----------
https://trino.io/docs/current/functions/string.html
https://trino.io/docs/current/functions/regexp.html
https://trino.io/docs/current/functions/url.html
https://trino.io/docs/current/functions/binary.html
"""

import re
from collections.abc import Callable

from sqlglot import exp

from workbench.errors import SqlError, visible
from workbench.queries.aws_sql import masks
from workbench.queries.aws_sql.trees import call, cast, is_binary, is_list, literal, number, text

_URL = "'^([A-Za-z][A-Za-z0-9+.-]*):(?://(?:[^/?#@]*@)?([^/?#:]*)(?::(\\d+))?)?([^?#]*)(?:\\?([^#]*))?(?:#(.*))?$'"
_PARTS = {"protocol": 1, "host": 2, "port": 3, "path": 4, "query": 5, "fragment": 6}

MACROS = {
    # a double as SQL writes it: 1.0E2; the shortest digits that give the same number are DuckDB's
    "lake_scientific": "(t) AS CASE WHEN t = 'nan' THEN 'NaN' WHEN contains(t, 'inf') THEN replace(t,"
    " 'inf', 'Infinity')"
    " ELSE list_transform([{'digits': regexp_replace(ltrim(replace(regexp_extract(t, '^-?([0-9.]+)', 1),"
    " '.', ''), '0'),"
    " '0+$', ''), 'whole': regexp_extract(t, '^-?(\\d+)', 1), 'rest': regexp_extract(t, '\\.(\\d+)', 1),"
    " 'power': coalesce(TRY_CAST(nullif(regexp_extract(t, 'e(.*)$', 1), '') AS INTEGER), 0)}], lambda _p:"
    " CASE WHEN starts_with(t, '-') THEN '-' ELSE '' END || CASE WHEN _p.digits = '' THEN '0.0E0' ELSE"
    " _p.digits[1] || '.' || CASE WHEN length(_p.digits) > 1 THEN _p.digits[2:] ELSE '0' END || 'E' ||"
    " (_p.power + CASE WHEN _p.whole <> '0' THEN length(_p.whole) - 1"
    " ELSE length(ltrim(_p.rest, '0')) - length(_p.rest) - 1 END) END)[1] END",
    "lake_span": "(i) AS CASE WHEN datepart('year', i) <> 0 OR datepart('month', i) <> 0"
    " THEN printf('%d-%d', datepart('year', i), datepart('month', i)) ELSE"
    " list_transform([CAST(round(epoch(i) * 1000)"
    " AS BIGINT)], lambda _ms: CASE WHEN _ms < 0 THEN '-' ELSE '' END || printf('%d %02d:%02d:%02d.%03d',"
    " abs(_ms) // 86400000, abs(_ms) // 3600000 % 24, abs(_ms) // 60000 % 60, abs(_ms) // 1000 % 60,"
    " abs(_ms) % 1000))[1] END",
    "lake_plain_text": "(x) AS CASE typeof(x) WHEN 'JSON' THEN CAST(x AS JSON) ->> '$'"
    " WHEN 'TIMESTAMP' THEN strftime(CAST(CAST(x AS VARCHAR) AS TIMESTAMP), '%Y-%m-%d %H:%M:%S.%g')"
    " WHEN 'INTERVAL' THEN lake_span(TRY_CAST(CAST(x AS VARCHAR) AS INTERVAL))"
    " WHEN 'UHUGEINT' THEN lake_ip_text(TRY_CAST(CAST(x AS VARCHAR) AS UHUGEINT))"
    " ELSE CAST(x AS VARCHAR) END",
    "lake_text": "(x) AS CASE WHEN typeof(x) IN ('DOUBLE', 'FLOAT') THEN lake_scientific(CAST(x AS VARCHAR))"
    " ELSE lake_plain_text(x) END",
    "lake_substr": "(x, start, size) AS CASE WHEN start = 0 OR start < -length(x) OR start > length(x) OR"
    " size <= 0 THEN"
    " CASE WHEN x IS NOT NULL AND start IS NOT NULL AND size IS NOT NULL THEN '' END ELSE substr(x, start,"
    " size) END",
    "lake_strpos": "(x, part, nth) AS list_transform([str_split(x, part)], lambda _parts: list_transform("
    "[CASE WHEN nth > 0 THEN nth ELSE len(_parts) + nth END], lambda _n: CASE WHEN _n BETWEEN 1 AND"
    " len(_parts) - 1"
    " THEN length(array_to_string(_parts[1:_n], part)) + 1 ELSE 0 END)[1])[1]",
    "lake_split": "(x, sign, most) AS list_transform([str_split(x, sign)], lambda _parts: CASE WHEN"
    " len(_parts) <= most"
    " THEN _parts ELSE list_append(_parts[1:most - 1], array_to_string(_parts[most:], sign)) END)[1]",
    "lake_split_part": "(x, sign, n) AS CASE WHEN len(str_split(x, sign)) >= n THEN split_part(x, sign, n)"
    " END",
    "lake_regexp_extract": "(x, pattern, part) AS"
    " CASE WHEN regexp_matches(x, pattern) THEN regexp_extract(x, pattern, part) END",
    "lake_regexp_position": "(x, pattern) AS CASE WHEN regexp_matches(x, pattern)"
    " THEN length(string_split_regex(x, pattern)[1]) + 1 WHEN x IS NOT NULL THEN -1 END",
    "lake_url_part": f"(x, part) AS CASE WHEN regexp_matches(x, {_URL}) THEN regexp_extract(x, {_URL},"
    f" part) END",
    "lake_url_value": "(x, name) AS list_transform(list_filter(str_split(lake_url_part(x, 5), '&'),"
    " lambda _p: split_part(_p, '=', 1) = name),"
    " lambda _p: url_decode(replace(CASE WHEN contains(_p, '=') THEN _p[strpos(_p, '=') + 1:] ELSE '' END,"
    " '+', ' ')))[1]",
    "lake_padded": "(x) AS x || repeat('=', (4 - length(x) % 4) % 4)",
}


def substr(value: exp.Expr, start: exp.Expr, size: exp.Expr | None = None) -> exp.Expr:
    """Count from 1, or from the end; what lies outside is empty."""
    if isinstance(start, exp.Literal) and start.is_int and int(start.name) > 0 and size is None:
        return call("substr", value, start)
    return call("lake_substr", value, start, size or number(2**31 - 1))


def _concat(*parts: exp.Expr) -> exp.Expr:
    joined = parts[0]
    for part in parts[1:]:
        joined = exp.DPipe(this=joined, expression=part)
    return exp.Paren(this=joined)


def joined(node: exp.Expr) -> exp.Expr:
    """Join texts or lists; what stands beside a list and is none becomes one."""
    left, right = node.this, node.expression
    if is_list(left) and isinstance(right.unnest(), (exp.Literal, exp.Cast)):
        node.set("expression", exp.Array(expressions=[right]))
    elif is_list(right) and isinstance(left.unnest(), (exp.Literal, exp.Cast)):
        node.set("this", exp.Array(expressions=[left]))
    return node


def _pattern(node: exp.Expr) -> exp.Expr:
    if isinstance(node, exp.Literal):
        masks.check_pattern(literal(node, "a pattern"))
    return node


def _regexp(name: str) -> Callable[..., exp.Expr]:
    return lambda value, pattern: call(name, value, _pattern(pattern))


def _regexp_extract(value: exp.Expr, pattern: exp.Expr, group: exp.Expr | None = None) -> exp.Expr:
    return call("lake_regexp_extract", value, _pattern(pattern), group or number(0))


def _regexp_extract_all(value: exp.Expr, pattern: exp.Expr, group: exp.Expr | None = None) -> exp.Expr:
    return call("regexp_extract_all", value, _pattern(pattern), group or number(0))


def _regexp_count(value: exp.Expr, pattern: exp.Expr) -> exp.Expr:
    return call("len", _regexp_extract_all(value, pattern))


def _regexp_replace(value: exp.Expr, pattern: exp.Expr, by: exp.Expr | None = None) -> exp.Expr:
    if isinstance(by, exp.Lambda):
        raise SqlError("regexp_replace with a lambda does not run here. Use regexp_extract and concat")
    new = masks.replacement(literal(by, "a replacement")) if by else ""
    return call("regexp_replace", value, _pattern(pattern), text(new), text("g"))


def _replace(value: exp.Expr, old: exp.Expr, new: exp.Expr | None = None) -> exp.Expr:
    return call("replace", value, old, new or text(""))


def _strpos(value: exp.Expr, part: exp.Expr, nth: exp.Expr | None = None) -> exp.Expr:
    return call("lake_strpos", value, part, nth) if nth else call("strpos", value, part)


def _split(value: exp.Expr, sign: exp.Expr, most: exp.Expr | None = None) -> exp.Expr:
    return call("lake_split", value, sign, most) if most else call("str_split", value, sign)


def _length(value: exp.Expr) -> exp.Expr:
    return call("octet_length" if is_binary(value) else "length", value)


def _reverse(value: exp.Expr) -> exp.Expr:
    return call("list_reverse" if is_list(value) else "reverse", value)


def _url_part(name: str) -> Callable[..., exp.Expr]:
    def translated(value: exp.Expr) -> exp.Expr:
        part = call("lake_url_part", value, number(_PARTS[name]))
        if name == "port":
            return exp.TryCast(this=part, to=exp.DataType.build("BIGINT"))
        if name == "host":
            return call("nullif", part, text(""))
        return call("url_decode", part) if name in ("path", "query", "fragment") else part

    return translated


def _url_encode(value: exp.Expr) -> exp.Expr:
    for old, new in (("%20", "+"), ("~", "%7E"), ("%2A", "*")):
        value = call("replace", value if old != "%20" else call("url_encode", value), text(old), text(new))
    return value


def _url_decode(value: exp.Expr) -> exp.Expr:
    return call("url_decode", call("replace", value, text("+"), text(" ")))


def _digest(name: str) -> Callable[..., exp.Expr]:
    return lambda value: call("unhex", call(name, cast(value, "BLOB")))


def _to_base64url(value: exp.Expr) -> exp.Expr:
    return call("translate", call("to_base64", value), text("+/"), text("-_"))


def _from_base64url(value: exp.Expr) -> exp.Expr:
    return call("from_base64", call("lake_padded", call("translate", value, text("-_"), text("+/"))))


_FORMAT = re.compile(r"%(?:(\d+)\$)?([-+ 0,#(]*)(\d+)?(\.\d+)?([a-zA-Z%])")


def _format(mask: exp.Expr, *values: exp.Expr) -> exp.Expr:
    """Write values as Java's `String.format` does: a piece for each place in the mask, joined."""
    written, pieces, end, following = literal(mask, "a mask"), [], 0, iter(range(len(values)))
    for found in _FORMAT.finditer(written):
        pieces.append(text(written[end : found.start()]))
        end = found.end()
        if found[5] in "%n":
            pieces.append(text({"%": "%", "n": "\n"}[found[5]]))
            continue
        place = int(found[1]) - 1 if found[1] else next(following, len(values))
        if place >= len(values):
            raise SqlError(f"format needs a value for {visible(found[0])}")
        pieces.append(_formatted(found, values[place].copy()))
    if "%" in _FORMAT.sub("", written):
        raise SqlError(f"format does not know the mask {visible(written)!r} here")
    return _concat(text(""), *pieces, text(written[end:]))


def _formatted(found: re.Match[str], value: exp.Expr) -> exp.Expr:
    sign = found[5]
    if sign not in "sSdfxXeEb" or set(found[2]) - set("-0,"):
        raise SqlError(f"format does not know {visible(found[0])} here")
    if sign in "sSb":
        given = call("lake_plain_text", value)
        size = found[4] and number(int(found[4][1:]))
        given = call("left", given, size) if size else given
        given = call("upper", given) if sign == "S" else given
        shown = call("printf", text(f"%{found[2]}{found[3] or ''}s"), given)
    else:
        given = cast(value, "DOUBLE") if sign in "fFeE" else value
        digits = found[4] or (".6" if sign in "fe" else "")
        shown = call("printf", text(f"%{found[2]}{found[3] or ''}{digits}{sign}"), given)
    return call("coalesce", shown, text("null"))


CALLS: dict[str, Callable[..., exp.Expr]] = {
    "concat": _concat,
    "format": _format,
    "from_base64url": _from_base64url,
    "length": _length,
    "md5": _digest("md5"),
    "regexp_count": _regexp_count,
    "regexp_extract": _regexp_extract,
    "regexp_extract_all": _regexp_extract_all,
    "regexp_like": _regexp("regexp_matches"),
    "regexp_position": _regexp("lake_regexp_position"),
    "regexp_replace": _regexp_replace,
    "regexp_split": _regexp("string_split_regex"),
    "replace": _replace,
    "reverse": _reverse,
    "sha1": _digest("sha1"),
    "sha256": _digest("sha256"),
    "split": _split,
    "strpos": _strpos,
    "substr": substr,
    "substring": substr,
    "to_base64url": _to_base64url,
    "url_decode": _url_decode,
    "url_encode": _url_encode,
    **{f"url_extract_{name}": _url_part(name) for name in _PARTS},
}
RENAMED = {
    "codepoint": "unicode", "from_base64": "from_base64", "from_hex": "unhex", "from_utf8": "decode",
    "hamming_distance": "hamming", "levenshtein_distance": "levenshtein", "normalize": "nfc_normalize",
    "split_part": "lake_split_part", "to_hex": "hex", "to_utf8": "encode",
    "url_extract_parameter": "lake_url_value",
}  # fmt: skip
