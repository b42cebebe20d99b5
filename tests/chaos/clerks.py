"""People at their forms while servers fall: what nobody answered they send again, as it was."""

import html
import http.client
import itertools
import random
import re
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from urllib.parse import quote, urlencode, urlsplit

from tests.browser.stack import CSRF, City

PATIENCE = 60.0  # seconds a clerk keeps trying before giving the day up


class NoAnswer(Exception):
    """The line was cut, or a server said that it cannot."""


class Refused(Exception):
    """The page came back with a sentence instead of leading on."""


@dataclass
class Clerk:
    """Somebody with a session at one console. ``acknowledged`` is what they were told is done.

    Now and then (``cut``) the line breaks after the form has left and before the answer is there.
    ``tokens=False`` is a clerk whose forms have lost what makes a second sending recognisable.
    """

    city: City
    host: str
    username: str
    cut: float = 0.1
    tokens: bool = True
    seed: int = 0
    acknowledged: list[tuple[str, ...]] = field(default_factory=list)
    sent_again: int = 0
    faults: list[str] = field(default_factory=list)
    pause: float = 0.02

    def __post_init__(self) -> None:
        self.dice = random.Random(f"{self.host}{self.username}{self.seed}")

    # One question, one answer -------------------------------------------------------------------

    def ask(self, path: str, fields: dict[str, str] | None = None) -> tuple[int, str, str]:
        """One request; raises NoAnswer when none came that a person could use."""
        connection = http.client.HTTPConnection("127.0.0.1", self.city.port, timeout=20)
        headers = {
            "Host": f"{self.host}.localhost:{self.city.port}",
            "Cookie": f"lianshen_csrf={CSRF}; lianshen_session={self.city.sessions[self.username]}",
        }
        body = None
        if fields is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            body = urlencode(fields | {"csrfmiddlewaretoken": CSRF})
        try:
            connection.request("GET" if body is None else "POST", path, body, headers)
            if body is not None and self.dice.random() < self.cut:
                raise NoAnswer("the line was cut")
            answer = connection.getresponse()
            text = answer.read().decode("utf-8", "replace")
        except (OSError, http.client.HTTPException) as lost:
            raise NoAnswer(repr(lost)) from lost
        finally:
            connection.close()
        if answer.status >= 500:
            raise NoAnswer(f"{answer.status}")
        return answer.status, answer.headers.get("Location", ""), text

    def _insist(self, path: str, fields: dict[str, str] | None = None) -> tuple[int, str, str]:
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                return self.ask(path, fields)
            except NoAnswer:
                if time.monotonic() > deadline:
                    raise
                self.sent_again += fields is not None
                time.sleep(self.dice.uniform(0.1, 0.4))

    def look(self, path: str) -> str:
        status, where, text = self._insist(path)
        assert status == 200, f"{self.host}{path} answered {status} {where}"
        return text

    def send(self, path: str, fields: dict[str, str]) -> str:
        """Send a form until it is answered; where that leads. Raises Refused."""
        if not self.tokens:
            fields = {name: value for name, value in fields.items() if name != "once"}
        status, where, text = self._insist(path, fields)
        if status != 302:
            raise Refused(" ".join(re.findall(r'class="errorlist[^>]*>(.*?)</ul>', text, re.S)))
        assert "/sign-in/" not in where, f"{self.username} was signed out"
        return where

    # Their day ----------------------------------------------------------------------------------

    def work(self, day: Callable[["Clerk"], Iterator[None]], stop: threading.Event) -> None:
        try:
            for _ in day(self):
                if stop.is_set():
                    return
                time.sleep(self.pause)
        except Exception as fault:  # noqa: BLE001 -- told by the test
            self.faults.append(f"{self.username}: {fault!r}")


def form_of(page: str, action: str) -> dict[str, str]:
    """The hidden and filled fields of the form that is sent to ``action`` ("" for the page's own)."""
    wanted = f'action="{action}"' if action else 'method="post">'
    begin = page.index(wanted)
    form = page[begin : page.index("</form>", begin)]
    found = {}
    for tag in re.findall(r"<input [^>]*>", form):
        facts = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        if facts.get("type") != "checkbox" and "name" in facts:
            found[facts["name"]] = html.unescape(facts.get("value", ""))
    found.pop("csrfmiddlewaretoken", None)
    return found


