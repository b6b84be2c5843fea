"""Which desk an address belongs to, reply addresses included, and whether an address is our own."""

from __future__ import annotations

from collections.abc import Iterable

from replies.settings import DeskSettings


class Directory:
    """The addresses of all desks."""

    def __init__(self, desks: Iterable[DeskSettings]) -> None:
        self._by_address = {address.lower(): (desk, desk.separator) for desk in desks for address in desk.addresses}
        self._separators = {separator for _, separator in self._by_address.values()}

    @property
    def addresses(self) -> Iterable[str]:
        """All of them, in lower case."""
        return self._by_address.keys()

    def desk_of(self, address: str) -> DeskSettings | None:
        """The desk that takes mail for an address, with or without an extension (RFC 5233), in any case of letters."""
        local, at, domain = address.strip().strip("<>").lower().rpartition("@")
        if not at:
            return None
        exact = self._by_address.get(f"{local}@{domain}")
        if exact:
            return exact[0]
        for separator in self._separators:
            base, found, _ = local.partition(separator)
            desk, own = self._by_address.get(f"{base}@{domain}", (None, ""))
            if found and desk is not None and own == separator:
                return desk
        return None

    def knows(self, address: str) -> bool:
        """Whether mail for that address is ours."""
        return self.desk_of(address) is not None
