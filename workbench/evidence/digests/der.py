"""RSA public keys in DER: PKCS #1, as CloudTrail gives them, or in an X.509 SubjectPublicKeyInfo.

These few bytes are read here because importing cryptography's `serialization` costs a tenth of the time that
verifying a day of a trail takes.

References
----------
https://www.rfc-editor.org/rfc/rfc8017#appendix-A.1.1 (RSAPublicKey)
https://www.rfc-editor.org/rfc/rfc5280#section-4.1 (SubjectPublicKeyInfo)
"""

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey, RSAPublicNumbers

_INTEGER, _BIT_STRING, _SEQUENCE = 0x02, 0x03, 0x30
_RSA = bytes.fromhex("06092a864886f70d0101010500")  # the OID rsaEncryption, and no parameters
_SIZES = range(1024, 16385)


def read_rsa_key(der: bytes) -> RSAPublicKey:
    """Read a public key.

    Raises
    ------
    ValueError
        It is no RSA key in one of the two forms, or of a size that nobody uses.

    Examples
    --------
    >>> read_rsa_key(b"0")
    Traceback (most recent call last):
    ValueError: no RSA key: DER that stops early
    """
    key, rest = _element(der, _SEQUENCE)
    if key[:1] == bytes([_SEQUENCE]):
        algorithm, bits = _element(key, _SEQUENCE)
        packed, more = _element(bits, _BIT_STRING)
        key, rest = _element(packed[1:], _SEQUENCE)
        if algorithm != _RSA or packed[:1] != b"\0" or more:
            raise ValueError("no RSA key: another algorithm, or a damaged one")
    modulus, after = _element(key, _INTEGER)
    exponent, end = _element(after, _INTEGER)
    numbers = RSAPublicNumbers(int.from_bytes(exponent), int.from_bytes(modulus))
    if rest or end or numbers.n.bit_length() not in _SIZES:
        raise ValueError("no RSA key: bytes that belong to none, or a size that nobody uses")
    return numbers.public_key()


def _element(der: bytes, tag: int) -> tuple[bytes, bytes]:
    """Split off the content of the first element."""
    start, size = 2, der[1] if len(der) > 1 else 0
    if size > 0x80:
        start, size = 2 + size - 0x80, int.from_bytes(der[2 : 2 + size - 0x80])
    if len(der) < max(start + size, 2):
        raise ValueError("no RSA key: DER that stops early")
    if der[0] != tag:
        raise ValueError("no RSA key: other DER")
    return der[start : start + size], der[start + size :]
