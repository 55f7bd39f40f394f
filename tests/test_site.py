"""The built site, as files and in a headless Chromium: `make test-site` builds it first."""

import json
import os
import re
import shutil
import subprocess
import time
import urllib.request
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
import websocket

SITE = Path(__file__).parents[1] / "build" / "site"
FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    # Whatever a page asks for outside fails, and is seen to fail.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    *("--remote-debugging-port=0", "--remote-allow-origins=*"),
)

# Attributes whose address a browser fetches by itself, without a click.
FETCHED = {("link", "href"), ("object", "data"), ("a", "ping")} | {
    (tag, "src") for tag in ("script", "img", "iframe", "source", "video", "audio", "embed")
}


def absent(reason):
    """Skip on a user's machine; fail where everything has to be there."""
    (pytest.fail if os.environ.get("CI") else pytest.skip)(reason)


@pytest.fixture(scope="module")
def site():
    if not (SITE / "index.html").exists():
        absent("the site is not built: make report")
    return SITE


class Page(HTMLParser):
    """What a page fetches, where it links to, and which images say nothing to the blind."""

    def __init__(self, path):
        super().__init__()
        self.fetched, self.links, self.ids, self.silent_images = [], [], set(), []
        self.feed(path.read_text("utf-8"))

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        self.ids.update(found[name] for name in ("id", "name") if found.get(name))
        if tag == "a" and found.get("href"):
            self.links.append(found["href"])
        # A file's name is no description.
        if tag == "img" and (found.get("alt") or "x.png").endswith((".png", ".svg")):
            self.silent_images.append(found.get("src", "")[:80])
        for name, value in attributes:
            is_relation = tag == "link" and found.get("rel") in ("next", "prev", "canonical")
            if (tag, name) in FETCHED and not is_relation:
                self.fetched.append(value)


def pages(site):
    return sorted(path for path in site.rglob("*.html") if "_static" not in path.parts)


def test_no_page_fetches_anything_from_outside(site):
    outside = [
        (path.name, address)
        for path in pages(site)
        for address in Page(path).fetched
        if re.match(r"(?i)([a-z+]+:)?//", address)
    ]
    assert len(pages(site)) >= 5 and outside == []


def test_no_style_sheet_fetches_anything_from_outside(site):
    sheets = list(site.rglob("*.css"))
    text = {sheet.name: sheet.read_text("utf-8") for sheet in sheets}
    pattern = r"""(?i)(?:url\(|@import)\s*["']?\s*((?:https?:)?//[^"')\s]+)"""
    assert sheets and [name for name in text if re.findall(pattern, text[name])] == []


def test_every_link_within_the_site_leads_somewhere(site):
    broken, parsed = [], {path: Page(path) for path in pages(site)}
    for path, page in parsed.items():
        for href in page.links:
            link = urlsplit(href)
            if link.scheme or link.netloc:
                continue
            target = (path.parent / unquote(link.path)).resolve() if link.path else path
            if not target.exists() or (
                link.fragment
                and target in parsed
                and unquote(link.fragment) not in parsed[target].ids
            ):
                broken.append((path.name, href))
    assert broken == []


def test_every_image_has_words_for_those_who_cannot_see_it(site):
    assert [(path.name, Page(path).silent_images) for path in pages(site)] == [
        (path.name, []) for path in pages(site)
    ]


