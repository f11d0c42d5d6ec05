import pytest

from fivefold.core.advice import ADVICE
from fivefold.core.codespans import code_spans, in_backticks


@pytest.mark.parametrize(
    ("sentence", "codes"),
    [
        ("Pass drop=('zip',) if so.", ["drop=('zip',)"]),
        ('Pass kinds={"a (b": "text"}, or sep="c d".', ['kinds={"a (b": "text"}', 'sep="c d"']),
        ("Pass --time when to split by it; --drop 'a b' else.", ["--time", "--drop"]),
        ("Evaluate(folds=5), ff.f({1}), root= with.", ["Evaluate(folds=5)", "ff.f({1})", "root="]),
        ("ff.compare({'a)': 1}), or Clean().", ["ff.compare({'a)': 1})", "Clean()"]),
        ("Pass folds=5. Or train.lr=0.2.", ["folds=5", "train.lr=0.2"]),
        ("Column `a=b (c` is 9 % (of 10 rows): x == y, F1 of 0.9 (AUC).", ["a=b (c"]),
        ('Split(by="group never ends', ["by="]),
        ("a - b -- c, ham(let)s", []),
    ],
)
def test_code_in_a_sentence_is_known(sentence, codes):
    pieces = [*code_spans(sentence)]
    assert [piece for piece, is_code in pieces if is_code] == codes
    assert "".join(piece for piece, _ in pieces) == sentence.replace("`", "")


def test_all_advice_has_its_settings_in_backticks():
    for advice in ADVICE.values():
        outside = in_backticks(advice).split("`")[::2]
        assert not any(sign in piece for piece in outside for sign in ("=", "()")), advice
