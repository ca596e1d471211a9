"""The gallery writes a sheet and a strip for a clip with a face, names what has none, and survives what is no clip."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from skimage import data

from unplastic.errors import WeightsError
from unplastic.vision.networks import networks

SCRIPT = Path(__file__).parents[2] / "examples" / "gallery.py"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    import av

    folder = tmp_path_factory.mktemp("gallery")
    for name, photo in (("face", data.astronaut()), ("cup", data.coffee()[:400, :512])):
        with av.open(str(folder / f"{name}.mp4"), "w") as container:
            stream = container.add_stream("libx264", rate=24)
            stream.width, stream.height, stream.pix_fmt = 512, photo.shape[0] // 2 * 2, "yuv420p"
            for t in range(8):
                picture = np.roll(photo[: stream.height], t, axis=1)
                container.mux(stream.encode(av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), "rgb24")))
            container.mux(stream.encode(None))
    (folder / "broken.mp4").write_bytes(b"not a clip")
    return folder


def test_sheets_are_written(folder: Path, tmp_path: Path) -> None:
    found = networks()
    if isinstance(found, WeightsError):
        pytest.skip(f"the networks are not here: {found.message}")
    done = subprocess.run([sys.executable, SCRIPT, folder, tmp_path], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "cup.mp4: no face" in done.stdout
    assert "broken.mp4" in done.stderr
    assert sorted(p.name for p in tmp_path.iterdir()) == ["face_sheet.png", "face_strip.png"]
    with Image.open(tmp_path / "face_strip.png") as strip:
        assert strip.width > 7 * 170
