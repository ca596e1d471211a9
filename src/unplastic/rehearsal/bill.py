"""What the services would have charged: one line for every charge and refund, in the order they were booked."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Charge:
    """One line of the bill: ``usd`` is negative for a refund; ``amount`` is in the service's own ``unit``.

    ``at`` is Unix time in seconds on the rehearsal's clock; ``job`` is the id that the service gave.
    """

    service: str
    job: str
    model: str
    usd: float
    amount: float
    unit: str
    why: str
    at: float


class Bill:
    """Charges in the order of booking.

    A job is booked when the service takes it, since that is when the money is bound, whether or not the answer
    reaches the client; a job that will end unbilled is never booked, and a cancelled one is given back.
    """

    def __init__(self) -> None:
        self._charges: list[Charge] = []

    @property
    def charges(self) -> tuple[Charge, ...]:
        """Every line so far."""
        return tuple(self._charges)

    def book(self, charge: Charge) -> None:
        """Add one line."""
        self._charges.append(charge)

    def refund(self, service: str, job: str, share: float, why: str, at: float) -> float:
        """Give back ``share`` (0 to 1) of what stands against a job; returns the US dollars given back."""
        lines = [line for line in self._charges if (line.service, line.job) == (service, job)]
        usd = share * sum(line.usd for line in lines)
        if usd > 0:
            amount = share * sum(line.amount for line in lines)
            self.book(Charge(service, job, lines[0].model, -usd, -amount, lines[0].unit, why, at))
        return max(usd, 0.0)

    def total_usd(self, service: str | None = None) -> float:
        """Sum in US dollars, of one service or of all."""
        return round(sum(line.usd for line in self._charges if service in (None, line.service)), 6)

    def jobs(self, service: str | None = None) -> tuple[str, ...]:
        """The ids of the jobs that were booked, in order, each once."""
        return tuple(dict.fromkeys(line.job for line in self._charges if service in (None, line.service)))

    def as_json(self) -> dict[str, Any]:
        """``{"total_usd", "by_service", "charges"}``, as ``GET /rehearsal/bill`` answers."""
        services = dict.fromkeys(line.service for line in self._charges)
        return {
            "total_usd": self.total_usd(),
            "by_service": {service: self.total_usd(service) for service in services},
            "charges": [asdict(line) for line in self._charges],
        }

    def clear(self) -> None:
        """Forget everything."""
        self._charges.clear()
