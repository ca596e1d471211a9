"""The services that make, upscale and draw: one file each, behind one small interface.

The nouns and the interface are in `unplastic.providers.provider`. Importing this package opens no connection and
loads no network library; `connect` does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from unplastic.providers.provider import Provider
    from unplastic.settings import Settings


def connect(name: str, settings: Settings, **line: Any) -> Provider:
    """The service called ``name`` with the user's keys; nothing is asked of it yet.

    ``line`` goes to `unplastic.providers.http.Wire` (``transport``, ``sleep``). Raises `UnknownName` with the nearest
    known names.
    """
    from unplastic.registry import member

    found: Any = member("providers", name)
    return found.at(settings, **line)
