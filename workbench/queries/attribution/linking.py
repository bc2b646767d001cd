"""One hop: what a caller's credentials rest on, by the rules of attribution, or why it cannot be told.

References
----------
https://docs.aws.amazon.com/IAM/latest/UserGuide/cloudtrail-integration.html
https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html
"""

import datetime as dt
from collections.abc import Iterable, Sequence

from workbench.queries.attribution import ends
from workbench.queries.attribution.evidence import Evidence, session_name, to_second
from workbench.queries.attribution.facts import Identity, Issuance
from workbench.queries.attribution.model import CERTAIN, HIGH, NONE, Link, Origin, weaker
from workbench.queries.attribution.validity import window


class Linker:
    """Finds what each caller rests on."""

    def __init__(self, evidence: Evidence) -> None:
        self._case = evidence
        self._signed: dict[str, list[Identity]] = {}

    def link(self, one: Identity) -> Link:
        """Give the hop behind a caller; where it breaks, an end with the reason."""
        found = self._plain(one)
        if not found.rule and one.sign_in:
            found = self._signed_in(one) or found
        if one.invoked_by and one.kind not in ("service", "unknown"):
            return _passed_on_by_a_service(found)
        return found

    def _plain(self, one: Identity) -> Link:
        end = None if self._is_assumed_root(one) else ends.own_end(one, self._case.directory)
        if end is None:
            return self._behind(one)
        return self._with_issuance(one, end) if end.rule == "R14" else end

    def _is_assumed_root(self, one: Identity) -> bool:
        if one.kind != "root":
            return False
        return any(self._case.issuances[place].name == "AssumeRoot" for place in self._issued_to(one))

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
            there = self._case.identities[told[0]]
            if _differ(there.account, one.account) or _differ(there.principal_id, one.principal_id):
                origin = Origin.unknown("CONTRADICTION", there.principal)
                return Link("R2", NONE, origin=origin, evidence=(told[1], one.sample))
            return Link("R2", CERTAIN, parent=told[0], opened=one.first, evidence=(told[1], one.sample))
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
        subject = one.user_name or ""
        if ends.ROLE.match(subject):  # AWS itself vouches for a role: who used it, that account's trail tells
            return self._broken(one, subject.split(":")[4], one.first, subject)
        return ends.web_subject(one)

    def _session(self, one: Identity) -> Link:
        direct = self._of_directory(one) or ends.role_delivery(one)
        if direct and direct.origin and direct.origin.reason == "AMBIGUOUS":
            return direct  # of none of the sessions that were opened then
        if direct:
            return self._with_issuance(one, direct)
        places = self._issued_to(one)
        if places:
            return self._issued(one, places, "R1", CERTAIN, is_console=one.console)
        found = self._same_second(one)
        if one.switched_from:  # the record of a switch: whoever opened the role then is who switched
            calls = self._case.issuances
            found = [place for place in found if self._case.is_called(calls[place], one.switched_from)]
        is_console = (one.principal_id, one.created) in self._case.consoles
        if found:
            return self._issued(one, found, "R4" if is_console else "R3", HIGH, is_console=is_console)
        return self._switched(one) or ends.service_linked(one) or self._unissued(one)

    def _of_directory(self, one: Identity) -> Link | None:
        """R6, R7: on whose behalf the calls of these credentials are.

        A key that no call issued is of what was opened in its second, and that may be of several people.
        """
        bound, key = self._case.bound, one.access_key or ""
        users = bound.get(key, set())
        if not users and one.created and key not in self._case.by_key:
            users = bound.get((one.principal_id or "", one.created), set())
            calls = [self._case.issuances[place] for place in self._same_second(one)] if users else []
            each = {frozenset(bound.get(call.issued_key or "", ())) for call in calls}
            if len(users) > 1 or len(each) > 1:
                evidence = (*self._evidence(calls), one.sample)
                return Link("R6", NONE, origin=Origin.unknown("AMBIGUOUS"), evidence=evidence)
        return ends.directory_user(one, users, self._case.directory)

    def _issued_to(self, one: Identity) -> list[int]:
        if one.key in self._case.expected and not one.access_key:
            return [self._case.expected[one.key]]
        return self._case.by_key.get(one.access_key or "", [])

    def _same_second(self, one: Identity) -> list[int]:
        """Find the calls that opened a session in this second; none was made by the session itself."""
        if not one.created:
            return []
        names = (one.principal_id, session_name(one.role_arn, one.session_name))
        places = [
            place for name in names if name
            for place in self._case.by_second.get((name, to_second(one.created)), ())
        ]  # fmt: skip
        return [place for place in sorted(places) if not self._is_own(one, self._case.issuances[place])]

    def _is_own(self, one: Identity, call: Issuance) -> bool:
        caller = self._case.identities[call.caller]
        return (caller.principal_id, caller.created) == (one.principal_id, one.created)

    def _issued(
        self, one: Identity, places: Sequence[int], rule: str, confidence: str, *, is_console: bool
    ) -> Link:
        """Link a session to the call that issued it; several calls must have one and the same caller."""
        calls = [self._case.issuances[place] for place in places]
        parents = [self._case.identities[call.caller] for call in calls]
        is_service = parents[0].kind == "service"
        if is_service and len({(parent.kind, parent.principal) for parent in parents}) == 1:
            return self._by_service(places, parents[0], confidence, is_console=is_console)
        first, *others = dict.fromkeys(parent.key for parent in parents)
        claims = [self._claim(one, call, parent) for call, parent in zip(calls, parents, strict=True)]
        return Link(
            rule, confidence, parent=first, opened=calls[0].time, issuance=places[0],
            valid=self._window(calls, is_console=is_console), evidence=self._evidence(calls),
            role_arn=calls[0].role_arn, also=tuple(others), claim=claims[0] if all(claims) else None,
        )  # fmt: skip

    def _window(self, calls: Sequence[Issuance], *, is_console: bool) -> tuple[dt.datetime, dt.datetime]:
        """Give the time in which what any of these calls issued works."""
        windows = [
            window(call, is_chained=is_chained(self._case.identities[call.caller]), is_console=is_console)
            for call in calls
        ]
        if len(windows) == 1:
            return windows[0]
        return min(start for start, _ in windows), max(end for _, end in windows)

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
        if asked and before and asked != before:
            return f"its caller's source identity is {before}, but {asked} was set when it was opened"
        return None

    def _by_service(
        self, places: Sequence[int], service: Identity, confidence: str, *, is_console: bool
    ) -> Link:
        """R11, R12: a service opened the session, EC2 for an instance."""
        calls = [self._case.issuances[place] for place in places]
        name = calls[0].session_name or ""
        if service.principal == "ec2.amazonaws.com" and ends.INSTANCE.match(name):
            rule, origin = "R11", Origin(name, name, "instance", CERTAIN)
        else:
            end = ends.own_end(service, {})
            rule, origin = "R12", end.origin if end and end.origin else Origin.unknown("SERVICE_INTERNAL")
        confidence = weaker(confidence, origin.confidence)
        origin = origin._replace(confidence=confidence)
        return Link(
            rule, confidence, origin=origin, opened=calls[0].time, issuance=places[0],
            valid=self._window(calls, is_console=is_console), evidence=self._evidence(calls),
            role_arn=calls[0].role_arn,
        )  # fmt: skip

    def _with_issuance(self, one: Identity, link: Link) -> Link:
        """Keep the call that opened a session whose end is known otherwise, as evidence."""
        places = self._issued_to(one)
        is_console = one.console or (not places and (one.principal_id, one.created) in self._case.consoles)
        places = places or self._same_second(one)
        if not places:
            return link
        calls = [self._case.issuances[place] for place in places]
        return link._replace(
            opened=calls[0].time, evidence=self._evidence(calls), issuance=places[0],
            valid=self._window(calls, is_console=is_console), role_arn=calls[0].role_arn,
        )  # fmt: skip

    def _switched(self, one: Identity) -> Link | None:
        """R4: the console's switch of role tells who switched, of the console's session that began then."""
        if not one.switched_from and (one.principal_id, one.created) not in self._case.consoles:
            return None
        switches = self._case.switches.get(one.principal_id or "", ())
        found = [switch for switch in switches if switch.created == one.created]
        if len({switch.switched_from for switch in found}) != 1:
            return None
        user = found[0].switched_from or ""
        if ":user/" not in user:
            return None
        ids = [name for name, arn in self._case.names.items() if arn == user]
        origin = Origin(user, ids[0] if len(ids) == 1 else None, "iam_user", HIGH)
        evidence = tuple(sorted(switch.sample for switch in found))
        return Link("R4", HIGH, origin=origin, opened=one.created, evidence=evidence)

    def _signed_in(self, one: Identity) -> Link | None:
        """R5: callers of one sign-in session are one; another of them may be resolved."""
        name = one.sign_in or ""
        if name not in self._signed:
            self._signed[name] = [each for each in self._case.sign_ins[name] if self._plain(each).rule]
        if not self._signed[name]:
            return None
        first, *also = self._signed[name]
        return Link(
            "R5", CERTAIN, parent=first.key, evidence=(first.sample, one.sample),
            also=tuple(each.key for each in also),
        )  # fmt: skip

    def _unissued(self, one: Identity) -> Link:
        account = (one.role_arn or one.issuer_arn or "").split(":")[4:5]
        return self._broken(one, account[0] if account else one.account, one.created or one.first)

    def _broken(
        self, one: Identity, account: str | None, begun: dt.datetime | None, claim: str | None = None
    ) -> Link:
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
        likely = claim or one.source_identity or one.session_name
        return Link("", NONE, origin=Origin.unknown(reason, likely), evidence=(one.sample,))


def _differ(one: str | None, other: str | None) -> bool:
    """Tell whether two copies of a call say different things, where both say something."""
    return bool(one and other and one != other)


def is_chained(caller: Identity) -> bool:
    """Tell whether a caller is a session of a role: what such a caller opens works an hour at most."""
    return caller.kind in ("role", "federated_user") or (caller.principal_id or "").startswith("AROA")


def _passed_on_by_a_service(link: Link) -> Link:
    """R13: a service calls on behalf of the caller, who stays; no surer than high."""
    origin = link.origin
    if origin and origin.confidence == CERTAIN:
        origin = origin._replace(confidence=HIGH)
    return link._replace(confidence=weaker(link.confidence, HIGH), origin=origin)
