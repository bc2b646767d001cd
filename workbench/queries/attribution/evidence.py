"""All that a case says of callers and issued credentials, filed under what it can be looked up by."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from workbench.queries.attribution import ends
from workbench.queries.attribution.facts import Identity, Issuance

Second = tuple[str, dt.datetime]
_NEAR = dt.timedelta(minutes=1)


class Evidence:
    """All that a case says of callers and issued credentials, ready to be looked up."""

    def __init__(
        self,
        identities: Iterable[Identity],
        issuances: Sequence[Issuance],
        shared: Mapping[str, tuple[str, str]],
        tokens: Mapping[str, tuple[str, str]],
        begins: Mapping[str, dt.datetime],
    ) -> None:
        self.identities = {one.key: one for one in identities}
        self.issuances, self.shared, self.tokens, self.begins = issuances, shared, tokens, begins
        self.by_key: defaultdict[str, list[int]] = defaultdict(list)
        self.by_second: defaultdict[Second, list[int]] = defaultdict(list)
        self.owners_copies: defaultdict[str, list[str]] = defaultdict(list)
        self.expected: dict[str, int] = {}
        for place, call in enumerate(issuances):
            self._take(place, call)
        self.consoles = {(one.principal_id, one.created) for one in self.identities.values() if one.console}
        self.names = self._names()
        self.switches = self._switches()
        self.bound = self._bound()
        self.directory = self._directory() | self.names
        self.sign_ins: defaultdict[str, list[Identity]] = defaultdict(list)
        for one in self.identities.values():
            if one.sign_in:
                self.sign_ins[one.sign_in].append(one)

    def _take(self, place: int, call: Issuance) -> None:
        """File a call under what it issued; the owner's copy beside the caller's is no second call."""
        caller = self.identities[call.caller]
        if call.shared and caller.shared and call.shared in self.shared:
            self.owners_copies[call.shared].append(call.event_id)
            return
        if call.issued_key:
            self.by_key[call.issued_key].append(place)
        session = call.role_id or session_name(call.role_arn, call.session_name)
        if call.name == "GetSessionToken":
            session = caller.principal_id  # the session is the user's own
        if session and call.time:
            self.by_second[session, to_second(call.time)].append(place)
        self._expect(place, call)

    def _expect(self, place: int, call: Issuance) -> None:
        """Add the session that a call opened, used or not: it is a caller that may have made no call yet."""
        key = unused(call)
        role = call.role_arn
        self.expected[key] = place
        self.identities[key] = Identity(
            key=key, type="AssumedRole" if role else None, kind="role" if role else "session",
            principal=role or call.root_of or "unknown", principal_id=call.role_id, account=account_of(role),
            access_key=call.issued_key, role_arn=role, session_name=call.session_name, created=call.time,
            issuer_arn=role, sample=call.event_id,
        )  # fmt: skip

    def _switches(self) -> dict[str, list[Identity]]:
        """Collect the console's switches by role session, each dated as the session that it began.

        The record of a switch has no creationDate: the session is the console's that began within a minute of
        it, or what whoever switched opened then. Somebody else may open the role under that name beside it.
        """
        found: defaultdict[str, list[Identity]] = defaultdict(list)
        for one in self.identities.values():
            if one.switched_from and one.principal_id:
                found[one.principal_id].append(one)
        begun: defaultdict[str, set[dt.datetime]] = defaultdict(set)
        for name, created in self.consoles:
            if name and created and name in found:
                begun[name].add(created)
        opened: defaultdict[str, list[Issuance]] = defaultdict(list)
        for call in self.issuances:
            if call.role_id and call.role_id in found:
                opened[call.role_id].append(call)
        for name, switches in found.items():
            found[name] = [self._dated(one, begun[name], opened[name]) for one in switches]
            self.identities |= {one.key: one for one in found[name]}
        return found

    def _dated(self, one: Identity, begun: set[dt.datetime], opened: list[Issuance]) -> Identity:
        near = {time for time in begun if is_near(one.created, time)}
        if not near:
            calls = [call for call in opened if self.is_called(call, one.switched_from or "")]
            near = {to_second(call.time) for call in calls if call.time and is_near(one.created, call.time)}
        return one._replace(created=min(near)) if len(near) == 1 else one

    def is_called(self, call: Issuance, arn: str) -> bool:
        """Tell whether the caller of an issuance may be the one with this ARN: an owner's copy has an id."""
        caller = self.identities[call.caller]
        return arn == (caller.arn or self.names.get(caller.principal_id or "", arn))

    def _directory(self) -> dict[str, str]:
        """Bind names of Identity Center users to user ids, where one name has one id only."""
        ids: defaultdict[str, set[str]] = defaultdict(set)
        for one in self.identities.values():
            name = one.session_name if ends.is_reserved(one) else one.user_name
            if name and one.on_behalf_of:
                ids[name].add(one.on_behalf_of)
        return {name: min(found) for name, found in ids.items() if len(found) == 1}

    def _bound(self) -> dict[str | Second, set[str]]:
        """Bind keys, and what began in one second, to the users on whose behalf any of their calls was."""
        users: defaultdict[str | Second, set[str]] = defaultdict(set)
        for one in self.identities.values():
            if one.role_arn and one.on_behalf_of and one.created and one.principal_id:
                users[one.principal_id, one.created].add(one.on_behalf_of)
                if one.access_key:
                    users[one.access_key].add(one.on_behalf_of)
        return dict(users)

    def _names(self) -> dict[str, str]:
        """Bind unique ids of IAM users to their ARNs."""
        users = [one for one in self.identities.values() if one.kind == "iam_user" and one.arn]
        users.sort(key=lambda one: (str(one.last), one.principal))  # who was renamed has the last name
        named = [(one.principal_id or "", one.principal) for one in users]
        return {name: arn for name, arn in named if name.startswith("AIDA")}


def unused(call: Issuance) -> str:
    """Name the session that a call opened, apart from whoever used it."""
    return f"issued by {call.event_id} in {call.account}"


@lru_cache(maxsize=4096)
def account_of(arn: str | None) -> str | None:
    """Give the account that an ARN names; None where it names none."""
    parts = (arn or "").split(":", 5)
    return parts[4] if len(parts) > 5 else None


def to_second(time: dt.datetime) -> dt.datetime:
    """Cut a time to its second: creationDate knows no smaller part."""
    return time.replace(microsecond=0) if time.microsecond else time


def is_near(one: dt.datetime | None, other: dt.datetime | None) -> bool:
    """Tell whether two times are within a minute: a switch and the session that it began."""
    return one is not None and other is not None and abs(one - other) <= _NEAR


def session_name(role_arn: str | None, name: str | None) -> str | None:
    """Name a session by its role and its own name, where no `assumedRoleId` is told."""
    return f"{role_arn}\n{name}" if role_arn and name else None
