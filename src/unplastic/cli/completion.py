"""``unplastic completion``: scripts for bash, zsh and fish, written from the commands themselves.

They know every verb, option, look, master and treatment at the time they are written, and start no Python at a TAB.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

SUFFIXES = "mp4|mov|mkv|mxf|webm|avi|m4v"


class Shell(StrEnum):
    """The shells that we write for."""

    BASH = "bash"
    ZSH = "zsh"
    FISH = "fish"


AT = """\
function __unplastic_at
  set -l words (commandline -opc)
  set -e words[1]
  set -l plain
  for each in $words
    string match -q -- '-*' $each; and break
    set -a plain $each
  end
  set -l most (count $argv)
  test (count $plain) -ge $most; and test "$plain[1..$most]" = "$argv"
end""".splitlines()
"""In fish: whether the words so far begin with these."""


def completion(
    shell: Annotated[Shell, typer.Argument(metavar="bash|zsh|fish", help="Which shell.")],
    as_json: Annotated[bool, typer.Option("--json", help="The script inside a JSON document.")] = False,
) -> None:
    """Print a completion script: eval "$(unplastic completion bash)", or into a file that your shell reads."""
    from unplastic.cli.show import print_json

    text = script(shell)
    if as_json:
        print_json({"shell": str(shell), "script": text})
    else:
        typer.echo(text, nl=False)


def script(shell: str) -> str:
    """The script for a shell."""
    return {"bash": _bash, "zsh": _zsh, "fish": _fish}[shell]()


def _words() -> dict[str, list[str]]:
    """What may follow certain options."""
    from unplastic.looks import look_files
    from unplastic.media import MASTERS
    from unplastic.registry import members

    return {
        "--look": list(look_files()), "--master": list(MASTERS), "--upscaler": list(members("upscale")),
        "--upscale": ["1080p", "2160p", "2x", "off"], "--redo": ["finish", "all"],
    }  # fmt: skip


def _table() -> list[tuple[str, list[str], list[str]]]:
    """(how a verb is called, its verbs, its options) of each."""
    from unplastic.cli.tree import verbs

    found = verbs()
    top = [each.words[0] for each in found if len(each.words) == 1]
    rows = [("", top, ["--version", "--help"])]
    return rows + [
        (
            " ".join(each.words),
            list(each.verbs),
            [*(name for option in each.options for name in option.names), "--help"],
        )
        for each in found
    ]


def _bash() -> str:
    cases = "\n".join(f'    "{words}") verbs="{" ".join(below)}"; options="{" ".join(options)}" ;;'
                      for words, below, options in _table())  # fmt: skip
    values = "\n".join(f'    {option}) COMPREPLY=($(compgen -W "{" ".join(each)}" -- "$word")); return ;;'
                       for option, each in _words().items())  # fmt: skip
    return f"""# unplastic completion for bash; written by: unplastic completion bash
_unplastic() {{
  local word="${{COMP_WORDS[COMP_CWORD]}}" last="" path="" verbs="" options="" each
  [ "$COMP_CWORD" -gt 0 ] && last="${{COMP_WORDS[COMP_CWORD-1]}}"
  COMPREPLY=()
  case "$last" in
{values}
  esac
  for each in "${{COMP_WORDS[@]:1:COMP_CWORD-1}}"; do
    case "$each" in -*) break ;; esac
    _unplastic_knows "${{path:+$path }}$each" || break
    path="${{path:+$path }}$each"
  done
  _unplastic_knows "$path"
  case "$word" in
    -*) COMPREPLY=($(compgen -W "$options" -- "$word")) ;;
    *) [ -n "$verbs" ] && COMPREPLY=($(compgen -W "$verbs" -- "$word"))
       [ -z "$verbs" ] && COMPREPLY=($(compgen -f -- "$word")) ;;
  esac
}}
_unplastic_knows() {{
  case "$1" in
{cases}
    *) return 1 ;;
  esac
}}
complete -o filenames -F _unplastic unplastic
"""


def _zsh() -> str:
    from unplastic.cli.tree import verbs

    cases = []
    for words, below, _ in _table():
        if below:
            known = {each.words: each.brief for each in verbs()}
            head = tuple(words.split())
            rows = " ".join(_quoted(f"{name}:{_plain(known[(*head, name)])}") for name in below)
            cases.append(f'    "{words}") verbs=({rows}) ;;')
    options = []
    for each in verbs():
        rows = " ".join(_quoted(f"{name}:{_plain(option.help)}") for option in each.options for name in option.names)
        options.append(f'    "{" ".join(each.words)}") options=({rows}) ;;')
    values = "\n".join(f"    {option}) compadd -- {' '.join(each)}; return ;;" for option, each in _words().items())
    return f"""#compdef unplastic
# unplastic completion for zsh; written by: unplastic completion zsh
_unplastic() {{
  local -a verbs options
  local path="" each
  case "${{words[CURRENT-1]}}" in
{values}
  esac
  for each in "${{(@)words[2,CURRENT-1]}}"; do
    [[ "$each" == -* ]] && break
    _unplastic_verbs "$path"
    (( ${{#verbs}} )) || break
    path="${{path:+$path }}$each"
  done
  verbs=()
  _unplastic_verbs "$path"
  _unplastic_options "$path"
  if [[ "${{words[CURRENT]}}" == -* ]]; then
    _describe option options
  elif (( ${{#verbs}} )); then
    _describe verb verbs
  else
    _files
  fi
}}
_unplastic_verbs() {{
  verbs=()
  case "$1" in
{chr(10).join(cases)}
  esac
}}
_unplastic_options() {{
  options=()
  case "$1" in
{chr(10).join(options)}
  esac
}}
if [ "$funcstack[1]" = "_unplastic" ]; then _unplastic "$@"; else compdef _unplastic unplastic; fi
"""


def _fish() -> str:
    from unplastic.cli.tree import verbs

    lines = ["# unplastic completion for fish; written by: unplastic completion fish", *AT]
    words = _words()
    top = [each for each in verbs() if len(each.words) == 1]
    for each in top:
        lines.append(
            f"complete -c unplastic -f -n __fish_use_subcommand -a {each.words[0]} -d {_quoted(_plain(each.brief))}"
        )
    for each in verbs():
        here = f"'__unplastic_at {' '.join(each.words)}'"
        for name in each.verbs:
            lines.append(f"complete -c unplastic -f -n {here} -a {name}")
        for option in each.options:
            names = " ".join(f"-l {n[2:]}" if n.startswith("--") else f"-s {n[1:]}" for n in option.names)
            known = next((words[n] for n in option.names if n in words), [])
            value = f" -x -a {_quoted(' '.join(known))}" if known else " -r" if option.value else ""
            lines.append(f"complete -c unplastic -n {here} {names}{value} -d {_quoted(_plain(option.help))}")
    return "\n".join(lines) + "\n"


def _plain(text: str) -> str:
    """One line without what a shell would read."""
    return " ".join(text.replace("\\", "").replace("`", "").replace(":", ",").split())


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "’") + "'"
