"""Reproducible chance: the same words always throw the same numbers, names and ids."""

import random
import uuid
from base64 import b32encode, b64encode
from collections.abc import Sequence
from typing import TypeVar

Thing = TypeVar("Thing")

_ACCOUNT_BITS = 7


class Dice:
    """A source of numbers named by words.

    Only `random()` and `getrandbits()` are drawn: Python promises that a seed gives the same numbers for
    these in every version, and for no other method.

    Parameters
    ----------
    *words
        Whatever names this source: the seed, an activity, a date.

    Examples
    --------
    >>> Dice(7, "coin").below(1000) == Dice(7, "coin").below(1000)
    True
    """

    __slots__ = ("_bits", "_random")

    def __init__(self, *words: object) -> None:
        source = random.Random("/".join(map(str, words)))
        self._random = source.random
        self._bits = source.getrandbits

    def below(self, limit: int) -> int:
        """Return a number from 0 to `limit` - 1."""
        return int(self._random() * limit)

    def between(self, low: int, high: int) -> int:
        """Return a number from `low` to `high`, both included."""
        return low + int(self._random() * (high - low + 1))

    def chance(self, probability: float) -> bool:
        """Return True in `probability` of all throws."""
        return self._random() < probability

    def pick(self, things: Sequence[Thing]) -> Thing:
        """Return one of `things`."""
        return things[int(self._random() * len(things))]

    def weighted(self, things: Sequence[tuple[Thing, int]]) -> Thing:
        """Return the first half of one of the pairs, chosen by the weight in its second half."""
        left = self.below(sum(weight for _, weight in things))
        for thing, weight in things:
            left -= weight
            if left < 0:
                return thing
        raise AssertionError("weights add up to what was drawn from")

    def bits(self, count: int) -> int:
        """Return a number of `count` random bits."""
        return self._bits(count)

    def uuid(self) -> str:
        """Return a random (version 4) UUID."""
        return str(uuid.UUID(int=self._bits(128), version=4))

    def hexadecimal(self, digits: int) -> str:
        """Return `digits` lower-case hexadecimal digits."""
        return f"{self._bits(4 * digits):0{digits}x}"

    def upper(self, length: int) -> str:
        """Return `length` characters of A-Z and 2-7, as in S3 request ids."""
        return b32encode(self._bits(8 * length).to_bytes(length, "big")).decode()[:length]

    def base64(self, size: int) -> str:
        """Return `size` random bytes in base64."""
        return b64encode(self._bits(8 * size).to_bytes(size, "big")).decode()

    def letters(self, length: int) -> str:
        """Return letters and digits, as at the end of a log file's name."""
        return self.base64(length).translate(_NO_SIGNS)[:length]


_NO_SIGNS = str.maketrans("+/=", "xYz")


def access_key(prefix: str, account: str, dice: Dice) -> str:
    """Return an access key id as AWS makes them: the account number is inside.

    The first six bytes behind the prefix, read as base32, carry the account shifted by seven bits.

    Parameters
    ----------
    prefix
        `AKIA` of a long-term key, `ASIA` of a temporary one.
    account
        The account that owns the key.
    dice
        Where the other bits come from.

    Examples
    --------
    >>> access_key("ASIA", "111122223333", Dice(1))[:12]
    'ASIARTX3GSDS'
    """
    head = (1 << 47) | (int(account) << _ACCOUNT_BITS) | dice.bits(_ACCOUNT_BITS)
    body = head.to_bytes(6, "big") + dice.bits(32).to_bytes(4, "big")
    return prefix + b32encode(body).decode()


def unique_id(prefix: str, account: str, dice: Dice) -> str:
    """Return the unique id of a role (`AROA`) or user (`AIDA`): a key id's shape, one character longer."""
    return access_key(prefix, account, dice) + dice.upper(1)
