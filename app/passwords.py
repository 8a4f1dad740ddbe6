"""Passwords hashed so that guessing them is slow, and takes memory: scrypt (RFC 7914). Leaves out: whose they are."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets

SHORTEST, LONGEST = 8, 200
"""Characters: a longer one is no safer, and takes longer to send."""
_N, _R, _P = 2**15, 8, 3
"""32 MB and some 0.2 s a guess: one of the settings that OWASP's password storage cheat sheet gives as equal."""
_SALT_BYTES, _HASH_BYTES = 16, 32


def hashed(password: str) -> str:
    """What may be kept of it: the scheme, its costs, a salt and the hash."""
    salt = secrets.token_bytes(_SALT_BYTES)
    parts = (str(_N), str(_R), str(_P), _text(salt), _text(_scrypt(password, salt, _N, _R, _P)))
    return "$".join(("scrypt", *parts))


def fits(password: str, kept: str) -> bool:
    """Whether it is the one that this was made of; with the costs it was made with."""
    _, n, r, p, salt, digest = kept.split("$")
    found = _scrypt(password, base64.b64decode(salt), int(n), int(r), int(p))
    return hmac.compare_digest(found, base64.b64decode(digest))


def _scrypt(password: str, salt: bytes, n: int, r: int, p: int) -> bytes:
    typed = password.encode("utf-8", "surrogatepass")
    return hashlib.scrypt(typed, salt=salt, n=n, r=r, p=p, maxmem=256 * n * r, dklen=_HASH_BYTES)


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
