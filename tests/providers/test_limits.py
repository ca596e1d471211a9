"""Every limit of a card stops what is over it, lets through what is on it, and says how much would do."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from unplastic.errors import FacePolicy, ProviderError, RequestUnfit, TooLarge, WrongKind
from unplastic.providers.capability import Capability, Limits
from unplastic.providers.limits import check
from unplastic.providers.provider import PortraitRequest, Reference, UpscaleRequest, VideoRequest

WISH = VideoRequest("m", "words")
PICTURE = Reference("image", address="https://a.test/p.png")
CLIP = Reference("video", address="https://a.test/c.mp4", seconds=5)
FIRST = Reference("image", "first_frame", address="https://a.test/f.png")
LAST = Reference("image", "last_frame", address="https://a.test/l.png")


def card(work: Any = "video", **limits: Any) -> Capability:
    return Capability("m", "m", "The Model", work, Limits(**limits), (), "a source", date(2026, 11, 1), "vendor")


@pytest.mark.parametrize(
    ("limits", "good", "bad"),
    [
        ({"seconds": (4, 15)}, {"seconds": 15}, {"seconds": 16}),
        ({"seconds": (4, 15)}, {"seconds": 4}, {"seconds": 3.9}),
        ({"seconds": (4, 15)}, {"seconds": 5}, {"seconds": 5.5}),
        ({"seconds": (4, 6, 8), "seconds_listed": True}, {"seconds": 6}, {"seconds": 5}),
        ({"seconds": (4, 15), "seconds_free": True}, {"seconds": None}, {"seconds": 0}),
        ({"sizes": ("720p",)}, {"size": "720p"}, {"size": "4k"}),
        ({"aspects": ("16:9",)}, {}, {"aspect": "1:1"}),
        ({"fps": (24.0,)}, {"fps": 24}, {"fps": 30}),
        ({"prompt_chars": 5}, {"prompt": "words"}, {"prompt": "wordss"}),
        ({"negative": True}, {"negative": "plastic"}, {"prompt": "  "}),
        ({}, {}, {"negative": "plastic"}),
        ({"seed": False}, {}, {"seed": 1}),
        ({"audio": "option"}, {"audio": True}, {"seconds": None}),
        ({}, {}, {"audio": True}),
        ({"images": 1}, {"references": (PICTURE,)}, {"references": (PICTURE, PICTURE)}),
        ({"videos": 0}, {}, {"references": (CLIP,)}),
        ({"files": 1}, {"references": (PICTURE,)}, {"references": (PICTURE, CLIP)}),
        ({"first_frame": True}, {"references": (FIRST,)}, {"references": (FIRST, FIRST)}),
        ({"first_frame": True}, {"references": (FIRST,)}, {"references": (LAST,)}),
        (
            {"first_frame": True, "frames_exclude_references": True},
            {"references": (FIRST,)},
            {"references": (FIRST, PICTURE)},
        ),
    ],
)
def test_what_is_over_a_limit_is_unfit(limits: dict, good: dict, bad: dict) -> None:
    own = card(**{"seconds": (1, 60), **limits})
    check(own, replace(WISH, **good))
    with pytest.raises(RequestUnfit) as unfit:
        check(own, replace(WISH, **bad))
    assert unfit.value.hint


@pytest.mark.parametrize(
    ("limits", "reference", "kind"),
    [
        ({"image_megabytes": 1}, replace(PICTURE, bytes=1_000_001), TooLarge),
        ({"video_seconds": (2.0, 4.0)}, CLIP, TooLarge),
        ({"video_seconds_all": 4.0}, CLIP, TooLarge),
        ({"first_frame": True}, replace(CLIP, role="first_frame"), WrongKind),
        ({"faces_need_library": True}, replace(PICTURE, role="character", label="Mara"), FacePolicy),
    ],
)
def test_a_reference_that_is_too_much_has_its_own_name(
    limits: dict, reference: Reference, kind: type[ProviderError]
) -> None:
    with pytest.raises(kind):
        check(card(**limits), replace(WISH, references=(reference,)))


def test_a_face_from_the_library_is_taken() -> None:
    mara = replace(PICTURE, role="character", address="asset://a-1")
    check(card(faces_need_library=True), replace(WISH, references=(mara,)))


def test_portraits_have_a_count_and_a_size() -> None:
    own = card("portrait", pictures=6, sizes=("1024x1024",))
    check(own, PortraitRequest("m", "words", count=6))
    for bad in ({"count": 7}, {"count": 0}, {"width_px": 1000}):
        with pytest.raises(RequestUnfit):
            check(own, replace(PortraitRequest("m", "words"), **bad))


def test_a_clip_to_upscale_is_measured_and_grows() -> None:
    source = Reference("video", path=Path("a.mp4"), bytes=9, seconds=1.0, width_px=640, height_px=360)
    good = UpscaleRequest("m", source, 24, 24.0, 1280, 720)
    own = card("upscale", frames=100)
    check(own, good)
    for kind, bad in (
        (RequestUnfit, {"width_px": 639}),
        (RequestUnfit, {"source": replace(source, bytes=0)}),
        (TooLarge, {"frames": 101}),
        (WrongKind, {"source": replace(source, media="image")}),
    ):
        with pytest.raises(kind):
            check(own, replace(good, **bad))
