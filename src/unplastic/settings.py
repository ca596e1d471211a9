"""Settings of the user: environment variables first, then ``unplastic.toml``.

The file is the one that ``UNPLASTIC_SETTINGS`` names, else ``unplastic.toml`` here, else the one in the user's
configuration folder. It has three tables::

    rehearsal = "http://127.0.0.1:8765"     # all services at the rehearsal server of this address

    [keys]
    ARK_API_KEY = "..."                     # the names of the environment variables

    [providers.ark]
    address = "https://..."                 # another base address
"""

from __future__ import annotations

import ipaddress
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from unplastic.errors import SettingsError
from unplastic.secret import Secret

FILE = "unplastic.toml"
TABLES = {"rehearsal", "keys", "providers"}


@dataclass(frozen=True, slots=True)
class Settings:
    """What the user has set. ``rehearsal`` is the address of a rehearsal server, or empty."""

    rehearsal: str = ""
    keys: Mapping[str, Secret] = field(default_factory=dict)
    addresses: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def key(self, name: str) -> Secret | None:
        """The key of that name, or None."""
        found = self.keys.get(name)
        return found if found else None


def settings(environment: Mapping[str, str] | None = None, *, folder: Path | None = None) -> Settings:
    """Read them. ``environment`` is that of the process and ``folder`` the current one unless given.

    Raises `SettingsError` for a file that is not TOML, for a table or type that is not known, and for a rehearsal
    address that is not on loopback.
    """
    given = os.environ if environment is None else environment
    path = _file(given, folder or Path.cwd())
    table = _read(path) if path else {}
    name = path.name if path else FILE
    keys = {key: Secret(_text(value, f"keys.{key}", name), name) for key, value in _table(table, "keys", name).items()}
    keys |= {key: Secret(value, key) for key, value in given.items() if value and key.isupper()}
    services = {each: _table(row, "", name) for each, row in _table(table, "providers", name).items()}
    addresses = {each: _text(row["address"], f"providers.{each}.address", name)
                 for each, row in services.items() if "address" in row}  # fmt: skip
    rehearsal = given.get("UNPLASTIC_REHEARSAL") or _text(table.get("rehearsal", ""), "rehearsal", name)
    return Settings(_loopback(rehearsal), keys, {each: _https(at, each) for each, at in addresses.items()}, services)


def is_loopback(address: str) -> bool:
    """Whether an address is on this machine: ``localhost`` or a loopback number."""
    host = urlsplit(address).hostname or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _file(environment: Mapping[str, str], folder: Path) -> Path | None:
    named = environment.get("UNPLASTIC_SETTINGS")
    if named:
        if not Path(named).is_file():
            raise SettingsError(
                f"{named}: no such file", "UNPLASTIC_SETTINGS names the settings file; unset it or fix it"
            )
        return Path(named)
    home = environment.get("XDG_CONFIG_HOME") or str(Path(environment.get("HOME") or "~").expanduser() / ".config")
    places = (folder / FILE, Path(home) / "unplastic" / FILE)
    return next((path for path in places if path.is_file()), None)


def _read(path: Path) -> dict[str, Any]:
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as trouble:
        raise SettingsError(f"{path}: cannot be read", "make it a readable UTF-8 file") from trouble
    except tomllib.TOMLDecodeError as trouble:
        where = str(trouble).rpartition("(")[2].rstrip(")")  # the text before it may repeat what was written: a key
        raise SettingsError(f"{path}: not TOML ({where})", 'quote every value: NAME = "..."') from None
    for name in table:
        if name not in TABLES:
            near = get_close_matches(name, TABLES, n=1)
            hint = f"did you mean {near[0]}?" if near else f"known: {', '.join(sorted(TABLES))}"
            raise SettingsError(f"{path}: nothing here is called {name!r}", hint)
    return table


def _table(table: Mapping[str, Any], name: str, file: str) -> Mapping[str, Any]:
    found = table.get(name, {}) if name else table
    if not isinstance(found, Mapping):
        raise SettingsError(
            f"{file}: {name or 'an entry of providers'} is not a table", f"write [{name or 'providers.NAME'}]"
        )
    return found


def _text(value: Any, where: str, file: str) -> str:
    if not isinstance(value, str):
        raise SettingsError(f"{file}: {where} is not a text", "put it in quotes")
    return value


def _loopback(address: str) -> str:
    if address and (urlsplit(address).scheme != "http" or not is_loopback(address)):
        hint = "unplastic rehearse prints its address: http://127.0.0.1:PORT"
        raise SettingsError("the rehearsal address is not on this machine", hint)
    return address.rstrip("/")


def _https(address: str, service: str) -> str:
    if urlsplit(address).scheme != "https" and not is_loopback(address):
        raise SettingsError(f"the address of {service} is not https", "a key goes to https addresses only")
    return address.rstrip("/")
