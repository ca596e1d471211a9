"""Every stage of the room: made of typed parameters with defaults, honest about its queue, nothing done twice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any, get_type_hints

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desks import Studio, agent
from unplastic.errors import AgentError
from unplastic.pipeline.agent import known, parse
from unplastic.pipeline.stage import Done, Hold, Work
from unplastic.pipeline.take import EVENTS, Doing, Job
from unplastic.pipeline.worker import PLAIN
from unplastic.registry import members

STAGES = members("pipeline.stages", outside=False)
PARAMETER_TYPES = {str, int, float, bool, tuple[str, ...]}
ALL = pytest.mark.parametrize("name", STAGES)


@pytest.fixture
def studio(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Studio]:
    with Studio(tmp_path, monkeypatch) as made:
        made.enlist(agent("A", "clip.finished", "one"))
        yield made


def made_of(name: str, **values: Any) -> str:
    rows = "\n".join(f"{key} = {value}" for key, value in values.items())
    return f'name = "A"\nwhen = "clip.finished"\nmandate = "x"\n[[do]]\nstage = "{name}"\n{rows}'


@ALL
def test_it_is_made_of_typed_parameters_with_defaults(name: str) -> None:
    kind: Any = STAGES[name]
    assert is_dataclass(kind)
    assert kind.__dataclass_params__.frozen  # type: ignore[attr-defined]
    assert kind.__module__.rpartition(".")[2] == name == kind.name
    assert kind.__doc__
    assert kind.run.__doc__
    assert {get_type_hints(kind)[each.name] for each in fields(kind)} <= PARAMETER_TYPES
    for each in fields(kind):
        assert each.name in kind.__doc__, f"its docstring says nothing of {each.name}"
    assert parse(made_of(name), "x").stages() == (kind(),)


@ALL
def test_it_says_where_it_is_done_and_what_it_announces(name: str, studio: Studio) -> None:
    stage: Any = STAGES[name]()
    assert stage.announces is None or stage.announces in EVENTS
    assert stage.queue(None, studio.desk) in PLAIN
    assert stage.queue(studio.take(), studio.desk) in PLAIN


VALUES = st.one_of(st.text(max_size=8), st.integers(-9, 9), st.floats(allow_nan=False), st.booleans(),
                   st.lists(st.text(max_size=5), max_size=3), st.just({"a": 1}))  # fmt: skip


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.sampled_from(sorted(STAGES)), data=st.data())
def test_any_value_is_taken_or_refused_in_our_words(name: str, data: st.DataObject) -> None:
    import tomlkit

    kind: Any = STAGES[name]
    if not fields(kind):
        return
    key = data.draw(st.sampled_from([each.name for each in fields(kind)]))
    text = made_of(name, **{key: tomlkit.item(data.draw(VALUES), _parent=tomlkit.array()).as_string()})
    try:
        parse(text, "x")
    except AgentError as wrong:
        assert "\n" not in wrong.message  # noqa: PT017
        assert name in wrong.message or key in wrong.message  # noqa: PT017


@ALL
def test_a_take_without_anything_ends_in_words_and_leaves_nothing(name: str, studio: Studio) -> None:
    """No shot in the film, no clip: done with nothing to do, or a person is asked. Never our own fault."""
    from unplastic.errors import UnplasticError

    take = studio.take(facts={"route": {"service": "ark"}})
    work = Work(studio.desk, take, Job(take.film, take.id, "A", 1, 1, Doing.QUEUED))
    stage: Any = STAGES[name]()
    try:
        outcome = stage.run(work)
    except UnplasticError as trouble:
        assert trouble.hint  # noqa: PT017
    else:
        assert isinstance(outcome, Done | Hold)
        assert outcome.text if isinstance(outcome, Done) else outcome.hint
    scratch = studio.desk.scratch
    assert not scratch.exists() or not list(scratch.glob("work-*"))


def test_every_stage_is_in_a_shipped_agent_or_said_to_be_for_yours() -> None:
    used = {str(step["stage"]) for each in known().values() for step in each.do}
    assert set(STAGES) - used == {"export"}
