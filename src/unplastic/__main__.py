"""``python -m unplastic`` is the same as ``unplastic``."""

from unplastic.cli import main

main()
