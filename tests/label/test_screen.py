"""The page on which rows are labelled, in a real browser, by real keys and touches."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from driven import CHROMIUM, Browser
from fivefold.codecs.schema import Column
from fivefold.label.events import FILE, Events
from fivefold.label.outlook import Outlook
from fivefold.label.proposals import Proposals
from fivefold.label.question import Question
from fivefold.label.room import Room
from fivefold.label.standing import kept_acts, standing
from label_desk import CLASSES, desk_of

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="needs chromium"),
]
SHOWN = "document.querySelector('#item').textContent"
BEGUN = "typeof page === 'object' && page.item"
SAVED = "document.querySelector('#saved').textContent === 'saved'"


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    with Browser(tmp_path_factory.mktemp("profile")) as browser:
        yield browser
        assert browser.told == []


@pytest.fixture
def opened(browser, tmp_path):
    """A function that opens the page of a desk, and one that tells what was kept."""
    rooms = []

    def open_page(texts, question=CLASSES, who="ann", learn=None, **queued):
        desk, ids = desk_of(tmp_path, texts, question, **queued)
        desk._proposals = learn and Proposals(lambda: learn(ids))
        rooms.append(Room(desk))
        browser.open(rooms[-1].addresses[who], BEGUN)
        return browser

    yield open_page
    for room in rooms:
        room.close()


def kept(folder: Path):
    with Events(folder / FILE) as events:
        return events.all()


def test_one_key_labels_and_goes_on_and_backspace_takes_back_any_depth(opened, tmp_path):
    page = opened([f"text {n}" for n in range(50)])
    seen = []
    for key in "1221":
        seen.append(page.run(SHOWN))
        page.press(key)
    assert len(set(seen)) == 4
    page.press("Backspace", "Backspace", "Backspace")
    assert page.run(SHOWN) == seen[1]
    page.press("1")
    page.until(SAVED)
    acts = [(event.act, event.value) for event in kept_acts(kept(tmp_path))]
    assert acts == [("label", "junior")] * 2
    assert [event.act for event in kept(tmp_path)].count("undo") == 3
    page.open(page.run("location.href"), BEGUN)  # and of the days before
    page.press("Backspace")
    page.until("page.acts.length === 0 && document.querySelector('#live').textContent")
    page.press("Backspace")
    page.until(f"{SHOWN} === {seen[0]!r}")
    page.until(SAVED)
    assert kept_acts(kept(tmp_path)) == []


def test_keys_go_back_and_on_skip_flag_comment_and_tell_of_themselves(opened, tmp_path):
    page = opened([f"text {n}" for n in range(30)])
    first = page.run(SHOWN)
    page.press(" ")
    page.until("document.querySelector('#say').open")
    page.press("2")
    page.until(f"{SHOWN} !== {first!r}")
    second = page.run(SHOWN)
    page.press("f")
    page.type("What is <i>senior</i>?")
    page.press("Enter")
    page.press("c")
    page.type("f 1 2")  # keys are letters while one writes
    page.press("Enter")
    page.press("c", "Escape", "2")
    page.until(f"{SHOWN} !== {second!r}")
    page.press("ArrowLeft")
    assert page.run(SHOWN) == second
    assert (
        page.run("document.querySelector('#choices [aria-pressed=true]').textContent") == "2senior"
    )
    page.press("1", ",", ".", "?")
    assert page.run("document.querySelector('#keys').open")
    assert "undo" in page.run("document.querySelector('#keys-list').textContent")
    page.press("Escape")
    page.until(SAVED)
    told = [(event.act, event.value, event.reason) for event in kept(tmp_path)]
    assert told == [
        ("skip", None, "It is damaged or empty"),
        ("flag", None, "What is <i>senior</i>?"),
        ("comment", None, "f 1 2"),
        ("label", "senior", ""),
        ("label", "junior", ""),
    ]
    [now] = [e.value for (item, _), e in standing(kept(tmp_path)).items() if e.act == "label"]
    assert now == "junior"


def test_key_that_is_held_labels_one_item(opened, tmp_path):
    page = opened([f"text {n}" for n in range(30)])
    said = {"type": "keyDown", "key": "1", "code": "Digit1", "text": "1"}
    for repeat in (False, True, True):
        page.call("Input.dispatchKeyEvent", autoRepeat=repeat, **said)
    page.press("2")
    page.until(SAVED)
    assert [event.value for event in kept(tmp_path)] == ["junior", "senior"]


WAITS = """(window.waits = [], document.addEventListener("keydown", () => {
  const from = performance.now(), before = page.item;
  queueMicrotask(() => setTimeout(() => { if (page.item !== before) {
    document.querySelector("#item").getBoundingClientRect(); // laid out
    waits.push(performance.now() - from);
  } }));
}, true))"""


def test_next_item_stands_there_at_once(opened):
    page = opened([f"text {n} " + "word " * 200 for n in range(60)])
    page.run(WAITS)
    for key in "12" * 10:
        page.press(key)
    page.until(SAVED)
    waits = page.run("waits")
    assert len(waits) == 20
    assert min(waits) < 50  # milliseconds; all stood there in the next task, on a busy machine too


def test_whatever_comes_from_data_is_text(opened):
    evil = "<img src=x onerror=document.title='hacked'><script>document.title='hacked'</script>"
    question = Question(
        name=evil, classes=(evil, "b"), guide=f"# {evil}\n- [x](javascript:x) {evil}"
    )
    page = opened(
        [evil, "other"], question, learn=lambda ids: Outlook(items=ids, guesses=[evil] * 2)
    )
    assert page.run("document.querySelectorAll('#item img, #guide img, #choices img').length") == 0
    assert page.run("document.querySelectorAll('#guide a').length") == 0
    page.press("1", "2")
    page.until(SAVED)
    page.until("!document.querySelector('#item img')")
    assert "hacked" not in page.run("document.title").split("<")[0]
    assert page.run("document.title").startswith("<img")


def test_page_without_a_token_shows_nothing(opened, browser):
    page = opened(["secret text"])
    address = page.run("location.href").split("#")[0]
    browser.open(f"{address}#wrong", "document.querySelector('#message')?.textContent")
    assert "not known" in page.run("document.querySelector('#message').textContent")
    assert "secret" not in page.run("document.documentElement.outerHTML")
    status = page.run("fetch('/next', {method: 'POST', body: '{}'}).then((reply) => reply.status)")
    assert status == 401


FAMILY = "\N{MAN}\N{ZERO WIDTH JOINER}\N{WOMAN}\N{ZERO WIDTH JOINER}\N{GIRL}"
ODD = [
    ("\N{GRINNING FACE} Ada met Eve", "Ada"),
    (f"{FAMILY} from Bern went", "Bern"),
    (
        "cafe\N{COMBINING ACUTE ACCENT} in Zu\N{COMBINING DIAERESIS}rich now",
        "Zu\N{COMBINING DIAERESIS}rich",
    ),
    ("first line\r\nsecond Oslo\r\n", "Oslo"),
    ("\N{FLAG IN HOLE}\N{VARIATION SELECTOR-16} a b Rome", "Rome"),
]


@pytest.mark.parametrize(("text", "part"), ODD)
def test_span_that_the_mouse_selects_is_kept_in_code_points(opened, tmp_path, text, part):
    question = Question(name="where", way="spans", classes=("city", "person"))
    page = opened([text], question)
    at = len(text[: text.index(part)].encode("utf-16-le")) // 2
    units = len(part.encode("utf-16-le")) // 2
    page.run(
        "(() => { const range = document.createRange(), box = document.querySelector('.prose');"
        f"range.setStart(box.firstChild, {at}); range.setEnd(box.firstChild, {at + units});"
        "getSelection().removeAllRanges(); getSelection().addRange(range); })()"
    )
    page.click("#choices [data-place='0']")
    assert page.run("document.querySelector('.prose mark').textContent") == part
    page.press("Enter")
    page.until(SAVED)
    [event] = kept(tmp_path)
    assert event.value == [[text.index(part), text.index(part) + len(part), "city"]]
    page.press(",")
    assert page.run("document.querySelector('.prose mark').textContent") == part


def test_half_of_a_sign_that_is_selected_becomes_all_of_it(opened, tmp_path):
    text = f"x {FAMILY} e\N{COMBINING ACUTE ACCENT}te"
    page = opened([text], Question(name="where", way="spans", classes=("it",)))
    for start, end in ((4, 5), (11, 12)):
        page.run(
            "(() => { const range = document.createRange(), parts = document.createTreeWalker("
            "document.querySelector('.prose'), NodeFilter.SHOW_TEXT); let at = 0, part;"
            f"while ((part = parts.nextNode())) {{ const to = at + part.length;"
            f"if (at <= {start} && {start} < to) range.setStart(part, {start} - at);"
            f"if (at < {end} && {end} <= to) range.setEnd(part, {end} - at); at = to; }}"
            "getSelection().removeAllRanges(); getSelection().addRange(range); })()"
        )
        page.press("1")
    page.press("Enter")
    page.until(SAVED)
    [event] = kept(tmp_path)
    assert [text[start:end] for start, end, _ in event.value] == [
        FAMILY,
        "e\N{COMBINING ACUTE ACCENT}",
    ]


def test_spans_are_marked_and_taken_away_by_keys_alone(opened, tmp_path):
    page = opened(["Ada met Eve in Bern"], Question(name="w", way="spans", classes=("p", "c")))
    page.press("ArrowRight", "1")
    page.press("ArrowRight", "ArrowRight")
    page.press("ArrowRight", "ArrowRight", shift=True)
    page.press("2")
    marked = "[...document.querySelectorAll('.prose mark')].map((mark) => mark.textContent)"
    assert page.run(marked) == ["Ada", "Eve in Bern"]
    page.press("x")
    assert page.run(marked) == ["Ada"]
    page.press("Enter")
    page.until(SAVED)
    assert kept(tmp_path)[-1].value == [[0, 3, "p"]]


def test_segments_of_a_sound_are_dragged_and_moved_by_keys(opened, tmp_path):
    sounds = np.empty(1, object)
    sounds[0] = (8000 * np.sin(np.arange(16_000) / 9)).astype(np.int16)
    question = Question(name="where", way="spans", classes=("speech", "noise"))
    column = Column(name="sound", kind="audio", format="8000 Hz")
    page = opened(sounds, question, column=column)
    page.drag("canvas.strip", 0.25, 0.5)
    page.press("1")
    page.run("(page.strip.at = 1.5, page.strip.canvas.focus())")
    for _ in range(5):
        page.press("ArrowRight", shift=True)
    page.press("2", "p", "Enter")
    page.until(SAVED)
    [event] = kept(tmp_path)
    [[start, end, first], [left, right, second]] = event.value
    assert (first, second) == ("speech", "noise")
    assert start == pytest.approx(0.5, abs=0.01)
    assert end == pytest.approx(1.0, abs=0.01)
    assert (left, right) == (1.5, 1.6)


def test_segments_of_a_series_are_whole_steps(opened, tmp_path):
    series = np.empty(1, object)
    series[0] = np.sin(np.arange(200.0)).reshape(100, 2)
    column = Column(name="wave", kind="series")
    question = Question(name="odd", way="spans", classes=("odd",))
    page = opened(series, question, column=column)
    page.drag("canvas.strip", 0.1, 0.303)
    page.press("1", "Enter")
    page.until(SAVED)
    assert kept(tmp_path)[0].value == [[10, 30, "odd"]]


def test_several_classes_and_numbers_are_kept_by_enter(opened, tmp_path):
    page = opened(["a", "b"], Question(name="tags", way="classes", classes=("x", "y", "z")))
    page.press("3", "1", "2", "2", "Enter", "Enter")
    page.until(SAVED)
    assert [event.value for event in kept(tmp_path)] == [["x", "z"], []]
    page = opened(["c", "d"], Question(name="pay", way="number", low=0.5, high=90))
    page.type("0.25")
    page.press("Enter")
    assert "from 0.5 to 90" in page.run("document.querySelector('#message').textContent")
    page.press("Backspace", "Backspace", "Backspace", "Backspace")
    page.type("12.5")
    page.press("Enter")
    page.until(SAVED)
    assert kept(tmp_path)[-1].value == 12.5
    page.press("Backspace")
    page.until(SAVED)
    assert kept(tmp_path)[-1].act == "undo"


def test_scale_is_one_stroke(opened, tmp_path):
    page = opened(["a", "b"], Question(name="stars", way="number", low=1, high=5, whole=True))
    page.press("4", "5")
    page.until(SAVED)
    assert [event.value for event in kept(tmp_path)] == [4, 5]


def test_guess_is_hidden_until_it_is_asked_for_and_then_said_so(opened, tmp_path):
    learn = lambda ids: Outlook(items=ids, guesses=["senior"] * len(ids))  # noqa: E731
    page = opened([f"text {n}" for n in range(60)], learn=learn)
    page.press(*"1111111111")
    page.until("ask('/progress').then((told) => told.curve.length)")
    while not page.run("page.item?.guess"):  # what was fetched before has none
        page.press("1")
    page.until(SAVED)
    assert "senior" not in page.run("document.querySelector('#work').innerText")
    page.press("g")
    assert page.run("document.querySelector('#guess').textContent").endswith("senior")
    page.press("1", "1")
    page.until(SAVED)
    assert [event.guess for event in kept(tmp_path)][-3:] == [None, "senior", None]


def test_people_settle_what_they_differ_on(opened, tmp_path):
    texts = [f"text {n}" for n in range(3)]
    page = opened(texts, overlap=1.0)
    page.press("1", "1", "1")
    page.until(SAVED)
    page = opened(texts, who="bo", overlap=1.0)
    page.press("1", "2", "1")
    page.until(SAVED)
    page.run("refresh()")
    page.until("!document.querySelector('#to-settle').hidden")
    page.press("v")
    page.until("page.settling && page.item")
    votes = page.run("document.querySelector('#votes').textContent")
    assert "ann: junior" in votes
    assert "bo: senior" in votes
    page.press("1")
    page.until(f"{SHOWN}.includes('Nothing is left to settle')")
    page.until(SAVED)
    last = kept(tmp_path)[-1]
    assert (last.act, last.value, last.who) == ("settle", "junior", "bo")


def test_screen_reader_is_told_what_is_there_and_what_was_done(opened):
    page = opened(["A person of twelve years", "Another"])
    told = page.tree()
    assert ("button", "1 junior") in told
    assert ("button", "2 senior") in told
    assert ("heading", "level") in told
    assert ("progressbar", "Labelled so far") in told
    assert not [role for role, name in told if role in ("button", "textbox") and not name]
    page.press("1")
    live = page.run("document.querySelector('#live').textContent")
    assert live.startswith("Kept: junior")
    assert "person" in live or "Another" in live


def test_tab_and_enter_do_all_where_single_keys_are_off(opened, tmp_path):
    page = opened(["a", "b", "c"])
    page.press("?")
    page.click("#keys-on")
    page.press("Escape", "1", "2")
    page.run("document.querySelector('#choices button').focus()")
    page.press("Tab", "Enter", "Enter")
    page.until(SAVED)
    assert [event.value for event in kept(tmp_path)] == ["senior", "senior"]
    page.run("localStorage.clear()")


def test_page_fits_a_phone_and_is_touched(tmp_path):
    guide = "# Guide\n\nA **senior** has five years.\n" * 9
    desk, _ = desk_of(
        tmp_path,
        ["word " * 120, "x" * 500],
        Question(name="level", classes=("a", "b"), guide=guide),
    )
    room = Room(desk)
    with Browser(tmp_path / "profile", 400, 800, phone=True) as page, room:
        page.open(room.addresses["ann"], BEGUN)
        assert page.run("document.documentElement.scrollWidth") <= 400
        boxes = "[...document.querySelectorAll('#choices button')]"
        boxes += ".map((button) => button.getBoundingClientRect())"
        assert page.run(f"{boxes}.every((box) => box.height >= 44 && box.bottom <= 800)")
        left, top = page.spot("#choices button", 0.5, 0.5)
        page.call(
            "Input.dispatchTouchEvent", type="touchStart", touchPoints=[{"x": left, "y": top}]
        )
        page.call("Input.dispatchTouchEvent", type="touchEnd", touchPoints=[])
        page.until(SAVED)
        page.until("page.trail.length === 1")
        assert page.run("document.documentElement.scrollWidth") <= 400
        assert page.told == []
    assert [event.value for event in kept(tmp_path)] == ["a"]


SERVER = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[3])
from label_desk import desk_of
from fivefold.label.room import Room
from fivefold.serve.server import listen
desk, _ = desk_of(Path(sys.argv[1]), [f"text {n}" for n in range(150)])
desk.people = {"ann": "a-token"}
Room(desk, listen("127.0.0.1", int(sys.argv[2]))).wait()
"""


