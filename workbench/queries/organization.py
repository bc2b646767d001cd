"""Which accounts belong to the organization: a list, or a file that says so."""

import json
import re
from collections.abc import Collection
from pathlib import Path
from typing import Any

from workbench.errors import ParameterError, visible

Organization = str | Path | Collection[str]
_REMEDY = "Give a list of account ids, or the output of `aws organizations list-accounts` as a file in UTF-8"
_ID = re.compile("[0-9]{12}")
_SHOWN = 80  # signs of a wrong id that are told


def organization_accounts(organization: Organization) -> frozenset[str]:
    """Return the account ids of an organization.

    Parameters
    ----------
    organization
        Account ids, as a list or with commas between; or the path of a JSON file: an `organization.json` as
        `workbench sample` writes it, or what `aws organizations list-accounts` printed.

    Returns
    -------
    frozenset of str
        Ids of 12 digits. Accounts that the file calls no members are left out.

    Raises
    ------
    ParameterError
        The file cannot be read, or an id is no account id.

    Examples
    --------
    >>> sorted(organization_accounts(["444455556666", "111122223333"]))
    ['111122223333', '444455556666']

    References
    ----------
    https://docs.aws.amazon.com/cli/latest/reference/organizations/list-accounts.html
    """
    place, found = _given(organization)
    for account in found:
        if not (isinstance(account, str) and _ID.fullmatch(account)):
            told = visible(repr(account)[:_SHOWN])
            raise ParameterError(f"{place}: {told} is no account id, a text of 12 digits. {_REMEDY}")
    return frozenset(found)


def _given(organization: Organization) -> tuple[str, list[Any]]:
    """Return what lists the accounts, and what it lists."""
    if isinstance(organization, str | Path):
        words = [word.strip() for word in str(organization).split(",")]
        if all(word.isdecimal() for word in words):
            return "accounts", words
        return str(organization), _read(Path(organization))
    if isinstance(organization, Collection):
        return "accounts", list(organization)
    raise ParameterError(f"accounts of ours are no {type(organization).__name__}. {_REMEDY}")


def _read(path: Path) -> list[Any]:
    try:
        told = json.loads(path.read_text(encoding="utf-8-sig"))
        accounts = told.get("accounts") or told.get("Accounts") if isinstance(told, dict) else None
        if not (isinstance(accounts, list) and accounts):
            raise ValueError("no list accounts or Accounts with any in it")
        return [_id(one, number) for number, one in enumerate(accounts, 1) if _is_member(one)]
    except (OSError, ValueError, RecursionError) as error:
        told = error.strerror if isinstance(error, OSError) else visible(error)
        raise ParameterError(
            f"{path} does not list the accounts of an organization: {told}. {_REMEDY}"
        ) from error


def _is_member(account: Any) -> bool:
    return bool(account.get("member", True)) if isinstance(account, dict) else True


def _id(account: Any, number: int) -> Any:
    found = account.get("id") or account.get("Id") if isinstance(account, dict) else None
    if found is None:
        raise ValueError(f"account {number} has no id")
    return found
