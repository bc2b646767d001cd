"""What the whole case tells about a key, user or role: its last use, its habit, and what was taken back."""

import ibis
import ibis.expr.types as ir

from workbench.queries.containment_steps import STEPS
from workbench.queries.principals import HABIT_DAYS

__all__ = ["HABIT_DAYS", "asked", "by_step", "last_part", "with_last_use", "with_undone", "worked"]


def by_step(rows: ir.Table, values: dict[str, ir.Value]) -> ir.Value:
    """Return the value of each row's step, NULL for a step that is not among them."""
    return ibis.cases(*[(rows.step == name, value) for name, value in values.items()], else_=None)


def last_part(path: ir.StringValue) -> ir.StringValue:
    """Return what stands after the last slash."""
    return path.re_extract("([^/]+)$", 1)


def worked(events: ir.Table, *names: str) -> ir.Table:
    """Keep the calls of these names that changed access and were not refused."""
    services = [f"{name}.amazonaws.com" for name in ("iam", "cloudtrail", "account")]
    source = events.eventSource.isin(services)
    return events.filter(source & events.eventName.isin(names) & events.errorCode.isnull())


def asked(events: ir.Table, name: str) -> ir.StringValue:
    """Return a request parameter; some services write its first letter as a capital."""
    absent = ibis.null("string")
    given = events.requestParameters
    return ibis.coalesce(given.get(name, absent), given.get(name[:1].upper() + name[1:], absent))


def with_last_use(rows: ir.Table, known: ir.Table) -> ir.Table:
    """Add `last_used`, and `days_before`: on how many days it was used before the first cited event."""
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
            used_name=last_part(users.principal),
            used_in=users.principal_account,
        ),
        roles.select(
            "eventTime",
            used_what=ibis.literal("role"),
            used_name=last_part(roles.role_arn),
            used_in=roles.role_arn.split(":")[4],
        ),
        roots.select(
            "eventTime",
            used_what=ibis.literal("root"),
            used_name=roots.principal,
            used_in=roots.principal_account,
        ),
    )
    same = ["used_what", "used_name", "used_in"]
    last = used.group_by(same).agg(last_used=lambda t: t.eventTime.max())
    days = used.group_by(*same, day=used.eventTime.date()).agg(from_=lambda t: t.eventTime.min())
    what = by_step(rows, {step.name: ibis.literal(step.what) for step in STEPS})
    named = rows.mutate(used_what=what, used_in=rows.account).mutate(
        used_name=lambda t: ibis.ifelse(t.used_what == "key", t.subject, t.name)
    )
    earlier = named.select(*same, "since").distinct().inner_join(days, same)
    earlier = earlier.filter(earlier.from_ < earlier.since)
    habit = earlier.group_by(*same, "since").agg(days_before=lambda t: t.count())
    joined = named.left_join(last, same).drop("used_what_right", "used_name_right", "used_in_right")
    return joined.left_join(habit, [*same, "since"]).select(
        *rows.columns, "last_used", days_before=lambda t: t.days_before.fill_null(0)
    )


def with_undone(rows: ir.Table, known: ir.Table) -> ir.Table:
    """Add when a later call took the change back, if one did."""
    by = {step.name: ibis.literal(step.undone_by) for step in STEPS if step.undone_by}
    back = worked(known, *sorted({step.undone_by for step in STEPS if step.undone_by}))
    given = {
        name: asked(back, name)
        for name in ("accessKeyId", "userName", "roleName", "name", "regionName", "policyArn", "policyName")
    }
    calls = (
        back.select(
            undone="eventTime",
            call="eventName",
            back_in=ibis.coalesce(asked(back, "accountId"), back.recipientAccountId),
            back=ibis.coalesce(
                *(given[name] for name in ("accessKeyId", "userName", "roleName", "name", "regionName"))
            ),
            back_extra=ibis.coalesce(given["policyArn"], given["policyName"], ""),
        )
        .group_by("call", "back", "back_extra", "back_in")
        .agg(undone=lambda t: t.undone.max())
    )
    sought = rows.mutate(back_by=by_step(rows, by), asked_extra=rows.extra.fill_null(""))
    same = [
        sought.back_by == calls.call,
        sought.subject == calls.back,
        sought.asked_extra == calls.back_extra,
        sought.account == calls.back_in,
        calls.undone >= sought.since,
    ]
    return sought.left_join(calls, same)
