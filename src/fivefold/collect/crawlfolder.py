"""The folder that a crawl leaves, as a source: its pages are read, and nothing is asked for."""

from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import Field

from fivefold.artifacts import Collected
from fivefold.collect.fetch import Fetch
from fivefold.collect.online import FILE, RECIPE, Online
from fivefold.collect.scrape import Scrape
from fivefold.core.context import Context
from fivefold.core.recipe import read_recipe
from fivefold.core.session import Session
from fivefold.core.stage import PathText, Stage
from fivefold.errors import FivefoldError, PreflightError

if TYPE_CHECKING:
    from collections.abc import Sequence

STAGES: "Sequence[type[Online]]" = (Scrape, Fetch)


class CrawlFolder(Stage):
    """Read the rows of the pages that a crawl has kept, as it would make them.

    Args:
        folder: as `Scrape(directory=)` and `fivefold scrape --directory` leave it.

    Example:
        >>> CrawlFolder("jobs/")
        CrawlFolder(folder='jobs/')
    """

    folder: PathText = Field(kw_only=False)

    uncacheable: ClassVar[str] = "how far a crawl has come"

    def preflight(self, session: Session, found: Context) -> list[FivefoldError]:
        """A crawl that does not say what rows are made of it, packages that are not there."""
        if found.get(Collected) is not None:
            return []
        try:
            return self._stage().preflight(session, found)
        except FivefoldError as fault:
            return [fault]

    def run(self, session: Session) -> Collected:
        """Read, select, infer, inspect."""
        return self._stage().collected(session, crawls=False)

    def _stage(self) -> Online:
        """What crawled, with its settings.

        Raises:
            PreflightError: if the crawl does not say.
        """
        from fivefold.web.frontier import Frontier

        with Frontier(Path(self.folder) / FILE) as frontier:
            text = frontier.fact(RECIPE)
        stage = next(iter(read_recipe(text, STAGES)), None) if text else None
        if isinstance(stage, Online):
            return stage.replace(directory=self.folder)
        wanted = "a crawl that says what rows are made of its pages"
        found = "one of an older version, or with settings that no recipe holds"
        again = f"`fivefold scrape RECIPE.json --directory {self.folder}`"
        remedy = f"Name the recipe, or run {again}: it asks for no page again."
        raise PreflightError.expected(
            str(self.folder),
            wanted,
            found,
            remedy,
            path=self.folder,
        )


def is_crawl(source: Any) -> bool:
    """Whether a source is the folder of a crawl."""
    return isinstance(source, str | PathLike) and (Path(source) / FILE).is_file()
