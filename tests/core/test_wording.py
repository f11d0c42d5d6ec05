from fivefold.core.wording import literal, plural, quoted


def test_words_of_messages_are_as_one_writes_them():
    assert literal('a"b') == '"a\\"b"'
    assert literal("né") == '"né"'
    assert literal(3) == "3"
    assert plural(1, "row") == "1 row"
    assert plural(0, "row") == "0 rows"
    assert quoted(["a", "b"]) == "`a`, `b`"
    assert quoted(list("abcd"), 2) == "`a`, `b` and 2 more"
