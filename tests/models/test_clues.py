import numpy as np
import pytest
import torch

from fitting import feed
from fivefold.codecs.alphabet import ALPHABETS, bytes_of
from fivefold.models.clues import Clues, find_clues
from fivefold.models.heads import make_head
from fivefold.models.inputs import Symbols
from fivefold.models.learner import Lesson
from fivefold.models.seqnet import SeqNet
from fivefold.tasks.known import task_of

DNA = ALPHABETS["dna"]
COMPLEMENT = str.maketrans("ACGT", "TGCA")
MOTIF = "TGACTCAG"
LENGTH = 60


def drawn(place, turned, rows=600):
    """Sequences of which every second one holds a motif: at a place or anywhere, turned or not."""
    rng = np.random.default_rng(0)
    texts = []
    for row in range(rows):
        bases = "".join(rng.choice([*"ACGT"], LENGTH))
        if row % 2:
            at = rng.integers(0, LENGTH - len(MOTIF)) if place is None else place
            put = MOTIF[::-1].translate(COMPLEMENT) if turned and rng.random() < 0.5 else MOTIF
            bases = bases[:at] + put + bases[at + len(put) :]
        texts.append(DNA.table[bytes_of(bases)].astype(np.int64))
    return torch.tensor(np.array(texts)), torch.arange(rows) % 2


def lesson(codes, target, number=False):
    truth = target.float() if number else target
    task = "regression" if number else "multiclass"
    cut = len(codes) * 2 // 3
    return Lesson(
        train=feed((codes[:cut], truth[:cut]), batch=32),
        valid=feed((codes[cut:], truth[cut:]), batch=32),
        head=make_head(task_of(task), (1,) if number else (2,)),
        seed=0,
        tell=lambda text: None,
    )


EITHER = Symbols(LENGTH, DNA.size, 1, 1, 2)


@pytest.mark.parametrize(
    ("place", "turned", "wanted"),
    [(20, False, Clues(True, False)), (None, True, Clues(False, True))],
)
def test_clues_say_whether_positions_tell_and_whether_both_strands_do(place, turned, wanted):
    assert find_clues(lesson(*drawn(place, turned)), EITHER) == wanted
    assert find_clues(lesson(*drawn(place, turned, rows=1500), number=True), EITHER) == wanted


def test_clues_of_one_strand_leave_the_other_alone():
    codes, target = drawn(None, False)
    assert find_clues(lesson(codes, target), EITHER) == Clues(False, False)
    again = find_clues(lesson(*drawn(None, True)), EITHER._replace(both=0))
    assert again == Clues(False, False)


def test_clues_of_few_rows_or_a_class_that_is_lacking_are_none():
    codes, target = drawn(20, False)
    assert find_clues(lesson(codes[:60], target[:60]), EITHER) is None
    assert find_clues(lesson(codes, torch.zeros_like(target)), EITHER) is None


def test_network_pools_where_positions_tell_nothing_and_keeps_them_where_they_do():
    torch.manual_seed(0)
    pooled, kept = SeqNet(EITHER, 2), SeqNet(EITHER, 2)
    pooled.begin(lesson(*drawn(None, True)))
    kept.begin(lesson(*drawn(20, False)))
    assert (pooled.kept, pooled.both, pooled.placed) == (False, True, None)
    assert (kept.kept, kept.both) == (True, False)
    told = pooled.description["arguments"]
    assert (told["kept"], told["both"]) == (False, True)
    twin = SeqNet(EITHER, 2, kept=False, both=True)
    twin.load_state_dict(pooled.state_dict())
