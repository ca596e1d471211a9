"""What comes next for a take: stages in order, once each, cut off at any line, held, cancelled, taken up again."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from pathlib import Path

import pytest

from desks import Studio, agent
from unplastic.errors import Busy, ClipDamaged, DatabaseGone, NotSent
from unplastic.pipeline import foreman
from unplastic.pipeline.agent import parse
from unplastic.pipeline.foreman import STARTS_MAX, Trouble
from unplastic.pipeline.stage import Done, Hold, Stopped, Wait, Work
from unplastic.pipeline.stages.review import Review
from unplastic.pipeline.tables import Tables
from unplastic.pipeline.take import Doing, Status
from unplastic.providers.ledger import Attempt
from unplastic.providers.ledger import Stage as Attempted
from unplastic.providers.provider import Job


@pytest.fixture
def studio(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Studio]:
    with Studio(tmp_path, monkeypatch) as made:
        yield made


def begun(studio: Studio, take):
    return foreman.announce(studio.desk, "clip.finished", take.film, take.id)


def test_stages_are_done_in_order_and_facts_add_up(studio: Studio) -> None:
    studio.enlist(agent("A", "clip.finished", "one", "two", "three"))
    studio.outcomes = {"one": Done("1", {"x": 1}), "two": lambda work: Done("2", {"y": work.facts["x"] + 1})}
    take = studio.take()
    studio.work_off(begun(studio, take))
    assert [say for _, say in studio.done] == ["one", "two", "three"]
    assert studio.again(take).facts == {"x": 1, "y": 2}
    assert [each.doing for each in studio.desk.tables.jobs(take.film)] == [Doing.DONE]
    assert [each.text for each in studio.desk.tables.entries(take.film, "A")] == ["1", "2", "three"]


def test_the_same_event_twice_is_one_piece_of_work(studio: Studio) -> None:
    studio.enlist(agent("A", "clip.finished", "one"))
    take = studio.take()
    first, second = begun(studio, take), begun(studio, take)
    assert (len(first), second) == (1, ())
    studio.work_off([*first, *first])
    assert len(studio.done) == 1


def test_one_agent_s_end_is_another_s_beginning(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    from desks import Made

    monkeypatch.setattr(Made, "announces", "take.measured")
    studio.enlist(
        agent("A", "clip.finished", "one"), agent("B", "take.measured", "two"), agent("C", "shot.wanted", "no")
    )
    studio.work_off(begun(studio, studio.take()))
    assert [say for _, say in studio.done] == ["one", "two"]


def test_at_once_holds_back_and_lets_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Studio(tmp_path, monkeypatch, shots=5) as studio:
        studio.enlist(agent("A", "clip.finished", "one", more="[limits]\nat_once = 2"))
        takes = [studio.take(f"sh{number}") for number in range(5)]
        given = [job for take in takes for job in begun(studio, take)]
        assert len(given) == 2
        assert len(studio.desk.tables.jobs(takes[0].film, Doing.WAITING)) == 3
        studio.work_off(given)
        assert len(studio.done) == 5, "each end lets the next one begin"


def test_a_paused_agent_puts_its_work_down_and_goes_on_later(studio: Studio) -> None:
    who = agent("A", "clip.finished", "one", "two")
    studio.enlist(who)
    take = studio.take()

    def rest(_):
        studio.desk.tables.pause(take.film, "A", paused=True)
        return Done("1")

    studio.outcomes["one"] = rest
    studio.work_off(begun(studio, take))
    assert [say for _, say in studio.done] == ["one"]
    assert foreman.released(studio.desk, take.film, who) == []
    studio.desk.tables.pause(take.film, "A", paused=False)
    studio.work_off(foreman.released(studio.desk, take.film, who))
    assert [say for _, say in studio.done] == ["one", "two"], "what was done is not done again"


def test_waiting_is_no_failure_and_is_said_once(studio: Studio) -> None:
    studio.enlist(agent("A", "clip.finished", "one"))
    studio.outcomes["one"] = Wait(7.0, "the service works on it")
    take = studio.take()
    (job,) = begun(studio, take)
    for _ in range(STARTS_MAX + 3):
        found = foreman.look(studio.desk, job.film, job.take, job.agent, job.turn, job.run)
        assert found.wait_s == 7.0
    assert [each.text for each in studio.desk.tables.entries(take.film)] == ["the service works on it"]
    assert studio.again(take).status is Status.MAKING


@pytest.mark.parametrize("why", [Busy("the service is overloaded", "wait"), Wait(3.0)])
def test_a_busy_service_is_asked_again(studio: Studio, why: object) -> None:
    studio.enlist(agent("A", "clip.finished", "one"))
    studio.outcomes["one"] = why
    waits = studio.work_off(begun(studio, studio.take()))
    assert waits[0]
    assert waits[0] > 0


@pytest.mark.parametrize("why", [Hold("no portrait", "cast one"), ClipDamaged("no portrait", "cast one")])
def test_a_person_is_asked_and_the_work_is_taken_up_after(studio: Studio, why: object) -> None:
    studio.enlist(agent("A", "clip.finished", "one", "two"))
    take = studio.take()
    studio.outcomes["one"] = why
    studio.work_off(begun(studio, take))
    held = studio.again(take)
    assert (held.status, held.note, held.hint) == (Status.HELD, "no portrait", "cast one")
    del studio.outcomes["one"]
    studio.work_off(foreman.take_up(studio.desk, take.film))
    assert [say for _, say in studio.done] == ["one", "one", "two"]
    assert studio.again(take).status is Status.MAKING


def test_a_stage_that_takes_the_machine_down_is_begun_no_more(studio: Studio) -> None:
    """Each look writes down that it begins; one that never ends has done so too often at last."""
    studio.enlist(agent("A", "clip.finished", "one"))
    take = studio.take()
    (job,) = begun(studio, take)
    studio.outcomes["one"] = KeyboardInterrupt()
    for _ in range(STARTS_MAX):
        with pytest.raises(KeyboardInterrupt):
            foreman.look(studio.desk, job.film, job.take, job.agent, job.turn, job.run)
    found = foreman.look(studio.desk, job.film, job.take, job.agent, job.turn, job.run)
    assert found.wait_s is None
    assert studio.again(take).status is Status.HELD
    assert len(studio.done) == STARTS_MAX


@pytest.mark.parametrize(
    "why", [DatabaseGone("away", "wait"), OSError(errno.ENOSPC, "no room"), OSError(errno.EDQUOT, "q")]
)
def test_the_machine_s_trouble_decides_nothing(studio: Studio, why: Exception) -> None:
    studio.enlist(agent("A", "clip.finished", "one"))
    take = studio.take()
    (job,) = begun(studio, take)
    studio.outcomes["one"] = why
    with pytest.raises(Trouble):
        foreman.look(studio.desk, job.film, job.take, job.agent, job.turn, job.run)
    assert studio.again(take).status is Status.MAKING
    del studio.outcomes["one"]
    studio.work_off([job])
    assert [each.doing for each in studio.desk.tables.jobs(take.film)] == [Doing.DONE]


def test_cancelled_work_is_not_done_and_a_late_result_is_not_taken(studio: Studio) -> None:
    studio.enlist(agent("A", "clip.finished", "one", "two"))
    take = studio.take()

    def cancelled(work):
        assert foreman.cancel(studio.desk, work.take) == 1
        assert work.stopped()
        raise Stopped("it was stopped", "")

    studio.outcomes["one"] = cancelled
    studio.work_off(begun(studio, take))
    assert studio.again(take).status is Status.CANCELLED
    assert [say for _, say in studio.done] == ["one"]
    assert foreman.take_up(studio.desk, take.film) == []
    assert begun(studio, take) == ()


def test_an_older_run_of_the_same_work_does_nothing(studio: Studio) -> None:
    studio.enlist(agent("A", "clip.finished", "one"))
    take = studio.take()
    (job,) = begun(studio, take)
    newer = studio.desk.tables.move_job(job, run=2)
    assert newer
    assert foreman.look(studio.desk, job.film, job.take, job.agent, 1, run=1).wait_s is None
    assert studio.done == []
    assert studio.desk.tables.move_job(job, doing=Doing.DONE) is None, "whoever has an old row changes nothing"


def test_work_in_no_queue_is_found(studio: Studio) -> None:
    studio.enlist(agent("A", "clip.finished", "one"))
    take = studio.take(facts={"original": "0" * 64})
    (job,) = foreman.astray(studio.desk, take.film, lambda _: {})
    assert (job.agent, job.run) == ("A", 1), "a clip that nobody was told of"
    assert foreman.astray(studio.desk, take.film, lambda ids: dict.fromkeys(ids, "PENDING")) == []
    (lost,) = foreman.astray(studio.desk, take.film, lambda _: {})
    assert lost.workflow == job.workflow, "the engine does not know it: it is given the same once more"
    (ended,) = foreman.astray(studio.desk, take.film, lambda ids: dict.fromkeys(ids, "ERROR"))
    assert ended.run == 2, "the engine has ended what the books have not: it gets another run"


def test_a_take_that_no_agent_puts_up_for_review_is_put_up(studio: Studio) -> None:
    studio.enlist(agent("A", "clip.finished", "one"))
    take = studio.take(facts={"original": "0" * 64})
    studio.work_off(begun(studio, take))
    assert studio.again(take).status is Status.MAKING
    assert foreman.astray(studio.desk, take.film, lambda _: {}) == []
    assert studio.again(take).status is Status.REVIEW


def test_done_again_is_a_next_turn_and_the_old_results_stay(studio: Studio) -> None:
    studio.enlist(agent("A", "clip.finished", "one"))
    take = studio.take()
    studio.outcomes["one"] = lambda work: Done(f"turn {work.job.turn}")
    studio.work_off(begun(studio, take))
    studio.work_off(foreman.redo(studio.desk, studio.again(take)))
    assert [each.text for each in studio.desk.tables.entries(take.film)] == ["turn 1", "turn 2"]
    assert {each.turn for each in studio.desk.tables.jobs(take.film)} == {1, 2}


def test_work_in_hand_keeps_the_recipe_that_it_began_with(studio: Studio) -> None:
    studio.enlist(agent("A", "clip.finished", "one"))
    first = studio.take()
    jobs = begun(studio, first)
    studio.enlist(agent("A", "clip.finished", "two"))
    second = studio.take()
    studio.work_off([*jobs, *begun(studio, second)])
    assert studio.done == [(first.id, "one"), (second.id, "two")]
    assert {each.version for each in studio.desk.tables.jobs(first.film)} == {1, 2}
    studio.enlist(agent("A", "clip.finished", "one"))
    assert foreman.agents(studio.desk, first.film) == {"A": 1}, "the same words are the same version"


def lost(studio: Studio, take) -> Attempt:
    """An order of that take which was parked: nobody can find it."""
    row = Attempt("a1" * 8, "sc/sh0", 1, "ark", "{}", None, 1.0, None, Attempted.INTENT, 1.0, None, "", "[]",
                  film=take.film)  # fmt: skip
    reserved, _ = studio.desk.ledger.reserve(row, 10.0)
    assert studio.desk.ledger.send(row.key)
    seen = studio.desk.ledger.find(row.key) or reserved
    assert studio.desk.ledger.give_up(seen, Attempted.UNKNOWN, "not in the list")
    return seen


def held_for(studio: Studio, key: str):
    """A take held for that order; the outcome of its stage is left as it is."""
    studio.enlist(agent("A", "clip.finished", "one", "two"))
    take = studio.take()
    studio.outcomes["one"] = Hold("not in the list", "look in the console", key)
    studio.work_off(begun(studio, take))
    assert studio.again(take).status is Status.HELD
    return take


@pytest.mark.parametrize("how", ["its answer came late", "a person freed it"])
def test_an_order_that_is_known_after_all_goes_on_by_itself(studio: Studio, how: str) -> None:
    """A machine slept before its one POST, another parked the order, the first one woke: nobody must be asked."""
    take = held_for(studio, "a1" * 8)
    seen = lost(studio, take)
    assert foreman.astray(studio.desk, take.film, states=lambda _: {}) == [], "parked: a person is asked"
    if how == "its answer came late":
        studio.desk.ledger.confirm(seen.key, Job("ark", "cgt-1", "m", "https://ark.test"))
    else:
        studio.desk.ledger.move(seen.key, Attempted.RELEASED)
    (job,) = foreman.astray(studio.desk, take.film, states=lambda _: {})
    studio.outcomes["one"] = Done("it came")
    studio.work_off([job])
    assert [say for _, say in studio.done] == ["one", "one", "two"]
    assert studio.again(take).note == ""
    assert foreman.astray(studio.desk, take.film, states=lambda _: {job.workflow: "SUCCESS"}) == []


def test_a_parked_order_is_looked_for_a_few_times_more_and_ever_later(studio: Studio) -> None:
    take = held_for(studio, "a1" * 8)
    lost(studio, take)
    clock = {"now": studio.desk.now()}
    object.__setattr__(studio.desk, "now", lambda: clock["now"])
    studio.outcomes["one"] = Hold("not in the list", "look in the console", "a1" * 8)
    waited = []
    for _ in range(foreman.LOOKS):
        since = clock["now"]
        while not (jobs := foreman.astray(studio.desk, take.film, states=lambda _: {})):
            clock["now"] += studio.desk.pace.settle_s / 4
        waited.append((clock["now"] - since) / studio.desk.pace.settle_s)
        studio.work_off(jobs)
    assert waited == pytest.approx([1, 5, 25, 125], abs=0.26)
    clock["now"] += 1e9
    assert foreman.astray(studio.desk, take.film, states=lambda _: {}) == [], "the rest is a person's"
    assert len(studio.done) == 1 + foreman.LOOKS


def test_what_is_held_for_another_reason_waits_for_a_person(studio: Studio) -> None:
    take = held_for(studio, "")
    seen = lost(studio, take)
    studio.desk.ledger.confirm(seen.key, Job("ark", "cgt-1", "m", "https://ark.test"))
    assert foreman.astray(studio.desk, take.film, states=lambda _: {}) == []
    assert studio.again(take).status is Status.HELD


@pytest.mark.parametrize("line", [Doing.HELD, Doing.QUEUED])
def test_a_take_that_is_cancelled_between_two_lines_stays_cancelled(studio: Studio, monkeypatch, line: Doing) -> None:
    """Those of a hold, after its work was held; those of a taking up, after its work was queued."""
    studio.enlist(agent("A", "clip.finished", "one"))
    take = studio.take()
    studio.outcomes["one"] = Hold("no portrait", "cast one")
    jobs = begun(studio, take)
    known = Tables.move_job

    def then_cancelled(tables: Tables, job, **changes):
        moved = known(tables, job, **changes)
        if changes.get("doing") is line:
            monkeypatch.setattr(Tables, "move_job", known)
            foreman.cancel(studio.desk, studio.again(take))
        return moved

    if line is Doing.QUEUED:
        studio.work_off(jobs)
    monkeypatch.setattr(Tables, "move_job", then_cancelled)
    if line is Doing.HELD:
        studio.work_off(jobs)
    else:
        foreman.take_up(studio.desk, take.film)
    assert Tables.move_job is known, "it was cancelled"
    assert studio.again(take).status is Status.CANCELLED


def test_what_another_s_end_begins_on_a_cancelled_take_does_nothing(studio: Studio) -> None:
    studio.enlist(agent("A", "clip.finished", "one"))
    take = studio.take()
    foreman.cancel(studio.desk, take)
    jobs = begun(studio, take)
    assert len(jobs) == 1
    studio.work_off(jobs)
    assert (studio.done, studio.again(take).status) == ([], Status.CANCELLED)
    assert [each.doing for each in studio.desk.tables.jobs(take.film)] == [Doing.CANCELLED]


def test_held_work_whose_take_was_never_told_is_found(studio: Studio) -> None:
    """The process died between the two lines: nobody would ever see why the take does not go on."""
    studio.enlist(agent("A", "clip.finished", "one"))
    take = studio.take(created_s=studio.desk.now())
    (job,) = begun(studio, take)
    assert studio.desk.tables.move_job(job, doing=Doing.HELD, note="no portrait")
    assert foreman.astray(studio.desk, take.film, lambda _: {}) == []
    assert studio.again(take).status is Status.MAKING, "whoever holds it may be writing that down"
    now = studio.desk.now() + foreman.ADRIFT_S + 1
    object.__setattr__(studio.desk, "now", lambda: now)
    assert foreman.astray(studio.desk, take.film, lambda _: {}) == []
    assert (studio.again(take).status, studio.again(take).note) == (Status.HELD, "no portrait")


def test_a_fault_of_one_that_slept_does_not_hold_what_another_went_on_with(studio: Studio) -> None:
    studio.enlist(agent("A", "clip.finished", "one", "two"))
    take = studio.take()
    (job,) = begun(studio, take)

    def overtaken(work):
        with pytest.MonkeyPatch.context() as patch:
            patch.setitem(studio.outcomes, "one", Done("by another"))
            studio.work_off([job], looks_max=1)
        raise FileNotFoundError("another has brought it home, and tidied up")

    studio.outcomes["one"] = overtaken
    with pytest.raises(foreman.Fault) as fault:
        foreman.look(studio.desk, job.film, job.take, job.agent, job.turn, job.run)
    foreman.failed(studio.desk, fault.value.job, "it broke")
    (now,) = studio.desk.tables.jobs(take.film)
    assert (now.step, now.doing, studio.again(take).status) == (1, Doing.QUEUED, Status.MAKING)


def test_a_fault_of_our_own_is_held_with_its_text(studio: Studio) -> None:
    studio.enlist(agent("A", "clip.finished", "one"))
    take = studio.take()
    (job,) = begun(studio, take)
    studio.outcomes["one"] = ZeroDivisionError()
    with pytest.raises(foreman.Fault) as fault:
        foreman.look(studio.desk, job.film, job.take, job.agent, job.turn, job.run)
    assert isinstance(fault.value.__cause__, ZeroDivisionError)
    foreman.failed(studio.desk, fault.value.job, "it broke")
    assert (studio.again(take).status, studio.again(take).note) == (Status.HELD, "it broke")


def test_nothing_is_ordered_for_a_take_that_was_cancelled_while_its_order_was_prepared(studio: Studio) -> None:
    studio.enlist(agent("A", "clip.finished", "one"))
    take = studio.take()

    def ordering(work):
        work.till.fence()
        foreman.cancel(studio.desk, work.take)
        with pytest.raises(NotSent, match="was cancelled"):
            work.till.fence()
        return Done("")

    studio.outcomes["one"] = ordering
    studio.work_off(begun(studio, take))
    assert len(studio.done) == 1


def test_a_verdict_is_not_undone_by_one_that_slept_before_review(studio: Studio) -> None:
    studio.enlist(agent("A", "clip.finished", "one"))
    take = studio.take()
    (job,) = begun(studio, take)
    sleeper = Work(studio.desk, studio.again(take), job)
    studio.desk.tables.change(take, status=Status.APPROVED, now_s=1.0)
    Review().run(sleeper)
    assert studio.again(take).status is Status.APPROVED


def test_a_step_of_another_queue_is_never_done_in_this_one(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed at any line between two steps: the run that is taken up again must not order outside of its limits."""
    done = '[[do]]\nstage = "made"\nsay = "one"\n[[do]]\nstage = "made"\nsay = "two"\nwhere = "service/ark"\n'
    studio.enlist(parse(f'name = "A"\nwhen = "clip.finished"\nmandate = "A test."\n{done}', "A"))
    tables = type(studio.desk.tables)

    class Killed(BaseException):
        pass

    for line in range(1, 12):
        take, calls = studio.take(), 0
        (job,) = begun(studio, take)

        def counted(name: str, line: int = line):
            real = getattr(tables, name)

            def call(self, *words, **more):
                nonlocal calls
                calls += 1
                if calls == line:
                    raise Killed
                return real(self, *words, **more)

            return call

        with monkeypatch.context() as killer:
            for name in ("job", "take", "change", "move_job", "log"):
                killer.setattr(tables, name, counted(name))
            try:
                foreman.look(studio.desk, job.film, job.take, job.agent, job.turn, job.run)
            except Killed:
                pass
            else:
                assert line > 5, "it was over before it was killed at all"
                break
        before = len(studio.done)
        for _ in range(3):
            foreman.look(studio.desk, job.film, job.take, job.agent, job.turn, job.run)
        assert ("two" in [say for _, say in studio.done[before:]]) is False, f"killed at line {line}"
        over = {job.workflow: "SUCCESS"}
        studio.work_off(foreman.astray(studio.desk, take.film, states=lambda _, over=over: over))
        assert (take.id, "two") in studio.done
    else:
        raise AssertionError("it never came to its end")
