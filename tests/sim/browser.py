"""A headless Chromium that a test talks to through pipes, by the DevTools protocol: no driver, no port, no package.

    with Browser() as page:
        page.open("/tmp/report.html", width=360)
        page.run("document.title")
        page.errors, page.requests      # of the page since open()
"""

import base64
import itertools
import json
import os
import select
import shutil
import signal
import subprocess
import tempfile
import time

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find():
    """Path of a Chromium, or None."""
    for name in NAMES:
        if path := shutil.which(name):
            return path
    return None


class Browser:
    def __enter__(self):
        self.profile = tempfile.TemporaryDirectory(prefix="assay-chromium-", ignore_cleanup_errors=True)
        theirs_in, self.to = os.pipe()
        self.of, theirs_out = os.pipe()

        def wire():  # the browser reads at 3 and writes at 4; first out of the way of both
            a, b = os.dup(theirs_in), os.dup(theirs_out)
            os.dup2(a, 3), os.dup2(b, 4)

        self.process = subprocess.Popen(
            [find(), "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
             "--disable-extensions", "--disable-background-networking", "--disable-component-update",
             "--hide-scrollbars", "--remote-debugging-pipe", "--user-data-dir=" + self.profile.name, "about:blank"],
            close_fds=False, preexec_fn=wire, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, start_new_session=True)
        os.close(theirs_in), os.close(theirs_out)
        self.rest, self.numbers, self.events = b"", itertools.count(1), []
        try:
            self._begin()
        except (OSError, RuntimeError):
            self.__exit__()
            raise
        return self

    def _begin(self):
        target = self.ask("Target.createTarget", {"url": "about:blank"}, session=None)["targetId"]
        self.session = self.ask("Target.attachToTarget", {"targetId": target, "flatten": True}, session=None)["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.ask(domain + ".enable")

    def __exit__(self, *_):
        try:
            self.ask("Browser.close", session=None, timeout=5)
        except (OSError, RuntimeError):
            pass
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)  # its own group: nobody else is in it
            self.process.wait()
        os.close(self.to), os.close(self.of)
        self.profile.cleanup()

    def _message(self, deadline):
        while b"\0" not in self.rest:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self.of], [], [], left)[0]:
                raise RuntimeError("the browser does not answer")
            piece = os.read(self.of, 1 << 16)
            if not piece:
                raise RuntimeError("the browser ended")
            self.rest += piece
        one, self.rest = self.rest.split(b"\0", 1)
        return json.loads(one)

    def ask(self, method, params=None, session="own", timeout=60):
        number = next(self.numbers)
        message = {"id": number, "method": method, "params": params or {}}
        if session == "own":
            message["sessionId"] = self.session
        data = json.dumps(message).encode() + b"\0"
        while data:
            data = data[os.write(self.to, data):]
        deadline = time.monotonic() + timeout
        while True:
            got = self._message(deadline)
            if got.get("id") == number:
                if "error" in got:
                    raise RuntimeError(f"{method}: {got['error']}")
                return got["result"]
            self.events.append(got)

    def open(self, path, width=1280, height=900, dark=False):
        self.events = []
        self.ask("Emulation.setDeviceMetricsOverride",
                 {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600})
        self.ask("Emulation.setEmulatedMedia",
                 {"features": [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]})
        self.ask("Page.navigate", {"url": "file://" + os.path.abspath(path)})
        for _ in range(300):
            if self.run("document.readyState") == "complete":
                break
            time.sleep(0.02)
        self.run("new Promise(r => requestAnimationFrame(() => requestAnimationFrame(r)))")

    def run(self, script):
        got = self.ask("Runtime.evaluate", {"expression": script, "awaitPromise": True, "returnByValue": True,
                                            "userGesture": True})
        if "exceptionDetails" in got:
            raise RuntimeError(got["exceptionDetails"].get("exception", {}).get("description", str(got)))
        return got["result"].get("value")

    def key(self, key):
        for kind in ("keyDown", "keyUp"):
            self.ask("Input.dispatchKeyEvent", {"type": kind, "key": key, "code": key})

    def picture(self, path, whole=True):
        data = self.ask("Page.captureScreenshot", {"format": "png", "captureBeyondViewport": whole, **(
            {"clip": {"x": 0, "y": 0, "scale": 1, **self._size()}} if whole else {})})["data"]
        with open(path, "wb") as f:
            f.write(base64.b64decode(data))

    def _size(self):
        size = self.ask("Page.getLayoutMetrics")["cssContentSize"]
        return {"width": size["width"], "height": size["height"]}

    @property
    def errors(self):
        """What the page complained about: exceptions, console errors, refused loads."""
        out = []
        for e in self.events:
            if e.get("method") == "Runtime.exceptionThrown":
                out.append(json.dumps(e["params"]["exceptionDetails"]))
            if e.get("method") == "Log.entryAdded" and e["params"]["entry"]["level"] in ("error", "warning"):
                out.append(e["params"]["entry"]["text"])
            if e.get("method") == "Runtime.consoleAPICalled" and e["params"]["type"] in ("error", "warning", "assert"):
                out.append(json.dumps(e["params"]["args"]))
        return out

    @property
    def requests(self):
        """Everything that was asked for besides the page itself."""
        return [e["params"]["request"]["url"] for e in self.events if e.get("method") == "Network.requestWillBeSent"
                and e["params"].get("type") != "Document"]