def draw_up(clerk: Clerk, title: str) -> str:
    """Draw up an assignment sheet; its address."""
    page = clerk.look("/assignments/new/")
    where = clerk.send(
        "/assignments/new/",
        form_of(page, "")
        | {
            "title": title, "source_kind": "leader", "source_words": "批示", "matter": "事由",
            "demand": "要求", "due_on": "2027-12-01",
            "parts-0-department_code": "zrzy", "parts-0-leads": "on",
        },
    )  # fmt: skip
    clerk.acknowledged.append(("sheet", title))
    return urlsplit(where).path


def hands_out_tasks(clerk: Clerk) -> Iterator[None]:
    for count in range(100_000):
        title = f"任务{clerk.seed}-{count}"
        where = draw_up(clerk, title)
        page = clerk.look(where)
        clerk.send("/assignments/hand-over/", form_of(page, "/assignments/hand-over/"))
        number = re.search(r"[^\s>]*〔\d+〕\d+号", clerk.look(where))
        if number:
            clerk.acknowledged.append(("numbered", title, number[0]))
        yield


def files_summaries(clerk: Clerk) -> Iterator[None]:
    new = "/filings/new/summary/"
    for count in range(100_000):
        words = f"总结{clerk.host}-{clerk.seed}-{count}"
        page = clerk.look(new)
        clerk.send(f"{new}write/", form_of(page, f"{new}write/") | {"work": words})
        page = clerk.look(new)
        where = clerk.send(f"{new}send/", form_of(page, f"{new}send/"))
        pk = re.fullmatch(r"/filings/(\d+)/", urlsplit(where).path)
        assert pk, f"not filed: {where}"
        clerk.acknowledged.append(("filing", pk[1], words))
        yield


def answers_filings(clerk: Clerk) -> Iterator[None]:
    """The city: every other filing is put on record, the rest returned; one may be replaced meanwhile."""
    while True:
        for pk in re.findall(r'href="/filings/(\d+)/"', clerk.look("/filings/inbox/")):
            page = clerk.look(f"/filings/{pk}/")
            verb = "acknowledge" if int(pk) % 2 else "return"
            if f"/filings/{pk}/{verb}/" not in page:
                continue
            form = form_of(page, f"/filings/{pk}/{verb}/")
            clerk.send(f"/filings/{pk}/{verb}/", form | {"reason": "请补数字"})
            # A superseded one leads to the same page: what the page says then is the answer.
            page = clerk.look(f"/filings/{pk}/")
            if f"/filings/{pk}/{verb}/" not in page and "已被替代" not in page:
                clerk.acknowledged.append((verb, pk))
            yield
        yield


def moves_procedures(clerk: Clerk) -> Iterator[None]:
    numbers: list[str] = []
    for count in itertools.count(1):
        page = clerk.look("/procedures/?" + urlencode({"page": count}))
        found = set(re.findall(r"/procedures/(DLT-\d+-\d+-\d+)/", page)) - set(numbers)
        if not found:
            break
        numbers += sorted(found)
    clerk.dice.shuffle(numbers)  # the first on the list are not those that can be received
    for number in numbers:
        path = f"/procedures/{quote(number)}/move/receive/"
        status, _, page = clerk._insist(path)
        if status == 200 and f'action="{path}"' in page:
            try:
                clerk.send(path, form_of(page, path) | {"on": "2026-11-02"})
            except Refused:
                continue
            clerk.acknowledged.append(("procedures.receive", number))
        yield


def sends_a_whole_list(clerk: Clerk) -> Iterator[None]:
    path = "/projects/list/2027/send/"
    clerk.look(path)
    clerk.send(path, {"on": "2026-11-02"})
    clerk.acknowledged.append(("batch", "send_for_comment"))
    yield
