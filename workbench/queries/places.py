"""Where the logs and digests of an account lie in the trail's bucket, as far as the case knows."""

import ibis
import ibis.expr.types as ir
from ibis.backends import BaseBackend

from workbench.events import evidence_files

_MEMBER = "AWSLogs/(o-[a-z0-9]{10,32})/([0-9]{12})/"
_KEY = "AWSLogs/.*$"
_FEW_DAYS, _FEW_REGIONS = 3, 4  # beyond them a shorter prefix holds them all
_DAY = ibis.interval(days=1)


def roots(con: BaseBackend, held: ir.Table) -> ir.Table:
    """Return the prefixes below which the objects of each account lie.

    Digests state their key, so the trail's own prefix is known where there is one; else folders tell at most
    the organization.

    Returns
    -------
    ibis Table
        `account`, `prefix` (of the trail; empty: none or not known), `root`; one row for each such place.
    """
    digests = con.table("digest_files")
    digests = digests.filter(digests.account.notnull())
    told = digests.select("account", "organization", prefix=digests.prefix.fill_null("")).distinct()
    members = _members(con)
    known = held.filter(held.account.re_search("^[0-9]{12}$")).select("account").distinct()
    silent = known.anti_join(told, "account").left_join(members, "account")
    silent = silent.select("account", "organization", prefix=ibis.literal(""))
    both = ibis.union(told, silent.select(*told.columns))
    top = ibis.ifelse(both.prefix == "", "", both.prefix + "/") + "AWSLogs/"
    return both.select(
        "account", "prefix", root=top + (both.organization + "/").fill_null("") + both.account + "/"
    )


def _members(con: BaseBackend) -> ir.Table:
    files = evidence_files(con)
    found = files.select(
        organization=files.path.re_extract(_MEMBER, 1), account=files.path.re_extract(_MEMBER, 2)
    )
    return found.filter(found.account != "").distinct()


def keys(logs: ir.Table, places: ir.Table) -> ir.Table:
    """Add `key` to logs: their object key, without the folders that the evidence lies in.

    Parameters
    ----------
    logs
        `path`, `account`.
    places
        As of `roots`.
    """
    prefixes = places.group_by("account").agg(prefix=places.prefix.max())
    both = logs.left_join(prefixes, "account")
    key = both.path.re_extract(_KEY, 0)
    prefix = ibis.ifelse(both.prefix.fill_null("") == "", "", both.prefix + "/")
    return both.mutate(key=ibis.ifelse(key == "", both.path, prefix + key))


def below(times: ir.Table, places: ir.Table) -> ir.Table:
    """Add `collect` to times: the prefixes of the logs and digests of that account, regions and days.

    Parameters
    ----------
    times
        `account`, `regions` (a list; NULL: all), `start`, `end` (NULL: open).
    places
        As of `roots`.
    """
    numbered = times.mutate(number=ibis.row_number())
    many = numbered.regions.isnull() | (numbered.regions.length() > _FEW_REGIONS)
    regions = ibis.ifelse(many, ibis.array([""]), numbered.regions.map(lambda region: region + "/"))
    parts = numbered.select("number", "account", part=regions.unnest(), days=_days(numbered, many))
    parts = parts.mutate(day=parts.days.unnest()).drop("days").inner_join(places, "account")
    prefixes = ibis.union(*(
        parts.select("number", prefix=parts.root + kind + "/" + parts.part + parts.day)
        for kind in ("CloudTrail", "CloudTrail-Digest")
    ))
    listed = prefixes.group_by("number").agg(collect=prefixes.prefix.collect(distinct=True).sort())
    return numbered.left_join(listed, "number")


def _days(times: ir.Table, many: ir.BooleanValue) -> ir.ArrayValue:
    """Return the folders of few days, and no folder for many: days lie below their region."""
    first, last = times.start.truncate("D"), times.end.truncate("D")
    days = ibis.range(first, last + _DAY, _DAY).map(lambda day: day.strftime("%Y/%m/%d/"))
    is_long = times.end.isnull() | (last > first + ibis.interval(days=_FEW_DAYS - 1))
    return ibis.ifelse(many | is_long, ibis.array([""]), days)
