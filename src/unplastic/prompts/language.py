"""Which language a prompt is in, from its script and its small words; enough to know when to keep our hands off it."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

SCRIPTS = {
    "CJK": "zh",
    "HIRAGANA": "ja",
    "KATAKANA": "ja",
    "HANGUL": "ko",
    "ARABIC": "ar",
    "CYRILLIC": "ru",
    "GREEK": "el",
    "HEBREW": "he",
    "DEVANAGARI": "hi",
    "THAI": "th",
}

SMALL_WORDS = {
    "en": "the a an of and in on with at is her his from to by for as its she he it while under over into no not",
    "de": "der die das und ein eine einen einer mit im am auf ist von dem den ihr ihre sein nicht bei zur über durch",
    "fr": "le la les des une un et dans avec sur du est aux qui sa son ses par une d'un d'une sous elle au",
    "es": "el la los las una un y en con de del por su sus que al bajo sobre mientras ella para",
    "it": "il lo la gli le una un e con di del della nel nella su che suo sua sotto per mentre al",
    "pt": "o a os as uma um e em com de do da no na por sua seu que sob ao pela enquanto para",
    "nl": "de het een en in met op van is haar zijn door bij naar onder niet aan",
    "pl": "i w na z do jest się nie przez pod jej jego od za po",
    "tr": "ve bir bu ile için da de çok gibi üzerinde",
}
ENGLISH = frozenset(SMALL_WORDS["en"].split())
OTHERS = {code: frozenset(words.split()) for code, words in SMALL_WORDS.items() if code != "en"}
WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
FOREIGN_SHARE = 0.5


@lru_cache(maxsize=4096)
def language(text: str) -> str:
    """ISO 639-1 code of the language of ``text``; "en" where nothing speaks for another one."""
    text = text[:4000]
    if not text.isascii() and (code := _script([char for char in text if char.isalpha()])):
        return code
    words = [word.lower() for word in WORD.findall(text)]
    english = sum(word in ENGLISH for word in words)
    counts = {
        code: sum(word in known for word in words) for code, known in OTHERS.items() if not known.isdisjoint(words)
    }
    best = max(counts, key=lambda code: counts[code], default="en")
    return best if counts.get(best, 0) >= max(2, english + 1) else "en"


def _script(letters: list[str]) -> str | None:
    """The language of a script that is not Latin, where it holds at least half of the letters."""
    if not letters:
        return None
    counts: dict[str, int] = {}
    for char in letters:
        if char.isascii():
            continue
        script = unicodedata.name(char, "LATIN").split(" ")[0].split("-")[0]
        if script in SCRIPTS:
            counts[script] = counts.get(script, 0) + 1
    # A sign of Chinese or Japanese stands for a word of four letters and more.
    weight = sum(counts.values()) * (4 if set(counts) & {"CJK", "HIRAGANA", "KATAKANA", "HANGUL"} else 1)
    latin = sum(char.isascii() for char in letters)
    if not counts or weight < FOREIGN_SHARE * (weight + latin):
        return None
    if {"HIRAGANA", "KATAKANA"} & set(counts):
        return "ja"
    return SCRIPTS[max(counts, key=lambda script: counts[script])]
