import numpy as np

from fivefold.codecs.copies import copies


def shared(one, other):
    runs = [{tuple(words[k : k + 5]) for k in range(len(words) - 4)} for words in (one, other)]
    return len(runs[0] & runs[1]) / len(runs[0] | runs[1])


def test_planted_copies_are_found_and_others_are_not():
    draw = np.random.default_rng(0)
    words = np.array([f"word{n}" for n in range(3000)])
    originals = [draw.choice(words, 300) for _ in range(150)]
    planted = []
    for text in originals[:60]:
        near = text.copy()
        near[draw.choice(300, 3, replace=False)] = "changed"
        planted.append(near)
    far = [np.concatenate([text[:150], draw.choice(words, 150)]) for text in originals[60:90]]
    assert min(map(shared, originals[:60], planted)) > 0.85
    assert max(map(shared, originals[60:90], far)) < 0.5
    texts = [" ".join(text) for text in (*originals, *planted, *far)]
    groups = copies(texts)
    assert groups[:150].tolist() == list(range(150))
    assert groups[150:210].tolist() == list(range(60))
    assert len(set(groups[210:].tolist()) | set(range(150))) == 180


def test_short_and_empty_texts_are_copies_where_they_are_equal():
    assert copies(["", "a b", "A  b!", "a c", ""]).tolist() == [0, 1, 1, 3, 0]
    assert copies([]).tolist() == []
