"""What to do now: the steps that take an intruder's access away, computed from the cited events.

Names in evidence are chosen by attackers. A name goes into a command only when it matches a strict pattern
that no shell and no option parser reads anything into; else the row says why there is no command.
"""

import ibis
import ibis.expr.types as ir

from workbench.queries.assumptions import partition
from workbench.queries.containment_history import (
    HABIT_DAYS,
    asked,
    by_step,
    last_part,
    with_last_use,
    with_undone,
    worked,
)
from workbench.queries.containment_steps import PATTERNS, STEPS


def containment(events: ir.Table, *, whole: ir.Table | None = None) -> ir.Table:
    """Return the steps that end the access which the cited events show.

    Parameters
    ----------
    events
        The cited events: what the findings rest on.
    whole
        The whole events table, to say when a key, user or role was last used by anybody, and whether a change
        was taken back later; by default the cited events alone.

    Returns
    -------
    ibis Table
        `kind`; `subject` (key, user, role or trail as the record spells it); `account` to run the command in;
        `last_used` (naive UTC, NULL: no use seen); `command` (AWS CLI, NULL when none can or need be given);
        `reason` (why there is no command, or what to mind; NULL when there is nothing to say); `caution`
        (whom to ask first where `whole` shows the key, user or role at work on 3 or more days before the
        first cited event, so that somebody relies on it; NULL elsewhere); `eventIDs` that show it (at most
        20). Ordered as `STEPS`, then by `account`, `subject`.

    Examples
    --------
    >>> from tests.builders import event, table
    >>> (step,) = containment(table(event())).to_pyarrow().to_pylist()
    >>> step["command"]
    'aws iam update-access-key --user-name alice --access-key-id AKIAIOSFODNN7EXAMPLE --status Inactive'

    References
    ----------
    https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_revoke-sessions.html
    """
    known = events if whole is None else whole
    grouped = (
        ibis.union(*_uses(events), _created_keys(events), *_changes(events))
        .group_by("step", "subject", "name", "extra", "region", "partition", "account")
        .agg(
            since=lambda t: t.eventTime.min(),
            eventIDs=lambda t: t.eventID.collect(order_by=[t.eventTime, t.eventID])[:20],
        )
    )
    rows = with_undone(with_last_use(grouped, known), known)
    fits = by_step(rows, {step.name: _fits(rows, step.command) for step in STEPS}).fill_null(False)
    command = by_step(rows, {step.name: _filled(rows, step.command) for step in STEPS if step.command})
    note = by_step(rows, {step.name: ibis.literal(step.note) for step in STEPS if step.note})
    gone = rows.undone.notnull()
    ends = by_step(rows, {step.name: ibis.literal(step.ends) for step in STEPS})
    days = rows.days_before.cast("string")
    caution = "confirm with the owner first: at work on " + days + " days before the first cited event"
    odd = "the name is absent or holds characters that AWS does not allow in it: no command is made of it"
    return (
        rows.select(
            "subject",
            "account",
            "last_used",
            "eventIDs",
            kind=by_step(rows, {step.name: ibis.literal(step.kind) for step in STEPS}),
            command=ibis.ifelse(fits & ~gone, command, None),
            reason=ibis.cases(
                (gone, "taken back at " + rows.undone.strftime("%Y-%m-%d %H:%M:%S UTC")),
                (~fits, odd),
                else_=note,
            ),
            caution=ibis.ifelse((rows.days_before >= HABIT_DAYS) & ~gone & ends, caution, None),
            rank=by_step(rows, {step.name: ibis.literal(place) for place, step in enumerate(STEPS)}),
        )
        .order_by("rank", "account", "subject", "command")
        .select("kind", "subject", "account", "last_used", "command", "reason", "caution", "eventIDs")
    )


