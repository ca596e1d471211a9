"""A service that does what it is told, and a clock that is the test's: for tests of how an order is paid."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, ClassVar

from unplastic.errors import Ambiguous
from unplastic.providers.payment import Till, order
from unplastic.providers.provider import Estimate, Fetched, Job, Listed, Phase, State, Submission, VideoRequest

WISH = VideoRequest("m", "words", seed=42)
START_S = 1_795_391_940.0


@dataclass
class Fake:
    """A service that does what it is told and counts its orders."""

    name: ClassVar[str] = "fake"
    title: ClassVar[str] = "Fake"
    lists: bool = True
    trouble: Exception | None = None
    usd: float | None = 1.0
    rows: list[Listed] = field(default_factory=list)
    states: list[State] = field(default_factory=list)
    ordered: int = 0

    def estimate(self, request) -> Estimate:
        return Estimate(self.usd, self.usd, "a card", None)

    def submit(self, request) -> Submission:
        self.ordered += 1
        if self.trouble:
            raise self.trouble
        return Submission(job(f"j{self.ordered}"), "{}")

    def poll(self, job) -> State:
        return self.states.pop(0)

    def fetch(self, job, folder, *, probe) -> tuple[Fetched, ...]:
        return (Fetched(folder / "a.mp4", "ab", 3, "video"),)

    def list(self, since):
        assert since < datetime.fromtimestamp(START_S, UTC)
        return iter(self.rows)


def job(name: str) -> Job:
    return Job("fake", name, "m", "https://fake.test")


def listed(name: str, **echo: Any) -> Listed:
    return Listed(job(name), None, State(Phase.RUNNING, "running"), echo)


class Clock:
    """Time that passes when it is told."""

    def __init__(self) -> None:
        self.s = START_S

    def __call__(self) -> float:
        return self.s


def pay(till: Till, fake: Any, **more: Any):
    return order(till, fake, WISH, shot="sh1", **more)


def later(till: Till, seconds: float) -> None:
    till.now.s += seconds  # type: ignore[attr-defined]


def lost(till: Till, **fake: Any) -> tuple[Any, Any]:
    service = Fake(trouble=Ambiguous("cut", "wait"), **fake)
    return service, pay(till, service)
