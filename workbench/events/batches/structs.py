"""Structures of the documented shape, straight from their text into Arrow arrays.

The parser's types are made from the column types, so that a structure with anything else in it (a wrong
type, an unknown or repeated key, an explicit null) is told apart at once; such texts are left to `holds`.
"""

from collections.abc import Callable, Sequence
from typing import Any

import msgspec
import pyarrow as pa
from msgspec import Raw

from workbench.events.batches.maps import Objects
from workbench.events.columns import TEXT
from workbench.events.rows.holds import EITHER_WAY
from workbench.events.rows.times import usual_times

_encode = msgspec.json.Encoder().encode


def parser_of(name: str, kind: pa.StructType) -> Callable[[bytes], Any]:
    """Make the function that parses a structure, and gives None for one that is not exactly of this shape.

    Examples
    --------
    >>> from workbench.events.columns import TLS_DETAILS
    >>> parse = parser_of("tlsDetails", TLS_DETAILS)
    >>> parse(b'{"tlsVersion":"TLSv1.3"}').tlsVersion
    'TLSv1.3'
    >>> parse(b'{"tlsVersion":1.3}') is parse(b'{"tlsVersion":"TLSv1.3","new":1}') is None
    True
    """
    decode = msgspec.json.Decoder(_type(name, kind)).decode

    def parse(text: bytes) -> Any:
        try:
            value = decode(text)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return None
        return value if value is not None and len(_encode(value)) == len(text) else None

    return parse


def _type(name: str, kind: pa.DataType) -> Any:
    """Give the parser's type for a column's type; each may be absent."""
    if pa.types.is_struct(kind):
        fields = [(field.name, _type(field.name, field.type), None) for field in kind]
        return msgspec.defstruct(name, fields, omit_defaults=True, gc=False) | None
    if pa.types.is_map(kind):
        return dict[str, Raw] | None
    if pa.types.is_list(kind):
        return list[_type(name, kind.value_type)] | None  # type: ignore[misc]
    return str | bool | None if name in EITHER_WAY else str | None


def struct_array(values: Sequence[Any], kind: pa.DataType) -> pa.Array | None:
    """Build a column from parsed structures, None among them; None when a time or an object needs care.

    Examples
    --------
    >>> from workbench.events.columns import TLS_DETAILS
    >>> parse = parser_of("tlsDetails", TLS_DETAILS)
    >>> struct_array([parse(b'{"tlsVersion":"TLSv1.3"}'), None], TLS_DETAILS).field("tlsVersion").to_pylist()
    ['TLSv1.3', None]
    """
    if all(value is None for value in values):
        return pa.nulls(len(values), kind)
    if pa.types.is_struct(kind):
        return _structs(values, kind)
    if pa.types.is_list(kind):
        return _lists(values, kind)
    if pa.types.is_map(kind):
        objects = Objects.of(values)
        return None if objects.deep() else objects.array()
    if pa.types.is_timestamp(kind):
        return usual_times(values)
    return pa.array([str(value).lower() if isinstance(value, bool) else value for value in values], TEXT)


def _structs(values: Sequence[Any], kind: pa.StructType) -> pa.StructArray | None:
    parts = [
        struct_array([None if value is None else getattr(value, field.name) for value in values], field.type)
        for field in kind
    ]
    if any(part is None for part in parts):
        return None
    absent = pa.array([value is None for value in values], pa.bool_())
    return pa.StructArray.from_arrays(parts, fields=list(kind), mask=absent)


def _lists(values: Sequence[Any], kind: pa.ListType) -> pa.ListArray | None:
    entries = struct_array([entry for value in values for entry in value or ()], kind.value_type)
    ends = [0]
    for value in values:
        ends.append(ends[-1] + len(value or ()))
    absent = pa.array([value is None for value in values], pa.bool_())
    offsets = pa.array(ends, pa.int32())
    return None if entries is None else pa.ListArray.from_arrays(offsets, entries, type=kind, mask=absent)
