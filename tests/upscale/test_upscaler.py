from __future__ import annotations

import numpy as np
import pytest
from upscale_stand import make_clip, make_picture

from unplastic.clip import ColorTags
from unplastic.errors import RecipeError, UnknownName
from unplastic.registry import members
from unplastic.upscale import enlarged, target_size


@pytest.mark.parametrize(
    ("size", "source", "target"),
    [
        ("1080p", (1280, 720), (1920, 1080)),
        ("1080p", (720, 1280), (1080, 1920)),
        ("2160p", (1280, 720), (3840, 2160)),
        ("2160p", (1920, 1080), (3840, 2160)),
        ("1080p", (854, 480), (1922, 1080)),
        ("1080p", (1000, 1000), (1080, 1080)),
        ("2x", (853, 479), (1706, 958)),
        ("1.5x", (1280, 720), (1920, 1080)),
        ("off", (853, 479), (853, 479)),
        ("1080p", (1920, 1080), (1920, 1080)),
        ("1080p", (3840, 2160), (3840, 2160)),
        ("720p", (1280, 720), (1280, 720)),
    ],
)
def test_sizes(size, source, target):
    assert target_size(size, *source) == target


@pytest.mark.parametrize("size", ["1080", "big", "0x", "0.5x", "-2x", "", "1080P", "2xx"])
def test_what_is_no_size_is_refused_in_two_lines(size):
    with pytest.raises(RecipeError, match="not a size") as error:
        target_size(size, 1280, 720)
    assert "1080p" in error.value.hint


def test_too_much_is_refused():
    with pytest.raises(RecipeError, match="15360x8640"):
        target_size("4x", 3840, 2160)
    with pytest.raises(RecipeError, match="would make"):
        target_size("2160p", 160, 120)


def test_off_hands_pictures_through():
    clip = make_clip()
    same = enlarged(clip)
    picture = make_picture(clip)
    assert same.is_noop
    assert same.clip is clip
    assert same(picture) is picture
    assert same.notes == ()
    assert same.document == {"size": "off", "upscaler": "lanczos", "active": False}


def test_nothing_to_do_is_said():
    clip = make_clip(1920, 1080)
    same = enlarged(clip, "1080p")
    assert same.is_noop
    assert same.notes == ("--upscale 1080p: nothing to do, the clip already is 1920x1080",)


def test_what_comes_out_is_what_the_clip_says():
    clip = make_clip(64, 48, bit_depth=8, chroma="422")
    larger = enlarged(clip, "2x", seed=4)
    assert (larger.clip.width, larger.clip.height, larger.clip.bit_depth) == (128, 96, 10)
    out = larger(make_picture(clip))
    assert (out.y.shape, out.cb.shape, out.bit_depth) == ((96, 128), (96, 64), 10)
    assert larger.clip.path == clip.path
    assert larger.notes == ("enlarged from 64x48 to 128x96 (lanczos)",)
    assert larger.document["values"] == {"ringing_codes8": 2.0}
    assert (larger.document["width"], larger.document["height"]) == (128, 96)


def test_a_matrix_that_players_guess_from_the_size_is_written_down():
    small = make_clip(720, 480, color=ColorTags())
    assert enlarged(small, "1080p").clip.color.matrix == 6
    assert enlarged(make_clip(1280, 720, color=ColorTags()), "1080p").clip.color.matrix == 2
    assert enlarged(make_clip(720, 480, color=ColorTags(1, 1, 1)), "1080p").clip.color.matrix == 1


def test_a_service_that_is_not_connected_says_so():
    with pytest.raises(RecipeError, match="astra") as error:
        enlarged(make_clip(), "2x", "astra")
    assert "lanczos" in error.value.hint


def test_an_unknown_name_lists_the_known():
    with pytest.raises(UnknownName) as error:
        enlarged(make_clip(), "2x", "lancos")
    assert "lanczos" in error.value.hint


def test_a_wrong_name_is_refused_even_where_there_is_nothing_to_do():
    with pytest.raises(UnknownName):
        enlarged(make_clip(), "off", "topaz")


def test_the_room_knows_its_members():
    assert "lanczos" in members("upscale", outside=False)


def test_a_picture_comes_out_the_same_again():
    clip = make_clip(640, 360)
    larger = enlarged(clip, "2x")
    picture = make_picture(clip)
    sums = {int(larger(picture).y.astype(np.int64).sum()) for _ in range(3)}
    assert len(sums) == 1


def test_plain_is_lanczos_whatever_the_upscaler():
    clip = make_clip(64, 48, bitrate_bps=1_000_000)
    larger = enlarged(clip, "2x")
    assert larger.is_plain
    assert larger.factor == 2.0
    picture = make_picture(clip)
    assert np.array_equal(larger.plain(picture).y, larger(picture).y)
    assert enlarged(clip).plain(picture) is picture
    assert larger.clip.bits_per_pixel == clip.bits_per_pixel
