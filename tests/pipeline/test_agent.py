"""Agents: what is shipped, what is wrong in one line, and that what is written is what is read."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unplastic.errors import AgentError, UnplasticError
from unplastic.pipeline.agent import Agent, known, named, parse, read, step_of, write
from unplastic.pipeline.take import EVENTS

GOOD = """
name = "My Colourist"
when = "take.measured"
mandate = "Warm."
[limits]
usd_per_day = 5
[[do]]
stage = "finish"
look = "16mm"
strength = 0.5
"""
SHIPPED = {"Upscale Artist", "Prompt Doctor", "Casting", "Continuity Eye", "Projectionist", "Dailies"}


@pytest.fixture(autouse=True)
def _nobody_s_configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))


def test_the_shipped_ones_are_agents() -> None:
    found = known()
    assert set(found) == SHIPPED
    for each in found.values():
        assert each.stages()
        assert parse(each.toml(), each.name) == each
    assert [str(step["stage"]) for step in found["Upscale Artist"].do] == ["upscale", "finish", "measure", "review"]


@pytest.mark.parametrize(
    ("old", "new", "says", "hint"),
    [
        ("mandate", "mandat", "mandat is not known", "mandate"),
        ("usd_per_day", "usd_per_dya", "colourist.toml:6:1: limits.usd_per_dya is not known", "usd_per_day"),
        ("take.measured", "take.measurd", "nothing is called 'take.measurd'", "did you mean take.measured?"),
        ("take.measured", "daily 25:00", "nothing is called", "daily HH:MM"),
        ("take.measured", "schedule", "nothing is called", "daily HH:MM"),
        ('"finish"', '"finsh"', "finsh", "did you mean finish?"),
        ("strength", "strenth", "the stage finish has no 'strenth'", "did you mean strength?"),
        ("0.5", "2", "strength is from 0 to 1", ""),
        ("0.5", '"half"', "strength of the stage finish: input should be a valid number", "agents stages"),
        ("0.5", "0.5\nweb = 1", "web of the stage finish: input should be a valid boolean", ""),
        ('"16mm"', '"17mm"', "17mm", "16mm"),
        ("usd_per_day = 5", "usd_per_day = -5", "usd_per_day", ""),
        ('"My Colourist"', '"../../etc"', "name", ""),
        ("[[do]]", "[[[do]]", "is not TOML", ""),
        ('stage = "finish"', "", "", ""),
    ],
)
def test_what_is_wrong_is_named(old: str, new: str, says: str, hint: str) -> None:
    with pytest.raises(AgentError) as wrong:
        parse(GOOD.replace(old, new), "colourist.toml")
    assert says in wrong.value.message
    assert hint in wrong.value.hint or hint in wrong.value.message
    assert "\n" not in wrong.value.message + wrong.value.hint


def test_the_film_s_own_comes_before_the_user_s_and_that_before_ours(tmp_path: Path) -> None:
    for folder, mandate in (
        (tmp_path / "config" / "unplastic" / "agents", "user"),
        (tmp_path / "film" / "agents", "film"),
    ):
        folder.mkdir(parents=True)
        (folder / "x.toml").write_text(GOOD.replace("My Colourist", "Dailies").replace("Warm.", mandate))
        assert known(tmp_path / "film")["Dailies"].mandate == mandate
    assert known()["Dailies"].mandate == "user"


def test_a_name_is_found_in_any_case_or_the_nearest_is_named() -> None:
    agents = known()
    assert named("upscale artist", agents).name == "Upscale Artist"
    with pytest.raises(AgentError, match="Upscale Artis") as wrong:
        named("Upscale Artis", agents)
    assert wrong.value.hint == "did you mean Upscale Artist?"


def test_it_is_written_once(tmp_path: Path) -> None:
    agent = parse(GOOD, "")
    path = write(agent, tmp_path)
    assert path.name == "my-colourist.toml"
    assert read(path) == agent
    with pytest.raises(AgentError, match="is there"):
        write(agent, tmp_path)
    assert [each.name for each in tmp_path.iterdir() if each.is_file()] == [path.name]
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(AgentError, match="cannot be read"):
        read(path)


def test_steps_in_words() -> None:
    assert step_of("finish look=16mm strength=0.5 web=false rounds=3") == {
        "stage": "finish", "look": "16mm", "strength": 0.5, "web": False, "rounds": 3,
    }  # fmt: skip
    assert step_of("upscale by=astra,lanczos") == {"stage": "upscale", "by": ["astra", "lanczos"]}
    with pytest.raises(AgentError, match="no parameter"):
        step_of("finish strong")


NAMES = st.from_regex(r"\A[A-Za-z0-9][A-Za-z0-9 _.-]{0,30}\Z")
MONEY = st.none() | st.floats(0, 1e6)


@given(NAMES, st.sampled_from([*EVENTS[:-1], "daily 06:30"]), st.text(min_size=1).filter(str.strip), MONEY, MONEY)
def test_an_agent_is_what_its_toml_says(name: str, when: str, mandate: str, usd: Any, day: Any) -> None:
    agent = Agent(name=name, when=when, mandate=mandate, do=({"stage": "review"},),
                  limits={"usd": usd, "usd_per_day": day})  # fmt: skip
    again = parse(agent.toml(), "")
    assert again == agent
    assert again.digest() == agent.digest()


@given(st.text(max_size=200))
def test_any_text_is_an_agent_or_an_error_of_ours(text: str) -> None:
    with contextlib.suppress(UnplasticError):
        assert parse(text, "x").stages()
