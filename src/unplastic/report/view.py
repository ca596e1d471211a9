"""What the page's templates are given: plain values, every word chosen, nothing left for a template to decide."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence
from pathlib import PurePath
from typing import Any

from markupsafe import Markup

from unplastic.finished import Crop, Finished
from unplastic.reading import Curve, Guard, Reading, Report
from unplastic.report.crops import png_uri
from unplastic.report.plots import plot, range_plot
from unplastic.report.words import (
    CURVES,
    GROUPS,
    interval_text,
    label,
    missing,
    number,
    place_text,
    plasticity_text,
    value_text,
    verdict,
    whole,
    words,
)

Measured = Sequence[tuple[str, str, Report]]
"""(series, what it is called, report): the series "before" and "after" choose colour and dash."""

NO_TREATMENT: dict[str, Any] = {
    "headline": None,
    "summary": "",
    "crops": [],
    "recipe": [],
    "loop": {},
    "scene": [],
    "left_out": [],
    "guards": [],
    "notes": (),
    "outputs": {},
    "again": "",
    "look": "",
    "effort": "",
    "pair": (),
}


def single_view(report: Report) -> dict[str, Any]:
    """A clip measured once."""
    worst = report.plasticity.worst
    loudest = f"{words(worst).label.capitalize()} speaks loudest against it." if worst else ""
    return _view([("before", "", report)]) | {
        "headline": _score_text(report),
        "summary": loudest if report.plasticity.score is not None else plasticity_text(report).capitalize() + ".",
    }


def pair_view(before: Report, after: Report, *, columns: tuple[str, str]) -> dict[str, Any]:
    """A clip measured twice, or two clips."""
    return _view([("before", columns[0], before), ("after", columns[1], after)])


def finished_view(finished: Finished) -> dict[str, Any]:
    """A finished clip: measured twice, with what was done in between."""
    recipe = finished.recipe
    return pair_view(finished.before, finished.after, columns=("before", "after")) | {
        "headline": _headline(finished.before, finished.after),
        "summary": _summary(finished),
        "crops": [_crop(crop) for crop in finished.crops],
        "look": recipe.get("look", ""),
        "recipe": [_step(step) for step in recipe.get("treatments", [])],
        "left_out": recipe.get("left_out", []),
        "loop": recipe.get("loop", {}),
        "scene": _scene(recipe.get("scene", {})),
        "guards": _guards(finished.guards),
        "findings": [("", finished.findings)] if finished.findings else [],
        "notes": finished.notes,
        "outputs": {role: path.name for role, path in finished.outputs.items()},
        "again": _again(finished),
        "effort": f"{finished.frames} frames in {finished.seconds:.1f} s",
    }


def _view(measured: Measured) -> dict[str, Any]:
    first = measured[0][2]
    columns = [(series, called or "value") for series, called, _ in measured]
    return NO_TREATMENT | {
        "name": PurePath(first.file).name,
        "facts": _facts(first),
        "columns": columns,
        "score": _score_text(first),
        "scores": [(series, called, plasticity_text(report)) for series, called, report in measured],
        "range": Markup(range_plot([(s, called, r.plasticity) for s, called, r in measured])),  # noqa: S704 - our SVG
        "plots": list(_plots(measured)),
        "groups": _groups([report for _, _, report in measured]),
        "unmeasured": [(called, missing(report.readings)) for _, called, report in measured],
        "findings": [(called, report.findings) for _, called, report in measured if report.findings],
    }


def _facts(report: Report) -> list[str]:
    facts = [f"{report.width} × {report.height}", f"{report.fps:g} frames/s", f"{report.frames} frames"]
    if report.bits_per_pixel:
        facts.append(f"{report.bits_per_pixel:.3f} bits per pixel")
    return facts


def _score_text(report: Report) -> str:
    score = report.plasticity.score
    return "Plasticity: no verdict" if score is None else f"Plasticity {whole(score)} of 100"


def _headline(before: Report, after: Report) -> str:
    """The score first; without one, that there is none: a director must not read silence as praise."""
    a, b = before.plasticity, after.plasticity
    if a.score is None or b.score is None:
        return "Plasticity: no verdict"
    moved = f"Plasticity {whole(a.score)} → {whole(b.score)} of 100"
    return f"{moved}, within the error of measurement" if b.since(a) == "same" else moved


def _summary(finished: Finished) -> str:
    """What was done, what it did, and whether to look again, in three short sentences."""
    verdicts = [verdict(r, finished.after.reading(r.name, r.region)) for r in finished.before.readings]
    better, worse = verdicts.count("better"), verdicts.count("worse")
    steps = [step["name"] for step in finished.recipe.get("treatments", []) if step.get("active", True)]
    done = f"{', '.join(steps).capitalize()} applied" if steps else "Nothing needed to be done"
    broken = [guard.name for guard in finished.guards if guard.ok is False]
    close = f"Look again at: {', '.join(broken)}." if broken else _kept(finished.guards)
    return f"{done}. {better} readings better, {worse} worse. {close}"


def _kept(guards: Sequence[Guard]) -> str:
    kept = sum(guard.ok is True for guard in guards)
    return f"All {kept} guards that could be checked were kept." if kept else "No guard could be checked."


def _plots(measured: Measured) -> Iterable[dict[str, Any]]:
    for name in dict.fromkeys(curve.name for _, _, report in measured for curve in report.curves):
        drawn = [(series, called, curve) for series, called, report in measured for curve in _named(report, name)]
        if not drawn:
            continue
        title, x_title, y_title = CURVES.get(name, (name.capitalize(), "", ""))
        svg = plot(title, [(series, curve) for series, _, curve in drawn], x_title=x_title, y_title=y_title)
        keys = [(series, called) for series, called, _ in drawn if called]
        yield {"title": title, "svg": Markup(svg), "keys": keys}  # noqa: S704 - our SVG, its texts are escaped


def _named(report: Report, name: str) -> list[Curve]:
    return [curve for curve in report.curves if curve.name == name and len(curve.x) > 1]


def _groups(reports: Sequence[Report]) -> list[tuple[str, list[dict[str, Any]]]]:
    """Rows under their headings; a row is told when any of the reports has a valid value."""
    rows: dict[str, list[dict[str, Any]]] = {group: [] for group in GROUPS}
    for name, region in dict.fromkeys((r.name, r.region) for report in reports for r in report.readings):
        readings = [report.reading(name, region) for report in reports]
        if any(reading and reading.valid for reading in readings):
            rows[words(name).group].append(_row(readings))
    return [(group, each) for group, each in rows.items() if each]


def _row(readings: Sequence[Reading | None]) -> dict[str, Any]:
    known = next(reading for reading in readings if reading)
    return {
        "label": label(known),
        "meaning": words(known.name).meaning,
        "values": [(value_text(reading), interval_text(reading)) for reading in readings],
        "word": verdict(readings[0], readings[1]) if len(readings) > 1 else None,
    }


def _step(step: dict[str, Any]) -> dict[str, Any]:
    """A treatment: the values that measurement decided, with why; the look's own values apart."""
    reasons = step.get("reasons", {})
    values = {name: _plain(value) for name, value in step.get("values", {}).items() if value not in ("", None)}
    return {
        "name": step["name"],
        "is_active": step.get("active", True),
        "solved": [(name, values.get(name, ""), why) for name, why in reasons.items()],
        "fixed": [(name, value) for name, value in values.items() if name not in reasons],
    }


