import json
from itertools import product

import numpy as np
import pytest
import torch
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax, softmax
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.naive_bayes import ComplementNB
from sklearn.svm import LinearSVC

from fitting import feed
from fivefold.codecs.schema import Column, Schema
from fivefold.codecs.settings import Settings
from fivefold.codecs.table import Columns
from fivefold.codecs.words import words
from fivefold.deploy.export import export_onnx
from fivefold.kinds.codec import Codec
from fivefold.models.assemble import assemble
from fivefold.models.heads import make_head
from fivefold.models.inputs import Passage, Text, Width
from fivefold.models.learner import Lesson
from fivefold.models.lexical import Lexicon, Terms, fit_lexicon
from fivefold.models.networks import build, describe
from fivefold.models.score import score, score_parts
from fivefold.models.textblend import TextBlend
from fivefold.serve.graph import Graph
from fivefold.tasks.known import task_of

SORTS = {
    "no": ["rain", "weather", "cloudy", "storm"],
    "so": ["goal", "player", "scored", "league"],
    "yes": ["market", "shares", "banking", "profit"],
}
EVERY = [f"{first}oooo{last}" for first in "abcdefghij" for last in "klmnpqrstu"]
DEALT = np.random.default_rng(2).permutation(EVERY)[:99].reshape(3, 33)
WHOLE = dict(zip(SORTS, DEALT, strict=True))
"""Words of which only the whole says the sort: no n-gram has both ends."""

SHARED = ["the", "a", "on", "today", "reported"]


def made(rows=240, classes=("no", "so", "yes"), texts=1, sorts=SORTS):
    """A codec fitted to texts of several sorts, with rows encoded by it, and the texts."""
    rng = np.random.default_rng(0)
    labels = np.resize(np.array(classes, object), rows)
    columns = {
        f"t{place}": np.array(
            [" ".join([*rng.choice(sorts[y], 2), *rng.choice(SHARED, 6)]) for y in labels], object
        )
        for place in range(texts)
    }
    listed = [Column(name=name, kind="text") for name in columns]
    target = Column(name="y", kind="categorical", role="target")
    task = "binary" if len(classes) == 2 else "multiclass"
    schema = Schema(columns=(*listed, target), targets=("y",), task=task, classes=classes)
    table = Columns({**columns, "y": labels})
    codec = Codec.fit(table, schema, np.arange(rows), Settings())
    return codec, codec.encode(table), codec.encode_target(table), columns


def vectorizers(codec, name):
    """Those of scikit-learn for the same terms, words first."""
    state = codec.columns[name].state
    common = {"sublinear_tf": True, "lowercase": True}
    return (
        TfidfVectorizer(analyzer=words, vocabulary=list(state.vocabulary), **common),
        TfidfVectorizer(
            analyzer="char_wb", ngram_range=(3, 5), vocabulary=list(state.grams), **common
        ),
    )


def rows_of(arrays, target, part):
    tensor = torch.from_numpy(arrays["t0"][part].astype(np.int64))
    return feed((tensor, torch.from_numpy(target[part])), batch=64, seed=0)


def test_terms_have_the_values_of_scikit_learn():
    codec, arrays, target, columns = made()
    size = assemble(codec, TextBlend, wide=Text).fixed.inputs
    lexicon = Lexicon(size, 3)
    rows = rows_of(arrays, target, slice(None))
    lexicon.fit_rarity(rows)
    found = lexicon.matrix(rows).toarray()
    wanted = [v.fit_transform(columns["t0"]).toarray() for v in vectorizers(codec, "t0")]
    np.testing.assert_allclose(found, np.concatenate(wanted, axis=1), atol=1e-6)


def best_margins(reads, target, cut):
    """By `LinearSVC`: what it read, its strength, and what makes logits of its margins."""
    found = {}
    for read, strength in product(range(len(reads)), (0.1, 0.3, 1.0, 3.0, 10.0)):
        x, truth = reads[read], target[cut:]
        margins = LinearSVC(C=strength, random_state=0).fit(x[:cut], target[:cut])
        judged = margins.decision_function(x[cut:])

        def cost(apart, judged=judged, truth=truth):
            logs = log_softmax(3 * np.exp(apart) * judged, axis=1)
            return -logs[np.arange(len(truth)), truth].mean() + 2 / len(truth) * apart**2

        best = minimize_scalar(cost, bounds=(-2, 2), method="bounded")
        found[best.fun] = read, strength, 3 * np.exp(best.x)
    return found[min(found)]


