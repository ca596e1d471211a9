"""Bring the clip to its size: by Topaz Astra where there is a key and money, else here, as the finish's first step."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from unplastic.clip import Clip
from unplastic.errors import BudgetSpent, RequestUnfit
from unplastic.media import probe
from unplastic.pipeline.desk import Desk
from unplastic.pipeline.paid import brought, followed
from unplastic.pipeline.stage import CPU, Done, Outcome, Work
from unplastic.pipeline.store import link
from unplastic.pipeline.take import Event, Take
from unplastic.providers.provider import Reference, UpscaleRequest
from unplastic.providers.upload import measured
from unplastic.registry import member, members
from unplastic.upscale.upscaler import target_size

ASTRA, SERVICE = "astra", "topaz"
FILM = "film"
SIZES = {"480p": "480p", "720p": "720p", "1080p": "1080p", "4k": "2160p"}


@dataclass(frozen=True)
class Upscale:
    """``size``: "film" (what the shot asks for), "1080p", "2160p", "2x", "off". ``by``: upscalers, the first that can.

    ``model`` is Topaz's. Astra is left out, with the reason in the log, where it has no key or no money.
    """

    name: ClassVar[str] = "upscale"
    announces: ClassVar[Event | None] = None
    heavy: ClassVar[bool] = False

    size: str = FILM
    by: tuple[str, ...] = (ASTRA, "lanczos")
    model: str = "astra-2"

    def __post_init__(self) -> None:
        if self.size not in {FILM, "off"}:
            target_size(self.size, 640, 360)
        known = {ASTRA, *members("upscale")}
        for each in self.by:
            if each not in known:
                raise ValueError(f"by names {each!r}; known: {', '.join(sorted(known))}")
        if not self.by or self.by[-1] == ASTRA:
            raise ValueError("by must end with an upscaler of this machine, such as lanczos")

    def queue(self, take: Take | None, desk: Desk) -> str:
        """Topaz's own queue where it may be asked, and was not yet."""
        if take and "upscale" in take.facts:
            return CPU
        return f"service/{SERVICE}" if self.by[0] == ASTRA and _has_key(desk) else CPU

    def run(self, work: Work) -> Outcome:
        """Nothing to do where the clip has its size; "upscale" then says how the finish enlarges."""
        if "upscale" in work.facts:
            return Done("done before")
        path = work.desk.store.path(work.need("original"))
        clip = probe(path)
        size = self._size(work)
        if target_size(size, clip.width, clip.height) == (clip.width, clip.height):
            return Done(f"it is {clip.width}x{clip.height} already", {"upscale": {"size": "off", "by": "lanczos"}})
        why = ""
        for by in self.by:
            if by != ASTRA:
                return Done(f"{size} by {by}{why}", {"upscale": {"size": size, "by": by}})
            if not _has_key(work.desk):
                why = " (Astra has no key)"
                continue
            try:
                outcome = self._astra(work, clip, size)
            except (BudgetSpent, RequestUnfit) as cannot:
                why = f" (not by Astra: {cannot.message})"
                continue
            return outcome
        raise AssertionError("by ends with an upscaler of this machine")

    def _size(self, work: Work) -> str:
        if self.size != FILM:
            return self.size
        return SIZES.get(work.shot[1].size, "1080p") if work.shot else "1080p"

    def _astra(self, work: Work, clip: Clip, size: str) -> Outcome:
        service = work.desk.service(SERVICE)
        shot = f"{work.take.scene}/{work.take.shot} upscaled"
        outcome = followed(work, service, self._request(work, clip, size), shot=shot, probe=probe)
        if not isinstance(outcome, Done):
            return outcome
        path = brought(work, service, outcome.facts["attempt"], probe=probe)
        digest = work.keep("upscaled", path, f"{work.take.stem}_upscaled{path.suffix}", paid=True)
        path.unlink(missing_ok=True)
        _sent(work).unlink(missing_ok=True)
        facts: dict[str, Any] = {
            "upscaled": digest,
            "upscaled_suffix": path.suffix,
            # What came smaller than was asked is brought to its size here.
            "upscale": {"size": size, "by": self.by[-1], "was": ASTRA},
        }
        return Done(outcome.text, facts)

    def _request(self, work: Work, clip: Clip, size: str) -> UpscaleRequest:
        seconds = float(clip.frames / clip.frame_rate)
        named = _sent(work)
        if not named.exists():
            link(work.desk.store.path(work.facts["original"]), named)
        known = measured("video", named, seconds=seconds)
        source = Reference("video", path=known.path, sha256=known.sha256, bytes=known.bytes, seconds=seconds,
                           width_px=clip.width, height_px=clip.height)  # fmt: skip
        width, height = target_size(size, clip.width, clip.height)
        return UpscaleRequest(self.model, source, clip.frames, float(clip.frame_rate), width, height)


def _sent(work: Work) -> Path:
    """The original under a name that says what it is: services go by that."""
    return work.desk.scratch / "sent" / f"{work.facts['original']}{work.facts.get('suffix', '.mp4')}"


def _has_key(desk: Desk) -> bool:
    kind: Any = member("providers", SERVICE)
    return bool(desk.settings.rehearsal) or any(all(desk.settings.key(each) for each in way) for way in kind.key_names)
