"""What is told of a crawl, and what it needs."""

from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fivefold.core.events import Found
from fivefold.core.finding import Finding, finding
from fivefold.core.recipe import write_recipe
from fivefold.core.session import Session
from fivefold.core.stage import Stage
from fivefold.core.wording import plural, quoted, together
from fivefold.decided import Provenance
from fivefold.errors import ConfigError, DataError, FivefoldError, PreflightError, RecipeError
from fivefold.report.outlet import check_place

if TYPE_CHECKING:
    from fivefold.web.bounds import Tally
    from fivefold.web.frontier import Frontier
    from fivefold.web.harvest import Harvest

NEEDED = ("httpx2", "selectolax", "protego", "w3lib")
REMEDIES = {
    "Scrape": "Look at `follow`, `keep` and `select`, and whether the site answers.",
    "Fetch": "Look at `rows`, `select` and the key, and at what the interface answers; where its "
    "terms allow what robots.txt does not, pass robots=False.",
}


def findings_of(rows: "Harvest", frontier: "Frontier", copies: int) -> list[Finding]:
    """Pages that were left out or wait, copies, guessed character sets and personal data."""
    from fivefold.web.visited import State

    found = []
    if reasons := frontier.reasons():
        many = sum(reasons.values())
        said = together([f"{why} ({count:,})" for why, count in reasons.items()])
        found.append(
            finding("pages_left_out", f"{plural(many, 'page')} left out: {said}.", reasons=reasons)
        )
    if waiting := frontier.count(State.WAITING):
        sentence = (
            f"{plural(waiting, 'page')} known and not read yet: `pages` was reached, the crawl was "
            f"interrupted, or a host asks to be left alone."
        )
        found.append(finding("pages_waiting", sentence, pages=waiting))
    if rows.unselected:
        sentence = f"{plural(rows.unselected, 'page')} read on which nothing was selected: no rows."
        found.append(finding("pages_without_cells", sentence, pages=rows.unselected))
    if trainers := frontier.fact("trainers"):
        named = together([f"{host} ({', '.join(agents)})" for host, agents in trainers.items()])
        sentence = (
            f"robots.txt keeps agents that gather pages to train models away from every page: "
            f"{named}. Ask whether you may learn from these."
        )
        found.append(finding("training_unwelcome", sentence, hosts=trainers))
    if rows.repeated:
        sentence = f"{plural(rows.repeated, 'row')} that came twice: the first of each is kept."
        found.append(finding("repeated_rows", sentence, rows=rows.repeated))
    if rows.guessed:
        sentence = (
            f"{plural(rows.guessed, 'page')} whose character set nothing says: it was guessed."
        )
        found.append(finding("guessed_charset", sentence, pages=rows.guessed))
    if copies:
        sentence = (
            f"{plural(copies, 'row')} of {len(rows):,} that are copies of another but for a few "
            f"words: copies are kept on one side of the split."
        )
        found.append(finding("near_copies", sentence, copies=copies))
    for name, count in rows.without.items():
        if count:
            sentence = f"`{name}`: {plural(count, 'file')} that could not be read; missing there."
            found.append(finding("files_not_read", sentence, column=name, files=count))
    if rows.people:
        kinds = {name: dict(each) for name, each in rows.people.items()}
        counts = {
            n: ", ".join(f"{c:,} x {k}" for k, c in each.items()) for n, each in kinds.items()
        }
        said = together([f"`{name}` ({count})" for name, count in counts.items()])
        sentence = f"Personal data in {said}. Pass mask=True to replace it, or ask who may keep it."
        found.append(finding("personal_data", sentence, columns=kinds))
    return found


def told_of(
    known: Provenance, seeds: Sequence[str], pages: Sequence[tuple[str, str]], rows: "Harvest"
) -> Provenance:
    """Where the rows came from: the seeds, and one digest of all pages' addresses and contents."""
    digest = sha256("\n".join(f"{url} {content}" for url, content in pages).encode())
    licences = {one for one in rows.columns["licence"] if one}
    only = licences.pop() if len(licences) == 1 and None not in rows.columns["licence"] else None
    source = f"{plural(len(pages), 'page')} from {together(list(seeds[:5]))}"
    return Provenance(**{**known, "source": source, "sha256": digest.hexdigest(), "licence": only})