def counted(x, target, cut, learnt, margins, smooths=(0.1, 0.3, 1.0)):
    """Logits of `ComplementNB` of the first rows, and their share beside margins, by the others."""
    truth, found = target[cut:], {}

    def nats(logits):
        return -log_softmax(logits, axis=1)[np.arange(len(truth)), truth].mean()

    for smooth in smooths:
        judged = ComplementNB(alpha=smooth).fit(x[:cut], target[:cut])
        judged = judged.predict_joint_log_proba(x[cut:])
        best = minimize_scalar(
            lambda apart, z=judged: nats(np.exp(apart) * z) + 2 / len(truth) * apart**2,
            bounds=(-3, 3),
            method="bounded",
        )
        found[best.fun] = smooth, np.exp(best.x), judged
    smooth, scale, judged = found[min(found)]
    shares = np.linspace(0, 1, 21)
    costs = [
        nats((1 - share) * margins + share * scale * judged) + 10 / len(truth) * share**2
        for share in shares
    ]
    whole = ComplementNB(alpha=smooth).fit(x[:learnt], target[:learnt])
    return scale * whole.predict_joint_log_proba(x), shares[np.argmin(costs)]


@pytest.mark.parametrize("all_rows", [False, True])
@pytest.mark.parametrize("sorts", [SORTS, WHOLE])
def test_lexicon_answers_as_scikit_learn_and_so_does_the_graph(sorts, all_rows):
    codec, arrays, target, columns = made(sorts=sorts)
    model = assemble(codec, TextBlend, target=target, wide=Text).eval()
    body = model.body
    lexicon = Lexicon(body.inputs, 3)
    parts = (rows_of(arrays, target, slice(0, 160)), rows_of(arrays, target, slice(160, None)))
    answers = fit_lexicon(lexicon, *parts, model.head, seconds_left=lambda: None, all_rows=all_rows)
    body.attach(lexicon, 1.0)

    pipes = vectorizers(codec, "t0")
    text = columns["t0"]
    x = np.concatenate([v.fit(text[:160]).transform(text).toarray() for v in pipes], axis=1)
    reads = [x, pipes[0].transform(text).toarray()]
    read, strength, scale = best_margins(reads, target, 160)
    assert read == (sorts is WHOLE)
    margins = [
        scale
        * LinearSVC(C=strength, random_state=0)
        .fit(reads[read][:learnt], target[:learnt])
        .decision_function(reads[read])
        for learnt in (160, 240 if all_rows else 160)
    ]
    wanted = []
    for learnt, own in zip((160, 240 if all_rows else 160), margins, strict=True):
        other, share = counted(reads[read], target, 160, learnt, margins[0][160:])
        wanted.append(softmax((1 - share) * own + share * other, axis=1))
    terms = lexicon.of()[0]
    assert terms.weight[: terms.words].any()
    assert terms.weight[terms.words :].any() == (sorts is SORTS)
    found = score(model, arrays)
    np.testing.assert_allclose(torch.softmax(answers, 1), wanted[0][160:], atol=0.02)
    np.testing.assert_allclose(found, wanted[1], atol=0.02)
    assert (np.abs(found[160:] - torch.softmax(answers, 1).numpy()).max() > 1e-3) == all_rows
    if all_rows:  # another graph of numbers alone
        graph = Graph(export_onnx(model, arrays))
        np.testing.assert_allclose(graph({"t0": arrays["t0"]}), found, atol=1e-5)


@pytest.mark.parametrize("classes", [("no", "yes"), ("no", "so", "yes")])
def test_textblend_takes_the_linear_model_where_the_network_knows_nothing(classes):
    codec, arrays, target, _ = made(classes=classes)
    model = assemble(codec, TextBlend, target=target, wide=Text)
    body, told = model.body, []
    truth = target if len(classes) > 2 else target.astype(np.float32)
    lesson = Lesson(
        train=rows_of(arrays, truth, slice(0, 160)),
        valid=rows_of(arrays, truth, slice(160, None)),
        head=model.head,
        seed=0,
        tell=told.append,
        beside=True,
    )
    assert body.begin(lesson) is body
    assert body.parts == {"network": 1.0}
    ended = body.eval().end(body, lesson)
    assert ended["linear_weight"] > 0.6
    assert sum(body.parts.values()) == pytest.approx(1)
    assert any("counts" in sentence for sentence in told)
    model.eval()
    alone = score_parts(model, arrays)
    assert list(alone) == ["network", "linear"]
    right = (alone["linear"][160:].argmax(axis=1) == target[160:]).mean()
    assert right == 1.0
    twin = build(json.loads(json.dumps(describe(body))))
    twin.load_state_dict(body.state_dict())
    batch = torch.from_numpy(arrays["t0"].astype(np.int64))
    with torch.no_grad():
        assert torch.equal(twin.eval()(batch), body(batch))


