"""One self-contained HTML page: what the clip was, what was done, what it is now, and what nobody could measure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup

import unplastic
from unplastic.finished import Crop, Finished
from unplastic.reading import Curve, Reading, Report
from unplastic.report.crops import png_uri
from unplastic.report.plots import plot, range_plot
from unplastic.report.words import label, number, plasticity_text, value_text, verdict, words

PLACES = {
    "overshoot": "over-sharp edges",
    "flat_texture": "surface without texture",
    "boil": "boiling detail",
    "banding": "banding",
    "middle": "middle of the picture",
}


def finished_page(finished: Finished) -> str:
    """The page of one finished clip."""
    before, after = finished.before, finished.after
    return _template().render(
        _frame(f"{before.file} finished"),
        clips=[
            {
                **_clip(before, after),
                "headline": _headline(finished),
                "crops": [_crop(crop) for crop in finished.crops],
                "recipe": _recipe(finished.recipe),
                "look": finished.recipe.get("look"),
                "seed": finished.recipe.get("seed"),
                "left_out": finished.recipe.get("left_out", []),
                "guards": finished.guards,
                "findings": finished.findings,
                "notes": finished.notes,
                "outputs": {role: path.name for role, path in finished.outputs.items()},
                "effort": f"{finished.frames} frames in {finished.seconds:.1f} s",
            }
        ],
    )


def measured_page(reports: Sequence[Report]) -> str:
    """The page of one or many measured clips, the most plastic first."""
    ranked = sorted(reports, key=lambda r: -(r.plasticity.score if r.plasticity.score is not None else -1.0))
    title = ranked[0].file if len(ranked) == 1 else f"{len(ranked)} clips measured"
    return _template().render(_frame(title), clips=[_clip(report, None) for report in ranked])


def compared_page(a: Report, b: Report) -> str:
    """The page of two clips side by side."""
    clip = _clip(a, b) | {"columns": (a.file, b.file), "findings": (*a.findings, *b.findings)}
    return _template().render(_frame(f"{a.file} and {b.file}"), clips=[clip])


@cache
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("unplastic.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("page.html")


def _frame(title: str) -> dict[str, Any]:
    return {"title": title, "version": unplastic.__version__}


def _clip(before: Report, after: Report | None) -> dict[str, Any]:
    """Everything that a page says of a clip measured once or twice; a finish adds to it."""
    bits = f", {before.bits_per_pixel:.3f} bits per pixel" if before.bits_per_pixel else ""
    measured = [("before", before)] + ([("after", after)] if after else [])
    return {
        "file": before.file,
        "facts": f"{before.width}×{before.height}, {before.fps:g} frames/s, {before.frames} frames{bits}",
        "columns": ("before", "after") if after else ("value", ""),
        "scores": [(series, plasticity_text(report)) for series, report in measured],
        "range": Markup(range_plot([(series, report.plasticity) for series, report in measured])),  # noqa: S704 - our SVG
        "plots": list(_plots(measured)),
        "rows": list(_rows(before, after)),
        "unmeasured": [(label(r), r.why_not) for r in before.readings if not r.valid],
        "findings": before.findings,
        "headline": None,
        "crops": [],
        "recipe": [],
        "look": None,
        "seed": None,
        "left_out": [],
        "guards": (),
        "notes": (),
        "outputs": {},
        "effort": None,
    }


def _headline(finished: Finished) -> str:
    """What a director needs to know in five seconds."""
    words_of = [verdict(r, finished.after.reading(r.name, r.region)) for r in finished.before.readings]
    better, worse = words_of.count("better"), words_of.count("worse")
    broken = [guard.name for guard in finished.guards if guard.ok is False]
    doses = [step["name"] for step in finished.recipe["treatments"] if step["active"]]
    done = f"{', '.join(doses).capitalize()} applied" if doses else "Nothing needed to be done"
    text = f"{done}: {better} readings better, {worse} worse."
    return (
        f"{text} Look again at: {', '.join(broken)}."
        if broken
        else f"{text} Every guard that could be checked was kept."
    )


def _plots(measured: Sequence[tuple[str, Report]]) -> Iterable[dict[str, Any]]:
    names = dict.fromkeys(curve.name for _, report in measured for curve in report.curves)
    for name in names:
        curves = [(series, curve) for series, report in measured for curve in _named(report, name)]
        svg = plot(name, curves)
        if svg:
            yield {"title": name, "svg": Markup(svg), "series": [series for series, _ in curves]}  # noqa: S704 - our SVG


def _named(report: Report, name: str) -> list[Curve]:
    return [curve for curve in report.curves if curve.name == name and len(curve.x) > 1]


def _rows(before: Report, after: Report | None) -> Iterable[dict[str, Any]]:
    for reading in before.readings:
        other = after.reading(reading.name, reading.region) if after else None
        if not reading.valid and not (other and other.valid):
            continue
        yield {
            "label": label(reading),
            "meaning": words(reading.name).meaning,
            "before": value_text(reading),
            "before_range": _range(reading),
            "after": value_text(other) if after else "",
            "after_range": _range(other),
            "word": verdict(reading, other) if after else "",
        }


def _range(reading: Reading | None) -> str:
    if reading is None or not reading.valid or reading.low is None or reading.high is None:
        return ""
    return f"{number(reading.low)} to {number(reading.high)}"


def _recipe(recipe: dict[str, Any]) -> list[dict[str, Any]]:
    """Each treatment with the values that matter: those with a reason first, then the rest."""
    steps = []
    for step in recipe.get("treatments", []):
        reasons = step.get("reasons", {})
        values = [(name, _plain(value), reasons.get(name, "")) for name, value in step["values"].items() if value != ""]
        steps.append({"name": step["name"], "values": sorted(values, key=lambda each: not each[2])})
    return steps


def _plain(value: Any) -> str:
    return number(value) if isinstance(value, float) else str(value)


def _crop(crop: Crop) -> dict[str, Any]:
    height, width = crop.before.shape[:2]
    return {
        "title": PLACES.get(crop.place.name, crop.place.name.replace("_", " ")),
        "frame": crop.place.frame,
        "at": f"{crop.place.x}, {crop.place.y}",
        "width": width,
        "height": height,
        "before": png_uri(crop.before),
        "after": png_uri(crop.after),
    }