def test_hundred_keys_with_the_server_killed_twice_lose_no_stroke(browser, tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    def start():
        tests = str(Path(__file__).parents[1])
        command = [sys.executable, "-c", SERVER, str(tmp_path), str(port), tests]
        server = subprocess.Popen(command, env={**os.environ, "PYTHONWARNINGS": ""})
        for _ in range(400):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    return server
            time.sleep(0.05)
        raise TimeoutError

    server = start()
    try:
        browser.open(f"http://127.0.0.1:{port}/#a-token", BEGUN)
        wanted = [str(1 + n % 2) for n in range(100)]
        for n, key in enumerate(wanted):
            if n in (33, 66):
                os.kill(server.pid, signal.SIGKILL)
                server.wait()
            if n in (38, 70):
                server = start()
            browser.until("page.item")
            browser.press(key)
            if n == 40:  # a page that is loaded again takes along what waits
                browser.open(f"http://127.0.0.1:{port}/#a-token", BEGUN)
        browser.until(SAVED)
    finally:
        server.kill()
        server.wait()
    found = [event for event in kept(tmp_path) if event.act == "label"]
    names = {"1": "junior", "2": "senior"}
    assert [event.value for event in found] == [names[key] for key in wanted]
    first = [event.item for event in found if event.part != "repeat"]
    assert len(set(first)) == len(first)
