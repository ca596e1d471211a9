"""AV1 as it lies in a file: headers read bit by bit, and film grain written into them.

Section numbers are those of the AV1 Bitstream & Decoding Process Specification (2019, errata 1).
"""

from unplastic.media.av1.grain import FilmGrain
from unplastic.media.av1.rewrite import with_grain
from unplastic.media.av1.shown import Shown, shown_grain

__all__ = ["FilmGrain", "Shown", "shown_grain", "with_grain"]
