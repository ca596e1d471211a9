"""Pictures to larger pictures: one file per upscaler."""

from unplastic.upscale.upscaler import Enlarged, Upscaler, enlarged, target_size

__all__ = ["Enlarged", "Upscaler", "enlarged", "target_size"]
