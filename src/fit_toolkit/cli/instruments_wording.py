"""`fit instruments wording ID --lang xx`: type in the words a practice is licensed for, or take them from a file."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fit_toolkit.cli.context import App, pass_app
from fit_toolkit.cli.output import count, dry_run_option, write_atomic
from fit_toolkit.errors import DataError, UsageError

if TYPE_CHECKING:
    from fit_toolkit.catalog.typed_words import Question
    from fit_toolkit.model.instrument import Instrument
    from fit_toolkit.model.wording import Wording

_FLAGS = {
    "licence_status": "--status", "licence": "--licence", "licence_reference": "--reference", "holder": "--holder",
    "electronic_use": "--electronic-use", "translator": "--translator", "validated": "--validated", "title": "--title",
}  # fmt: skip


@click.command("wording")
@click.argument("id")
@click.option(
    "--lang",
    "--language",
    "language",
    required=True,
    metavar="TAG",
    help="The language of the words, such as de or pt-BR.",
)
@click.option("--from", "source", type=click.Path(path_type=Path, exists=True, dir_okay=False), metavar="FILE",
              help="Take the words from a text, CSV or YAML file instead of typing them.")  # fmt: skip
@click.option("--status", "licence_status", help="The kind of licence: free, permission, commercial ...",
              type=click.Choice(("open", "free", "permission", "registration", "commercial", "local")))  # fmt: skip
@click.option("--licence", help="Its name.")
@click.option("--reference", "licence_reference", help="Which agreement: its number, date or letter.")
@click.option("--holder", help="Who holds the rights.")
@click.option("--electronic-use", type=click.Choice(("allowed", "licence-required", "not-allowed", "unknown")),
              help="Whether clients may be given it on a screen.")  # fmt: skip
@click.option("--translator", help="Who put it into this language.")
@click.option("--validated/--not-validated", default=None, help="Whether a study tested these words in this language.")
@click.option("--title", help="The title printed on the form.")
@click.option("--replace", is_flag=True, help="Write over this practice's words for it that are there.")
@dry_run_option
@pass_app
def command(
    app: App, /, id: str, language: str, source: Path | None, replace: bool, dry_run: bool, **flags: Any
) -> None:
    """Write the words of instrument ID in one language into this practice, under the licence it has for them.

    At a terminal it asks for the licence, then the lead-in, each item and each answer; what is typed is kept when you
    stop, and the same command goes on there. A text file has one line for each item in published order, and `key: words`
    for the rest (answer.0, lead_in, low, high); a CSV has the columns item, text, low, high, help or an answer's code.
    """
    instrument = app.practice.catalog.get(id)
    _refuse(instrument, language)
    target = app.practice.root / "instruments" / "wording" / language / f"{id}.yaml"
    _refuse_taken(app, id, language, target, replace=replace)
    draft = target.with_name(f".{id}.draft")
    given = _said(flags)
    if source is not None:
        wording = _from_file(instrument, language, source, given)
    elif sys.stdin.isatty():
        wording = _ask(app, instrument, language, draft, given)
    else:
        raise UsageError("the words are typed at a terminal", hint="take them from a file with --from FILE")
    text = _checked(instrument, wording, target)
    if dry_run:
        click.echo(text, nl=False)
    else:
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_atomic(target, text.encode())
        draft.unlink(missing_ok=True)
    app.done(f"wrote {target}: {count(len(wording.items), 'item')}, {wording.licence}", dry_run=dry_run)
    if not dry_run:
        app.say(f"Next: fit form --blank {id} --language {language} -o {id}.pdf")


def _refuse(instrument: Instrument, language: str) -> None:
    from fit_toolkit.model.wording import LANGUAGE

    if not re.fullmatch(LANGUAGE, language):
        raise UsageError("a language is written as de, en or pt-BR")
    if not instrument.items:
        raise DataError(f"{instrument.id} has only totals: there is nothing to put into words")


def _refuse_taken(app: App, id: str, language: str, target: Path, *, replace: bool) -> None:
    there = app.practice.catalog.wordings.get((id, language))
    if there is None:
        return
    if str(there) != str(target):
        raise DataError(
            f"{id} has words in {language} already", where=str(there), hint="a changed form is another instrument"
        )
    if not replace:
        raise DataError(f"{id} has words in {language} already", where=str(there), hint="--replace writes over them")


def _said(flags: dict[str, Any]) -> dict[str, str]:
    """Give what was said on the command line, by the keys of the questions."""
    words = {key: value for key, value in flags.items() if isinstance(value, str)}
    if flags["validated"] is not None:
        words["validated"] = "yes" if flags["validated"] else "no"
    return words


def _ask(app: App, instrument: Instrument, language: str, draft: Path, said: dict[str, str]) -> Wording:
    """Ask one thing after another, keeping every answer as it comes."""
    from fit_toolkit.catalog.typed_words import questions, wording_of

    given = {**_kept(draft), **said}
    app.say(f"{instrument.title}, version {instrument.version}: its words in {language}.")
    app.say("Type only what your licence allows. Go back with <, stop with Ctrl-C: what is typed is kept.")
    if len(given) > len(said):
        app.say(f"Going on where you stopped, {count(len(given) - len(said), 'answer')} on.")
    behind: list[str] = []
    undone: dict[str, str] = {}  # what stood before somebody went back, offered again
    while following := next((each for each in questions(instrument, language, given) if each.key not in given), None):
        try:
            word = _prompt(app, following, undone.get(following.key) or following.default)
        except click.Abort:
            app.say(f"\nStopped; what you typed is in {draft}. The same command goes on from there.")
            raise
        if word == "<":
            key = behind.pop() if behind else _last(given, said)
            undone[key] = given.pop(key, "")
        else:
            given[following.key] = word
            behind.append(following.key)
        draft.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_atomic(draft, json.dumps(given, ensure_ascii=False).encode())
    return wording_of(instrument, language, given)


def _last(given: dict[str, str], said: dict[str, str]) -> str:
    return next((key for key in reversed(given) if key not in said), "")


def _prompt(app: App, question: Question, usual: str) -> str:
    choices = click.Choice((*question.choices, "<"), case_sensitive=False) if question.choices else None
    text = f"{question.text} [{'|'.join(question.choices)}]" if question.choices else question.text
    default = usual or (None if question.choices else "")
    while True:
        word = click.prompt(
            text, default=default, show_default=bool(usual), show_choices=False, type=choices, err=True
        )  # fmt: skip
        if word.strip() or not question.required:
            return " ".join(str(word).split())
        app.say("This is needed; < goes back, Ctrl-C stops.")


def _kept(draft: Path) -> dict[str, str]:
    try:
        return {str(key): str(value) for key, value in json.loads(draft.read_text(encoding="utf-8")).items()}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, AttributeError) as error:
        raise DataError(
            "what was typed before cannot be read", where=str(draft), hint="remove the file to begin anew"
        ) from error


def _from_file(instrument: Instrument, language: str, source: Path, said: dict[str, str]) -> Wording:
    from fit_toolkit.catalog.typed_words import lacking, questions, wording_of
    from fit_toolkit.catalog.words_file import from_csv, from_lines

    if source.suffix.lower() in {".yaml", ".yml", ".json"}:
        return _from_yaml(source, language, said)
    try:
        text = source.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise DataError("cannot be read as UTF-8 text", where=str(source)) from error
    read = from_csv if source.suffix.lower() in {".csv", ".tsv"} else from_lines
    given = _with_defaults(instrument, language, {**read(instrument, text, str(source)), **said})
    for each in questions(instrument, language, given):
        if each.choices and given.get(each.key, each.choices[0]) not in each.choices:
            raise DataError(f"'{each.key}' has to be one of: {', '.join(each.choices)}", where=str(source))
    missing = lacking(instrument, language, given)
    flags = [_FLAGS[each.key] for each in missing if each.key in _FLAGS]
    if flags:
        raise UsageError(
            f"say under which licence: {', '.join(flags)}", hint="or put them into the file as `key: words`"
        )
    if missing:
        names = ", ".join(each.key for each in missing[:8])
        raise DataError(f"no words for: {names}", where=str(source), hint="nothing was written")
    return wording_of(instrument, language, given)


def _with_defaults(instrument: Instrument, language: str, given: dict[str, str]) -> dict[str, str]:
    """Add what the definition says itself; a licence that has to be asked for is never taken for granted."""
    from fit_toolkit.catalog.typed_words import questions

    shared = any(key.startswith("answer.") for key in given)
    found = {"same_answers": "yes" if shared else "no", "validated": "no", **given}
    if instrument.licence.status in {"open", "free"}:
        found.setdefault("licence_status", instrument.licence.status)
        found.setdefault("licence", instrument.licence.name or instrument.licence.status)
    asked = [each for each in questions(instrument, language, found) if each.key not in {"licence_status", "licence"}]
    return {each.key: each.default for each in asked if each.default} | found


def _from_yaml(source: Path, language: str, said: dict[str, str]) -> Wording:
    import msgspec

    from fit_toolkit.catalog import load_wording

    wording = load_wording(source)
    if wording.language != language:
        raise DataError(
            f"the words are in the language {wording.language}", where=str(source), hint=f"--lang {wording.language}"
        )
    changes: dict[str, Any] = dict(said)
    if "validated" in changes:
        changes["validated"] = changes["validated"] == "yes"
    return msgspec.structs.replace(wording, **changes)


def _checked(instrument: Instrument, wording: Wording, target: Path) -> str:
    """Write the text of the file, and refuse it before it is there if the check finds anything."""
    from fit_toolkit.catalog.files import check_words
    from fit_toolkit.catalog.words_file import as_yaml

    text = as_yaml(wording)
    findings = check_words(text.encode(), str(target), instrument)
    if findings:
        raise DataError(findings[0].message, findings=findings, hint="nothing was written")
    return text
