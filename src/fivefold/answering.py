"""What answers in this process as a bundle would, by the network of a run itself."""

from abc import abstractmethod
from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property
from os import PathLike
from typing import TYPE_CHECKING, Any

from fivefold.artifacts import Collected, Evaluated, Preprocessed, Trained
from fivefold.core.context import Context
from fivefold.errors import ConfigError
from fivefold.serve.bounded import About, Bounded
from fivefold.serve.explained import Explained
from fivefold.tasks.known import task_of
from fivefold.tasks.threshold import decided

if TYPE_CHECKING:
    import numpy as np

    from fivefold.codecs.schema import Schema
    from fivefold.codecs.table import Columns
    from fivefold.deploy.changes import Difference
    from fivefold.models.gradients import Gradients
    from fivefold.reading.raw import Raw
    from fivefold.serve.explainer import Explainer
    from fivefold.travel.changes import Changes


class Answering(Bounded, Explained):
    """What people ask of the model of a run, by its artifacts."""

    @property
    @abstractmethod
    def context(self) -> Context:
        """All artifacts."""

    def predict(
        self, data: Any, *, root: str | PathLike[str] | None = None
    ) -> "np.ndarray[Any, Any]":
        """Labels, or numbers for regression, by the network itself; works without Deploy.

        Args:
            data: whatever `Collect` takes, by the same readers: a frame, a data set, a dict of
                columns, a list of dicts, a path; the target column may be absent.
            root: the folder below which texts of a frame or a file may name pictures; that of the
                file if None.

        Returns:
            `(n,)` labels as the source wrote them, or float64 values.

        Raises:
            RequestError: naming row and column.
            ParityError: naming stages and columns, if a stage changed the table that was read.
        """
        from fivefold.serve.planes import at_size, sizes_in

        self._check_here()
        codec = self.context[Preprocessed].codec
        raw, changes = self._read(data, root)
        judged = self.context.get(Evaluated)
        marks = decided(self._scores(raw, changes), judged.threshold if judged else None)
        answers = task_of(codec.schema.task).answers(marks, codec.schema)
        return at_size(answers, sizes_in(raw, codec.schema), codec.steps)

    def predict_proba(
        self, data: Any, *, root: str | PathLike[str] | None = None
    ) -> "np.ndarray[Any, Any]":
        """Probabilities, one column a class in the order of `Schema.classes`.

        Args:
            data: as for `predict`.
            root: as for `predict`.

        Returns:
            `(n, classes)` float32.

        Raises:
            RequestError: as `predict`, and for a regression model.
            ParityError: as `predict`.
        """
        from fivefold.serve.chances import probabilities

        self._check_here()
        schema = self.context[Preprocessed].codec.schema
        return probabilities(schema, self._scores(*self._read(data, root)))

    def _check_here(self) -> None:
        """Refuse, by a ConfigError, to ask a model that was made elsewhere."""
        judged = self.context.get(Evaluated)
        if Trained not in self.context and judged is not None and judged.given:
            wanted, found = "a model of this run", f"one made elsewhere, {judged.given}"
            raise ConfigError.expected("predict", wanted, found, "Ask it where it was made.")

    def _about(self, data: Any, root: str | PathLike[str] | None) -> About:
        self._check_here()
        judged, schema = self.context.get(Evaluated), self.context[Preprocessed].codec.schema
        by = {} if judged is None else judged.decided()
        return About(self._scores(*self._read(data, root)), schema, **by)

    def _explaining(
        self, data: Any, root: str | PathLike[str] | None
    ) -> "tuple[Explainer, Iterator[Columns]]":
        from fivefold.serve.requests import canonical_chunks

        self._check_here()
        raw, changes = self._read(data, root)
        return replace(self._explainer, changes=changes), canonical_chunks(raw, self._asked, 0)

    @cached_property
    def _explainer(self) -> "Explainer":
        from fivefold.explaining import explaining
        from fivefold.requested import requested

        data = self.context[Preprocessed]
        asked = requested(self.context[Collected], data)
        return explaining(asked, data, self.context[Trained], self.context[Collected].findings)

    def gradients(
        self,
        data: Any,
        *,
        of: str | None = None,
        steps: int = 64,
        root: str | PathLike[str] | None = None,
    ) -> "list[Gradients]":
        """What each number that the network reads adds to its answer: integrated gradients.

        A picture gets a value a pixel and channel, a sound one for each band and frame, a series
        one a step and channel, a table one for each scaled number; they add up to the difference
        between the answer of the network and that for a mean training row. Trees and linear models
        beside it have no gradients, and codes of categories, words and symbols none that mean
        something: `explain` asks about all of them.

        Args:
            data: as for `predict`.
            of: a class, or one of several numbers; None is what is answered, of two classes the
                positive one.
            steps: points between a mean row and this one at which gradients are taken.
            root: as for `predict`.

        Raises:
            ModelError: if the model has no network, or it reads codes alone.
            PreflightError: if captum is not installed.
            RequestError: as `explain`.
        """
        from fivefold.models.gradients import integrated_gradients
        from fivefold.serve.requests import encoded

        explainer, pieces = self._explaining(data, root)
        network, found = self.context[Trained].model, list["Gradients"]()
        for rows in pieces:
            arrays = encoded(explainer.codec, rows, changes=explainer.changes)
            for row in range(len(rows)):
                one = {name: values[row : row + 1] for name, values in arrays.items()}
                place = explainer.place(one, of)
                found += integrated_gradients(network, one, place, steps=steps)
        return found

    @cached_property
    def _changes(self) -> "tuple[Difference, ...]":
        from fivefold.deploy.changes import table_changes

        return table_changes(self.context)

    @property
    def _asked(self) -> "Schema":
        """The columns that rows come with which are to be answered."""
        changes, schema = self.context[Collected].changes, self.context[Preprocessed].codec.schema
        return schema if changes is None else changes.request(schema)

    def _read(self, data: Any, root: str | PathLike[str] | None) -> "tuple[Raw, Changes | None]":
        from fivefold.deploy.changes import predict_fault
        from fivefold.serve.contract import text_of
        from fivefold.serve.requests import raw_pieces, reading_of
        from fivefold.serve.sources import rows_of

        if self._changes:
            raise predict_fault(self.context, self._changes)
        reading = reading_of(self._asked, text_of(self.context[Collected].provenance), root=root)
        data, changes = rows_of(data, self.context[Collected].changes)
        (raw,) = raw_pieces(data, self._asked, reading, rows=None)
        return raw, changes

    def _scores(self, raw: "Raw", changes: "Changes | None") -> "np.ndarray[Any, Any]":
        from fivefold.models.score import score
        from fivefold.serve.requests import canonical_columns, encoded

        codec = self.context[Preprocessed].codec
        arrays = encoded(codec, canonical_columns(raw, self._asked, 0), changes=changes)
        return codec.cut(score(self.context[Trained].model, arrays), arrays)
