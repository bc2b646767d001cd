"""What to do now: the steps that take an intruder's access away, computed from the cited events.

Names in evidence are chosen by attackers. A name goes into a command only when it matches a strict pattern
that no shell and no option parser reads anything into; else the row says why there is no command.
"""

import ibis
import ibis.expr.types as ir

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
        `reason` (why there is no command, or what to mind; NULL when there is nothing to say); `eventIDs`
        that show it (at most 20). Ordered as `STEPS`, then by `account`, `subject`.

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
    rows = _with_undone(_with_last_use(grouped, known), known)
    fits = _by_step(rows, {step.name: _fits(rows, step.command) for step in STEPS}).fill_null(False)
    command = _by_step(rows, {step.name: _filled(rows, step.command) for step in STEPS if step.command})
    note = _by_step(rows, {step.name: ibis.literal(step.note) for step in STEPS if step.note})
    gone = rows.undone.notnull()
    odd = "the name is absent or holds characters that AWS does not allow in it: no command is made of it"
    return (
        rows.select(
            "subject",
            "account",
            "last_used",
            "eventIDs",
            kind=_by_step(rows, {step.name: ibis.literal(step.kind) for step in STEPS}),
            command=ibis.ifelse(fits & ~gone, command, None),
            reason=ibis.cases(
                (gone, "taken back at " + rows.undone.strftime("%Y-%m-%d %H:%M:%S UTC")),
                (~fits, odd),
                else_=note,
            ),
            rank=_by_step(rows, {step.name: ibis.literal(place) for place, step in enumerate(STEPS)}),
        )
        .order_by("rank", "account", "subject", "command")
        .select("kind", "subject", "account", "last_used", "command", "reason", "eventIDs")
    )


def _by_step(rows: ir.Table, values: dict[str, ir.Value]) -> ir.Value:
    return ibis.cases(*[(rows.step == name, value) for name, value in values.items()], else_=None)


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


def _last_part(path: ir.StringValue) -> ir.StringValue:
    return path.re_extract("([^/]+)$", 1)


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
    return [
        _cited(
            keys,
            "KeyUsed",
            subject=keys.access_key_id,
            name=_last_part(keys.principal),
            account=keys.principal_account,
        ),
        _cited(
            people,
            "UserUsed",
            subject=people.principal,
            name=_last_part(people.principal),
            account=people.principal_account,
        ),
        _cited(
            roles,
            kind,
            subject=roles.role_arn,
            name=_last_part(roles.role_arn),
            account=roles.role_arn.split(":")[4],
        ),
        _cited(
            roots, "RootUsed", subject=roots.principal, name=roots.principal, account=roots.principal_account
        ),
    ]


def _worked(events: ir.Table, *names: str) -> ir.Table:
    source = events.eventSource.isin(["iam.amazonaws.com", "cloudtrail.amazonaws.com"])
    return events.filter(source & events.eventName.isin(names) & events.errorCode.isnull())


def _created_keys(events: ir.Table) -> ir.Table:
    made = _worked(events, "CreateAccessKey")
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
            made = _worked(events, step.name)
            subject = made.requestParameters.get(step.subject, ibis.null("string"))
            extra = (
                made.requestParameters.get(step.extra, ibis.null("string"))
                if step.extra
                else ibis.null("string")
            )
            found.append(
                _cited(
                    made,
                    step.name,
                    subject=subject,
                    name=subject,
                    extra=extra,
                    account=made.recipientAccountId,
                    region=ibis.ifelse(step.what == "trail", made.awsRegion, None),
                    partition=_partition(made.awsRegion),
                )
            )
    return found


def _partition(region: ir.StringValue) -> ir.StringValue:
    return ibis.cases(
        (region.startswith("cn-"), "aws-cn"), (region.startswith("us-gov-"), "aws-us-gov"), else_="aws"
    )


def _with_last_use(rows: ir.Table, known: ir.Table) -> ir.Table:
    """Add when the key, user or role was last used, by its name within its account."""
    keyed, users = (
        known.filter(known.access_key_id.notnull()),
        known.filter(known.principal_kind == "iam_user"),
    )
    roles, roots = known.filter(known.role_arn.notnull()), known.filter(known.principal_kind == "root")
    used = ibis.union(
        keyed.select(
            "eventTime",
            used_what=ibis.literal("key"),
            used_name=keyed.access_key_id,
            used_in=keyed.principal_account,
        ),
        users.select(
            "eventTime",
            used_what=ibis.literal("user"),
            used_name=_last_part(users.principal),
            used_in=users.principal_account,
        ),
        roles.select(
            "eventTime",
            used_what=ibis.literal("role"),
            used_name=_last_part(roles.role_arn),
            used_in=roles.role_arn.split(":")[4],
        ),
        roots.select(
            "eventTime",
            used_what=ibis.literal("root"),
            used_name=roots.principal,
            used_in=roots.principal_account,
        ),
    )
    last = used.group_by("used_what", "used_name", "used_in").agg(last_used=lambda t: t.eventTime.max())
    what = _by_step(rows, {step.name: ibis.literal(step.what) for step in STEPS})
    named = rows.mutate(what=what).mutate(used_as=lambda t: ibis.ifelse(t.what == "key", t.subject, t.name))
    same = [named.what == last.used_what, named.used_as == last.used_name, named.account == last.used_in]
    return named.left_join(last, same).drop("used_what", "used_name", "used_in", "used_as")


def _with_undone(rows: ir.Table, known: ir.Table) -> ir.Table:
    """Add when a later call took the change back, if one did."""
    by = {step.name: ibis.literal(step.undone_by) for step in STEPS if step.undone_by}
    back = _worked(known, *sorted({step.undone_by for step in STEPS if step.undone_by}))
    given = {
        name: back.requestParameters.get(name, ibis.null("string"))
        for name in ("accessKeyId", "userName", "roleName", "name", "policyArn", "policyName")
    }
    calls = (
        back.select(
            undone="eventTime",
            call="eventName",
            back_in="recipientAccountId",
            back=ibis.coalesce(given["accessKeyId"], given["userName"], given["roleName"], given["name"]),
            back_extra=ibis.coalesce(given["policyArn"], given["policyName"], ""),
        )
        .group_by("call", "back", "back_extra", "back_in")
        .agg(undone=lambda t: t.undone.max())
    )
    asked = rows.mutate(back_by=_by_step(rows, by), asked_extra=rows.extra.fill_null(""))
    same = [
        asked.back_by == calls.call,
        asked.subject == calls.back,
        asked.asked_extra == calls.back_extra,
        asked.account == calls.back_in,
        calls.undone >= asked.since,
    ]
    return asked.left_join(calls, same)
