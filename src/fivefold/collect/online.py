"""What the stages share that gather their rows from the web: the crawl, and what is told of it."""

from abc import abstractmethod
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self

from pydantic import (
    Field,
    NonNegativeFloat,
    PositiveFloat,
    PositiveInt,
    field_validator,
    model_validator,
)

from fivefold.artifacts import Collected
from fivefold.codecs.schema import Label, TaskName
from fivefold.collect.collect import Collect
from fivefold.collect.scraped import (
    archive_faults,
    findings_of,
    lacking,
    listening,
    not_installed,
    notes_of,
    recipe_kept,
    refuse_none,
    told_of,
    without_target,
)
from fivefold.core.context import Context
from fivefold.core.events import Found, Noted, Progress
from fivefold.core.finding import Finding
from fivefold.core.scratch import scratch
from fivefold.core.session import Session
from fivefold.core.stage import PathText, Stage
from fivefold.errors import ConfigError, FivefoldError, PreflightError
from fivefold.kinds_asked import KindsByColumn
from fivefold.reading.columnnames import Name
from fivefold.report.outlet import whole_file
from fivefold.tasks.known import task_of
from fivefold.version import __version__
from fivefold.web.url import host_of, split

if TYPE_CHECKING:
    from fivefold.web.bounds import Rules, Sight
    from fivefold.web.frontier import Frontier
    from fivefold.web.harvest import Harvest
    from fivefold.web.manner import Manner

Words = str | tuple[str, ...]
FILE, RECIPE = "crawl.sqlite", "recipe"
"""In the folder of a crawl; and in that file what rows were made of its pages."""


