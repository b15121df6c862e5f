"""A real Chromium, driven through its debugging pipe: no packages, no ports, no network.

A `Browser` is one process with one page in it. Whatever the console says, and whatever is asked of the network, is
kept in `console` and `requests`, so that a test can say that there was none.
"""

import base64
import itertools
import json
import os
import select
import shutil
import subprocess
import tempfile
import time

NAMES = ["chromium", "chromium-browser", "google-chrome", "chrome"]
FLAGS = [
    "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--disable-quic",
    "--host-resolver-rules=MAP * ~NOTFOUND", "--autoplay-policy=no-user-gesture-required", "--hide-scrollbars",
    "--remote-debugging-pipe",
]
KEYS = {
    "ArrowRight": 39, "ArrowLeft": 37, "ArrowUp": 38, "ArrowDown": 40, "Escape": 27, "Enter": 13, "Tab": 9, "Home": 36,
    "End": 35, " ": 32, "+": 187, "-": 189,
}


def find():
    """The browser that CHROMIUM names, or one of the usual ones."""
    for name in filter(None, [os.environ.get("CHROMIUM"), *NAMES]):
        if shutil.which(name):
            return name
    raise SystemExit("no Chromium; `tests/run` installs what tests need")


class Browser:
    def __init__(self, width=1280, height=800, dark=False, touch=False):
        self.profile = tempfile.mkdtemp(prefix="chromium-")
        to_read, self.to_write = os.pipe()
        self.to_read, to_write = os.pipe()
        # the pipe's ends are numbers 3 and 4 in the browser
        command = f'exec "$0" "$@" 3<&{to_read} 4>&{to_write}'
        words = [find(), *FLAGS, f"--user-data-dir={self.profile}", f"--window-size={width},{height}", "about:blank"]
        self.process = subprocess.Popen(
            ["sh", "-c", command, *words], pass_fds=[to_read, to_write], stderr=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL)
        os.close(to_read)
        os.close(to_write)
        self.numbers = itertools.count(1)
        self.rest = b""
        self.answers = {}
        self.console = []
        self.requests = []
        self.loaded = 0
        self.session = None
        target = next(t for t in self.call("Target.getTargets")["targetInfos"] if t["type"] == "page")
        attached = self.call("Target.attachToTarget", targetId=target["targetId"], flatten=True)
        self.session = attached["sessionId"]
        for domain in ["Page", "Runtime", "Log", "Network"]:
            self.call(f"{domain}.enable")
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=touch)
        self.call("Emulation.setTouchEmulationEnabled", enabled=touch)
        self.look(dark)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        try:
            self.call("Browser.close")
        except (OSError, RuntimeError):
            pass
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.profile, ignore_errors=True)

    def call(self, method, **parameters):
        number = next(self.numbers)
        message = {"id": number, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.to_write, json.dumps(message).encode() + b"\0")
        until = time.monotonic() + 60
        while number not in self.answers:
            self.hear(until)
        answer = self.answers.pop(number)
        if "error" in answer:
            raise RuntimeError(f"{method}: {answer['error']}")
        return answer["result"]

    def hear(self, until):
        """Waits for the next messages."""
        if not select.select([self.to_read], [], [], max(0, until - time.monotonic()))[0]:
            raise RuntimeError("the browser says nothing")
        heard = os.read(self.to_read, 1 << 20)
        if not heard:
            raise RuntimeError("the browser has ended")
        *whole, self.rest = (self.rest + heard).split(b"\0")
        for text in whole:
            message = json.loads(text)
            if "id" in message:
                self.answers[message["id"]] = message
            else:
                self.note(message.get("method"), message.get("params", {}))

    def note(self, method, event):
        if method == "Runtime.consoleAPICalled" and event["type"] in ("error", "warning", "assert"):
            self.console.append(str([a.get("value", a.get("description")) for a in event["args"]]))
        elif method == "Runtime.exceptionThrown":
            details = event["exceptionDetails"]
            self.console.append(details.get("exception", {}).get("description", details["text"]))
        elif method == "Log.entryAdded" and event["entry"]["level"] in ("error", "warning"):
            self.console.append(event["entry"]["text"] + " " + event["entry"].get("url", ""))
        elif method == "Network.requestWillBeSent":
            self.requests.append(event["request"]["url"])
        elif method == "Page.loadEventFired":
            self.loaded += 1

    def look(self, dark):
        scheme = "dark" if dark else "light"
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])

    def day(self, text):
        """What `new Date()` says from the next page on."""
        script = f"{{ const Real = Date; Date = class extends Real {{ constructor(...a) {{ super(...(a.length ? a : ['{text}'])); }} }}; }}"
        self.call("Page.addScriptToEvaluateOnNewDocument", source=script)

    def open(self, address):
        before = self.loaded
        self.call("Page.navigate", url=address)
        if "#" not in address or not self.loaded:
            while self.loaded == before:
                self.hear(time.monotonic() + 60)
        self.wait("document.documentElement.dataset.ready !== undefined")

    def reload(self):
        before = self.loaded
        self.call("Page.reload")
        while self.loaded == before:
            self.hear(time.monotonic() + 60)
        self.wait("document.documentElement.dataset.ready !== undefined")

    def back(self):
        self.run("history.back()")
        time.sleep(0.2)

    def run(self, expression):
        """The value of an expression in the page."""
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(f"{expression}: {answer['exceptionDetails']}")
        return answer["result"].get("value")

    def wait(self, expression, seconds=20):
        until = time.monotonic() + seconds
        while not self.run(f"Boolean({expression})"):
            if time.monotonic() > until:
                raise AssertionError(f"it never became true: {expression}")
            time.sleep(0.05)

    def press(self, key):
        code = KEYS.get(key) or ord(key.upper())
        words = {"key": key, "windowsVirtualKeyCode": code}
        text = {"text": "\r" if key == "Enter" else key} if len(key) == 1 or key == "Enter" else {}
        self.call("Input.dispatchKeyEvent", type="keyDown", **words, **text)
        self.call("Input.dispatchKeyEvent", type="keyUp", **words)

    def type(self, text):
        self.call("Input.insertText", text=text)

    def middle(self, selector):
        box = self.run(
            f"(() => {{ const e = document.querySelector({json.dumps(selector)}); if (!e) return null;"
            "e.scrollIntoView({block: 'center', inline: 'center'}); const r = e.getBoundingClientRect();"
            "return [r.left + r.width / 2, r.top + r.height / 2]; })()")
        if box is None:
            raise AssertionError(f"there is no {selector}")
        return box

    def mouse(self, kind, x, y, **more):
        self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, **more)

    def click(self, selector, times=1):
        x, y = self.middle(selector)
        self.mouse("mouseMoved", x, y)
        for time_ in range(1, times + 1):
            self.mouse("mousePressed", x, y, button="left", clickCount=time_)
            self.mouse("mouseReleased", x, y, button="left", clickCount=time_)

    def drag(self, selector, by):
        """Draws a finger across, or the mouse."""
        x, y = self.middle(selector)
        self.call("Input.dispatchTouchEvent", type="touchStart", touchPoints=[{"x": x, "y": y}])
        for step in range(1, 6):
            point = {"x": x + by[0] * step / 5, "y": y + by[1] * step / 5}
            self.call("Input.dispatchTouchEvent", type="touchMove", touchPoints=[point])
        self.call("Input.dispatchTouchEvent", type="touchEnd", touchPoints=[])

    def picture(self, path):
        shot = self.call("Page.captureScreenshot", format="png")
        with open(path, "wb") as file:
            file.write(base64.b64decode(shot["data"]))
