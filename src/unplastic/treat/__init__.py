"""The room of treatments: each is one file that changes pictures; the chain runs them strip by strip."""

from unplastic.treat.chain import Chain, Counters
from unplastic.treat.treatment import Geometry, Pass, Prepared, Strip, Treatment

__all__ = ["Chain", "Counters", "Geometry", "Pass", "Prepared", "Strip", "Treatment", "warm"]


def warm() -> None:
    """Compile every kernel for both types of source plane, so that the first clip does not pay for it."""
    from unplastic.treat.compilation import warm as compile_all

    compile_all()
