"""Take words out of a text and leave a sentence that somebody could have written."""

from __future__ import annotations

import re
from dataclasses import dataclass

DELIMITER = re.compile(r"[,;]|[.!?]+(?=\s|$)|\n+")

EMPTY = frozenset({
    "a", "an", "the", "and", "or", "with", "in", "of", "at", "by", "for", "very", "so", "is", "are", "was", "be",
    "looks", "look", "looking", "style", "quality", "shot", "scene", "video", "photo", "image", "picture",
    "effect", "she", "he", "it", "they", "this", "that", "its", "her", "his", "on", "to", "from", "highly",
    "truly", "super", "ultra", "as", "like", "feel",
})  # fmt: skip
"""A piece of which only these are left says nothing."""

TAIL = re.compile(
    r"(?:[\s,]+(?:and|or|with|in|of|at|by|for|a|an|the|very|so|is|are|was|looks?|looking|featuring|showing|having|as|highly"
    r"|truly|extremely|incredibly|style|under|like|both))+\s*$",
    re.IGNORECASE,
)
ENDS_IN_ARTICLE = re.compile(r"\b(?:an?|the|her|his|their)\s*$", re.IGNORECASE)
HEAD = re.compile(r"^(\s*)(?:(?:and|or|of|with(?= and\b))\s+)+", re.IGNORECASE)
JOINT = re.compile(r"\b(a|an|the|with|of|in|is|are|very|by|from|under|her|his|their) (?:and|or|,) ", re.IGNORECASE)
ADJECTIVES = re.compile(r"\b(?:a|an)\s+[\w-]+(?:,\s*[\w-]+)*,?\s+and\s+$", re.IGNORECASE)
ARTICLE = re.compile(r"\b(an?)(\s+)$", re.IGNORECASE)
HOLDER = re.compile(
    r"\s+(?:with|in|under|by|at|featuring|showing|having)(?:\s+(?:an?|the|her|his|their))?\s+$", re.IGNORECASE
)
LOOSE = re.compile(
    r"\s+(?:\w+ing|in|on|at|under|by|with|through|while|as|for|walks?|runs?|sits?|stands?)\b", re.IGNORECASE
)
VOWEL = re.compile(r"(?!uni|use|eu|one\b|once)[aeiou]|hour|honest|heir|(?:8|11|18)(?!\d)", re.IGNORECASE)
SPACES = re.compile(r"[ \t]{2,}")


@dataclass(frozen=True, slots=True)
class Edit:
    """Characters to be taken out, with what stands there instead."""

    start: int
    end: int
    after: str = ""


def struck(text: str, open_text: str, edits: list[Edit]) -> str:
    """``text`` after the edits; ``open_text`` has protected spans blanked, so that no delimiter is read in them."""
    if not edits:
        return text
    pieces = []
    low = 0
    for match in DELIMITER.finditer(open_text):
        pieces.append((low, match.start(), match.group()))
        low = match.end()
    pieces.append((low, len(text), ""))
    out: list[str] = []
    carried = ""
    for start, end, mark in pieces:
        mine = [edit for edit in edits if edit.start < end and edit.end > start]
        if not mine:
            piece = text[start:end]
            out.append(_with_article(carried, piece) + mark)
            carried = ""
            continue
        left = _piece(text, start, end, mine)
        if mark == "," and ENDS_IN_ARTICLE.search(left):  # a list of adjectives goes on after the comma
            carried = left.strip()
            continue
        if not open_text[max(edit.end for edit in mine) : end].strip():
            left = TAIL.sub("", left)
        words = re.findall(r"[\w'-]+", left.lower())
        if all(word in EMPTY for word in words):
            carried = ""
            _close(out, mark)
            continue
        left = _with_article(carried, left)
        carried = ""
        if text[start:end].lstrip()[:1].isupper() and (not out or out[-1].rstrip()[-1:] in ".!?\n"):
            left = _capital(left)
        out.append(left + mark)
    return _tidy("".join(out))


def _piece(text: str, start: int, end: int, edits: list[Edit]) -> str:
    """One piece between delimiters, with its edits made."""
    left, at = "", start
    for edit in sorted(edits, key=lambda each: each.start):
        if edit.start < at:
            continue
        left += text[at : edit.start]
        at = min(edit.end, end)
        if edit.after:
            left += edit.after
            continue
        follows = text[at:end]
        if ADJECTIVES.search(left) and re.match(r"\s+\w+(?<!s)\b", follows):
            left = re.sub(r"\s+and\s+$", " ", left)
        if (held := HOLDER.search(left)) and LOOSE.match(follows):
            left = left[: held.start()]
        article = ARTICLE.search(left)
        if article and (word := re.match(r"\s*(\w[\w'-]*)", follows)):
            made = "an" if VOWEL.match(word.group(1)) else "a"
            left = (
                left[: article.start()] + (made.capitalize() if article.group(1)[0] == "A" else made) + article.group(2)
            )
        if left[-1:].isspace() or not left:
            at += len(follows) - len(follows.lstrip(" "))
    left += text[at:end]
    left = JOINT.sub(lambda match: f"{match.group(1)} ", left)
    return HEAD.sub(r"\1", left)


def _with_article(article: str, piece: str) -> str:
    word = re.match(r"(\s*)(\w[\w'-]*)", piece)
    if not article or word is None or not word.group(2)[0].islower():
        return piece
    *before, last = article.split(" ")
    if last.lower() in {"a", "an"}:
        made = "an" if VOWEL.match(word.group(2)) else "a"
        article = " ".join([*before, made.capitalize() if last[0] == "A" else made])
    return f"{word.group(1)}{article} {piece[len(word.group(1)) :]}"


def _close(out: list[str], mark: str) -> None:
    """A piece is gone: the mark before it gives way to a stronger one after it."""
    if not out:
        return
    if mark and mark[0] in ".!?\n" and out[-1][-1:] in ",;":
        out[-1] = out[-1][:-1].rstrip() + mark
    elif not mark and out[-1][-1:] in ",;":
        out[-1] = out[-1][:-1]


def _capital(text: str) -> str:
    for index, char in enumerate(text):
        if char.isalpha():
            return text[:index] + char.upper() + text[index + 1 :]
        if not char.isspace():
            return text
    return text


def _tidy(text: str) -> str:
    text = SPACES.sub(" ", text)
    text = re.sub(r" +([,;.!?])", r"\1", text)
    return re.sub(r"(?:^|(?<=[.!?] ))[,;] *", "", text.strip())