def test_lexicon_of_two_texts_puts_their_terms_side_by_side():
    codec, arrays, target, columns = made(texts=2)
    lexicon = Lexicon(assemble(codec, TextBlend, wide=Text).fixed.inputs, 3)
    inputs = {name: torch.from_numpy(rows.astype(np.int64)) for name, rows in arrays.items()}
    rows = feed((inputs, torch.from_numpy(target)), batch=64, seed=0)
    lexicon.fit_rarity(rows)
    wanted = [
        each.fit_transform(columns[name]).toarray()
        for name in ("t0", "t1")
        for each in vectorizers(codec, name)
    ]
    np.testing.assert_allclose(
        lexicon.matrix(rows).toarray(), np.concatenate(wanted, axis=1), atol=1e-6
    )


def test_lexicon_of_labels_tells_each_from_its_absence_by_margins():
    codec, arrays, target, _ = made()
    sizes = assemble(codec, TextBlend, wide=Text).fixed.inputs
    labels = np.stack([target == 0, target > 0, target == 2], axis=1).astype(np.float32)
    lexicon = Lexicon(sizes, 3)
    parts = [rows_of(arrays, labels, part) for part in (slice(0, 160), slice(160, None))]
    head = make_head(task_of("multilabel"), (3,))
    answers = fit_lexicon(lexicon, *parts, head, seconds_left=lambda: None)
    assert head.decides
    assert not make_head(task_of("multiclass"), (3,)).decides
    reads = [
        [lexicon.matrix(part)[:, columns] for part in parts]
        for columns in (slice(None), lexicon.word_columns())
    ]
    gaps = []
    for (x, judged), strength in product(reads, (0.1, 0.3, 1.0, 3.0, 10.0)):
        margins = [
            LinearSVC(C=strength, random_state=0).fit(x, own[:160]).decision_function(judged)
            for own in labels.T
        ]
        margins = np.stack(margins, axis=1)
        scale = (answers.numpy() * margins).sum() / (margins**2).sum()
        gaps.append(np.abs(scale * margins - answers.numpy()).max())
    assert min(gaps) < 1e-4


def test_lexicon_without_a_class_or_validation_rows_is_left_out():
    codec, arrays, target, _ = made()
    size = assemble(codec, TextBlend, wide=Text).fixed.inputs
    head = make_head(task_of("multiclass"), (3,))

    def found(train, valid):
        parts = (rows_of(arrays, target, part) for part in (train, valid))
        return fit_lexicon(Lexicon(size, 3), *parts, head, seconds_left=lambda: None)

    assert found(slice(0, 2), slice(2, 50)) is None
    assert found(slice(0, 50), slice(0, 0)) is None


def test_textblend_in_training_and_without_terms_is_its_network():
    torch.manual_seed(0)
    blend = TextBlend(Text(6, 20), 2).eval()
    rows = torch.randint(0, 20, (4, 6))
    assert torch.equal(blend(rows), blend.network(rows))
    wide = TextBlend(Passage(6, 20, 3, 30), 2, linear=True).eval()
    wide.weight.fill_(1.0)
    packed = torch.cat([rows, torch.zeros(4, 3, dtype=torch.int64)], dim=1)
    assert (wide(packed) == 0).all()
    wide.network.eval()
    wide.training = True
    assert torch.equal(wide(packed), wide.network(rows))


def test_terms_of_a_row_without_any_are_nothing():
    terms = Terms(Passage(2, 5, 3, 9), 2)
    terms.weight.fill_(1.0)
    found = terms(torch.tensor([[1, 0, 0, 0, 0], [1, 0, -(4 * 256 + 1), 0, 0]]))
    assert found.tolist() == [[0.0, 0.0], [1.0, 1.0]]


def test_textblend_of_a_table_is_refused():
    with pytest.raises(TypeError, match="reads texts"):
        TextBlend(Width(4), 2)
