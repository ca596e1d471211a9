"""Finish the clips of the current timeline with unplastic, and relink them. For DaVinci Resolve's Workspace > Scripts.

Put this file into Fusion/Scripts/Deliver (or Utility), and unplastic on the path, or its command into UNPLASTIC. Every
clip of the timeline that is a file is finished into a folder "unplastic" beside it, by the command line; then its item
in the media pool is replaced by the finished file, which has the same frames, timecode and sound. What was replaced is
written down in that folder, and `unplastic_finish.py --undo` (or UNPLASTIC_UNDO=1) puts it back.

Written to the documented scripting interface and tested against a double of it: it was never run in Resolve itself.
It asks for nothing but the standard library of Python 3.6, the oldest that Resolve's interface takes.
"""

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

FOLDER = "unplastic"
LEDGER = "relinked.json"
VIDEO = {".mov", ".mp4", ".m4v", ".mkv", ".mxf", ".avi", ".webm"}


def main(host=None, arguments=None):
    """Run on the project that is open; the exit code is 0 when every clip was finished and relinked."""
    arguments = sys.argv[1:] if arguments is None else arguments
    timeline = _timeline(host or _resolve())
    if timeline is None:
        return _fail("no timeline is open", "open a project and a timeline, then run the script again")
    items = clips(timeline)
    if not items:
        return _fail("the timeline has no clip that is a file", "titles, generators and compound clips are left alone")
    if "--undo" in arguments or os.environ.get("UNPLASTIC_UNDO"):
        return undo(items)
    finished, failed = finish(sorted(items))
    done, lost = relink(items, finished)
    for path in failed:
        print(f"not finished: {path}")
    for path in lost:
        print(f"finished, but Resolve did not take it: {path}")
    print(f"{len(done)} clips relinked, {len(failed) + len(lost)} not")
    return 1 if failed or lost else 0


def clips(timeline):
    """The media pool items of the timeline's video tracks by the path of their file, each file once."""
    found = {}
    for track in range(1, int(timeline.GetTrackCount("video")) + 1):
        for item in timeline.GetItemListInTrack("video", track) or []:
            media = item.GetMediaPoolItem()
            path = Path((media.GetClipProperty("File Path") or "") if media else "")
            if path.suffix.lower() in VIDEO and path.is_file():
                found.setdefault(path, []).append(media)
    return found


def finish(paths):
    """({path: finished path}, the paths that failed): one call of the command line for each folder."""
    finished, failed = {}, []
    for folder in sorted({path.parent for path in paths}):
        mine = [path for path in paths if path.parent == folder and folder.name != FOLDER]
        if not mine:
            continue
        files = [str(path) for path in mine]
        command = [*_command(), "finish", *files, "--out", str(folder / FOLDER), "--no-web", "--json", *_options()]
        done = subprocess.run(command, stdout=subprocess.PIPE, check=False)  # noqa: S603 - the user's own command
        try:
            rows = json.loads(done.stdout.decode("utf-8"))["clips"]
        except (ValueError, KeyError):
            rows = []
        finished.update({Path(row["file"]): Path(row["outputs"]["master"]) for row in rows})
        failed += [path for path in mine if path not in finished]
    return finished, failed


def relink(items, finished):
    """Replace each item by its finished file, and write down what was: (done, what Resolve did not take)."""
    done, lost = {}, []
    for path, master in sorted(finished.items()):
        taken = [media.ReplaceClip(str(master)) for media in items.get(path, [])]
        if taken and all(taken):
            done[master] = path
        else:
            lost.append(path)
    for folder in {master.parent for master in done}:
        _write(folder, {str(master): str(path) for master, path in done.items() if master.parent == folder})
    return done, lost


def undo(items):
    """Put the originals back where the folders' ledgers say what they were."""
    count = 0
    for path, media in sorted(items.items()):
        original = _read(path.parent).get(str(path))
        if original and Path(original).is_file():
            put_back = [each.ReplaceClip(original) for each in media]
            count += all(put_back)
    print(f"{count} clips are what they were")
    return 0 if count else 1


def _timeline(host):
    project = host.GetProjectManager().GetCurrentProject() if host else None
    return project.GetCurrentTimeline() if project else None


def _resolve():
    """Resolve as its own menu hands it in, or by its module when called from outside."""
    here = globals().get("resolve")
    if here is not None:
        return here
    try:
        import DaVinciResolveScript  # type: ignore[import-not-found]
    except ImportError:
        return None
    return DaVinciResolveScript.scriptapp("Resolve")


def _command():
    return shlex.split(os.environ.get("UNPLASTIC", "unplastic"))


def _options():
    """More of the command line, such as: --look 16mm+slightly-warmer --overwrite."""
    return shlex.split(os.environ.get("UNPLASTIC_OPTIONS", "--master prores --overwrite"))


def _read(folder):
    try:
        return json.loads((folder / LEDGER).read_text())
    except (OSError, ValueError):
        return {}


def _write(folder, rows):
    known = dict(_read(folder), **rows)
    aside = folder / (LEDGER + ".part")
    aside.write_text(json.dumps(known, indent=2, sort_keys=True))
    aside.replace(folder / LEDGER)


def _fail(what, hint):
    print(f"error: {what}\n   do: {hint}")
    return 1


if __name__ == "__main__":
    CODE = main()
    if globals().get("resolve") is None:  # inside Resolve an exit would end its interpreter
        sys.exit(CODE)