class Browser:
    """One tab of Chromium over its DevTools protocol: just what the tests below ask."""

    def __init__(self, program, profile):
        self.process = subprocess.Popen(
            [program, *FLAGS, f"--user-data-dir={profile}", "about:blank"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        port_file = Path(profile) / "DevToolsActivePort"
        deadline = time.monotonic() + 60
        while not (port_file.exists() and port_file.read_text().count("\n")):
            assert self.process.poll() is None, "Chromium did not start"
            assert time.monotonic() < deadline, "Chromium does not answer"
            time.sleep(0.1)
        port = port_file.read_text().split()[0]
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/json/list") as reply:
            tab = next(tab for tab in json.load(reply) if tab["type"] == "page")
        self.socket = websocket.create_connection(tab["webSocketDebuggerUrl"], timeout=60)
        self.count, self.events = 0, []
        for domain in ("Page", "Network", "Log", "Runtime"):
            self.call(f"{domain}.enable")

    def call(self, method, **parameters):
        self.count += 1
        self.socket.send(json.dumps({"id": self.count, "method": method, "params": parameters}))
        while (message := json.loads(self.socket.recv())).get("id") != self.count:
            self.events.append(message)
        assert "error" not in message, message
        return message["result"]

    def evaluate(self, expression):
        return self.call("Runtime.evaluate", expression=expression, returnByValue=True)["result"][
            "value"
        ]

    def open(self, path, width):
        """Load a page and return its events, a second of silence after it says it is done."""
        self.events = []
        self.call(
            "Emulation.setDeviceMetricsOverride",
            **{"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600},
        )
        self.call("Page.navigate", url=path.as_uri())
        while not any(event["method"] == "Page.loadEventFired" for event in self.events):
            self.events.append(json.loads(self.socket.recv()))
        # Lazy images are fetched when scrolled to.
        self.evaluate("window.scrollTo(0, document.body.scrollHeight)")
        time.sleep(0.5)
        self.evaluate("document.readyState")
        return self.events

    def close(self):
        self.socket.close()
        self.process.terminate()
        self.process.wait(timeout=30)


@pytest.fixture(scope="module")
def browser(site, tmp_path_factory):
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        absent("no Chromium here to look at the site with")
    browser = Browser(program, tmp_path_factory.mktemp("profile"))
    yield browser
    browser.close()


def wanted(events):
    return [
        e["params"]["request"]["url"] for e in events if e["method"] == "Network.requestWillBeSent"
    ]


def faults(events):
    """What failed to load, what a script threw, what the browser complains of."""
    return [
        event
        for event in events
        if event["method"] in ("Network.loadingFailed", "Runtime.exceptionThrown")
        or (event["method"] == "Log.entryAdded" and event["params"]["entry"]["level"] == "error")
    ]


# What sticks out to the right, where the page as a whole is too wide.
TOO_WIDE = """
(() => { const wide = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= wide) return [];
  return [`page ${document.documentElement.scrollWidth} > ${wide}`,
    ...[...document.querySelectorAll('body *')]
      .filter(e => e.getBoundingClientRect().right > wide + 1)
      .map(e => e.tagName + '.' + e.className).slice(0, 5)]; })()
"""


@pytest.mark.parametrize("width", [1280, 390])
def test_every_page_loads_whole_without_asking_the_network_and_fits(browser, site, width):
    for path in pages(site):
        if path.name in ("genindex.html", "search.html") or "_modules" in path.parts:
            continue
        events = browser.open(path, width)
        assert [url for url in wanted(events) if not url.startswith(("file:", "data:"))] == []
        assert wanted(events) and faults(events) == [], path.name
        assert browser.evaluate(TOO_WIDE) == [], f"{path.name} at {width}"


def test_front_page_shows_the_chart_and_the_ranks_on_a_phone(browser, site):
    browser.open(site / "index.html", 390)
    shown = browser.evaluate(
        "[...document.querySelectorAll('.bd-article img')].map(i => [i.naturalWidth, i.width])"
    )
    assert shown and all(natural > 0 and 300 <= width <= 390 for natural, width in shown)
    assert browser.evaluate("document.querySelectorAll('.bd-article table tbody tr').length") >= 8


def test_search_finds_a_word_without_the_network(browser, site):
    browser.open(site / "search.html", 1280)
    browser.call("Page.navigate", url=(site / "search.html").as_uri() + "?q=vintage")
    deadline = time.monotonic() + 20
    found = 0
    while not found and time.monotonic() < deadline:
        time.sleep(0.3)
        found = browser.evaluate("document.querySelectorAll('#search-results li a').length")
    assert found > 0
