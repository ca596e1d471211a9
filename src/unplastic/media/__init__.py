"""Files to pictures and back: the only room that knows containers and codecs."""

from unplastic.media.decode import pictures
from unplastic.media.folder import list_clips
from unplastic.media.landing import Landing
from unplastic.media.masters import MASTERS, container_suffix, missing_encoders, target_depth
from unplastic.media.part import part_of
from unplastic.media.probe import probe
from unplastic.media.proxy import proxy_index, write_proxy
from unplastic.media.writer import Writer

__all__ = [
    "MASTERS",
    "Landing",
    "Writer",
    "container_suffix",
    "list_clips",
    "missing_encoders",
    "part_of",
    "pictures",
    "probe",
    "proxy_index",
    "target_depth",
    "write_proxy",
]
