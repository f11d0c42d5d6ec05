import numpy as np

from fivefold.travel.slips import difference, find_slips, is_slip


def test_difference_is_none_of_texts_with_digits_or_of_few_letters():
    assert difference("model 12 profesional", "model 12 professional") is None
    assert difference("aaccggtta", "accggtta") is None
    assert difference("massachusett", "massachusetts") is None  # the end of a word


def test_slips_are_those_that_a_search_over_all_pairs_finds():
    rng = np.random.default_rng(0)
    words = ["".join(rng.choice(list("abcdefg"), 9)) for _ in range(60)]
    doubled = [word[:4] + word[3:] for word in words[:20]]
    swapped = [word[:4] + word[5] + word[4] + word[6:] for word in words[20:40]]
    rows = dict.fromkeys(words, 200) | dict.fromkeys([*doubled, *swapped], 3)
    near = {
        text: [
            word
            for word in words
            if rows[text] == 3 < rows[word] and (d := difference(text, word)) and is_slip(d)
        ]
        for text in rows
    }
    wanted = {text: found[0] for text, found in near.items() if len(found) == 1}
    assert len(wanted) > 30
    assert dict(find_slips(rows, is_slip)) == wanted
