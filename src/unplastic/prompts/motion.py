"""Part a prompt into what moves and what it looks like, for models that are given the picture."""

from __future__ import annotations

import re

from unplastic.prompts.parse import Prompt

MOVING = re.compile(
    r"""(?<![\w-])(?:walk|run|turn|lift|raise|lower|look|glance|smil|breath|blink|nod|shak|mov|step|reach|pick|put|open|clos
    |pour|drink|eat|talk|speak|say|sing|danc|jump|fall|ris|driv|rid|sway|drift|blow|flow|wave|spin|rotat|lean|sit|stand|push
    |pull|pan|tilt|track|dolly|zoom|orbit|crane|handheld|camera|exhal|inhal|laugh|cry|wip|stir|chop|cut|throw|catch|swim|fly
    |climb|crawl|kneel|bow|wink|sip|light|flicker|ripple|splash|burn|rise|settle|hold)(?:s|es|ed|ing|ning|ting|ping|e|ne)?
    (?![\w-])""",
    re.IGNORECASE | re.VERBOSE,
)
CLAUSE = re.compile(r"[,;]|[.!?]+(?=\s|$)|\n+")


def parted(prompt: Prompt) -> tuple[str, str]:
    """The clauses that move, and those that do not; all of it in both where nothing moves."""
    moving: list[str] = []
    still: list[str] = []
    low = 0
    for match in [*CLAUSE.finditer(prompt.open), None]:
        high = match.start() if match else len(prompt.text)
        clause = prompt.text[low:high].strip()
        low = match.end() if match else high
        if clause:
            is_look = any(
                prompt.lexicon.slots[slot].search(clause.lower()) for slot in ("lens", "capture", "texture", "dark")
            )
            (moving if MOVING.search(clause) and not is_look else still).append(clause)
    if not moving:
        return prompt.text, prompt.text
    text = ", ".join(moving)
    return text[:1].upper() + text[1:] + ".", ", ".join(still)
