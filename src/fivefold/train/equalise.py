"""The stage that answers groups by thresholds of their own."""

import numpy as np
from pydantic import Field

from fivefold.artifacts import Collected, Preprocessed, Trained
from fivefold.codecs.cell import word
from fivefold.codecs.rows import Rows
from fivefold.codecs.table import Array
from fivefold.core.context import Context
from fivefold.core.events import Found
from fivefold.core.finding import Finding, finding
from fivefold.core.session import Session
from fivefold.core.stage import Stage
from fivefold.core.wording import literal, quoted, together
from fivefold.errors import DataError, FivefoldError, PreflightError
from fivefold.metrics.equalrates import Chosen, Parity, equal_rates
from fivefold.metrics.weight import weights_of
from fivefold.sensitive import sensitive_faults
from fivefold.tasks.known import task_of

WHO = "Equalise"


class Equalise(Stage):
    """Answer each group by a threshold of its own, so that a rate is the same in all of them.

    It stands between Train and Evaluate. Validation rows that nothing learnt from choose the
    thresholds, in every fold anew: of all that give groups one rate those with the most right
    answers. They are in the network: its probabilities are moved by group until 0.5 is the
    threshold, so that every door of the bundle answers alike. Moved probabilities are no
    frequencies any more, and the answer depends on the group of a row: the finding
    `group_thresholds` says so, on the card too.

    Args:
        column: whose groups are meant, a category that the model reads: who asks for an answer has
            to say it. A missing value, one that training rows lack, and groups of fewer than 30
            validation rows (or 10 that the rate is of) have the threshold of all rows.
        parity: which rate is to be equal: `equal_opportunity`, the share found of the positive
            rows, or `demographic_parity`, the share that is answered positive. Equalised odds would
            need answers by chance (Hardt et al., section 4), and is not offered.

    Raises:
        DataError: if validation rows have no two groups that are large enough.

    Example:
        >>> Equalise("sex")
        Equalise(column='sex')

    Reference:
        Hardt, Price and Srebro, Equality of Opportunity in Supervised Learning, NIPS 2016,
        section 3.2.
    """

    column: str = Field(kw_only=False, min_length=1)
    parity: Parity = "equal_opportunity"

    @property
    def decides(self) -> bool:
        """That validation rows decide something, so that training holds them back."""
        return True

    def preflight(self, session: Session, found: Context) -> list[FivefoldError]:
        """A column that is not there, or not read, and tasks of other than two classes."""
        collected = found.get(Collected)
        if collected is None:
            return []
        schema, task = collected.schema, task_of(collected.schema)
        if not task.labelled or task.placed or task.plane or len(schema.classes) != 2:
            wanted = f"{WHO} expects a task of two classes, found {task.called}"
            return [PreflightError(f"{wanted}.", remedy="Leave Equalise out.")]
        faults = sensitive_faults([self.column], schema, WHO)
        if not faults and self.column not in [one.name for one in schema.inputs]:
            wanted = f"{WHO} expects a column that the model reads, found {self.column!r}, left out"
            remedy = f"Take {literal(self.column)} out of Collect(drop=): answers depend on it."
            return [DataError(f"{wanted}.", remedy=remedy, column=self.column)]
        data = found.get(Preprocessed)
        if not faults and data is not None and _address(data, self.column) is None:
            wanted = f"{WHO} expects a column of categories, found {self.column!r}"
            remedy = f'Pass Collect(kinds={{{literal(self.column)}: "categorical"}}).'
            return [DataError(f"{wanted}.", remedy=remedy, column=self.column)]
        return faults

    def rehearse(
        self, collected: Collected, data: Preprocessed, trained: Trained, session: Session
    ) -> Trained:
        """The network with thresholds of 0.5."""
        return _moved(trained, data, self.column, None)

    def run(
        self, collected: Collected, data: Preprocessed, trained: Trained, session: Session
    ) -> Trained:
        """Choose the thresholds by validation rows."""
        from fivefold.models.answered import answered

        held = data.valid.divided()[1]
        codes, count = _codes(data, held, self.column)
        scores = answered(trained.model, held, data.codec, who=WHO)
        chosen = equal_rates(
            *(scores[:, 1].astype(np.float64), held.target, codes, count, self.parity),
            weights_of(held.weight, len(held)),
        )
        if chosen.own.sum() < 2:
            wanted = "validation rows of two groups that are large enough"
            remedy = "Draw more of them: Split(valid=0.2). Or name another column."
            raise DataError.expected(WHO, wanted, f"{int(chosen.own.sum())}", remedy)
        told = self._told(collected, held, codes, chosen)
        session.emit(Found(finding=told))
        found = _moved(trained, data, self.column, chosen.values)
        return found.replace(findings=(*trained.findings, told))

    def _told(self, collected: Collected, held: Rows, codes: Array, chosen: Chosen) -> Finding:
        """That answers depend on the group, and how."""
        values = collected.table.column(self.column)[held.index]
        names = {int(code): word(values[place]) for code, place in _first(codes)}
        positive = collected.schema.positive
        each = [f"{chosen.values[code]:.3g} where it is `{names[code]}`"
                for code in np.flatnonzero(chosen.own).tolist()]  # fmt: skip
        of = "of rows that are it" if self.parity == "equal_opportunity" else "of all rows"
        sentence = (
            f"Answers depend on `{self.column}`: `{positive}` is answered from a probability of "
            f"{together(each)} on, chosen by {len(held):,} validation rows so that it is answered "
            f"for {chosen.rate:.2f} {of} in each group. Probabilities are moved until these are "
            "0.5, and are no frequencies."
        )
        facts = {name: float(chosen.values[code]) for code, name in names.items()}
        return finding("group_thresholds", sentence, column=self.column, thresholds=facts)


def _first(codes: Array) -> list[tuple[int, int]]:
    found, places = np.unique(codes, return_index=True)
    return list(zip(found.tolist(), places.tolist(), strict=True))


def _address(data: Preprocessed, name: str) -> tuple[str, int, int] | None:
    """The array of a column's codes, its place there and how many codes it has; None for none."""
    for block in data.codec.blocks:
        for place, one in enumerate(block.columns):
            count = getattr(one.state, "size", None)
            if one.column.name == name and count is not None and block.block.shared:
                return block.name, place, int(count)
    return None


def _codes(data: Preprocessed, rows: Rows, name: str) -> tuple[Array, int]:
    """`(n,)` codes of a column, and how many there are."""
    address = _address(data, name)
    if address is None:
        remedy = f'Pass Collect(kinds={{{literal(name)}: "categorical"}}).'
        raise DataError.expected(WHO, "a column of categories", quoted([name]), remedy)
    block, place, count = address
    return rows.inputs[block][:, place].astype(np.int64), count


def _moved(trained: Trained, data: Preprocessed, name: str, values: Array | None) -> Trained:
    """The same with thresholds of these probabilities by the codes of a column; None for 0.5."""
    import torch

    from fivefold.models.offsets import Offsets

    address = _address(data, name)
    assert address is not None, "its codes were read"
    offsets = Offsets(*address)
    if values is not None:
        odds = np.log(values) - np.log1p(-values)
        offsets.moved.copy_(torch.from_numpy(odds.astype(np.float32)))
    return trained.replace(model=trained.model.with_offsets(offsets))
