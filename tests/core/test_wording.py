from fivefold.core.wording import brief, bytes_text, literal, nearest, plural, quoted, together


def test_words_of_messages_are_as_one_writes_them():
    assert literal('a"b') == '"a\\"b"'
    assert literal("né") == '"né"'
    assert literal(3) == "3"
    assert plural(1, "row") == "1 row"
    assert plural(0, "row") == "0 rows"
    assert quoted(["a", "b"]) == "`a`, `b`"
    assert quoted(list("abcd"), 2) == "`a`, `b` and 2 more"
    assert quoted([1, "b", 3], 2) == "`1`, `b` and 1 more"
    assert plural(2000, "row") == "2,000 rows"
    assert (bytes_text(2_340_000), bytes_text(800)) == ("2.3 MB", "1 kB")
    assert together(["texts"]) == "texts"
    assert together(["texts", "images", "routes"]) == "texts, images and routes"
    assert (nearest("epoch", ["epochs", "batch"]), nearest("x", ["epochs"])) == ("epochs", "")
    assert brief({"a": (1, "b")}) == "{'a': (1, 'b')}"
