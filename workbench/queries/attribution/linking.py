"""One hop: what a caller's credentials rest on, by the rules of attribution, or why it cannot be told.

References
----------
https://docs.aws.amazon.com/IAM/latest/UserGuide/cloudtrail-integration.html
https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from workbench.queries.attribution import ends
from workbench.queries.attribution.facts import Identity, Issuance, Switch
from workbench.queries.attribution.model import CERTAIN, HIGH, NONE, Link, Origin
from workbench.queries.attribution.validity import window

Second = tuple[str, dt.datetime]


class Evidence:
    """All that a case says of callers and issued credentials, ready to be looked up."""

    def __init__(
        self,
        identities: Iterable[Identity],
        issuances: Sequence[Issuance],
        switches: Sequence[Switch],
        shared: Mapping[str, tuple[str, str]],
        tokens: Mapping[str, tuple[str, str]],
        begins: Mapping[str, dt.datetime],
    ) -> None:
        self.identities = {one.key: one for one in identities}
        self.issuances, self.shared, self.tokens, self.begins = issuances, shared, tokens, begins
        self.by_key: defaultdict[str, list[int]] = defaultdict(list)
        self.by_second: defaultdict[Second, list[int]] = defaultdict(list)
        self.switches: defaultdict[str, list[Switch]] = defaultdict(list)
        self.owners_copies: defaultdict[str, list[str]] = defaultdict(list)
        self.copies: set[str] = set()
        for place, call in enumerate(issuances):
            self._take(place, call)
        for call in issuances:
            self._expect(call)
        for switch in switches:
            self.switches[switch.principal_id or ""].append(switch)
        self.directory = self._directory()
        self.bound = self._bound()
        self.names = self._names()

    def _take(self, place: int, call: Issuance) -> None:
        """File a call under what it issued; the owner's copy beside the caller's is no second call."""
        if call.shared and self.identities[call.caller].shared and call.shared in self.shared:
            self.owners_copies[call.shared].append(call.event_id)
            self.copies.add(call.event_id)
            return
        if call.issued_key:
            self.by_key[call.issued_key].append(place)
        if call.time:
            for name in (call.role_id, _session(call.role_arn, call.session_name)):
                if name:
                    self.by_second[name, call.time.replace(microsecond=0)].append(place)

    def _expect(self, call: Issuance) -> None:
        """Add the session that a call opened, used or not: it is a caller that may have made no call yet."""
        key = unused(call)
        if call.event_id in self.copies:
            return
        role = call.role_arn
        self.identities[key] = Identity(
            key=key, type="AssumedRole" if role else None, kind="role" if role else "session",
            principal=role or call.root_of or "unknown", principal_id=call.role_id, arn=None,
            account=(role or "").split(":")[4] if (role or "").count(":") > 4 else None,
            access_key=call.issued_key, user_name=None, role_arn=role, session_name=call.session_name,
            created=call.time, issuer_arn=role, issuer_id=None, source_identity=None, federated_by=None,
            on_behalf_of=None, invoked_by=None, identity_provider=None, ec2_delivery=None,
            assumed_root=False, shared=None, token=None, failed=False, category=None, events=0,
            first=None, last=None, console=False, sample=call.event_id,
        )  # fmt: skip

    def _directory(self) -> dict[str, str]:
        """Bind names of Identity Center users to user ids, where one name has one id only."""
        ids: defaultdict[str, set[str]] = defaultdict(set)
        for one in self.identities.values():
            if one.kind == "identity_center_user" and one.user_name and one.on_behalf_of:
                ids[one.user_name].add(one.on_behalf_of)
        return {name: min(found) for name, found in ids.items() if len(found) == 1}

    def _bound(self) -> dict[Second, str]:
        """Bind groups of credentials to the Identity Center user on whose behalf one of their calls was."""
        users: defaultdict[Second, set[str]] = defaultdict(set)
        for one in self.identities.values():
            if one.role_arn and one.on_behalf_of and one.created and one.principal_id:
                users[one.principal_id, one.created].add(one.on_behalf_of)
        return {group: min(found) for group, found in users.items() if len(found) == 1}

    def _names(self) -> dict[str, str]:
        """Bind unique ids of IAM users to their ARNs."""
        users = [one for one in self.identities.values() if one.kind == "iam_user" and one.arn]
        named = [(one.principal_id or "", one.principal) for one in users]
        return {name: arn for name, arn in named if name.startswith("AIDA")}


def unused(call: Issuance) -> str:
    """Name the session that a call opened, apart from whoever used it."""
    return f"issued by {call.event_id} in {call.account}"


def _session(role_arn: str | None, name: str | None) -> str | None:
    return f"{role_arn}\n{name}" if role_arn and name else None


class Linker:
    """Finds what each caller rests on."""

    def __init__(self, evidence: Evidence) -> None:
        self._case = evidence

    def link(self, one: Identity) -> Link:
        """Give the hop behind a caller; where it breaks, an end with the reason."""
        found = ends.own_end(one, self._case.directory) or self._behind(one)
        if one.invoked_by and found.parent:  # R13: a service acts on behalf of the session
            found = replace(found, confidence=max(found.confidence, HIGH, key=(CERTAIN, HIGH, NONE).index))
        return found

    def _behind(self, one: Identity) -> Link:
        if one.kind == "account":
            return self._other_side(one)
        if one.kind == "web_identity":
            return self._token(one)
        return self._session(one)

    def _other_side(self, one: Identity) -> Link:
        """R2: the caller's own copy of the call tells who it was; else a user id that is known elsewhere."""
        told = self._case.shared.get(one.shared or "")
        if told:
            return Link("R2", CERTAIN, parent=told[0], evidence=(told[1], one.sample))
        unique = (one.principal_id or "").split(":")[0]
        if unique in self._case.names:
            origin = Origin(self._case.names[unique], unique, "iam_user", HIGH)
            return Link("R2", HIGH, origin=origin, evidence=(one.sample,))
        return self._broken(one, one.account, one.first)

    def _token(self, one: Identity) -> Link:
        """R9: who asked AWS for the token that was shown in another partition."""
        told = self._case.tokens.get(one.token or "")
        if told:
            return Link("R9", CERTAIN, parent=told[0], evidence=(told[1],))
        return ends.web_subject(one)

    def _session(self, one: Identity) -> Link:
        places = self._issued_to(one)
        bound = self._case.bound.get((one.principal_id or "", one.created)) if one.created else None
        direct = ends.directory_user(one, bound, self._case.directory) or ends.role_delivery(one)
        if direct:
            return self._with_issuance(one, direct, places)
        if places:
            return self._issued(one, places, "R1", CERTAIN)
        found = self._same_second(one)
        if found:
            return self._issued(one, found, "R4" if one.console else "R3", HIGH)
        return self._switched(one) or ends.service_linked(one) or self._unissued(one)

    def _issued_to(self, one: Identity) -> list[int]:
        return self._case.by_key.get(one.access_key or "", [])

    def _same_second(self, one: Identity) -> list[int]:
        if not one.created:
            return []
        second = one.created.replace(microsecond=0)
        for name in (one.principal_id, _session(one.role_arn, one.session_name)):
            if name and (name, second) in self._case.by_second:
                return self._case.by_second[name, second]
        return []

    def _issued(self, one: Identity, places: Sequence[int], rule: str, confidence: str) -> Link:
        """Link a session to the call that issued it; several calls must have one and the same caller."""
        calls = [self._case.issuances[place] for place in places]
        first = calls[0]
        parents = tuple(sorted({call.caller for call in calls}))
        parent = self._case.identities[first.caller]
        if parent.kind == "service":
            return self._by_service(one, places[0], first, parent)
        is_chained = parent.kind in ("role", "federated_user")
        return Link(
            rule, confidence, parent=first.caller, opened=first.time,
            valid=window(first, is_chained=is_chained, is_console=one.console),
            evidence=self._evidence(calls), issuance=places[0], role_arn=first.role_arn,
            also=parents[1:] if len(parents) > 1 else (),
            claim=self._claim(one, first, parent),
        )  # fmt: skip

    def _evidence(self, calls: Iterable[Issuance]) -> tuple[str, ...]:
        copies = self._case.owners_copies
        ids = [name for call in calls for name in (call.event_id, *copies.get(call.shared or "", ()))]
        return tuple(dict.fromkeys(ids))

    @staticmethod
    def _claim(one: Identity, call: Issuance, parent: Identity) -> str | None:
        """Give the contradiction between the source identities that are set, if there is one (R10)."""
        own, asked, before = one.source_identity, call.source_identity, parent.source_identity
        if own and asked and own != asked:
            return f"its source identity is {own}, but {asked} was set when it was opened"
        if own and before and own != before:
            return f"its source identity is {own}, that of its caller {before}"
        return None

    def _by_service(self, one: Identity, place: int, call: Issuance, service: Identity) -> Link:
        """R11, R12: a service opened the session, EC2 for an instance."""
        if service.principal == "ec2.amazonaws.com" and ends.INSTANCE.match(call.session_name or ""):
            origin = Origin(call.session_name, call.session_name, "instance", CERTAIN)
            rule = "R11"
        else:
            end = ends.own_end(service, {})
            origin = end.origin if end and end.origin else Origin.unknown("SERVICE_INTERNAL")
            rule = "R12"
        valid = window(call, is_chained=False, is_console=one.console)
        return Link(
            rule, origin.confidence, origin=origin, opened=call.time, valid=valid,
            evidence=self._evidence([call]), issuance=place, role_arn=call.role_arn,
        )  # fmt: skip

    def _with_issuance(self, one: Identity, link: Link, places: Sequence[int]) -> Link:
        """Keep the call that opened a session whose end is known otherwise, as evidence."""
        found = places or self._same_second(one)
        if not found:
            return link
        calls = [self._case.issuances[place] for place in found]
        return replace(
            link, opened=calls[0].time, evidence=self._evidence(calls), issuance=found[0],
            valid=window(calls[0], is_chained=False, is_console=one.console), role_arn=calls[0].role_arn,
        )  # fmt: skip

    def _switched(self, one: Identity) -> Link | None:
        """R4: the console's switch of role tells who switched."""
        found = [
            switch for switch in self._case.switches.get(one.principal_id or "", ())
            if one.created and switch.time and abs(switch.time - one.created) <= dt.timedelta(minutes=1)
        ]  # fmt: skip
        users = {switch.switched_from for switch in found if ":user/" in (switch.switched_from or "")}
        if len(users) != 1:
            return None
        (user,) = users
        ids = sorted(name for name, arn in self._case.names.items() if arn == user)
        origin = Origin(user, ids[0] if len(ids) == 1 else None, "iam_user", HIGH)
        return Link("R4", HIGH, origin=origin, opened=one.created, evidence=(found[0].event_id,))

    def _unissued(self, one: Identity) -> Link:
        account = (one.role_arn or one.issuer_arn or "").split(":")[4:5]
        return self._broken(one, account[0] if account else one.account, one.created or one.first)

    def _broken(self, one: Identity, account: str | None, begun: dt.datetime | None) -> Link:
        """Say why there is no hop: the first reason that holds."""
        begins = self._case.begins.get(account or "")
        if begins is None:
            reason = "ACCOUNT_NOT_COLLECTED"
        elif one.federated_by:
            reason = "FEDERATION_OUTSIDE"
        elif begun is not None and begun < begins:
            reason = "BEFORE_COVERAGE"
        else:
            reason = "REGION_NOT_COLLECTED"
        likely = one.source_identity or one.session_name
        return Link("", NONE, origin=Origin.unknown(reason, likely), evidence=(one.sample,))
