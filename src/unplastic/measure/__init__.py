"""Pictures to readings: why a clip looks plastic, in numbers with intervals and reasons.

    report = examine((pictures(clip, frames) for frames in plan(clip)), clip)

One file per tell; each is found by the registry. A measure is a frozen dataclass of parameters with a ``name`` and two
methods: ``observe(run)`` boils a run of frames down to small arrays, ``conclude(observations, clip)`` makes readings.
"""

from unplastic.measure.examination import Measure, examine, plan

__all__ = ["Measure", "examine", "plan"]
