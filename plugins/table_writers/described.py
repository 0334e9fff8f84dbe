"""What every column of the tables means, in one sentence each, for formats that describe their columns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .tables import is_ambiguous, options_of, text_of

WORDS: Mapping[str, str] = {
    "administration": "Number of the filled-in form in this export.",
    "band": "What the score is called, where that is verified.",
    "born": "Year of birth, or five years together.",
    "client": "Code or pseudonym of the client.",
    "close_reason": "Why the episode ended, where that was asked for.",
    "code": "Code of a member of staff.",
    "closed": "Day on which the episode was closed.",
    "date": "Day of the session.",
    "dates_assumed": "Whether the days were laid out instead of known.",
    "definition_hash": "SHA-256 of the definition that the form was scored by.",
    "direction": "What a high number means.",
    "ends": "Last day; empty while somebody is there.",
    "episode": "Code or pseudonym of the course of treatment.",
    "id": "Id of the item or scale.",
    "instrument": "Id of the instrument.",
    "item": "Id of the item.",
    "joined": "Day on which the client joined the episode.",
    "kind": "Kind of the episode: individual, couple, family, group.",
    "label": "Short neutral name; not the wording.",
    "labels": "Labels of the episode, with ; between them.",
    "language": "Language of the form, where it is known.",
    "left": "Day on which the client left the episode.",
    "made_of": "Items or scales that a scale is made of.",
    "maximum": "Highest possible value.",
    "method": "How a scale is made of its items.",
    "minimum": "Lowest possible value.",
    "missing": "Why there is no answer: left-out, withheld, or what was said instead of one.",
    "mode": "How the form was filled in: paper, screen, phone, read-aloud, import.",
    "n_answered": "How many items of the scale were answered.",
    "n_items": "How many items the scale has.",
    "occasion": "When in the session the form was filled in: start, end, between.",
    "opened": "Day on which the episode was opened.",
    "options": "The possible answers, with what each counts.",
    "rated_at": "Moment at which the form was filled in.",
    "rater": "Who filled the form in: client, therapist, carer, observer, supervisor.",
    "raw": "The answer as it was received.",
    "reason": "Why: of a score that is not there, a pause, or a contact that did not take place.",
    "replaces": "Number of the form that this one corrected.",
    "scale": "Id of the scale.",
    "session": "Number of the session in its episode.",
    "session_given": "Number of the session as its source had counted.",
    "role": "What somebody does: therapist, cotherapist, supervisor, administrator.",
    "sex": "Sex, where it is known.",
    "since": "First day.",
    "starts": "First day.",
    "state": "Whether the rating counts: valid, superseded, voided.",
    "status": "Of a score: complete, prorated, entered, unscorable; of an appointment: planned, held, cancelled, not-attended.",
    "step": "Between two possible values.",
    "supervisor": "Code of who supervises.",
    "therapist": "Code or pseudonym of the therapist.",
    "time": "Time of day, by the practice's clock.",
    "totals": "Whether the form came as ready-made totals, so that there are no answers.",
    "type": "Kind of the item: number, choice, text.",
    "until": "Last day; empty while it lasts.",
    "value": "The number.",
    "version": "Version of the instrument.",
    "what": "Whether the row is about an item or a scale.",
}


def items_of(instrument: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Describe the items of an instrument by id: a sentence, the bounds, and the levels where the list is closed."""
    found: dict[str, dict[str, Any]] = {}
    for item in instrument.get("items", ()):
        options = options_of(instrument, item)
        label = item.get("label") or item["id"]
        if item.get("type") == "text":
            found[item["id"]] = {"text": f"{label} (free text)"}
        elif options:
            counts = [text_of(float(each["value"])) for each in options]
            words = [each.get("label") or each.get("code") or "" for each in options]
            pairs = zip(words, (f"counts {count}" for count in counts), strict=True)
            levels = dict(pairs if is_ambiguous(options) else zip(counts, words, strict=True))
            found[item["id"]] = {"text": label, "levels": levels}
        else:
            low, high = (text_of(float(each)) for each in item["range"])
            found[item["id"]] = {"text": f"{label} ({low} to {high})", "range": (low, high)}
    return found


def scales_of(instrument: Mapping[str, Any]) -> dict[str, str]:
    """Describe the scales of an instrument by id in a sentence."""
    found = {}
    for scale in instrument.get("scales", ()):
        low, high = (text_of(float(each)) for each in scale["range"])
        direction = str(scale.get("direction") or instrument["direction"]).replace("_", " ")
        found[scale["id"]] = f"Score: {scale.get('title') or scale['id']} ({low} to {high}, {direction})"
    return found
