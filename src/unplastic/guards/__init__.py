"""Guard-rails: what a treatment must not have broken, whatever it did for the score (proving D6).

    pair = paired((before, after), source, master, samples, declared)
    guards = check_guards(pair)

One file per guard, found by the registry: a frozen dataclass of limits with a ``name``, the treatments it ``blames``
and ``check(pair)``. One that has to see pictures also says what it keeps of a few frames: ``look(sight)``. No file
need have been written: guards of files then say that they could not be checked.
"""

from unplastic.guards.pair import Declared, Guardrail, Onlooker, Pair
from unplastic.guards.pairing import blamed, check_guards, paired, sampled
from unplastic.guards.sight import Sight

__all__ = ["Declared", "Guardrail", "Onlooker", "Pair", "Sight", "blamed", "check_guards", "paired", "sampled"]