def lacking(besides: Sequence[str]) -> list[str]:
    """Packages that are needed and not there.

    Args:
        besides: names of some that not all need.
    """
    from importlib.util import find_spec

    return [name for name in (*NEEDED, *besides) if find_spec(name) is None]


def not_installed(who: str, names: list[str]) -> PreflightError:
    """The error that names them."""
    return PreflightError(
        f"{who}: expected the packages that read the web, found no {quoted(names)}.",
        remedy="Install them: pip install 'fivefold[web]'.",
    )


def without_target(who: str) -> DataError:
    """The error where nothing says what is to be predicted, told before a long crawl."""
    remedy = (
        f"Pass target=, or let a Label after it give one; `fivefold {who.lower()}` writes rows "
        "without one."
    )
    wanted = "the column to predict, before anything is asked for"
    return DataError.expected(who, wanted, "no target=", remedy, setting="target")


def archive_faults(who: str, path: Path) -> list[FivefoldError]:
    """What keeps an archive from being written or read there."""
    if not path.name.endswith((".warc", ".warc.gz")):
        remedy = "Name one of these; with .gz it is packed."
        wanted = "an archive that ends in .warc or .warc.gz"
        return [PreflightError.expected(who, wanted, repr(path.name), remedy, setting="archive")]
    try:
        check_place(f"{who}: archive", path)
    except PreflightError as error:
        return [error]
    return []


def notes_of(tally: "Tally", interrupted: bool) -> list[str]:
    """What is said of a crawl besides its rows."""
    notes = [f"Read {plural(tally.read, 'page')} with {plural(tally.requests, 'request')}."]
    notes += [
        f"{host} asks for {delay:g} s between requests." for host, delay in tally.delays.items()
    ]
    notes += [
        f"{host} asks to be left alone for {seconds:,.0f} s more: its other pages wait."
        for host, seconds in tally.waiting.items()
    ]
    if interrupted:
        notes.append("Interrupted: the rows are those of the pages that were read so far.")
    return notes


def refuse_none(who: str, rows: "Harvest", frontier: "Frontier") -> None:
    """Refuse a crawl without rows, with what became of its pages."""
    if len(rows):
        return
    from fivefold.web.visited import State

    reasons = [f"{plural(n, 'page')} left out: {why}" for why, n in frontier.reasons().items()]
    read = frontier.count(State.READ)
    said = [f"{plural(read, 'page')} read, {rows.unselected:,} without what is asked for"]
    if rows.elsewhere:
        reasons.append(f"lists of objects stand at {quoted(rows.elsewhere)}")
    raise DataError.expected(
        who,
        "pages that become rows",
        "none",
        REMEDIES[who],
        evidence="; ".join([*said, *reasons]) + ".",
    )


def listening(session: Session, heard: list[Finding]) -> Session:
    """The session, whose findings are kept too: they are part of what was collected."""

    def hear(event: Any) -> None:
        if isinstance(event, Found):
            heard.append(event.finding)

    return session.replace(observers=(*session.observers, hear))


def refuse_taken(who: str, names: "list[str]") -> None:
    """Refuse columns that are called as those that say where a row comes from.

    Raises:
        ConfigError: naming them.
    """
    from fivefold.web.harvest import COPIES, ORIGIN

    if taken := [name for name in names if name in {*ORIGIN, COPIES}]:
        wanted, remedy = quoted([*ORIGIN, COPIES]), "Rename these in `select`."
        raise ConfigError.expected(who, f"other names than {wanted}", quoted(taken), remedy)


def recipe_kept(stage: Stage) -> str:
    """What becomes of the pages of a crawl, as a recipe; empty where none can hold it."""
    aside = {"directory", "archive", "refresh", "fetch", "target", "task", "positive"}
    settings = {name: value for name, value in stage.settings().items() if name not in aside}
    try:
        return write_recipe([type(stage)(**settings)])
    except RecipeError:
        return ""
