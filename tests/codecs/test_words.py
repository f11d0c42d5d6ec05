import re
import sys
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fivefold.codecs.words import count_words, words

LATIN = [
    chr(point)
    for point in range(0x80, 0x2100)
    if unicodedata.name(chr(point), "").startswith("LATIN") and chr(point) != "İ"
]
PLAIN = st.text(st.sampled_from([*map(chr, range(128)), *LATIN]), max_size=60)
INVISIBLE = re.compile("[\u00ad\u061c\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
PUNCTUATED = st.text(
    st.sampled_from(
        [*map(chr, range(128)), *LATIN, *"\u2018\u2019\u201c\u201d\u2013…£€©²½\u00ad\u2009ΩжՓ"]
    )
)


@pytest.mark.parametrize("rules", [1, 2])
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Don't stop", ["don't", "stop"]),
        ("Ünïcode ÉTÉ", ["ünïcode", "été"]),
        ("a1b2", ["a", "1", "b", "2"]),
        ("call 0800123 in 12", ["call", "#######", "in", "12"]),
        ("win £100!!", ["win", "£", "###", "!", "!"]),
        ("snake_case", ["snake", "case"]),
        ("東京 2020", ["東", "京", "####"]),
        ("привет мир", ["привет", "мир"]),
        ("한국어 문장", ["한국어", "문장"]),
        ("", []),
    ],
)
def test_words_of_a_text_are_lower_case_tokens(text, expected, rules):
    assert words(text, rules) == expected


@pytest.mark.parametrize(
    "text",
    [
        "हिन्दी एक भाषा है",
        "தமிழ் மொழி",
        "বাংলা ভাষা",
        "ශ්‍රී ලංකා",
        "كِتَابٌ جَمِيلٌ",
        "می‌خواهم بروم",
        "שָׁלוֹם עוֹלָם",
        "അവന്‍ പോയി",
        "tiếng việt đẹp",
        "x̂ x̌",
    ],
)
def test_words_with_marks_and_joiners_are_what_stands_between_spaces(text):
    # Whatever the database of this Python says of each: no space, no cut.
    assert words(text) == [unicodedata.normalize("NFC", word) for word in text.split()]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ที่นี่ดี", ["ที่", "นี่", "ดี"]),
        ("ภาษา ๑๒๓๔", ["ภ", "า", "ษ", "า", "####"]),
        ("ພາສາ", ["ພ", "າ", "ສ", "າ"]),
        ("ភាសាខ្មែរ", ["ភា", "សា", "ខ្មែ", "រ"]),
        ("မြန်မာ", ["မြ", "န်", "မာ"]),
        ("ကမ္ဘာ", ["က", "မ္ဘာ"]),
        ("か\u3099𠮷abc", ["が", "𠮷", "abc"]),
    ],
)
def test_words_of_scripts_without_spaces_are_characters_with_their_marks(text, expected):
    assert words(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("good❤️!", ["good", "❤️", "!"]),
        ("👨‍👩‍👧❤️‍🔥", ["👨‍👩‍👧", "❤️‍🔥"]),
        ("👍🏽👍", ["👍🏽", "👍"]),
        ("🇩🇪🇫🇷", ["🇩🇪", "🇫🇷"]),
        ("1️⃣2️⃣ #️⃣", ["1️⃣", "2️⃣", "#️⃣"]),
    ],
)
def test_words_of_composed_emoji_are_one_each(text, expected):
    assert words(text) == expected


def test_words_of_dotted_capital_i_and_decomposed_letters_are_the_same_word():
    assert words("İstanbul ISTANBUL I\u0307stanbul istanbul") == ["istanbul"] * 4
    for text in ("Tiếng Việt", "한국어", "Ünïcode", "пой", "বাড়ি", "शहर क़लम"):
        forms = [unicodedata.normalize(form, text) for form in ("NFC", "NFD")]
        assert words(forms[0]) == words(forms[1])
        assert len(words(text)) == len(text.split())


def test_words_joiners_that_join_nothing_are_no_words():
    assert words("a\u200d \u200cb\u200d.") == ["a", "b", "."]
    assert words("\u200d") == []
    assert words("a\u200cb") == ["a\u200cb"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("co\u00adoper\u00adate", ["cooperate"]),
        ("\ufeffhello\u200bworld", ["hello", "world"]),
        ("\u200eשבת\u200f, \u202bגשם\u202c", ["שבת", ",", "גשם"]),
        ("wi\u2060fi", ["wifi"]),
    ],
)
def test_words_hold_nothing_that_does_not_show(text, expected):
    assert words(text) == expected


def test_words_by_rules_one_are_those_of_the_first_release():
    assert words("हिन्दी", 1) == ["ह", "ि", "न", "्", "द", "ी"]
    assert words("co\u00adop\u200e", 1) == ["co", "\u00ad", "op", "\u200e"]
    assert words("İ ที่❤️", 1) == ["i", "̇", "ท", "ี", "่", "❤", "️"]


@given(PLAIN)
@settings(deadline=None, max_examples=200)
def test_words_of_ascii_and_latin_letters_are_the_same_by_both_rules(text):
    assert words(text, 2) == words(text, 1)


@given(PUNCTUATED)
@settings(deadline=None, max_examples=150)
def test_words_before_another_script_are_those_without_it(text):
    assert words(text + " हिन्दी") == [*words(text), "हिन्दी"]


@given(st.text(max_size=40))
@settings(deadline=None, max_examples=200)
def test_words_of_any_text_lose_nothing_but_space_and_joiners(text):
    text = INVISIBLE.sub("", text.lower()).replace("\u200b", " ")
    text = unicodedata.normalize("NFC", text.replace("i\u0307", "i"))
    kept = [c for c in text if not c.isspace() and c not in "_\u200c\u200d"]
    found = [c for c in "".join(words(text)) if c not in "\u200c\u200d"]
    digits = [c if not c.isdecimal() else "#" for c in kept]
    assert [c if not c.isdecimal() else "#" for c in found] == digits


@given(st.text(max_size=40))
@settings(deadline=None, max_examples=200)
def test_words_never_begin_with_a_mark_but_after_a_space(text):
    for word in words("a" + "".join(text.split()).replace("_", "")):
        assert unicodedata.category(word[0])[0] != "M"


def test_marks_of_every_plane_are_found():
    alone = [
        hex(point)
        for point in range(sys.maxunicode + 1)
        if unicodedata.category(chr(point))[0] == "M" and len(words(f"ක{chr(point)}")) != 1
    ]
    assert alone == []


def test_count_words_counts_four_unspaced_characters_as_one():
    assert [count_words(text) for text in ("", "AB-1 2", "王小明", "我非常喜欢这部电影因为")] == [
        *(0, 2, 1),
        1 + 11 // 4,
    ]
