"""Which accounts belong to the organization: a list, or a file that says so."""

import json
from collections.abc import Collection
from pathlib import Path
from typing import Any

from workbench.errors import ParameterError

Organization = str | Path | Collection[str]
_REMEDY = "Give a list of account ids, or the output of `aws organizations list-accounts` as a file"


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
    found = _listed(organization) if isinstance(organization, str | Path) else list(organization)
    for account in found:
        if not (isinstance(account, str) and len(account) == 12 and account.isdecimal()):
            raise ParameterError(f"{account!r} is no account id of 12 digits. {_REMEDY}")
    return frozenset(found)


def _listed(organization: str | Path) -> list[Any]:
    words = [word.strip() for word in str(organization).split(",")]
    return words if all(word.isdecimal() for word in words) else _read(Path(organization))


def _read(path: Path) -> list[Any]:
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        accounts = told.get("accounts") or told["Accounts"]
        return [one.get("id") or one["Id"] for one in accounts if one.get("member", True)]
    except (OSError, ValueError, KeyError, AttributeError, TypeError) as error:
        raise ParameterError(
            f"{path} does not list the accounts of an organization ({error}). {_REMEDY}"
        ) from error
