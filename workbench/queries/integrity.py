"""What digests prove of the files of a case, and what they let be found."""

import ibis
import ibis.expr.types as ir
from ibis.backends import BaseBackend

from workbench.events import evidence_files
from workbench.evidence.digests.telling import DIGEST_VERDICTS, FINDINGS, LOG_VERDICTS


def integrity(con: BaseBackend) -> ir.Table:
    """List every log and digest with the verdict on it, those that are missing included.

    Parameters
    ----------
    con
        A case, as of `open_case`.

    Returns
    -------
    ibis Table
        `object` (`log` or `digest`), `path` (as `evidence_files` shows it; of one that is missing, where it
        was looked for), `verdict` (of digest validation; `not-verified` where no digest was there to speak),
        `account`, `region`, `start`, `end` (naive UTC: the time a digest covers, or that of the events of a
        log that is not what was delivered; else NULL), `events` (of the case that come from it), `detail`,
        `meaning` (of a verdict that is not valid, in words); what is not valid first, then by path.

    Examples
    --------
    >>> import tempfile
    >>> from tests.builders import case, event
    >>> integrity(case(tempfile.mkdtemp(), event())).select("object", "verdict", "events").execute()
      object       verdict  events
    0    log  not-verified       1

    References
    ----------
    https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-validation-intro.html
    """
    rows = ibis.union(_digests(con), _logs(con))
    rank = rows.verdict.cases(("valid", 3), ("valid-by-chain", 2), ("not-verified", 1), else_=0)
    meaning = ibis.ifelse(
        rows.object == "digest",
        rows.verdict.cases(*DIGEST_VERDICTS.items(), else_=""),
        rows.verdict.cases(*LOG_VERDICTS.items(), else_=""),
    )
    return rows.mutate(rank=rank, meaning=meaning).order_by("rank", "object", "path").drop("rank")


def _digests(con: BaseBackend) -> ir.Table:
    digests = con.table("digest_files")
    return digests.select(
        "path", "verdict", "account", "region",
        object=ibis.literal("digest"), start=digests.start.cast("timestamp"),
        end=digests.end.cast("timestamp"), events=ibis.literal(0, "int64"), detail="detail",
    ).select(*_COLUMNS)  # fmt: skip


def _logs(con: BaseBackend) -> ir.Table:
    """Join what the case holds of each log with what a digest says of those that are not as delivered."""
    files, digests = evidence_files(con), con.table("digest_files").select("path")
    is_log = (files.kind == "events").fill_null(False) | (files.integrity != "not-verified")
    held = files.filter(is_log).anti_join(digests, "path")
    doubtful = con.table("doubtful_logs").select(
        doubted="path", word="verdict", of="account", there="region", oldest="oldest", newest="newest"
    )
    both = held.outer_join(doubtful, held.path == doubtful.doubted)
    return both.select(
        object=ibis.literal("log"), path=ibis.coalesce(both.path, both.doubted),
        verdict=ibis.coalesce(both.integrity, both.word), account=ibis.coalesce(both.account, both.of),
        region=ibis.coalesce(both.region, both.there), start=both.oldest.cast("timestamp"),
        end=both.newest.cast("timestamp"), events=both.events.fill_null(0).cast("int64"),
        detail=both.reason.fill_null(""),
    ).select(*_COLUMNS)  # fmt: skip


_COLUMNS = ("object", "path", "verdict", "account", "region", "start", "end", "events", "detail")


def integrity_findings(con: BaseBackend) -> ir.Table:
    """List what digest validation found beside its verdicts.

    Parameters
    ----------
    con
        A case, as of `open_case`.

    Returns
    -------
    ibis Table
        `kind`, `meaning` (in words, with what to do), `path` (of the digest, log or file it is about),
        `detail`; ordered by kind and path.
    """
    found = con.table("integrity_findings")
    meaning = found.kind.cases(*FINDINGS.items(), else_="")
    return found.mutate(meaning=meaning).select("kind", "meaning", "path", "detail").order_by("kind", "path")
