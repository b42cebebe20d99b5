"""A person at work without a browser: opens pages, fills the forms they find there, and reads the answer.

Only forms that stand on the page can be sent, with what the page put into them: a button that is not
offered cannot be pressed.
"""

import http.client
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from secrets import token_hex
from urllib.parse import urlencode, urljoin, urlsplit

from bs4 import BeautifulSoup, Tag

from tests.browser.stack import CSRF, City

Field = tuple[str, str]
File = tuple[str, str, bytes]  # field, file name, content


@dataclass
class Desk:
    """``user`` signed in at ``host``. After each step `page` is what the screen shows."""

    city: City
    host: str
    user: str
    page: BeautifulSoup = field(default_factory=lambda: BeautifulSoup("", "lxml"))
    at: str = ""
    cookies: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.cookies |= {
            "lianshen_csrf": CSRF,
            "lianshen_session": self.city.sessions[self.user],
        }

    # Going about ---------------------------------------------------------------------------------

    def open(self, path: str, *, status: int | None = 200) -> str:
        """Open an address of the console; returns the words on the page. ``status`` None: any will do."""
        got, answer, _ = self._ask("GET", path)
        assert status in (None, got), (
            f"{self.user}@{self.host} {path}: {got} {_words(answer)[:400]}"
        )
        self.page, self.at = BeautifulSoup(answer, "lxml"), path
        return self.words()

    def download(self, path: str) -> bytes:
        got, answer, _ = self._ask("GET", path)
        assert got == 200, f"{self.user}@{self.host} {path}: {got}"
        return answer

    def send(
        self, action: str, *, status: int = 302, files: Sequence[File] = (), **answers: object
    ) -> str:
        """Fill the page's form that leads to ``action`` and send it; returns the words it leads to.

        ``action`` is the end of the form's address; an answer is a value, or a list of them, or None for
        a box to clear. Fields not named keep what the page put into them.
        """
        form = self._form(action)
        target = str(form.get("action") or self.at)
        fields = _filled(form, answers)
        got, answer, leads = self._ask(
            "POST", urlsplit(urljoin(self.at, target)).path, fields, files
        )
        assert got == status, f"{self.user}@{self.host} {target}: {got} {_words(answer)[-1500:]}"
        if got == 302:
            return self.open(
                urlsplit(leads).path + (f"?{urlsplit(leads).query}" if "?" in leads else "")
            )
        self.page, self.at = BeautifulSoup(answer, "lxml"), target
        return self.words()

    def offers(self, action: str = "") -> list[str]:
        """Where the page's own forms lead that end so."""
        forms = self._own().find_all("form")
        return [
            str(form.get("action") or self.at) for form in forms if _leads(form, self.at, action)
        ]

    def choices(self, action: str, name: str) -> list[tuple[str, str]]:
        """The values of a choice and their words, of the form that leads to ``action``."""
        found = self._form(action).select(f"select[name='{name}'] option")
        return [(str(one.get("value", "")), _words(one)) for one in found]

    # Looking -------------------------------------------------------------------------------------

    def words(self) -> str:
        """What the page says beside its bar and its navigation, blanks made single."""
        return _words(self._own())

    def said(self) -> str:
        """What it says at its top about what was just done."""
        return " ".join(_words(one) for one in self.page.select(".message, .errorlist"))

    def rows(self, *, table: int = 0) -> list[list[str]]:
        """The cells of a table of the page, heads left out."""
        body = self.page.find_all("tbody")[table]
        return [
            [_words(cell) for cell in row.find_all(["th", "td"])] for row in body.find_all("tr")
        ]

    def link(self, name: str) -> str:
        """Where the first link that reads so leads."""
        for link in self.page.find_all("a", href=True):
            if name in _words(link):
                return str(link["href"])
        raise AssertionError(f"{self.user}@{self.host} {self.at} has no link {name}")

    def item(self, begin: str) -> str:
        """Where the first link leads that is ``begin`` and a number: an item of a list."""
        return next(link for link in self.links(begin) if link[len(begin) : -1].isdigit())

    def links(self, begin: str) -> list[str]:
        """Addresses on the page that begin so, each once, in order."""
        found = (str(link["href"]) for link in self.page.find_all("a", href=True))
        return list(dict.fromkeys(link for link in found if link.startswith(begin)))

    def _own(self) -> Tag:
        main = self.page.find("main")
        return main.parent if main and main.parent else self.page

    # Inside --------------------------------------------------------------------------------------

    def _form(self, action: str) -> Tag:
        for form in self.page.find_all("form"):
            if _leads(form, self.at, action):
                return form
        offered = [form.get("action") or self.at for form in self.page.find_all("form")]
        raise AssertionError(f"{self.user}@{self.host} {self.at} offers no {action}: {offered}")

    def _ask(
        self, method: str, path: str, fields: Iterable[Field] = (), files: Sequence[File] = ()
    ) -> tuple[int, bytes, str]:
        headers = {
            "Host": urlsplit(self.city.url(self.host)).netloc,
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
        }
        body: bytes | None = None
        if method == "POST":
            body, headers["Content-Type"] = _body(
                [
                    *((n, v) for n, v in fields if n != "csrfmiddlewaretoken"),
                    ("csrfmiddlewaretoken", CSRF),
                ],
                files,
            )
        connection = http.client.HTTPConnection("127.0.0.1", self.city.port, timeout=60)
        try:
            connection.request(method, path, body=body, headers=headers)
            response = connection.getresponse()
            for line in response.headers.get_all("Set-Cookie", []):
                self.cookies |= {name: one.coded_value for name, one in SimpleCookie(line).items()}
            return response.status, response.read(), response.headers.get("Location", "")
        finally:
            connection.close()


