"""Every setting, declared once: name, type, default, help. fit.toml, the checks and the manual are made from these."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Setting:
    """One setting: `name` is section.key, `type` one of str, int, bool, list (of texts) or dict (of texts)."""

    name: str
    type: type[Any]
    default: Any
    help: str
    minimum: int | None = None
    maximum: int | None = None
    choices: tuple[str, ...] = ()
    pattern: str = ""  # of the text, or of each one of a list
    example: str = ""  # of what fits the pattern

    @property
    def section(self) -> str:
        """The table of fit.toml it stands in."""
        return self.name.partition(".")[0]

    @property
    def key(self) -> str:
        """Its name within that table."""
        return self.name.partition(".")[2]

    @property
    def variable(self) -> str:
        """The environment variable that sets it."""
        return "FIT_" + self.name.replace(".", "_").upper()


SECTIONS = {
    "practice": "The practice as a whole.",
    "people": "What the people who rate are told.",
    "safety": "What happens after a worrying answer. Fill this in before using an instrument with a risk item.",
    "store": "Where the data lie.",
    "import": "What happens to files on their way in.",
    "alerts": "When alerts come and go, and how people hear of them.",
    "mail": "Only for the channel email. Mails hold counts, never names, scores or answers.",
    "sheets": "The one-page sheets.",
    "report": "The service's report.",
    "governance": "What people have agreed on about figures that are near to persons.",
    "retention": "How long what is held about a client is kept. No period is built in: what the law asks differs.",
    "backup": "Copies of the store and of the practice's own files.",
    "plugins": "Installed packages are off until they are enabled here; plugins/*.py beside this file are on.",
}

SETTINGS = (
    Setting("practice.name", str, "", "Printed at the head of forms and sheets."),
    Setting("practice.time_zone", str, "UTC", "Decides what day it is, such as Europe/Berlin."),
    Setting("practice.language", str, "en", "The language of forms and sheets where nothing else is said."),
    Setting(
        "people.who_sees", str, "Your therapist sees your answers and talks about them with you.",
        "Printed on every form: who sees the answers.",
    ),
    Setting("safety.protocol", str, "", "Who does what after a worrying answer; shown on the screen when one is keyed in."),
    Setting("safety.contact", str, "", "Whom to call, with hours and number; shown beside it."),
    Setting("store.path", str, "store.db", "The SQLite file, relative to the practice; never on a network share."),
    Setting("store.url", str, "", "A PostgreSQL database instead, without a password: postgresql://user@host/name."),
    Setting("import.pseudonyms", bool, False, "Name clients of imported files by pseudonyms, whatever the file calls them."),
    Setting("import.pseudonym_key_file", str, "", "The key they are made with, readable by you alone and outside the practice; fit pseudonym --new-key makes it."),
    Setting("alerts.channels", list, ["stdout"], "How people hear of alerts: stdout, file, email, webhook, apprise, or a plugin's channel."),
    Setting("alerts.lapse", int, 3, "A conventional flag ends after this many ratings that do not confirm it.", minimum=1),
    Setting("alerts.max_gap_days", int, 42, "A rating older than this is not compared with.", minimum=1),
    Setting("alerts.repeat_days", int, 7, "Tell again of an alert nobody has seen after so many days; 0: never.", minimum=0),
    Setting("alerts.safety_repeat_days", int, 1, "The same for safety, which is always told again.", minimum=1),
    Setting("alerts.safety_old_days", int, 90, "Flagged answers older than this when first seen, with later ones below the line or the episode ended, are told in one message; 0: each alone.", minimum=0),
    Setting("alerts.escalate_days", int, 14, "Attention nobody noted anything about goes to the supervisor after so many days, after as many again to the administrators; 0: never.", minimum=0),
    Setting("alerts.safety_escalate_days", int, 1, "The same for safety, in working days.", minimum=1),
    Setting("alerts.escalate_failures", int, 3, "A safety message also goes to whoever stands in after so many failures to send it.", minimum=1),
    Setting("alerts.quiet", str, "", "Hold messages back between these hours, such as 19:00-07:00; never those about safety. Run fit alerts deliver after their end.",
            pattern="(([01][0-9]|2[0-3]):[0-5][0-9]-([01][0-9]|2[0-3]):[0-5][0-9])?", example="19:00-07:00"),
    Setting("alerts.quiet_weekends", bool, False, "Hold them back on Saturdays and Sundays, too."),
    Setting("alerts.holidays", list, [], "Days on which they are held back, too, and that are no working days, such as 2026-12-25.",
            pattern=r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])", example="2026-12-25"),
    Setting("alerts.digest", str, "", "The day of the weekly digest, sent also when there is nothing to tell; empty: none.",
            choices=("", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")),
    Setting("alerts.notices", str, "daily", "Tell notices with the rest (daily), or in the weekly digest only.", choices=("daily", "digest")),
    Setting("alerts.budget", int, 10, "Say so when attention and notice exceed so many alerts per 100 sessions; 0: never.", minimum=0),
    Setting("alerts.expected_every_hours", int, 24, "How often fit alerts run is expected; half as long again after that, sheets, listings and fit check say so.", minimum=1),
    Setting("alerts.heartbeat_url", str, "", "An address told that each run began and how it ended, with nothing else, such as one of healthchecks.io; https only.",
            pattern=r"(https://[^\s/?#@]+(/[^\s#]*)?|http://(localhost|127\.0\.0\.1|\[::1\])(:\d+)?(/[^\s#]*)?)?", example="https://hc-ping.com/your-uuid"),
    Setting("alerts.folder", str, "messages", "Where the channel file writes, relative to the practice."),
    Setting("alerts.link", str, "", "An address inside your network, printed at the end of messages."),
    Setting("mail.host", str, "", "The mail server."),
    Setting("mail.port", int, 587, "Its port.", minimum=1, maximum=65535),
    Setting("mail.from", str, "", "The sender's address."),
    Setting("mail.starttls", bool, True, "Encrypt the connection; refuse to send where the server cannot."),
    Setting("mail.username", str, "", "The account on the mail server, where it asks for one."),
    Setting("mail.password_file", str, "", "A file holding only the password, readable by you alone."),
    Setting("mail.timeout_seconds", int, 60, "Give up on a silent mail server after this time.", minimum=1),
    Setting("mail.include_codes", bool, False, "Put client codes into mails. A code is personal data."),
    Setting("sheets.folder", str, "sheets", "Where sheets go, relative to the practice."),
    Setting("sheets.keep_sheets_days", int, 14, "fit sheets removes what it made when nobody has asked for it for so many days.", minimum=1),
    Setting("sheets.password_file", str, "", "A file holding only a password, readable by you alone: fit sheets then encrypts its PDFs (AES-256)."),
    Setting("sheets.paper", str, "A4", "The paper sheets are printed on.", choices=("A4", "Letter")),
    Setting("sheets.item_history", bool, False, "A second page with every answer of every session."),
    Setting("sheets.large_print", bool, False, "Sheets in large letters, on as many pages as it takes."),
    Setting("report.smallest_cell", int, 5, "Figures of fewer clients than this are not shown, nor what they could be subtracted from; 1: show all.", minimum=1),
    Setting("report.planned", list, ["planned", "planned end", "ended as planned"], "Reasons of closing an episode that count as a planned ending, as typed; capitals do not matter."),
    Setting("report.unplanned", list, ["unplanned", "unplanned end", "did not come back", "dropped out"], "Reasons that count as an unplanned ending; every other one counts as not known."),
    Setting("governance.therapist_figures", str, "", "With whom figures by therapist were agreed on; without it there are none. Printed in the report; not for discipline.",
            pattern=r"(agreed on \d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01]) with \S.*)?", example="agreed on 2026-03-01 with the works council"),
    Setting("retention.years", int, 0, "What is kept may go so many years after the last episode ended: fit erase --due lists and erases it; 0: no period.", minimum=0),
    Setting("backup.folder", str, "backups", "Where fit backup puts copies, relative to the practice; better on another disk."),
    Setting("backup.keep", int, 0, "fit backup removes older copies of its own in that folder beyond so many; 0: none.", minimum=0),
    Setting("backup.max_age_days", int, 0, "fit check warns when the newest copy is older than this; 0: never.", minimum=0),
    Setting("plugins.enabled", list, [], "Installed packages that may be loaded, by name, and plugins that ship but are off."),
    Setting("plugins.disabled", list, [], "Plugins that are not to be loaded, bundled ones and drop-ins included."),
    Setting("plugins.pinned", dict, {}, "What each was when it was enabled; `fit plugins enable` writes it, and a change is told."),
    Setting("plugins.required", list, [], "Plugins without which nothing is to run."),
    Setting("plugins.isolate", bool, True, "Run the policies and scoring rules of others in a process of their own."),
    Setting("plugins.timeout_seconds", int, 60, "Stop such a process after this time.", minimum=1),
    Setting("plugins.memory_mb", int, 1024, "Stop it when it takes more memory.", minimum=64),
    Setting("plugins.choose", dict, {}, "Where two plugins bring the same name: name = plugin to use."),
)  # fmt: skip

BY_NAME = {setting.name: setting for setting in SETTINGS}

# Tables whose content somebody else checks: the engine the policies and sections, each channel, reader, source and writer its own settings.
FREE_ARRAYS = ("policies", "sections")
FREE_TABLES = ("channels", "readers", "sources", "writers")
