"""A recipe: what will be done to one clip, with the reason for every value that measurement decided."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from unplastic.looks.aims import Aim
    from unplastic.treat.treatment import Treatment


@dataclass(frozen=True, slots=True)
class Dose:
    """One treatment with its final values; ``reasons`` maps a parameter to why it has its value.

    ``full`` is the treatment as the look and the user's strength state it: the loop goes no further. ``aims`` are what
    its parameters are meant to bring about.
    """

    treatment: Treatment
    reasons: dict[str, str]
    full: Treatment | None = None
    aims: tuple[Aim, ...] = ()


@dataclass(frozen=True, slots=True)
class Recipe:
    """A look solved for one clip. ``left_out`` maps a treatment to the reason why it is not used at all."""

    look: str
    strength: float
    seed: int
    doses: tuple[Dose, ...]
    left_out: dict[str, str]

    @property
    def treatments(self) -> tuple[Treatment, ...]:
        """The treatments that change something, in their order."""
        return tuple(dose.treatment for dose in self.doses if not dose.treatment.is_noop)

    def document(self) -> dict[str, Any]:
        """Plain data: enough to run the recipe again, and to read why."""
        return {
            "look": self.look,
            "strength": self.strength,
            "seed": self.seed,
            "treatments": [
                {
                    "name": dose.treatment.name,
                    "active": not dose.treatment.is_noop,
                    "values": asdict(dose.treatment),  # type: ignore[call-overload]
                    "reasons": dose.reasons,
                }
                for dose in self.doses
            ],
            "left_out": [{"name": name, "reason": reason} for name, reason in self.left_out.items()],
        }