def _plain(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(_plain(each) for each in value)
    return number(value) if isinstance(value, float) else str(value)


def _scene(scene: dict[str, Any]) -> list[str]:
    """How far it lay from the other shots and lies now, in what, and what was said of it."""
    if not scene:
        return []
    lines = list(scene["said"])
    before, after = scene["distance"]["before"], scene["distance"]["after"]
    if before is not None:
        now = "" if after is None else f", {after:.1f} after"
        far = f"its worst trait lay {before:.1f} tolerances off before{now}; up to 1 is framing"
        lines.insert(0, f"Beside {', '.join(scene['others'])}: {far}.")
    strays = [each for each in scene["agreed"] if max(each["tolerances_before"], each["tolerances_after"] or 0.0) > 1.0]
    return [*lines, *(_stray(each) for each in strays)]


def _stray(each: dict[str, Any]) -> str:
    name = words(each["reading"]).label + ("" if each["region"] == "frame" else f" ({each['region']})")
    was = f"{name}: {number(each['before'])} before, the scene's {number(each['agreed'])}"
    return was if each["after"] is None else f"{was}; {number(each['after'])} after, {number(each['agreed_after'])}"


def _guards(guards: Sequence[Guard]) -> list[dict[str, Any]]:
    """Broken ones first: they are why somebody scrolls here."""
    state = {False: "broken", None: "not checked", True: "kept"}
    ranked = sorted(guards, key=lambda guard: list(state).index(guard.ok))
    return [{"name": g.name, "state": state[g.ok], "value": _plain(g.value), "limit": _plain(g.limit)} for g in ranked]


def _again(finished: Finished) -> str:
    recipe = finished.recipe
    if "scene" in recipe:  # alone it would be solved as another shot
        return f"unplastic finish {shlex.quote(finished.file)} --recipe {shlex.quote(str(finished.outputs['json']))}"
    options = [f"--{key} {shlex.quote(str(recipe[key]))}" for key in ("look", "strength", "seed") if key in recipe]
    larger = recipe.get("upscale", {})
    if larger.get("active"):
        options.append(f"--upscale {larger['size']} --upscaler {larger['upscaler']}")
    return " ".join(["unplastic finish", shlex.quote(finished.file), *options])


def _crop(crop: Crop) -> dict[str, Any]:
    height, width = crop.before.shape[:2]
    return {
        "title": place_text(crop.place.name),
        "where": f"frame {crop.place.frame}, at {crop.place.x}, {crop.place.y}",
        "width": width,
        "height": height,
        "before": png_uri(crop.before),
        "after": png_uri(crop.after),
    }
