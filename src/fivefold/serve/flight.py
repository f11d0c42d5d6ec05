"""Requests under way: how many rows at once, and in what pieces they are answered."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from fastapi.concurrency import run_in_threadpool

from fivefold.codecs.schema import Schema
from fivefold.codecs.table import Array
from fivefold.errors import RequestError
from fivefold.kinds.known import kind_of
from fivefold.serve import planes
from fivefold.serve.attribution import MOST, Reason
from fivefold.serve.contract import Field
from fivefold.serve.messages import MAX_ROWS, json_text, parse_instances, parse_request
from fivefold.serve.predictor import Predictor
from fivefold.tasks.known import task_of

ROWS = 200_000  # the most rows that are under way at once, unless one request alone has more
PIECE = 256  # rows answered before somebody else has a turn
EXPLAINED = 16  # the most rows that one request asks to be explained
SMALL = 16_384  # bytes of a body that is answered at once where nobody waits


class CrowdedError(Exception):
    """More rows are under way than are taken at once."""


class Flight:
    """The requests that a model is answering.

    Large requests are answered one after another, in pieces between which others have a turn.

    Args:
        model: what answers.
        max_rows: the most instances in one request.
        rows: the most rows under way at once.
    """

    def __init__(self, model: Predictor, max_rows: int = MAX_ROWS, rows: int = ROWS) -> None:
        self._model, self._max_rows, self._most = model, max_rows, rows
        self._rows = 0
        self._turn, self._large = asyncio.Lock(), asyncio.Lock()

    async def reply(self, body: bytes) -> bytes:
        """The body of the reply to a request.

        Raises:
            CrowdedError: if too many rows are under way.
            RequestError: if an instance is not as the contract says.
        """
        rows = max(1, body.count(b"{") - 1)
        if self._rows and self._rows + rows > self._most:
            raise CrowdedError
        self._rows += rows
        try:
            if rows > PIECE:
                async with self._large:
                    return await self._in_pieces(body)
            if len(body) <= SMALL and not self._turn.locked():
                return self._whole(body)
            async with self._turn:
                return await run_in_threadpool(self._whole, body)
        finally:
            self._rows -= rows

    async def explain(self, body: bytes) -> bytes:
        """The body of the reply to a request that asks why; others have a turn between its rows.

        Raises:
            RequestError: if an instance is not as the contract says, or answers have no parts.
        """
        instances, asked = await run_in_threadpool(parse_request, body, EXPLAINED)
        of, told = asked.get("of"), []
        for row, instance in enumerate(instances):
            async with self._turn:
                told += await run_in_threadpool(self._explain, instance, of, row)
        return json_text({"explanations": told})

    def _explain(self, instance: Any, of: Any, row: int) -> list[dict[str, Any]]:
        """Why one row is answered as it is.

        Raises:
            RequestError: of that row.
        """
        try:
            found = self._model.explain([instance], of=None if of is None else str(of))
        except RequestError as error:
            if error.facts.get("row") == 0:
                error.facts["row"] = row
            raise
        return [one.to_json() for one in found]

    def _whole(self, body: bytes) -> bytes:
        instances = parse_instances(body, self._max_rows)
        return self._text([self._scores(instances)], instances)

    async def _in_pieces(self, body: bytes) -> bytes:
        async with self._turn:
            instances = await run_in_threadpool(parse_instances, body, self._max_rows)
        scores = []
        try:
            for start in range(0, len(instances), PIECE):
                async with self._turn:
                    scores.append(
                        await run_in_threadpool(self._scores, instances[start : start + PIECE])
                    )
        except RequestError:  # whose row is that of the piece
            scores = [await run_in_threadpool(self._scores, instances)]
        return await run_in_threadpool(self._text, scores, instances)

    def _scores(self, instances: list[Any]) -> Array:
        return self._model.scores(instances, complete=True)

    def _text(self, scores: list[Array], instances: list[Any]) -> bytes:
        model = self._model
        reply = planes.reply_to(model, np.concatenate(scores), instances)
        _name_entities(reply, instances, model.contract.fields)
        if "surprise" in reply:
            reply["reasons"] = self._reasons(np.concatenate(scores), instances)
        if task_of(model.schema).placed:
            reply |= _pace(model.schema)
        return json_text(reply | model.contract.times(instances))

    def _reasons(self, scores: Array, instances: list[Any]) -> list[list[Reason]]:
        """Why the first rows raise an alarm that do; of others nothing."""
        alarms = np.flatnonzero(scores[:, 1] > scores[:, 0])[:MOST].tolist()
        told: list[list[Reason]] = [[] for _ in instances]
        if alarms:
            found = self._model.reasons([instances[row] for row in alarms])
            for row, why in zip(alarms, found, strict=True):
                told[row] = why
        return told


def _pace(schema: Schema) -> dict[str, float]:
    """How many seconds a step of what is labelled or written down lasts, where that is known."""
    paces = (kind_of(column.kind).pace(column) for column in schema.inputs)
    pace = next((pace for pace in paces if pace is not None), None)
    return {} if pace is None else {"seconds_a_step": pace}


def _name_entities(reply: dict[str, Any], instances: list[Any], fields: Sequence[Field]) -> None:
    """Say of entities which words they are."""
    named = next((field.name for field in fields if kind_of(field.kind).places == "words"), None)
    for found, row in zip(reply.get("entities", ()), instances, strict=False):
        cell = row.get(named) if isinstance(row, Mapping) else row
        words = cell.split() if isinstance(cell, str) else list(map(str, cell or ()))
        for entity in found:
            entity["text"] = " ".join(words[entity["start"] : entity["end"]])
