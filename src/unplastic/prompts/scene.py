"""The shots of a scene: one light and one identity, in the same words in every prompt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from unplastic.prompts.doctor import Doctored, rewrite
from unplastic.prompts.finding import Finding
from unplastic.prompts.lexicon import Lexicon
from unplastic.prompts.models import sentence

ALIKE = 0.6
"""From this likeness on two sentences are meant to say the same."""


@dataclass(frozen=True, slots=True)
class ScenePrompts:
    """The prompts of a scene in the order of its shots, and what does not fit between them."""

    shots: tuple[Doctored, ...]
    findings: tuple[Finding, ...]


def continuity(texts: Sequence[str], anchor: str, code: str) -> list[Finding]:
    """Where ``anchor`` should stand verbatim and something like it stands instead; the place is that of the sentence.

    ``code`` is "identity_differs" or "light_differs". ``text`` of a finding names the shot, counted from 1.
    """
    found = []
    wanted = anchor.rstrip(". ")
    for number, text in enumerate(texts, 1):
        if wanted in text:
            continue
        start, end, likeness = _nearest(text, wanted)
        if likeness >= ALIKE:
            why = f"the scene says: {sentence(wanted)}"
            found.append(
                Finding(code, 2, f"shot {number}: {text[start:end]}", why, "the same words in every shot", start, end)
            )
    return found


def scene(
    texts: Sequence[str],
    model: str | None = None,
    *,
    light: str = "",
    identities: Mapping[str, str] | None = None,
    words: Lexicon | None = None,
) -> ScenePrompts:
    """Write the prompts of one scene: ``light`` goes into each of them, an identity where its name is in the text.

    ``identities`` maps a character's name to the anchor ("Mara, 54, a welder with a grey streak"). What stands there in
    other words is replaced by the anchor. Raises what `rewrite` raises.
    """
    findings: list[Finding] = []
    anchors = identities or {}
    shots = []
    for number, text in enumerate(texts, 1):
        made = text
        for anchor, code in [
            (light, "light_differs"),
            *((each, "identity_differs") for each in (identities or {}).values()),
        ]:
            for each in continuity([made], anchor, code) if anchor else ():
                findings.append(_of_shot(each, number))
                made = made[: each.start] + anchor.rstrip(". ") + made[each.end :]
        mine = [anchor for name, anchor in anchors.items() if name in made and anchor.rstrip(". ") not in made]
        shots.append(
            rewrite(made, model, light=light, identity=". ".join(each.rstrip(". ") for each in mine), words=words)
        )
    return ScenePrompts(tuple(shots), tuple(findings))


def multi_shot(shots: Sequence[tuple[str, int]], light: str = "", identity: str = "") -> str:
    """Kling's multi-shot prompt: "shot 1, 3s, words; ...". Entries share no context: each repeats light and identity.

    ``shots`` are (words, seconds). An entry is cut of its light, then of its identity, where 512 characters are passed.
    """
    entries = []
    for number, (words, seconds) in enumerate(shots, 1):
        body = words.rstrip(". ").replace(";", ",")
        for parts in ((identity, body, light), (identity, body), (body,)):
            entry = f"shot {number}, {seconds}s, " + ". ".join(
                part.rstrip(". ").replace(";", ",") for part in parts if part
            )
            if len(entry) <= ENTRY_CHARACTERS_MAX:
                break
        entries.append(entry)
    return "; ".join(entries) + ";"


ENTRY_CHARACTERS_MAX = 512


def _of_shot(finding: Finding, number: int) -> Finding:
    text = finding.text.replace("shot 1:", f"shot {number}:", 1)
    return Finding(finding.code, finding.severity, text, finding.why, finding.fix, finding.start, finding.end)


def _nearest(text: str, wanted: str) -> tuple[int, int, float]:
    """The sentence that is most like what is wanted, without its full stop."""
    best = (0, 0, 0.0)
    low = 0
    for part in text.split(". "):
        end = low + len(part.rstrip(". "))
        likeness = SequenceMatcher(None, text[low:end].lower(), wanted.lower()).ratio()
        if likeness > best[2]:
            best = (low, end, likeness)
        low += len(part) + 2
    return best
