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
COMMON_WORDS = {
    "en": "man woman girl boy child old young rain night window street house sits stands walks looks face light sea",
    "de": "frau mann mädchen junge regen nacht nachts fenster straße haus alter alte alten sitzt steht geht läuft"
    " raucht schaut gesicht licht draußen drinnen wald meer küche abends morgens leise langsam",
    "fr": "femme homme fille garçon enfant pluie nuit fenêtre rue maison vieux vieille dame assis assise debout marche"
    " fume regarde visage lumière dehors forêt mer cuisine lentement doucement",
    "es": "mujer hombre niña niño lluvia noche ventana calle casa viejo vieja sentado sentada camina fuma mira cara luz"
    " bosque mar cocina silencio despacio lentamente",
    "it": "donna uomo ragazza ragazzo bambino pioggia notte finestra strada casa vecchio vecchia seduto seduta cammina"
    " fuma guarda viso luce bosco mare cucina lentamente",
    "pt": "mulher homem menina menino criança chuva noite janela rua casa velho velha sentado sentada caminha fuma olha"
    " rosto luz floresta cozinha devagar lentamente",
    "nl": "vrouw meisje jongen kind regen nacht raam straat huis oude zit staat loopt rookt kijkt gezicht licht bos zee"
    " keuken langzaam",
    "pl": "kobieta mężczyzna dziewczyna chłopiec dziecko deszcz noc nocą okno oknie okna ulica ulicy dom stary stara"
    " siedzi stoi idzie pali patrzy twarz światło las morze kuchnia powoli przy",
    "tr": "kadın adam kız çocuk yağmur gece pencere sokak yaşlı oturuyor duruyor yürüyor bakıyor yüz ışık orman deniz"
    " mutfak yavaşça",
}
"""Words of pictures, for prompts too short to hold enough small ones."""
SMALL = {code: frozenset(words.split()) for code, words in SMALL_WORDS.items()}
COMMON = {code: frozenset(words.split()) for code, words in COMMON_WORDS.items()}
SPOKEN = {
    word: (tuple(code for code in SMALL if word in SMALL[code]), tuple(code for code in COMMON if word in COMMON[code]))
    for word in frozenset().union(*SMALL.values(), *COMMON.values())
}
"""In which languages a word is a small one, and in which a common one."""
WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
FOREIGN_SHARE = 0.5


@lru_cache(maxsize=4096)
def language(text: str) -> str:
    """ISO 639-1 code of the language of ``text``; "en" where nothing speaks for another one."""
    text = text[:4000]
    if not text.isascii() and (code := _script([char for char in text if char.isalpha()])):
        return code
    words = WORD.findall(text)
    # "Los Angeles, La Brea": a small word in capitals inside a sentence is part of a name.
    counts = dict.fromkeys(SMALL, 0)
    for place, word in enumerate(words):
        known = SPOKEN.get(word.lower())
        if known:
            small, common = known
            for code in common:
                counts[code] += 1
            if place == 0 or word.islower():
                for code in small:
                    counts[code] += 1
    english = counts.pop("en")
    best = max(counts, key=lambda code: counts[code])
    return best if counts[best] >= max(2, english + 1) else "en"


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
