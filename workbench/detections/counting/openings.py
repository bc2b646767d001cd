"""To whom a share, a grant or a policy opens something: the accounts it names, or everybody.

The same intent comes in many shapes: a policy as an object, as JSON text, as URL-encoded text; an account id
in a list of values; an ACL's group; the word `all`. This module reads them all and leaves the judgement
(which accounts are ours) to the caller.
"""

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

EVERYBODY = "*"

_ACCOUNT = re.compile(r"(?<![0-9A-Za-z])[0-9]{12}(?![0-9A-Za-z])")
_OPEN_WORDS = {"*", "all", "public-read", "public-read-write", "authenticated-read"}
_OPEN_GROUPS = ("/groups/global/AllUsers", "/groups/global/AuthenticatedUsers")

# A condition on one of these keys says who may come; with `*` as principal it is the real answer.
_CLOSING = {
    "aws:principalorgid", "aws:principalorgpaths", "aws:principalaccount", "aws:principalarn",
    "aws:sourceorgid", "aws:sourceorgpaths", "aws:sourceaccount", "aws:sourcearn", "aws:sourceowner",
    "aws:sourceip", "aws:sourcevpc", "aws:sourcevpce", "aws:userid", "aws:principalisawsservice",
    "aws:principalservicename", "aws:principaltag", "kms:calleraccount", "s3:dataaccesspointaccount",
    "sns:endpoint",
}  # fmt: skip
_OF_ORGANIZATION = {"aws:principalorgid", "aws:principalorgpaths"}
_ANY_VALUE = {"*", "**", "0.0.0.0/0", "::/0", "arn:aws:iam::*:*", "arn:aws:iam::*:root", "arn:aws:*"}

# Accounts of AWS that bucket policies name for the access logs of load balancers (in regions opened before
# August 2022) and the owner of CloudFront's standard logs: what AWS tells its customers to write.
_OF_AWS = frozenset({
    "127311923021", "033677994240", "027434742980", "797873946194", "098369216593", "156460612806",
    "054676820928", "652711504416", "635631232127", "009996457667", "897822967062", "076674570225",
    "114774131450", "507241528517", "718504428378", "383597477331", "600734575887", "582318560864",
    "783225319266", "754344448648", "589379963580", "985666609251", "859597730677", "190560391635",
    "048591011584", "638102146993",
    "c4c1ede66af53448b93c283ce9448c4ba468c9432aa01d700d3878632f77d2d0",
})  # fmt: skip


def opened_to(text: str | None) -> list[str]:
    """Return whom a value of a request opens something to: account ids, canonical user ids, or `*`.

    Parameters
    ----------
    text
        A policy (JSON, or URL-encoded JSON), an access control list as JSON, an ARN, an account id, the word
        `all`, a canned ACL, or a list of such values as JSON.

    Returns
    -------
    list of str
        Sorted. Not in it: who is named by `Deny`, AWS services, and everybody where a condition closes the
        statement (the accounts that the condition names are in it instead).

    Examples
    --------
    >>> opened_to('{"Statement":{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::444455556666:root"}}}')
    ['444455556666']
    >>> opened_to('{"Statement":[{"Effect":"Deny","Principal":"*","Action":"s3:*"}]}')
    []
    >>> opened_to("all"), opened_to("logs.amazonaws.com")
    (['*'], [])

    References
    ----------
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html
    """
    try:
        found = set(_of_text(text or ""))
    except RecursionError:  # nested to do harm: the accounts in it are told all the same
        found = set(_ACCOUNT.findall(text or ""))
    return sorted(found - _OF_AWS)


def _of_text(text: str) -> Iterator[str]:
    text = text.strip()
    if text.startswith(("%7B", "%7b")):
        text = unquote(text)
    if text[:1] in ("{", "["):
        try:
            yield from _of_value(json.loads(text))
            return
        except ValueError:
            pass  # no JSON after all: read as words
    if text in _OPEN_WORDS or text.endswith(_OPEN_GROUPS) or any(f'{one}"' in text for one in _OPEN_GROUPS):
        yield EVERYBODY
    yield from _ACCOUNT.findall(text)


def _of_value(value: Any) -> Iterator[str]:
    if isinstance(value, dict) and "Statement" in value:
        yield from _of_policy(value["Statement"])
    elif isinstance(value, dict) and "AccessControlList" in value:
        yield from _of_list(value)
    elif isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _of_value(part)
    elif isinstance(value, str):
        yield from _of_text(value)
    elif isinstance(value, int) and len(str(value)) == 12 and not isinstance(value, bool):
        yield str(value)


def _of_list(acl: dict[str, Any]) -> Iterator[str]:
    """Read an S3 access control list: groups of everybody, and grantees who are not the owner."""
    owner = acl["Owner"].get("ID") if isinstance(acl.get("Owner"), dict) else None
    for grantee in _grantees(acl["AccessControlList"]):
        if str(grantee.get("URI", "")).endswith(_OPEN_GROUPS):
            yield EVERYBODY
        elif owner and grantee.get("ID") and grantee["ID"] != owner:
            yield str(grantee["ID"])


def _grantees(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        if isinstance(value.get("Grantee"), dict):
            yield value["Grantee"]
        for part in value.values():
            yield from _grantees(part)
    elif isinstance(value, list):
        for part in value:
            yield from _grantees(part)


def _of_policy(statements: Any) -> Iterator[str]:
    for statement in statements if isinstance(statements, list) else [statements]:
        if isinstance(statement, dict) and statement.get("Effect") == "Allow":
            yield from _of_statement(statement)


def _of_statement(statement: dict[str, Any]) -> Iterator[str]:
    conditions = dict(_closing_conditions(statement.get("Condition")))
    if conditions.keys() & _OF_ORGANIZATION:
        return
    found = {EVERYBODY} if "NotPrincipal" in statement else set(_principals(statement.get("Principal")))
    if EVERYBODY in found and conditions:
        found.discard(EVERYBODY)
        for values in conditions.values():
            found.update(_ACCOUNT.findall(" ".join(values)))
    yield from found


def _principals(principal: Any) -> Iterator[str]:
    # Federated: a SAML or OIDC provider of another account is as foreign as the account.
    kinds = (
        [principal.get(kind) for kind in ("AWS", "Federated")] if isinstance(principal, dict) else [principal]
    )
    for one in (each for named in kinds for each in (named if isinstance(named, list) else [named])):
        if one == EVERYBODY:
            yield EVERYBODY
        elif isinstance(one, str | int):
            yield from _ACCOUNT.findall(str(one))


def _closing_conditions(condition: Any) -> Iterator[tuple[str, list[str]]]:
    for operator, tests in condition.items() if isinstance(condition, dict) else ():
        # A test with Not shuts somebody out, one with IfExists lets the anonymous in: neither closes.
        if "not" in operator.lower() or operator.endswith("IfExists") or not isinstance(tests, dict):
            continue
        for key, wanted in tests.items():
            values = [str(one) for one in (wanted if isinstance(wanted, list) else [wanted])]
            if key.lower().partition("/")[0] in _CLOSING and not _ANY_VALUE & set(values):
                yield key.lower(), values
