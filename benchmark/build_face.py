"""Build ``src/unplastic/data/face/canonical.json``: the mean shape of near-frontal faces, and the mesh's topology.

    python benchmark/build_face.py CLIPS TESSELATION.py

CLIPS is a folder of clips with faces; TESSELATION.py is ``mediapipe/python/solutions/face_mesh_connections.py`` of the
wheel that also carries the weights (Apache-2.0): its edges, closed to triangles, are the topology. The shape is our own
average of the network's output; nothing in the file shows a person.
"""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path

import cv2
import numpy as np
from scipy.optimize import linear_sum_assignment

from unplastic.color import assumed_matrix
from unplastic.media import pictures, probe
from unplastic.vision import runs_of
from unplastic.vision.colours import rgb_of
from unplastic.vision.networks import networks, square_around

IPD_MM = 63.0
OUT = Path(__file__).parents[1] / "src" / "unplastic" / "data" / "face" / "canonical.json"
YAW_MAX_DEG = 12.0
SAMPLES = 5


def frontal_faces(folder: Path) -> list[np.ndarray]:
    """One mean mesh per clip with a near-frontal face, in IPD 63 mm, upright."""
    net, found = networks(), []
    for path in sorted(folder.rglob("*.mp4")):
        clip = probe(path)
        meshes = []
        for i in range(SAMPLES):
            (run,) = runs_of(pictures(clip, start=i * (clip.frames - 1) // SAMPLES, count=1), clip)
            frame = run.frames[0]
            rgb = rgb_of(run.half[0], frame.cb, frame.cr, assumed_matrix(clip.color.matrix, clip.width, clip.height))
            for score, points in net.faces(rgb)[:1]:
                around = square_around(points)
                for _ in range(2):
                    sure, mesh = net.mesh(rgb, around)
                    around = square_around(mesh)
                if sure > 0.9 and score > 0.7:
                    upright = aligned(mesh)
                    if abs(yaw_deg(upright)) < YAW_MAX_DEG and np.linalg.norm(mesh[33] - mesh[263]) > 40:
                        meshes.append(upright)
        if meshes:
            found.append(np.mean(meshes, axis=0))
            print(path.name, len(meshes), f"yaw {yaw_deg(found[-1]):.1f}")
    return found


def aligned(mesh: np.ndarray) -> np.ndarray:
    """Centred between the eyes, eye line level, outer eye corners 1.41 x 63 mm apart (the ratio is the mesh's own)."""
    right, left = mesh[[33, 133]].mean(axis=0), mesh[[263, 362]].mean(axis=0)
    across = left - right
    scale = IPD_MM / np.linalg.norm(across)
    roll = np.arctan2(across[1], across[0])
    turn = np.array([[np.cos(roll), np.sin(roll), 0], [-np.sin(roll), np.cos(roll), 0], [0, 0, 1]])
    return (mesh - (right + left) / 2) @ turn.T * scale


def yaw_deg(mesh: np.ndarray) -> float:
    right, left = mesh[[33, 133]].mean(axis=0), mesh[[263, 362]].mean(axis=0)
    return float(np.degrees(np.arctan2(left[2] - right[2], left[0] - right[0])))


def registered(meshes: list[np.ndarray]) -> np.ndarray:
    """Generalised Procrustes mean (Gower 1975)."""
    mean = meshes[0]
    for _ in range(10):
        turned = []
        for mesh in meshes:
            a, b = mesh - mesh.mean(0), mean - mean.mean(0)
            u, s, vt = np.linalg.svd(a.T @ b)
            turned.append(a @ (u @ vt) * (s.sum() / (a**2).sum()))
        mean = np.mean(turned, axis=0)
        mean = aligned(mean)
    return mean


def mirrored(mean: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The mean made symmetric, and for every point the number of its partner (its own on the midline)."""
    for _ in range(8):
        distance = np.linalg.norm((mean * [-1, 1, 1])[:, None] - mean[None], axis=-1)
        _, partner = linear_sum_assignment((distance + distance.T) ** 2)
        partner = np.where(partner[partner] == np.arange(len(mean)), partner, np.arange(len(mean)))
        mean = (mean + (mean * [-1, 1, 1])[partner]) / 2
    return mean, partner


def triangles(edges: frozenset) -> list[list[int]]:
    near: dict[int, set[int]] = {}
    for a, b in edges:
        near.setdefault(a, set()).add(b)
        near.setdefault(b, set()).add(a)
    return sorted({tuple(sorted((a, b, c))) for a, b in edges for c in near[a] & near[b]})


def main() -> None:
    spec = importlib.util.spec_from_file_location("topology", sys.argv[2])
    topology = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(topology)
    cv2.setNumThreads(1)
    meshes = frontal_faces(Path(sys.argv[1]))
    mean, partner = mirrored(registered(meshes))
    loop = lambda edges: sorted({i for edge in edges for i in edge})  # noqa: E731
    flat = triangles(topology.FACEMESH_TESSELATION)
    document = {
        "source": f"mean of {len(meshes)} near-frontal faces as MediaPipe Face Mesh sees them; topology of that mesh",
        "licence": "topology: Apache-2.0, Copyright 2021 The MediaPipe Authors",
        "date": "2026-11-23",
        "points_mm": np.round(mean, 2).tolist(),
        "mirror": partner.tolist(),
        "triangles": flat,
        "groups": {
            "oval": chain(topology.FACEMESH_FACE_OVAL),
            "lips": chain(topology.FACEMESH_LIPS, start=61),
            "right_eye": chain(topology.FACEMESH_RIGHT_EYE),
            "left_eye": chain(topology.FACEMESH_LEFT_EYE),
            "right_brow": loop(topology.FACEMESH_RIGHT_EYEBROW),
            "left_brow": loop(topology.FACEMESH_LEFT_EYEBROW),
        },
    }
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(json.dumps(document, separators=(",", ":")) + "\n", encoding="utf-8")
    print(len(flat), "triangles,", (partner != np.arange(468)).sum(), "points with a partner")


def chain(edges: list, start: int | None = None) -> list[int]:
    """The points of a closed line in their order."""
    near: dict[int, list[int]] = {}
    for a, b in edges:
        near.setdefault(a, []).append(b)
        near.setdefault(b, []).append(a)
    here = start if start is not None else next(iter(near))
    line, last = [here], None
    while True:
        steps = [n for n in near[here] if n != last and (n not in line or n == line[0])]
        if not steps:
            break
        last, here = here, steps[0]
        if here == line[0]:
            break
        line.append(here)
    return line


if __name__ == "__main__":
    main()
