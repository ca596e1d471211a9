"""How well the lamp on a face is found: known light on the mean mesh, normals 8 degrees and albedo 10 % off.

    python benchmark/light.py

Prints one row of Markdown per skin tone: median and 95th percentile of both errors, how often the 90 % interval of the
ratio holds the truth, and the processor time of one face.
"""

from __future__ import annotations

import time

import numpy as np

from unplastic.vision.lamp import Shading, direction, lamp
from unplastic.vision.mesh import mesh, normals

TONES = {"light": 0.55, "medium": 0.30, "dark": 0.08}
"""Share of light that skin gives back, roughly Fitzpatrick I to II, III to IV, V to VI."""

CODE = 219.0
DRAWS = 4


def main() -> None:
    """Every side and ratio, for every tone, as 8-bit codes hold it."""
    true = normals(mesh().points).astype(np.float64)
    true = true[-true[:, 2] > 0.25]
    print(
        "| skin | direction, median (95 %) | key to fill, median (95 %) | interval holds | ms |\n|---|---|---|---|---|"
    )
    for tone, albedo in TONES.items():
        random = np.random.default_rng(0)
        angles, stops, held, start = [], [], [], time.process_time()
        for azimuth in (0.0, 30.0, -60.0, 80.0, 120.0):
            for elevation in (-20.0, 20.0, 50.0):
                for ratio in (1.0, 2.0, 3.0):
                    for _ in range(DRAWS):
                        towards = direction(azimuth, elevation)
                        lit = albedo * (1.0 + np.maximum(true @ towards, 0.0) * (2.0**ratio - 1.0)) / 2.0**ratio
                        lit *= 1.0 + 0.1 * random.standard_normal(len(true))
                        seen = true + np.radians(8.0) * random.standard_normal(true.shape)
                        seen /= np.linalg.norm(seen, axis=1, keepdims=True)
                        coded = np.rint(CODE * np.maximum(lit, 0.0) ** (1 / 2.4)) / CODE
                        found = lamp(Shading(coded**2.4, seen))
                        if found is None:
                            continue
                        cosine = direction(found.azimuth_deg, found.elevation_deg) @ towards
                        angles.append(np.degrees(np.arccos(np.clip(cosine, -1.0, 1.0))))
                        stops.append(abs(found.key_fill_stops - ratio))
                        held.append(found.key_fill_low <= ratio <= found.key_fill_high)
        spent = 1000 * (time.process_time() - start) / len(angles)
        a, s = (np.percentile(each, [50, 95]) for each in (angles, stops))
        print(
            f"| {tone} | {a[0]:.1f} ({a[1]:.1f}) deg | {s[0]:.2f} ({s[1]:.2f}) stops | {np.mean(held):.0%} "
            f"| {spent:.0f} |"
        )


if __name__ == "__main__":
    main()
