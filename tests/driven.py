"""A chromium that is driven as a person drives one: real keys and touches, over a pipe."""

import base64
import fcntl
import json
import os
import shutil
import subprocess
import threading
import time
from pathlib import Path
from queue import Empty, Queue
from typing import Any

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")

NAMED = {
    "Backspace": (8, "Backspace", ""),
    "Tab": (9, "Tab", ""),
    "Enter": (13, "Enter", "\r"),
    "Escape": (27, "Escape", ""),
    "ArrowLeft": (37, "ArrowLeft", ""),
    "ArrowRight": (39, "ArrowRight", ""),
    " ": (32, "Space", " "),
}
SHIFT = 8


class Browser:
    """One page of a browser, its profile in a folder.

    Args:
        folder: of the profile.
        width: of the page.
        height: of the page.
        phone: whether it is one, touched and not clicked.
    """

    def __init__(self, folder: Path, width: int = 1100, height: int = 800, phone: bool = False):
        ours_in, theirs_out = _pipe()
        theirs_in, ours_out = _pipe()
        command = [
            *(str(CHROMIUM), "--headless", "--no-sandbox", "--disable-gpu", "--disable-sync"),
            *("--disable-background-networking", "--disable-component-update", "--hide-scrollbars"),
            *("--autoplay-policy=no-user-gesture-required", "--mute-audio"),
            *(f"--user-data-dir={folder}", "--remote-debugging-pipe", "about:blank"),
        ]
        script = f'exec "$@" 3<&{theirs_in} 4>&{theirs_out}'
        self.process = subprocess.Popen(
            ["bash", "-c", script, "bash", *command],
            pass_fds=(theirs_in, theirs_out),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(theirs_in)
        os.close(theirs_out)
        self._out, self._in = os.fdopen(ours_out, "wb", 0), os.fdopen(ours_in, "rb", 0)
        self._answers: Queue[dict[str, Any]] = Queue()
        self.told: list[str] = []  # errors of the page
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()
        self._number, self._session = 0, None
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        attached = self.call("Target.attachToTarget", targetId=target, flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Log"):
            self.call(f"{domain}.enable")
        self.call(
            "Emulation.setDeviceMetricsOverride",
            **{"width": width, "height": height, "deviceScaleFactor": 1, "mobile": phone},
        )
        if phone:
            self.call("Emulation.setTouchEmulationEnabled", enabled=True)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.process.terminate()
        self.process.wait(20)
        self._out.close()
        self._thread.join(20)
        self._in.close()

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        self._number += 1
        self._send(self._number, method, parameters)
        while True:
            try:
                answer = self._answers.get(timeout=60)
            except Empty:
                raise TimeoutError(method) from None
            if answer["id"] == self._number:
                assert "error" not in answer, answer
                return answer["result"]

    def open(self, address: str, ready: str = "document.readyState === 'complete'") -> None:
        self.call("Page.navigate", url="about:blank")  # else another fragment loads nothing
        self.until("location.href === 'about:blank' && document.readyState === 'complete'")
        self.call("Page.navigate", url=address)
        self.until(ready)

    def run(self, script: str) -> Any:
        """The value of an expression in the page."""
        found = self.call(
            "Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True
        )
        assert "exceptionDetails" not in found, found["exceptionDetails"]
        return found["result"].get("value")

    def until(self, script: str, seconds: float = 20) -> Any:
        """The value of an expression once it is true."""
        end = time.monotonic() + seconds
        while not (value := self.run(script)):
            assert time.monotonic() < end, f"never: {script}"
            time.sleep(0.02)
        return value

    def press(self, *keys: str, shift: bool = False) -> None:
        """Keys one after the other, as a board gives them."""
        for key in keys:
            number, code, text = NAMED.get(key) or (
                ord(key.upper()),
                f"Digit{key}" if key.isdigit() else f"Key{key.upper()}" if key.isalpha() else "",
                key,
            )
            said = {"key": key, "code": code, "windowsVirtualKeyCode": number}
            said["modifiers"] = SHIFT if shift else 0
            self.call("Input.dispatchKeyEvent", type="keyDown", text=text, **said)
            self.call("Input.dispatchKeyEvent", type="keyUp", **said)

    def type(self, text: str) -> None:
        self.call("Input.insertText", text=text)

    def click(self, place: str, x: float = 0.5, y: float = 0.5) -> None:
        left, top = self.spot(place, x, y)
        for kind in ("mousePressed", "mouseReleased"):
            self.mouse(kind, left, top)

    def drag(self, place: str, start: float, end: float) -> None:
        """From one fraction of an element's width to another."""
        (left, top), (right, _) = self.spot(place, start, 0.5), self.spot(place, end, 0.5)
        self.mouse("mousePressed", left, top)
        self.mouse("mouseMoved", (left + right) / 2, top)
        self.mouse("mouseMoved", right, top)
        self.mouse("mouseReleased", right, top)

    def mouse(self, kind: str, x: float, y: float) -> None:
        self.call(
            "Input.dispatchMouseEvent",
            **{"type": kind, "x": x, "y": y, "button": "left", "clickCount": 1, "buttons": 1},
        )

    def spot(self, place: str, x: float, y: float) -> tuple[float, float]:
        box = self.run(
            f"(() => {{ const e = document.querySelector({json.dumps(place)}); "
            "e.scrollIntoView({block: 'nearest'}); const b = e.getBoundingClientRect(); "
            "return [b.left, b.top, b.width, b.height]; })()"
        )
        return box[0] + x * box[2], box[1] + y * box[3]

    def shot(self, path: Path) -> None:
        found = self.call("Page.captureScreenshot", format="png")
        path.write_bytes(base64.b64decode(found["data"]))

    def tree(self) -> list[tuple[str, str]]:
        """Roles and names, as a screen reader is told them."""
        found = self.call("Accessibility.getFullAXTree")["nodes"]
        return [
            (one["role"]["value"], one.get("name", {}).get("value", ""))
            for one in found
            if not one.get("ignored")
        ]

    def _send(self, number: int, method: str, parameters: dict[str, Any]) -> None:
        asked = {"id": number, "method": method, "params": parameters}
        if self._session is not None:
            asked["sessionId"] = self._session
        self._out.write(json.dumps(asked).encode() + b"\0")

    def _listen(self) -> None:
        left = b""
        while piece := self._in.read(65_536):
            *whole, left = (left + piece).split(b"\0")
            for each in map(json.loads, whole):
                if "id" in each:
                    self._answers.put(each)
                elif each["method"] == "Page.javascriptDialogOpening":  # the page asks to stay
                    self._send(10**9, "Page.handleJavaScriptDialog", {"accept": True})
                elif each["method"] == "Runtime.exceptionThrown":
                    self.told.append(json.dumps(each["params"]["exceptionDetails"]))
                elif each["method"] == "Log.entryAdded":
                    entry = each["params"]["entry"]
                    if entry["level"] == "error" and entry["source"] != "network":
                        self.told.append(entry["text"])


def _pipe() -> tuple[int, int]:
    """Both ends of a pipe, with numbers that a shell may put in others' places."""
    ends = os.pipe()
    moved = tuple(fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 20) for end in ends)
    for end in ends:
        os.close(end)
    return moved
