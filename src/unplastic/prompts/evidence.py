"""Grade the lexicon: pairs of clips that differ in one word or slot, and what measuring them says of it.

The same prompt, model and seed are generated with and without the word; the difference of a pair is free of what the
prompt and the seed bring. Statistics: Student's t interval of paired differences, its quantile by the expansion of
Cornish and Fisher; the sign test beside it, which asks for no distribution.
"""

from __future__ import annotations

import json
import math
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from pathlib import Path
from statistics import NormalDist, fmean, stdev
from typing import Any

from unplastic.errors import LexiconError, UnknownName
from unplastic.prompts.lexicon import lexicon
from unplastic.prompts.models import joined

SD_POINTS = 6.0
"""Scatter of the score of one clip when prompt and seed are held (routing C5): a starting value."""

EFFECT_POINTS, POWER, LEVEL = 7.0, 0.8, 0.95
SLOTS = ("texture", "light", "lens")
BEGIN, END = "# --- measured, by unplastic lexicon read ---", "# --- end of measured ---"
HINT = "give the plan that `unplastic lexicon plan` wrote"


@dataclass(frozen=True, slots=True)
class Grade:
    """What the pairs say of one word: mean difference in points of plasticity, with less without, and its interval."""

    code: str
    pairs: int
    difference: float
    low: float
    high: float
    p_sign: float
    verdict: str

    def document(self) -> dict[str, Any]:
        """Plain data."""
        return {name: getattr(self, name) for name in self.__slots__}


def pairs_needed(effect_points: float = EFFECT_POINTS, power: float = POWER) -> int:
    """How many pairs show a difference of that many points with that power, two-sided at 5 %. Raises `LexiconError`."""
    if effect_points <= 0 or not 0 < power < 1:
        raise LexiconError("an effect is more than 0 points, a power between 0 and 1", "for example 7 points and 0.8")
    normal = NormalDist()
    z = normal.inv_cdf(0.5 + LEVEL / 2) + normal.inv_cdf(power)
    return max(3, math.ceil((z * math.sqrt(2) * SD_POINTS / effect_points) ** 2))


def plan(
    codes: Iterable[str] | None = None,
    models: Sequence[str] = ("kling-v3",),
    *,
    effect_points: float = EFFECT_POINTS,
    power: float = POWER,
) -> dict[str, Any]:
    """Which clips to generate to find out whether words matter; surfaces are balanced, a seed belongs to a pair.

    ``codes`` are words of the lexicon, or texture, light and lens (with the slot against without it); all of them when
    None. Raises `UnknownName` for a code or a model that is not known.
    """
    data = _pairs()
    known = (*data["examples"], *SLOTS)
    chosen = list(known if codes is None else dict.fromkeys(codes))
    for name, room in [(code, known) for code in chosen] + [(key, tuple(lexicon().models)) for key in models]:
        if name not in room:
            raise UnknownName(f"{name!r} cannot be tested", f"known: {', '.join(room)}")
    count = pairs_needed(effect_points, power)
    made = [_pair(code, model, number, data) for code in chosen for model in models for number in range(count)]
    return {
        "kind": "unplastic paired test",
        "lexicon": lexicon().version,
        "date": date.today().isoformat(),
        "effect_points": effect_points,
        "power": power,
        "pairs_per_code_and_model": count,
        "generations": 2 * len(made),
        "price": "unknown: ask `unplastic providers` for the model's price per second",
        "pairs": made,
    }


def read(document: Mapping[str, Any], scores: Mapping[str, float | None]) -> tuple[list[Grade], list[str]]:
    """Grades of the codes of a plan, and what is missing in words.

    ``scores``: plasticity by file name, None where it could not be measured. Raises `LexiconError` for what is no plan.
    """
    if document.get("kind") != "unplastic paired test" or not isinstance(document.get("pairs"), list):
        raise LexiconError("that is no plan of a paired test", HINT)
    differences: dict[str, list[float]] = {}
    missing = []
    for pair in document["pairs"]:
        try:
            names = (pair["with"]["file"], pair["without"]["file"])
            differences.setdefault(pair["code"], [])
        except (KeyError, TypeError) as trouble:
            raise LexiconError(f"a pair of the plan lacks {trouble}", HINT) from trouble
        gone = [name for name in names if name not in scores]
        if gone:
            missing.append(f"{pair['id']}: {', '.join(gone)} not measured")
            continue
        with_, without = (scores[name] for name in names)
        if with_ is None or without is None:
            missing.append(f"{pair['id']}: no score (nothing in the picture that it could be read from)")
            continue
        differences[pair["code"]].append(with_ - without)
    return [grade(code, found) for code, found in differences.items() if len(found) >= 3], missing


