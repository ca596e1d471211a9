"""unplastic: AI-generated shots in, shots that read like camera footage out.

import unplastic as up
report = up.measure("shot.mp4")
finished = up.finish("shot.mp4", look="fine-35mm")

Ten names: `measure`, `finish`, `finish_scene` for files; `measure_frames`, `finish_frames` for frames in memory;
`look`; `prompt` and `route` before a clip is made; `Report` and `Finished` come back, and show themselves in notebooks.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from unplastic.finish import finish, measure
    from unplastic.finished import Finished
    from unplastic.frames import finish_frames, measure_frames
    from unplastic.looks import look
    from unplastic.prompts import rewrite as prompt
    from unplastic.reading import Report
    from unplastic.routing import route
    from unplastic.scene import finish_scene

__version__ = "0.1.0"
__all__ = [
    "Finished",
    "Report",
    "__version__",
    "finish",
    "finish_frames",
    "finish_scene",
    "look",
    "measure",
    "measure_frames",
    "prompt",
    "route",
]

_HOMES = {
    "Finished": "unplastic.finished",
    "Report": "unplastic.reading",
    "finish": "unplastic.finish",
    "finish_frames": "unplastic.frames",
    "finish_scene": "unplastic.scene",
    "look": "unplastic.looks",
    "measure": "unplastic.finish",
    "measure_frames": "unplastic.frames",
    "prompt": "unplastic.prompts",
    "route": "unplastic.routing",
}

_NAMES = {"prompt": "rewrite"}
"""Public names that are called otherwise in their rooms."""


def _public(name: str) -> property:
    """A public name, loaded from its room on first use, so that ``import unplastic`` stays cheap.

    It is a property with a setter because two public verbs share their names with rooms: when ``unplastic.measure``
    is imported, the import system would otherwise replace the function ``up.measure`` by the room. See ADR 0002.
    """

    def load(_: ModuleType) -> Any:
        return getattr(import_module(_HOMES[name]), _NAMES.get(name, name))

    return property(load, lambda _module, _room: None)


class _Door(ModuleType):
    """The package as its users see it."""


for _name in _HOMES:
    setattr(_Door, _name, _public(_name))
sys.modules[__name__].__class__ = _Door
