"""The keys: one master key in a file, one key a desk wrapped by it, one key a mail wrapped by its desk's.

To lose the master key is to lose everything sealed, so `init` says to keep a copy of it elsewhere. To erase a mail's
key is to erase the mail, in every backup too. A desk's key also yields, each for its own use, the key of its digests
and of its reply tokens, so that neither means anything at another desk.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from store.errors import KeyMismatch, KeyMissing

#: AES-256.
KEY_BYTES = 32

#: NIST SP 800-38D, 8.2: random 96-bit nonces are safe for 2^32 uses of a key; a wrapping key sees one a mail.
NONCE_BYTES = 12


#: Two bits of a token name its key: of the last four keys two are known.
TOKEN_KEY_IDS = 4


@dataclass(frozen=True, kw_only=True, slots=True)
class TokenKey:
    """A key of reply tokens."""

    id: int  #: by which a token names it
    secret: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class DeskKey:
    """A desk's key, opened."""

    secret: bytes
    epoch: int = 0  #: how often its token key was changed

    def wrap(self, key: bytes) -> bytes:
        """Seal a mail's key for its row."""
        return _wrap(self._derived(b"wrap"), key)

    def unwrap(self, wrapped: bytes) -> bytes:
        """Open a mail's key out of its row; KeyMismatch where it is another desk's."""
        return _unwrap(self._derived(b"wrap"), wrapped)

    def digest(self, *parts: str) -> str:
        """A keyed hash in hex: equal parts, equal digest, and at no other desk."""
        return hmac.new(self._derived(b"digest"), "\0".join(parts).encode(), hashlib.sha256).hexdigest()

    @property
    def tokens(self) -> TokenKey:
        """The key that reply tokens are signed with."""
        return self._token_key(self.epoch)

    @property
    def token_keys(self) -> tuple[TokenKey, ...]:
        """The keys by which reply tokens are still known: today's, and the one before it."""
        return tuple(self._token_key(epoch) for epoch in range(self.epoch, max(self.epoch - 2, -1), -1))

    def _token_key(self, epoch: int) -> TokenKey:
        use = b"tokens" if epoch == 0 else b"tokens %d" % epoch
        return TokenKey(id=epoch % TOKEN_KEY_IDS, secret=self._derived(use))

    def _derived(self, use: bytes) -> bytes:
        return hmac.digest(self.secret, use, "sha256")


def new_key() -> bytes:
    """A fresh random key."""
    return secrets.token_bytes(KEY_BYTES)


def create_master(path: Path) -> None:
    """Write a new master key, readable by its owner alone; FileExistsError rather than overwrite one."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(new_key().hex() + "\n")
        file.flush()
        os.fsync(file.fileno())


def read_master(path: Path) -> bytes:
    """The master key out of its file; KeyMissing where there is none, or something else."""
    try:
        key = bytes.fromhex(path.read_text().strip())
    except (OSError, ValueError) as error:
        raise KeyMissing(str(path)) from error
    if len(key) != KEY_BYTES:
        raise KeyMissing(str(path))
    return key


def new_desk_key(master: bytes) -> bytes:
    """A new desk's key, wrapped for its row."""
    return _wrap(master, new_key())


def open_desk_key(master: bytes, wrapped: bytes, epoch: int = 0) -> DeskKey:
    """A desk's key out of its row; KeyMismatch where the master key is another one."""
    return DeskKey(secret=_unwrap(master, wrapped), epoch=epoch)


def seal(master: bytes, use: str, plain: bytes) -> bytes:
    """Seal a few bytes that belong to the whole store, each use by a key of its own."""
    return _wrap(hmac.digest(master, use.encode(), "sha256"), plain)


def unseal(master: bytes, use: str, sealed: bytes) -> bytes:
    """Open them again; KeyMismatch where they were sealed by another master key, or for another use."""
    return _unwrap(hmac.digest(master, use.encode(), "sha256"), sealed)


def _wrap(outer: bytes, inner: bytes) -> bytes:
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + AESGCM(outer).encrypt(nonce, inner, None)


def _unwrap(outer: bytes, wrapped: bytes) -> bytes:
    try:
        return AESGCM(outer).decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], None)
    except InvalidTag as error:
        raise KeyMismatch from error
