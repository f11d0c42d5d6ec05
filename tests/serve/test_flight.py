import asyncio
import json
import threading
import time

import pytest

from fivefold.errors import RequestError
from fivefold.serve.flight import PIECE, CrowdedError, Flight
from fivefold.tasks.known import task_of

ROW = {"age": 20, '"quoted"': True, "zip": 10001, "<1H OCEAN": "INLAND"}


def body_of(rows):
    return json.dumps({"instances": rows}).encode()


def plain(model, instances):
    reply = task_of(model.task).reply(model.scores(instances), model.schema)
    return json.loads(json.dumps(reply))


def run(flight, *bodies):
    async def go():
        replies = (flight.reply(body) for body in bodies)
        return await asyncio.gather(*replies, return_exceptions=True)

    return asyncio.run(go())


@pytest.mark.parametrize("rows", [1, 200, 2 * PIECE + 1])
def test_reply_is_the_answer_to_all_rows(model, rows):
    instances = [{**ROW, "age": age} for age in range(rows)]
    [reply] = run(Flight(model), body_of(instances))
    assert json.loads(reply) == plain(model, instances)


def test_replies_to_many_at_once_are_each_its_own(model):
    requests = [[{**ROW, "age": age}] * (1 + 150 * (age % 4)) for age in range(20)]
    replies = run(Flight(model), *map(body_of, requests))
    for reply, instances in zip(replies, requests, strict=True):
        assert json.loads(reply) == plain(model, instances)


@pytest.mark.parametrize("bad", [0, PIECE + 7])
def test_bad_row_of_a_large_request_is_named_by_its_place_in_it(model, bad):
    instances = [dict(ROW) for _ in range(2 * PIECE)]
    instances[bad]["age"] = "old"
    [fault] = run(Flight(model), body_of(instances))
    assert isinstance(fault, RequestError)
    assert (fault.row, fault.column) == (bad, "age")


def test_rows_beyond_what_is_taken_at_once_are_refused_and_later_answered(model):
    flight = Flight(model, rows=2 * PIECE)
    large = body_of([ROW] * (2 * PIECE - 10))
    found = run(flight, large, large, body_of([ROW]))
    assert [type(one) for one in found] == [bytes, CrowdedError, bytes]
    [again] = run(Flight(model, rows=1), large)
    assert len(json.loads(again)["predictions"]) == 2 * PIECE - 10


def test_large_request_lets_a_small_one_pass(model, monkeypatch):
    flight, order, begun = Flight(model, max_rows=40 * PIECE), [], threading.Event()
    scores = flight._scores

    def slow_scores(instances):
        begun.set()
        time.sleep(0.005)
        return scores(instances)

    monkeypatch.setattr(flight, "_scores", slow_scores)

    async def note(name, rows):
        await flight.reply(body_of([ROW] * rows))
        order.append(name)

    async def go():
        large = asyncio.create_task(note("large", 40 * PIECE))
        await asyncio.to_thread(begun.wait, 20)
        await note("small", 1)
        await large

    asyncio.run(go())
    assert order == ["small", "large"]
