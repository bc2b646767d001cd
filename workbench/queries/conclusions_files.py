"""What cannot be concluded because of the files of a case, and of the kinds of events in them."""

import ibis
import ibis.expr.types as ir
from ibis.backends import BaseBackend

from workbench.events import events, evidence_files, set_aside
from workbench.events.telling import REMEDIES
from workbench.evidence.digests.telling import LOG_VERDICTS
from workbench.queries.integrity import integrity
from workbench.queries.statements import counted, row

_SELECTED = "a trail records such events only where its event selectors ask for them"
_DATA = "That objects in S3 were read, Lambda functions invoked, or items in DynamoDB read or changed"
_NETWORK = (
    "Calls that the policy of a VPC endpoint refused cannot be excluded: the case holds no network activity"
    " event."
)
_INSIGHT = (
    "Unusual rates of calls or errors, as CloudTrail sees them, cannot be excluded: the case holds no"
    " Insights event."
)


def of_files(con: BaseBackend) -> list[ir.Table]:
    """Tell of logs that are not valid, of logs that no digest speaks for, and of what was set aside."""
    logs = integrity(con)
    logs = logs.filter((logs.object == "log") & (logs.events > 0))
    return [_not_valid(logs), _not_verified(logs), _files_aside(con), _records_aside(con)]


def _not_valid(logs: ir.Table) -> ir.Table:
    bad = logs.filter(~logs.verdict.isin(("valid", "not-verified")))
    per = bad.group_by("account", "verdict").agg(
        logs=bad.count(), events=bad.events.sum(), regions=bad.region.collect(distinct=True).sort(),
        start=bad.start.min(), end=bad.end.max(),
    )  # fmt: skip
    sentence = "What " + counted(per.events, "event") + " of account " + per.account.fill_null("unknown")
    sentence += " say is not proven: " + counted(per.logs, "log") + " behind them "
    sentence += ibis.ifelse(per.logs == 1, "is ", "are ") + per.verdict + "."
    why = per.verdict.cases(*LOG_VERDICTS.items(), else_="")
    return row(per, 4, sentence, why, region=per.regions.join(", "), start=per.start, end=per.end)


def _not_verified(logs: ir.Table) -> ir.Table:
    unproven = logs.filter(logs.verdict == "not-verified")
    per = unproven.group_by("account").agg(files=unproven.count())
    sentence = "No file of account " + per.account.fill_null("unknown") + " is proven unchanged, and whether"
    sentence += " files are missing cannot be told: no digest speaks for the " + counted(per.files, "file")
    sentence += " with events."
    return row(per, 10, sentence, "only digests tell which logs were delivered, and with which content")


def _files_aside(con: BaseBackend) -> ir.Table:
    files = evidence_files(con)
    aside = files.filter(files.status == "set-aside")
    per = aside.group_by("reason").agg(files=aside.count())
    sentence = "What " + counted(per.files, "file") + " hold that could not be read is in no answer: "
    return row(per, 12, sentence + per.reason + ".", per.reason.cases(*REMEDIES.items(), else_=""))


def _records_aside(con: BaseBackend) -> ir.Table:
    aside = set_aside(con)
    per = aside.group_by("reason").agg(records=aside["count"].sum())
    sentence = "What " + counted(per.records, "record") + " hold that could not be taken is in no answer: "
    return row(per, 12, sentence + per.reason + ".", per.reason.cases(*REMEDIES.items(), else_=""))


def of_kinds(con: BaseBackend, accounts: ir.Table) -> list[ir.Table]:
    """Tell of kinds of events that the case does not hold: data events of each account, and others at all."""
    held = events(con)
    is_data = (held.eventCategory == "Data") | (held.eventCategory.isnull() & ~held.managementEvent)
    owner = ibis.coalesce(held.recipientAccountId, held.principal_account)
    with_data = held.filter(is_data.fill_null(False)).select(account=owner).distinct()
    without = accounts.anti_join(with_data, "account")
    sentence = _DATA + " in account " + without.account + " cannot be excluded: the case holds no data event"
    sentence += " of it."
    return [
        row(without, 11, sentence, _SELECTED),
        _unless(held, held.eventCategory == "NetworkActivity", _NETWORK),
        _unless(held, held.eventCategory == "Insight", _INSIGHT),
    ]


def _unless(held: ir.Table, holds: ir.BooleanValue, sentence: str) -> ir.Table:
    """Return a statement on the whole case, unless an event of it refutes the statement."""
    one = held.agg(refuted=holds.fill_null(False).any())
    return row(one.filter(~one.refuted), 14, ibis.literal(sentence), _SELECTED)