def _fits(rows: ir.Table, command: str) -> ir.BooleanValue:
    needed = [
        rows[column].re_search(pattern)
        for name, (column, pattern) in PATTERNS.items()
        if "{" + name + "}" in command
    ]
    return ibis.and_(ibis.literal(True), *needed)


def _filled(rows: ir.Table, command: str) -> ir.StringValue:
    filled: ir.StringValue = ibis.literal(command)
    for name, (column, _) in PATTERNS.items():
        if "{" + name + "}" in command:
            filled = filled.replace("{" + name + "}", rows[column])
    return filled


def _cited(table: ir.Table, step: str | ir.StringValue, **columns: ir.Value) -> ir.Table:
    empty = {name: ibis.null("string") for name in ("extra", "region", "partition")}
    picked = {"step": ibis.literal(step) if isinstance(step, str) else step, **empty, **columns}
    return table.select("eventTime", "eventID", **picked).select(
        "eventTime", "eventID", "step", "subject", "name", "extra", "region", "partition", "account"
    )


def _uses(events: ir.Table) -> list[ir.Table]:
    long_term = events.access_key_id.startswith("AKIA").fill_null(False)
    user, root = events.principal_kind == "iam_user", events.principal_kind == "root"
    keys = events.filter(user & long_term)
    people = events.filter(user & ~long_term)
    roles = events.filter(events.role_arn.notnull())
    kind = ibis.cases(
        (roles.role_arn.contains(":role/aws-reserved/sso.amazonaws.com/"), "CenterRoleUsed"),
        (roles.role_arn.contains(":role/aws-service-role/"), "LinkedRoleUsed"),
        else_="RoleUsed",
    )
    roots = events.filter(root)
    issuer = events.userIdentity["sessionContext"]["sessionIssuer"]["arn"]
    tokens = events.mutate(
        # the user who asked for the token: who calls, or whom a federated session names
        asker=ibis.cases(
            ((events.principal_kind == "federated_user"), issuer),
            (user & (events.eventName == "GetFederationToken") & events.errorCode.isnull(), events.principal),
        )
    )
    tokens = tokens.filter(tokens.asker.contains(":user/"))
    return [
        _cited(
            keys,
            "KeyUsed",
            subject=keys.access_key_id,
            name=last_part(keys.principal),
            account=keys.principal_account,
        ),
        _cited(
            people,
            "UserUsed",
            subject=people.principal,
            name=last_part(people.principal),
            account=people.principal_account,
        ),
        _cited(
            roles,
            kind,
            subject=roles.role_arn,
            name=last_part(roles.role_arn),
            account=roles.role_arn.split(":")[4],
        ),
        _cited(
            tokens,
            "GetFederationToken",
            subject=tokens.asker,
            name=last_part(tokens.asker),
            account=tokens.asker.split(":")[4],
        ),
        _cited(
            roots, "RootUsed", subject=roots.principal, name=roots.principal, account=roots.principal_account
        ),
    ]


def _created_keys(events: ir.Table) -> ir.Table:
    made = worked(events, "CreateAccessKey")
    answer = made.responseElements.get("accessKey", ibis.null("string"))
    return _cited(
        made,
        "CreateAccessKey",
        account=made.recipientAccountId,
        subject=answer.re_extract('"accessKeyId": ?"([^"]*)"', 1),
        name=answer.re_extract('"userName": ?"([^"]*)"', 1),
    )


def _changes(events: ir.Table) -> list[ir.Table]:
    found = []
    for step in STEPS:
        if step.subject:
            made = worked(events, step.name)
            subject = asked(made, step.subject)
            extra = asked(made, step.extra) if step.extra else ibis.null("string")
            found.append(
                _cited(
                    made,
                    step.name,
                    subject=subject,
                    name=subject,
                    extra=extra,
                    account=ibis.coalesce(asked(made, "accountId"), made.recipientAccountId),
                    region=ibis.ifelse(step.what == "trail", made.awsRegion, None),
                    partition=partition(made.awsRegion),
                )
            )
    return found
