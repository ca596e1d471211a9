"""The data: every phrase that we write is one that we find; a user's file goes over it, and slips are told."""

from __future__ import annotations

from pathlib import Path

import pytest

from unplastic.errors import LexiconError
from unplastic.prompts import lexicon, lint, rewrite
from unplastic.prompts.lexicon import SIZES


def test_what_is_written_is_found_again() -> None:
    known = lexicon()
    for light in known.lights:
        assert known.slots["dark"].search(light.dark.lower()), light
        assert known.scan("lights", light.phrase.lower()), light
    for surface in known.surfaces:
        for size in SIZES:
            for phrase in surface.phrases(size):
                assert known.slots["texture"].search(phrase.lower()), phrase
    for slot, table in (("lens", "lens"), ("capture", "capture"), ("imperfect", "imperfection")):
        for phrase in known.camera[table].values():
            assert known.slots[slot].search(phrase.lower()), phrase


def test_nothing_that_is_written_is_a_word_that_makes_plastic() -> None:
    known = lexicon()
    phrases = [light.phrase for light in known.lights] + [light.dark for light in known.lights]
    phrases += [phrase for surface in known.surfaces for size in SIZES for phrase in surface.phrases(size)]
    phrases += [negative.write for negative in known.negatives]
    for phrase in phrases:
        assert not [f for f in lint(phrase) if f.code in known.by_code and f.severity > 1], phrase


def test_all_of_the_tables_are_there() -> None:
    known = lexicon()
    assert len(known.lights) == 48
    assert len(known.words) >= 32
    assert {"kling", "omni", "prose", "recraft", "runway", "seedance", "veo"} == {
        m.family for m in known.models.values()
    }


def test_a_file_of_the_user_s_goes_over_it(tmp_path: Path) -> None:
    own = tmp_path / "mine.toml"
    own.write_text(
        '[[word]]\ncode = "cinematic"\noff = true\n'
        '[[word]]\ncode = "bokeh_alone"\nseverity = 3\nact = "remove"\n'
        '[[word]]\ncode = "house_style"\nfind = "acme look"\nseverity = 2\nact = "remove"\nwhy = "ours"\nfix = "-"\n',
        encoding="utf-8",
    )
    words = lexicon(own)
    done = rewrite("Cinematic, creamy bokeh, a man at a bar, Acme look", words=words)
    assert done.text.startswith("Cinematic, a man at a bar.")
    assert "house_style" in {f.code for f in done.before}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("word = 3", "word"),
        ("[[word]]\ncode = 'x'\n", "missing"),
        ("[[word]]\ncode = 'cinematic'\nseverty = 3\n", "severty"),
        ("[[word]]\ncode = 'cinematic'\nseverity = 9\n", "severity"),
        ("[[word]]\ncode = 'cinematic'\nfind = '('\n", "regular expression"),
        ("[[words]]\n", "unknown key"),
        ("not toml", "TOML"),
    ],
)
def test_slips_are_one_sentence(tmp_path: Path, text: str, says: str) -> None:
    own = tmp_path / "mine.toml"
    own.write_text(text, encoding="utf-8")
    with pytest.raises(LexiconError, match=says) as caught:
        lexicon(own)
    assert caught.value.hint


def test_no_file_at_all(tmp_path: Path) -> None:
    with pytest.raises(LexiconError, match="No such file"):
        lexicon(tmp_path / "none.toml")
