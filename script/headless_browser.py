"""Headless Chromium for tests and screenshots, driven by chromedriver over WebDriver with nothing but the standard library.

    with Browser(width=1200, height=900) as browser:
        browser.open(path)
        browser.script("return document.title")

Every message of the page's console is kept (`console()`), and the browser has no network but for files.
"""
import base64
import json
import os
import re
import shutil
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

# Of a machine that is busy with other tests.
START_SECONDS = 180
WAIT_SECONDS = 60
CALL_SECONDS = 120
# Chromedriver is here, whatever proxy the environment names.
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
KEYS = {"enter": "\ue007", "tab": "\ue004", "space": "\ue00d", "escape": "\ue00c", "left": "\ue012", "up": "\ue013",
        "right": "\ue014", "down": "\ue015"}


def missing_programs():
    """Names of what script/bootstrap would install for this."""
    return [package for program, package in (("chromium", "chromium"), ("chromedriver", "chromium-driver"))
            if shutil.which(program) is None]


class BrowserError(Exception):
    """What chromedriver answered, or that it did not start."""


class Browser:
    def __init__(self, width=1200, height=900, dark=False, locale="en-US"):
        self.size = (width, height)
        self.dark = dark
        self.locale = locale
        self.session = None

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="mcost-browser-")
        environment = {**os.environ, "HOME": self.folder.name, "TMPDIR": self.folder.name}
        # pylint: disable=consider-using-with
        self.driver = subprocess.Popen(["chromedriver", "--port=0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                       text=True, env=environment)
        try:
            self._start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        if self.session:
            try:
                self.call("DELETE", "")
            except (BrowserError, OSError):
                pass
        self.driver.terminate()
        try:
            self.driver.wait(20)
        except subprocess.TimeoutExpired:
            self.driver.kill()
            self.driver.wait()
        self.driver.stdout.close()
        self.folder.cleanup()

    def _start(self):
        port = None
        for line in self.driver.stdout:
            match = re.search(r"successfully on port (\d+)", line)
            if match:
                port = match.group(1)
                break
        if port is None:
            raise BrowserError("chromedriver did not start")
        self.address = f"http://127.0.0.1:{port}/session"
        arguments = ["--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--hide-scrollbars",
                     "--force-device-scale-factor=1", "--disable-background-networking", "--no-first-run",
                     "--host-resolver-rules=MAP * ~NOTFOUND", f"--lang={self.locale}",
                     f"--user-data-dir={self.folder.name}/profile", f"--window-size={self.size[0]},{self.size[1]}"]
        capabilities = {"alwaysMatch": {
            "browserName": "chrome", "goog:loggingPrefs": {"browser": "ALL"},
            "goog:chromeOptions": {"args": arguments, "binary": shutil.which("chromium")}}}
        answer = self._request("POST", self.address, {"capabilities": capabilities}, START_SECONDS)
        self.session = answer["sessionId"]
        self.prefer("dark" if self.dark else "light")

    def _request(self, method, address, body, timeout):
        data = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(address, data, {"Content-Type": "application/json"}, method=method)
        try:
            with OPENER.open(request, timeout=timeout) as response:
                return json.load(response)["value"]
        except urllib.error.HTTPError as error:
            value = json.load(error)["value"]
            raise BrowserError(f"{value['error']}: {value['message'].splitlines()[0]}") from None

    def call(self, method, path, body=None, timeout=CALL_SECONDS):
        return self._request(method, f"{self.address}/{self.session}{path}", body, timeout)

    def command(self, name, **parameters):
        """A command of the Chrome DevTools protocol."""
        return self.call("POST", "/goog/cdp/execute", {"cmd": name, "params": parameters})

    def prefer(self, scheme, media=""):
        """What the system wants, light or dark, and the medium, "print" or the screen."""
        self.command("Emulation.setEmulatedMedia", media=media,
                     features=[{"name": "prefers-color-scheme", "value": scheme}])

    def resize(self, width, height):
        self.command("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)

    def open(self, path, fragment=""):
        self.call("POST", "/url", {"url": f"file://{os.path.abspath(path)}{fragment}"})

    def script(self, source, *arguments):
        """The value of a script's `return`."""
        return self.call("POST", "/execute/sync", {"script": source, "args": list(arguments)})

    def wait_for(self, source, seconds=WAIT_SECONDS):
        """Until the expression is true."""
        end = time.monotonic() + seconds
        while not self.script(f"return Boolean({source})"):
            if time.monotonic() > end:
                raise BrowserError(f"not true after {seconds} s: {source}")
            time.sleep(0.05)

    def find(self, selector):
        return self.call("POST", "/element", {"using": "css selector", "value": selector})[ELEMENT]

    def click(self, selector):
        self.call("POST", f"/element/{self.find(selector)}/click", {})

    def press(self, *keys):
        """Keys by their name in KEYS, or as characters, for what has the focus."""
        actions = []
        for key in keys:
            value = KEYS.get(key, key)
            actions += [{"type": "keyDown", "value": value}, {"type": "keyUp", "value": value}]
        self.call("POST", "/actions", {"actions": [{"type": "key", "id": "keyboard", "actions": actions}]})

    def move_to(self, x, y):
        """Moves the mouse to a point of the window."""
        self.call("POST", "/actions", {"actions": [{
            "type": "pointer", "id": "mouse", "parameters": {"pointerType": "mouse"},
            "actions": [{"type": "pointerMove", "duration": 0, "x": x, "y": y}]}]})

    def console(self):
        """What the page wrote to its console since the last call, errors of the browser about the page included."""
        return [entry for entry in self.call("POST", "/se/log", {"type": "browser"})
                if entry["level"] in ("WARNING", "SEVERE")]

    def screenshot(self, path, selector="html", bottom=None, margin=0):
        """A PNG of an element from its top to its own bottom or that of the element `bottom`, wherever they are on the
        page, with what of the page is around it."""
        clip = self.script("""
            scrollTo(0, 0);
            const first = document.querySelector(arguments[0]).getBoundingClientRect();
            const last = document.querySelector(arguments[1] ?? arguments[0]).getBoundingClientRect();
            const left = Math.max(0, first.left - arguments[2]), top = Math.max(0, first.top - arguments[2]);
            return {x: left, y: top, width: Math.min(innerWidth, first.right + arguments[2]) - left,
                    height: last.bottom + arguments[2] - top, scale: 1};""", selector, bottom, margin)
        data = self.command("Page.captureScreenshot", captureBeyondViewport=True, clip=clip)["data"]
        with open(path, "wb") as stream:
            stream.write(base64.b64decode(data))

    def pdf(self, path):
        data = self.command("Page.printToPDF", printBackground=False, preferCSSPageSize=True, paperWidth=8.27,
                            paperHeight=11.69)["data"]
        with open(path, "wb") as stream:
            stream.write(base64.b64decode(data))