class Online(Stage):
    """A stage that gathers its rows from the web; see `Scrape` and `Fetch` for the settings."""

    seeds: Words = Field(kw_only=False)
    contact: str = ""
    pages: PositiveInt = 1000
    delay: NonNegativeFloat = 1.0
    hosts: Words = ()
    file_hosts: Words = ()
    respect: bool = True
    allow_private: bool = False
    largest: PositiveInt = 5_000_000
    deadline: PositiveFloat = 20.0
    directory: PathText | None = None
    archive: PathText | None = None
    refresh: bool = False
    mask: bool = False
    target: Name | tuple[Name, ...] | None = None
    task: TaskName | None = None
    positive: Label | None = None
    kinds: KindsByColumn = Field(default_factory=dict)
    drop: tuple[Name, ...] = ()
    group: Name | None = None
    time: Name | None = None

    uncacheable: ClassVar[str] = "what pages say today"

    @field_validator("seeds")
    @classmethod
    def _check_seeds(cls, seeds: Words) -> Words:
        for one in several(seeds):
            try:
                host_of(split(one))
            except ValueError:
                whole = one if "://" in one else f"https://{one}"
                raise ValueError(f"expected addresses such as {whole[:200]}") from None
        if not seeds:
            raise ValueError("expected an address to begin with, found none")
        return seeds

    @model_validator(mode="after")
    def _check_user(self) -> Self:
        if any(
            split(one).username is not None for one in several(self.seeds)
        ):  # which is not shown
            raise ValueError("`seeds` holds a key, a user before the host: leave it out")
        return self

    @abstractmethod
    def _manner(self) -> "Manner":
        """How pages are asked for, and where they lead."""

    @abstractmethod
    def _rows(self, frontier: "Frontier", manner: "Manner") -> "Harvest":
        """The rows of the pages that were read."""

    @abstractmethod
    def _faults(self) -> list[FivefoldError]:
        """What is wrong with settings of its own; the packages are there."""

    def _needed(self) -> tuple[str, ...]:
        """Packages that are needed besides those that read the web."""
        return ()

    def _first(self) -> tuple[str, ...]:
        """The addresses to begin with."""
        return several(self.seeds)

    def _asking(self) -> Callable[[str], Any] | None:
        """What asks for pages in place of HTTP."""
        return None

    def preflight(self, session: Session, found: Context) -> list[FivefoldError]:
        """A missing contact, packages that are not there, selectors and names that cannot be."""
        if found.get(Collected) is not None:
            return []
        who = type(self).__name__
        if "@" not in self.contact and "://" not in self.contact:
            remedy = 'Pass contact="you@example.org", so that who runs a site can reach you.'
            return [ConfigError.expected(
                who, "a mail address or page as contact", repr(self.contact), remedy,
                setting="contact",
            )]  # fmt: skip
        faults: list[FivefoldError] = []
        if (
            self.target in (None, "", ())
            and not session.may_leave_open
            and not self._answers_alone()
        ):
            faults.append(without_target(who))
        needed = (*self._needed(), *(("warcio",) if self.archive is not None else ()))
        if absent := lacking(needed):
            faults.append(not_installed(who, absent))
        else:
            faults += self._faults()
        if self.directory is not None and (
            not str(self.directory) or Path(self.directory).is_file()
        ):
            remedy = "Pass directory= with the folder of the crawl, new or old."
            faults.append(
                PreflightError.expected(who, "a folder", repr(str(self.directory)), remedy)
            )
        if self.archive is not None:
            faults += archive_faults(who, Path(self.archive))
        kept = self.directory or (self.archive if Path(self.archive or "").is_file() else None)
        if self.refresh and kept is None:
            remedy = "Pass directory= with the folder of the crawl, or archive= with its archive."
            faults.append(ConfigError.expected(who, "a crawl to refresh", "no directory=", remedy))
        return faults

    def _answers_alone(self) -> bool:
        """Whether what is predicted needs no column."""
        return self.task is not None and bool(task_of(self.task).network)

    def read(self, session: Session | None = None, *, crawls: bool = True) -> "Harvest":
        """Crawl and give the rows, without inferring what they are.

        Args:
            session: told of what goes on; None for nobody.
            crawls: whether pages are asked for, or those that were read are all.
        """
        from fivefold.web.harvest import mark_copies

        session, manner = session or Session(), self._manner()
        with ExitStack() as stack:
            folder = stack.enter_context(scratch("crawl")) if self.directory is None else None
            path = Path(folder or self.directory or ".")
            path.mkdir(parents=True, exist_ok=True)
            asked = self._crawl(path / FILE, manner, session) if crawls else 0
            with self._opened(path / FILE) as frontier:
                if crawls:
                    frontier.keep_fact(RECIPE, recipe_kept(self))
                    self._archive(frontier, asked)
                rows = self._rows(frontier, manner)
                refuse_none(type(self).__name__, rows, frontier)
                copied = mark_copies(rows) if self.group is None else 0
                for finding in findings_of(rows, frontier, copied):
                    session.emit(Found(finding=finding))
        return rows

    def run(self, session: Session) -> Collected:
        """Crawl, select, infer, inspect."""
        return self.collected(session)

    def collected(self, session: Session, *, crawls: bool = True) -> Collected:
        """The rows of the crawl, or those of the pages that were read; see `read`."""
        from fivefold.web.harvest import COPIES, ORIGIN

        heard: list[Finding] = []
        rows = self.read(listening(session, heard), crawls=crawls)
        copies = COPIES if COPIES in rows.columns else None
        collect = Collect(
            rows.columns,
            target=self.target,
            task=self.task,
            positive=self.positive,
            kinds=self.kinds,
            drop=(*self.drop, *(n for n in ORIGIN if n not in {self.time, self.group})),
            group=copies if self.group is None else self.group,
            time=self.time,
        )
        collected = collect.run(session)
        known = {one.code for one in heard}
        pages = zip(rows.columns["url"], rows.columns["sha256"], strict=True)
        return collected.replace(
            findings=(*heard, *(f for f in collected.findings if f.code not in known)),
            provenance=told_of(collected.provenance, several(self.seeds), sorted(set(pages)), rows),
        )

    def _archive(self, frontier: "Frontier", asked: int) -> None:
        """Write the archive, where there is none or it is ours and more was asked for."""
        if self.archive is None:
            return
        from fivefold.web.warc import is_ours, write_archive

        path = Path(self.archive)
        if not path.exists() or (asked and is_ours(path)):
            with whole_file(path) as place:
                packed = path.suffix == ".gz"
                write_archive(frontier, place, agent=self._rules().agent, packed=packed)

    def _crawl(self, path: Path, manner: "Manner", session: Session) -> int:
        """Read what is to be read; gives the number of requests."""
        from fivefold.web.crawled import crawl

        def tell(sight: "Sight") -> None:
            values = {"requests": sight.requests, **sight.refused}
            values |= {"hosts waiting": sight.waiting} if sight.waiting else {}
            done = min(sight.kept, self.pages)
            total = done if sight.is_over else self.pages
            session.emit(Progress(done=done, total=total, unit="page", values=values))

        known, archive = path.exists(), Path(self.archive or "")
        taken = not known and archive.is_file()
        if known or taken:
            session.emit(Noted(text=f"Going on with the crawl in {path if known else archive}."))

        def opened() -> "Frontier":
            frontier = self._opened(path)
            if taken:
                from fivefold.web.warc import read_archive

                read_archive(frontier, archive, manner)
            if (known or taken) and self.refresh:
                frontier.refresh(chained=manner.chained)
            return frontier

        with manner.discreet():
            tally, interrupted = crawl(
                opened, self._rules(), manner, self._first(), fetch=self._asking(), tell=tell
            )
        for text in notes_of(tally, interrupted):
            session.emit(Noted(text=text))
        return tally.requests

    def _opened(self, path: Path) -> "Frontier":
        from fivefold.web.frontier import Frontier

        return Frontier(path)

    def _rules(self, **more: Any) -> "Rules":
        from fivefold.web.bounds import Rules

        seeds = {split(one).netloc.rsplit("@", 1)[-1].lower() for one in several(self.seeds)}
        return Rules(
            agent=f"fivefold/{__version__} (+{self.contact})",
            hosts=frozenset(seeds | set(several(self.hosts))),
            file_hosts=frozenset(several(self.file_hosts)),
            pages=self.pages,
            delay=self.delay,
            largest=self.largest,
            deadline=self.deadline,
            respect=self.respect,
            private=self.allow_private,
            **more,
        )


def several(said: Words) -> tuple[str, ...]:
    """One or several, as several."""
    return (said,) if isinstance(said, str) else said
