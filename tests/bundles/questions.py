"""Requests as people send them, by bundle."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pictures
import samples
import sentences

NUMBERS = [
    *(3, 3.0, "3", "3.0", " 3.5 ", "\t-0.5\n", "1e3", "+7", ".5", "5.", "-1E-3", "٣", True),
    *("true", "False", None, "", "  ", "nan", "NaN", "NA", "N/A", "?", "-", "null", "None"),
    *(-999, "-999", "-999.0", 1e300, -1e300, 2**60, 0, -0.0, "0012"),
]
WORDS = [
    *("Köln", " Köln ", "Ko\u0308ln", "köln", "KÖLN", "<1H OCEAN", 'the "old" one', "x,y; z"),
    *("日本", "Paris", "(not seen)", "", " ", None, "NA", "nan", "None", "?", 7, 7.0, True, "true"),
    *("TRUE", False, 0.1, 1e16, "1e+16", "\u0661"),
]
CODES = [
    *(10001, 10001.0, "10001", "10001.0", " 10001 ", "10001.00", "1.0001e+04", "+10001", "010001"),
    *("00123", 123, 123.0, "123", 1, 1.0, "1", True, None, "", "NA", 99999, "10,001", "१०००१"),
    *(10002, 10003, 10004, 1e22, -10001, 2**63),
]
FLAGS = [
    *(True, False, 1, 0, 1.0, 0.0, "true", "FALSE", "yes", "No", "t", "f", "on", "OFF", "y", "n"),
    *(" 1 ", "0.0", "1.0", None, "", "NA"),
]
DATES = [
    *("2021-03-05", "20210305", 20210305, 20210305.0, "2021-03-05T00:00:00", "2021-03-05 10:20"),
    *("2021-03-05T10:20:30.123456", "2021-03-05T10:20:30,5", "2021-03-05T10:20:30+02:00"),
    *("2021-03-05T23:30:00-05:00", "2021-03-05T10:20:30Z", "2021-W09-5", "2021-03-05T102030"),
    *(" 2021-03-05 ", "2021-03-05T10", "1850-01-01", "9999-12-31", "0001-01-01", "2024-02-29"),
    *("2021-07-15T12:00:00.000000001", None, "", "NA", "NaT"),
]
WRITTEN = ["05.03.2021", "5.3.2021", " 31.12.2020 ", "29.02.2020", "01.02.2021", "02.01.2021"]
LINES = [
    *(None, "", "  ", "NA", "The ENGINE is loud", "the engine is loud, number 5", "a good match!"),
    *("rain rain rain", "Don't call 08001234 before 10!", "Don\u2019t call 12", "unknown"),
    *("écoute !", "e\u0301coute !", "Écoute", 12, 12.0, 3.25, True, "日本の road です"),
    *("the\u200bengine", "the\nengine\tis", "naïve na\u0131ve ǆ", "ไทย road", "road 道路"),
    *("שָׁלוֹם match", "\N{THUMBS UP SIGN}\U0001f3fd good \u2764\ufe0f"),
    *("a_b_road_2024", "1,234.5 km", "x²", "the " * 60, "number " + "9" * 40, "<b>road</b> &amp;"),
]
HINDI = [
    *sentences.WEATHER[:6],
    *sentences.FOOD[:6],
    *("कल पहाड़ों पर बारिश होगी।", "दादी ने मीठी खीर बनाई।", "क्या आज धूप निकलेगी?"),
    *("हिन्दी", "हिंदी", "ह ि न ् द ी", "हनद", "माँ", "मां", "मा", "मा\u0901", "बिजली", "बीजली"),
    *("\u092b\u093c\u0938\u0932", "\u095e\u0938\u0932", "फसल", "तापमान ४२०० डिग्री"),
    *("तापमान ४२ डिग्री", "तापमान 4200 डिग्री", "क्\u200dष त्\u200dर", "क्\u200cष"),
    *("॥ श्री ॥", "आज उपवास है, सिर्फ़ फल!", "weather आज cold है", "দিল্লি में बारिश"),
    *("தமிழ் में दाल", "ไทย में चाय", "بَارِش है", "\u2614\ufe0f बारिश"),
    *(None, "", "।", "  आज  ", "आज\nसुबह", 42, 42.0, "आज " * 40, "बारिश" * 20, "ॐ", "ऄ", "\u0941"),
]


def questions(name: str) -> list[dict[str, Any]]:
    """The requests of a bundle: rows of JSON values, a file of text, a frame."""
    return list(globals()[f"_{name}"]())


def _varied(base: dict[str, Any], values: dict[str, list[Any]]) -> list[dict[str, Any]]:
    """The row, and the row with one value of one column in place of its own."""
    return [base, *({**base, name: cell} for name, cells in values.items() for cell in cells)]


def _rows(rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {"form": "rows", "rows": rows}


def _two_classes() -> Iterator[dict[str, Any]]:
    base = {
        **{"age": 41, "x": 0.1, "skewed": 1.5, "zip": 10002, "town": "Köln", "member": True},
        "since": "2021-05-06",
    }
    columns = {"age": NUMBERS, "x": NUMBERS, "skewed": NUMBERS, "zip": CODES, "town": WORDS}
    yield _rows(_varied(base, {**columns, "member": FLAGS, "since": DATES}))
    empty = dict.fromkeys(base)
    yield _rows([empty, {**empty, "y": "no", "another": [1]}, {**base, "town": None, "x": None}])
    lines = ["x,age,skewed,zip,town,member,since,more", " 0.5 ,-999,1e1,00123,Köln,yes,2021-05-06,"]
    lines += [
        '-1.5,41.0,2,10001.0,"x,y; z",TRUE,,1',
        ",?,3.,10002,Ko\u0308ln,0,20210506,1",
        'NA,30,.1,10003,"the ""old"" one",f,2021-05-06 10:20,"',
        '"',
    ]
    yield {"form": "csv", "encoding": "utf-8", "text": "\n".join(lines)}
    yield {"form": "csv", "encoding": "utf-8-sig", "text": "\r\n".join(lines).replace(",", "\t")}
    typed = {
        **{"age": "Int64", "x": "Float32", "skewed": "float32", "zip": "Int64"},
        **{"town": "category", "member": "boolean", "since": "datetime64[ns]"},
    }
    rows = [base, {**base, "age": -999, "zip": None, "since": "2020-02-29"}]
    rows += [empty, {**base, "x": None, "town": "Paris", "member": False}]
    yield {"form": "frame", "dtypes": typed, "rows": rows}
    other = {
        **{"age": "Float64", "x": "float64", "skewed": "int8", "zip": "float32"},
        **{"town": "string", "member": "float64", "since": "datetime64[s, Asia/Tokyo]"},
    }
    yield {"form": "frame", "dtypes": other, "rows": [base, {**base, "zip": 10001, "x": None}]}


def _many_classes() -> Iterator[dict[str, Any]]:
    base = {"x": "0.25", "z": "-1", "zip": "00123", "town": "Köln"}
    base |= {"agreed": "unsure", "born": "17.06.2021"}
    columns = {"x": NUMBERS, "z": NUMBERS, "zip": CODES, "town": WORDS, "agreed": [*FLAGS, *WORDS]}
    yield _rows(_varied(base, {**columns, "born": [*DATES, *WRITTEN]}))
    lines = ["x;z;zip;town;agreed;born", "0.5;1;00123;Köln;TRUE;05.03.2021"]
    lines += ["NA;-1;123;Paris;unsure;2021-03-05", '1e-1;2;10001.0;"x,y; z";false;']
    lines += [';" 3.5 ";;<1H OCEAN;;31.12.2020']
    yield {"form": "csv", "encoding": "cp1252", "text": "\n".join(lines)}
    yield {"form": "csv", "encoding": "utf-8", "text": "\n".join(lines[:3]).replace(";", ",")}


def _numbers() -> Iterator[dict[str, Any]]:
    base = {"far": samples.OFFSET + 7, "near": 0.5, "at": "2024-03-05T10:20:30Z", "flag": False}
    dates = [value.replace("2021", "2024") if isinstance(value, str) else value for value in DATES]
    far = [samples.OFFSET + step for step in (-40, -1, 0, 0.5, 1, 40)]
    far += ["1700000013", " 1700000013.25 ", "1.700000013e9", 0, None]
    yield _rows(_varied(base, {"far": far, "near": NUMBERS, "at": dates, "flag": FLAGS}))
    typed = {"far": "int64", "near": "Float64", "at": "datetime64[us, UTC]", "flag": "bool"}
    rows = [base, {**base, "at": "2024-03-05T23:20:30-05:00", "near": None}]
    yield {"form": "frame", "dtypes": typed, "rows": rows}
    lines = ["far,near,at,flag", "1700000013,1e-1,2024-03-05T10:20:30+02:00,no"]
    lines += ["1700000013.5, 3.5 ,2024-03-05,1", ",,,"]
    yield {"form": "csv", "encoding": "utf-16", "text": "\n".join(lines)}


def _hindi() -> Iterator[dict[str, Any]]:
    yield _rows([{"वाक्य": line} for line in HINDI])
    lines = ["वाक्य", *sentences.FOOD[6:10], '"आज उपवास है, सिर्फ़ ""फल""', 'खाएँगे।"', "हिन्दी"]
    yield {"form": "csv", "encoding": "utf-8", "text": "\n".join(lines)}
    yield {"form": "frame", "dtypes": {"वाक्य": "string"}, "rows": [{"वाक्य": x} for x in HINDI[:9]]}


def _pictures() -> Iterator[dict[str, Any]]:
    draw = np.random.default_rng(40)
    yield _rows([{"picture": cell} for cell in pictures.odd_ones(draw)])
    scenes = [(pictures.scene(draw, label), form) for label in (0, 1) for form in pictures.FORMS]
    yield _rows([{"picture": pictures.plain(pictures.cell(*each))} for each in scenes])


def _mixed() -> Iterator[dict[str, Any]]:
    draw = np.random.default_rng(50)
    photo = pictures.plain(pictures.cell(pictures.scene(draw, 1), "rgba"))
    base = {"size": 0.5, "town": "Köln", "line": "the engine is loud, number 7", "photo": photo}
    forms = [pictures.plain(pictures.cell(pictures.scene(draw, 0), f)) for f in pictures.FORMS]
    columns = {"size": NUMBERS, "town": WORDS, "line": LINES, "photo": forms}
    yield _rows(_varied({**base, "photo": forms[3]}, columns))


def _torch() -> Iterator[dict[str, Any]]:
    yield from _two_classes()
