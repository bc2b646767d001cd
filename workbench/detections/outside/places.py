"""Where addresses are, by a file of the user's: a MaxMind database, or a CSV of networks with coordinates."""

import csv
import math
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from workbench.detections.outside.networks import placed
from workbench.detections.reading.ip import Address, Network, network_at
from workbench.errors import ParameterError, visible

_BROKEN = (
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    AttributeError,
    RecursionError,
    MemoryError,
    struct.error,
)
_NEEDED = ("network", "latitude", "longitude")
_SHOWN = 80  # signs of what is wrong with a line that are told


class Place(NamedTuple):
    """A point, how many kilometres it may be off, and what it is called."""

    latitude: float
    longitude: float
    radius: float
    name: str


def located(known: dict[str, Address], path: str | Path) -> dict[str, Place]:
    """Tell where addresses are.

    Parameters
    ----------
    known
        As of `networks.addresses`.
    path
        A MaxMind database (`.mmdb`, needs the extra `geo`), or a CSV with the columns `network`, `latitude`,
        `longitude`, and where there are such, `accuracy_radius` (km), `city_name`, `country_iso_code` or
        `place`.

    Returns
    -------
    dict
        Address, as written, to `Place`; addresses that the file does not place are left out.

    Raises
    ------
    ParameterError
        The file cannot be read; a line of it is no network with coordinates.
    """
    path = Path(path)
    if path.suffix.lower() == ".mmdb":
        return _of_database(known, path)
    return {text: place for text, (_, place) in placed(known, _of_table(path)).items()}


def _of_table(path: Path) -> Iterator[tuple[Network, Place]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            rows = csv.DictReader(lines, strict=True)
            if missing := [name for name in _NEEDED if name not in (rows.fieldnames or ())]:
                raise ParameterError(
                    f"{path} has no column {', '.join(missing)}. Name a CSV that has, with commas between"
                )
            told = None
            for row in rows:
                # lists of networks have lines without a place
                if row["latitude"] or row["longitude"]:
                    yield (told := _row(row, f"{path}: line {rows.line_num}"))
            if not told:
                raise ParameterError(
                    f"{path}: no line has latitude and longitude. Name a CSV that has places"
                )
    except (OSError, UnicodeDecodeError, csv.Error) as wrong:
        why = wrong.strerror if isinstance(wrong, OSError) else wrong
        raise ParameterError(
            f"{path} cannot be read as CSV in UTF-8 ({why}). Name a .csv or .mmdb file"
        ) from wrong


def _row(row: dict[str, Any], place: str) -> tuple[Network, Place]:
    try:
        network = network_at(row["network"] or "")
        point = _point(row["latitude"], row["longitude"], row.get("accuracy_radius") or 0)
    except ValueError as wrong:
        told = visible(wrong)[:_SHOWN]
        raise ParameterError(
            f"{place} is no network with coordinates ({told}). Mend it, or take it out"
        ) from wrong
    names = (row.get("place"), row.get("city_name"), row.get("country_iso_code"))
    return network, Place(*point, ", ".join(name for name in names if name))


def _point(latitude: Any, longitude: Any, radius: Any) -> tuple[float, float, float]:
    try:
        north, east, off = float(latitude), float(longitude), float(radius)
    except TypeError as wrong:  # a line that is too short, or a list in a database
        raise ValueError("a coordinate is missing or no number") from wrong
    if not (abs(north) <= 90 and abs(east) <= 180):
        raise ValueError(f"{latitude}, {longitude} is no point on the globe")
    if not (off >= 0 and math.isfinite(off)):
        raise ValueError(f"an accuracy_radius of {radius} km")
    return north, east, off


def _of_database(known: dict[str, Address], path: Path) -> dict[str, Place]:
    try:
        import maxminddb
    except ImportError as absent:
        raise ParameterError(
            f"{path}: reading MaxMind databases needs maxminddb. Install it: pip install"
            " 'cloudtrail-workbench[geo]', or name a CSV of networks with latitude and longitude"
        ) from absent
    found: dict[str, Place] = {}
    try:
        # read in Python, from the file: a broken one cannot do more than raise
        with maxminddb.open_database(path, maxminddb.MODE_FILE) as database:
            newest = database.metadata().ip_version
            for text, address in known.items():
                if address.version <= newest and (place := _told(database.get(address))):
                    found[text] = place
    except OSError as wrong:
        raise ParameterError(
            f"{path} cannot be read as a MaxMind database ({wrong.strerror}). Name a file that is one"
        ) from wrong
    except (EOFError, maxminddb.InvalidDatabaseError, *_BROKEN) as wrong:
        told = visible(wrong)[:_SHOWN]
        raise ParameterError(
            f"{path} cannot be read as a MaxMind database ({told}). Fetch it anew"
        ) from wrong
    return found


def _told(record: Any) -> Place | None:
    held = record if isinstance(record, dict) else {}
    point = held.get("location")
    if not isinstance(point, dict) or "latitude" not in point or "longitude" not in point:
        return None
    city, country = (held.get(name) for name in ("city", "country"))
    names = city.get("names") if isinstance(city, dict) else None
    words = (
        names.get("en") if isinstance(names, dict) else None,
        country.get("iso_code") if isinstance(country, dict) else None,
    )
    told = ", ".join(str(word) for word in words if word)
    return Place(*_point(point["latitude"], point["longitude"], point.get("accuracy_radius") or 0), told)