def grade(code: str, differences: Sequence[float]) -> Grade:
    """Mean, interval and sign test of at least three paired differences."""
    count, mean = len(differences), fmean(differences)
    half = _t_quantile(0.5 + LEVEL / 2, count - 1) * stdev(differences) / math.sqrt(count)
    low, high = mean - half, mean + half
    is_good = code in SLOTS  # a slot is meant to lower plasticity, a word of the lexicon to raise it
    if low > 0:
        verdict = "works against us: look at it" if is_good else "makes plastic"
    elif high < 0:
        verdict = "works" if is_good else "does not make plastic, the contrary: lower its severity"
    else:
        verdict = "not shown"
    return Grade(code, count, round(mean, 2), round(low, 2), round(high, 2), round(_sign_test(differences), 4), verdict)


def scores_of(paths: Iterable[Path]) -> dict[str, float | None]:
    """Plasticity by file name, from what ``unplastic measure --json`` printed. Raises `LexiconError`."""
    found: dict[str, float | None] = {}
    for path in paths:
        try:
            document = json.loads(path.read_text(encoding="utf-8"))
            found.update({Path(clip["file"]).name: clip["plasticity"]["score"] for clip in document["clips"]})
        except OSError as trouble:
            raise LexiconError(
                f"{path}: {trouble.strerror or trouble}", "give what `unplastic measure --json` wrote"
            ) from trouble
        except (ValueError, KeyError, TypeError) as trouble:
            raise LexiconError(
                f"{path} holds no measurements", "give what `unplastic measure --json` wrote"
            ) from trouble
    return found


def written(own: Path, grades: Iterable[Grade]) -> None:
    """Put the grades at the end of a user's lexicon file, in place of earlier ones; nothing else in it is touched."""
    text = own.read_text(encoding="utf-8") if own.exists() else ""
    if BEGIN in text:
        before, _, rest = text.partition(BEGIN)
        text = before.rstrip() + rest.partition(END)[2]
    lines = [BEGIN]
    for each in grades:
        if each.code in SLOTS:
            continue
        facts = ", ".join(f"{key} = {json.dumps(value)}" for key, value in each.document().items() if key != "code")
        lines += ["[[word]]", f'code = "{each.code}"', f'evidence = {{ date = "{date.today()}", {facts} }}', ""]
    whole = text.rstrip() + "\n\n" + "\n".join([*lines, END]) + "\n"
    tomllib.loads(whole)  # never leave a file that cannot be read
    aside = own.with_name(own.name + ".partial")
    aside.write_text(whole.lstrip("\n"), encoding="utf-8")
    aside.replace(own)
    lexicon.cache_clear()


def _pair(code: str, model: str, number: int, data: dict[str, Any]) -> dict[str, Any]:
    prompts = data["prompt"]
    # Stride 3 walks over the surfaces before it comes back to the second prompt of one.
    base = prompts[(number * 3 + number * 3 // len(prompts)) % len(prompts)]
    name = f"{code}-{model}-{number + 1:02}"
    if code in SLOTS:
        with_, without = _text(base), _text({**base, code: ""})
    else:
        with_, without = _text({**base, "story": f"{base['story']}, {data['examples'][code]}"}), _text(base)
    return {
        "id": name,
        "code": code,
        "model": model,
        "surface": base["surface"],
        "seed": 1000 + number,
        "with": {"file": f"{name}-with.mp4", "prompt": with_},
        "without": {"file": f"{name}-without.mp4", "prompt": without},
    }


def _text(slots: Mapping[str, str]) -> str:
    return joined(slots["story"], slots["texture"], slots["light"], slots["lens"])


@cache
def _pairs() -> dict[str, Any]:
    file = resources.files("unplastic") / "data" / "prompts" / "pairs.toml"
    return tomllib.loads(file.read_text(encoding="utf-8"))


def _sign_test(differences: Sequence[float]) -> float:
    """Two-sided; pairs without a difference say nothing."""
    plus, minus = sum(d > 0 for d in differences), sum(d < 0 for d in differences)
    count = plus + minus
    tail = sum(math.comb(count, k) for k in range(min(plus, minus) + 1)) / 2**count
    return min(1.0, 2 * tail)


def _t_quantile(p: float, freedom: int) -> float:
    """Student's t; within 1 % from three degrees of freedom on, exact for one and two."""
    if freedom == 1:
        return math.tan(math.pi * (p - 0.5))
    if freedom == 2:
        return (2 * p - 1) * math.sqrt(2 / (4 * p * (1 - p)))
    z = NormalDist().inv_cdf(p)
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    return z + sum(term / freedom ** (order + 1) for order, term in enumerate(terms))