def _words(of: BeautifulSoup | Tag | bytes) -> str:
    if isinstance(of, bytes):
        of = BeautifulSoup(of, "lxml")
    return " ".join(of.get_text(" ").split())


def _leads(form: Tag, at: str, action: str) -> bool:
    path = urlsplit(urljoin(at, str(form.get("action") or at))).path
    return str(form.get("method", "")).lower() == "post" and path.endswith(action)


def _filled(form: Tag, answers: dict[str, object]) -> list[Field]:
    """What a browser would send: the page's own values, with ``answers`` in their place."""
    fields: list[Field] = []
    names = set()
    for control in form.find_all(["input", "select", "textarea"]):
        name = str(control.get("name") or "")
        if not name or control.has_attr("disabled"):
            continue
        names.add(name)
        if name not in answers:
            fields += [(name, value) for value in _values(control)]
    buttons = {str(button.get("name")) for button in form.find_all("button") if button.get("name")}
    for name, answer in answers.items():
        assert name in names | buttons, f"no field {name}; there are {sorted(names | buttons)}"
        if answer is not None:
            many = answer if isinstance(answer, list) else [answer]
            fields += [(name, str(value)) for value in many]
    return fields


def _values(control: Tag) -> list[str]:
    if control.name == "textarea":
        return [control.get_text().removeprefix("\n")]
    if control.name == "select":
        chosen = [option for option in control.find_all("option") if option.has_attr("selected")]
        if not chosen and not control.has_attr("multiple"):
            chosen = control.find_all("option")[:1]
        return [str(option.get("value", option.get_text())) for option in chosen]
    kind = str(control.get("type", "text"))
    if kind in {"file", "submit", "button"}:
        return []
    if kind in {"checkbox", "radio"}:
        return [str(control.get("value", "on"))] if control.has_attr("checked") else []
    return [str(control.get("value", ""))]


def _body(fields: Sequence[Field], files: Sequence[File]) -> tuple[bytes, str]:
    if not files:
        return urlencode(fields).encode(), "application/x-www-form-urlencoded"
    mark = token_hex(16)
    parts = [
        f'--{mark}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields
    ]
    for name, title, content in files:
        head = f'--{mark}\r\nContent-Disposition: form-data; name="{name}"; filename="{title}"\r\n'
        parts.append(
            f"{head}Content-Type: application/octet-stream\r\n\r\n".encode() + content + b"\r\n"
        )
    return b"".join([*parts, f"--{mark}--\r\n".encode()]), f"multipart/form-data; boundary={mark}"
