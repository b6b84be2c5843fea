"""What can go wrong with the store.

StoreError
├── StoreUnreachable        temporary
├── SchemaTooNew            permanent
├── SchemaTooOld            permanent
├── KeyMissing              permanent
├── KeyMismatch             permanent
├── BlobDamaged             permanent
├── BlobErased              permanent
├── BlobGuarded             permanent
├── NoSuchRow               permanent
├── ErasureRefused          permanent
├── ErasureUnfinished       temporary
├── MoveRefused             permanent
└── CrashPointRefused       permanent
"""

from __future__ import annotations


class StoreError(Exception):
    """The store could not do what was asked."""

    temporary = False

    def __init__(self, detail: str = "") -> None:
        sentence = (type(self).__doc__ or "").strip()
        super().__init__(f"{sentence} ({detail})" if detail else sentence)


class StoreUnreachable(StoreError):
    """The database does not answer; mail is kept in the spool until it does."""

    temporary = True


class SchemaTooNew(StoreError):
    """The store was written by a newer loket; install that version, or restore a backup."""


class SchemaTooOld(StoreError):
    """The store's schema is older than this loket; run `loket migrate`."""


class KeyMissing(StoreError):
    """The master key is not there; restore it from its backup, since nothing sealed can be opened without it."""


class KeyMismatch(StoreError):
    """The master key is not the one that this store was sealed with; restore the right one from its backup."""


class BlobDamaged(StoreError):
    """A sealed file is missing or was changed on disk; restore it from the backup."""


class BlobErased(StoreError):
    """The key of this sealed file has been erased, and with it the file."""


class BlobGuarded(StoreError):
    """Secrets or an identity document stand in this file; only a lead, kyc or auditor opens it: `--as NAME`."""


class NoSuchRow(StoreError):
    """There is no such thing in this desk's store."""


class ErasureRefused(StoreError):
    """Nothing has been erased."""


class ErasureUnfinished(StoreError):
    """It is erased, but the store could not be written anew; `VACUUM; PRAGMA wal_checkpoint(TRUNCATE)` does it."""

    temporary = True


class MoveRefused(StoreError):
    """A ticket cannot go from that state to this one."""


class CrashPointRefused(StoreError):
    """LOKET_CRASH_AT asks for a crash that is unknown, or the process is not under test; unset it."""
