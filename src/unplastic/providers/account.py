"""Whose account a service is asked for: its base address and its keys, or the rehearsal server and no key at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from unplastic.errors import BadKey
from unplastic.secret import Secret
from unplastic.settings import Settings

REHEARSAL_KEY = "rehearsal-no-real-key"


@dataclass(frozen=True, slots=True)
class Account:
    """A base address (no slash at its end) and the keys that were found, by name.

    In a rehearsal every key that is asked for is a made-up one: a real key is never sent there.
    """

    service: str
    address: str
    keys: Mapping[str, Secret]
    is_rehearsal: bool = False
    key_names: tuple[tuple[str, ...], ...] = ()
    key_from: str = ""
    options: Mapping[str, object] = field(default_factory=dict, hash=False)

    def has(self, *names: str) -> bool:
        """Whether all these keys are there."""
        return self.is_rehearsal or all(name in self.keys for name in names)

    def key(self, name: str) -> Secret:
        """The key of that name; raises `BadKey` with where to get one."""
        if self.is_rehearsal:
            return Secret(REHEARSAL_KEY, "rehearsal")
        if name not in self.keys:
            wanted = ", or ".join(" and ".join(each) for each in self.key_names) or name
            hint = f"set {wanted}; a key is made at {self.key_from}"
            raise BadKey(f"{self.service}: no key is set ({name})", hint)
        found = self.keys[name]
        if not (found.reveal().isascii() and found.reveal().isprintable()) or " " in found.reveal():
            raise BadKey(f"{self.service}: {name} is no key", f"copy it again from {self.key_from}, without quotes")
        return found

    def bearer(self, name: str, scheme: str = "Bearer") -> Secret:
        """The key of that name as the value of an ``Authorization`` header."""
        key = self.key(name)
        return Secret(f"{scheme} {key.reveal()}", key.source)


def account(
    service: str,
    settings: Settings,
    *,
    address: str,
    key_names: tuple[tuple[str, ...], ...],
    key_from: str,
    rehearsal_path: str = "",
) -> Account:
    """The account of ``service``; ``address`` is its own base, ``rehearsal_path`` what the path begins with there.

    ``rehearsal_path`` is ``/<service>`` unless given. Missing keys are named when they are first needed.
    """
    if settings.rehearsal:
        at = settings.rehearsal + (rehearsal_path or f"/{service}")
        return Account(service, at, {}, is_rehearsal=True, key_names=key_names, key_from=key_from)
    every = {name: settings.key(name) for names in key_names for name in names}
    found = {name: key for name, key in every.items() if key is not None}
    base = settings.addresses.get(service, address)
    return Account(service, base, found, False, key_names, key_from, settings.options.get(service, {}))
