"""The region in which global services are recorded: each partition of AWS has one."""

import ibis
import ibis.expr.types as ir
from ibis.backends import BaseBackend

REGION = "^[a-z]{2,4}-[a-z-]+-[0-9]+$"
"""What the name of a region looks like."""

# Of isolated and sovereign partitions this is not published alike: nothing is said of them.
_HOMES = (
    ("cn-", "cn-north-1"), ("us-gov-", "us-gov-west-1"), ("us-iso", None), ("eu-iso", None), ("eusc-", None),
)  # fmt: skip


def without_global_region(con: BaseBackend, held: ir.Table) -> ir.Table:
    """Return the accounts of which nothing is here from the region that records IAM.

    Parameters
    ----------
    con
        A case.
    held
        `account` and `region` of its events.

    Returns
    -------
    ibis Table
        `account`, `home`: that region, by the partition of the regions that are here.

    References
    ----------
    https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-concepts.html
    https://docs.aws.amazon.com/general/latest/gr/iam-service.html
    """
    spans = con.table("trail_spans")
    covered = spans.filter(spans.kind == "covered").select("account", "region")
    seen = ibis.union(held.select("account", "region"), covered, distinct=True)
    seen = seen.filter(seen.region.re_search(REGION))
    partitions = ((seen.region.startswith(start), ibis.literal(home, "string")) for start, home in _HOMES)
    homes = seen.select("account", home=ibis.cases(*partitions, else_="us-east-1")).distinct()
    is_here = [homes.account == seen.account, homes.home == seen.region]
    return homes.filter(homes.home.notnull()).anti_join(seen, is_here)
