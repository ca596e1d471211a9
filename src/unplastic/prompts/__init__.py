"""Prompt for texture and light: read like an editor, rewrite like a cinematographer. Offline; no model is asked."""

from __future__ import annotations

from unplastic.prompts.doctor import Doctored, lint, rewrite
from unplastic.prompts.finding import Change, Finding
from unplastic.prompts.lexicon import Lexicon, lexicon

__all__ = ["Change", "Doctored", "Finding", "Lexicon", "lexicon", "lint", "rewrite"]
