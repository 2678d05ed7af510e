"""The ways in which sources hand out long lists, as small values a stream declares."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar
from urllib.parse import parse_qsl, urlsplit

from connectors.tap_base.guard import within


@dataclass(frozen=True)
class Request:
    """One question to a source; `path` is relative to the base URL or a URL in its origin."""

    path: str
    params: Mapping[str, Any] = field(default_factory=dict)
    method: str = "GET"
    json: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    label: str = ""

    @property
    def place(self) -> str:
        """What errors call it: method and path as the room wrote it, without ids."""
        return f"{self.method} {self.label or urlsplit(self.path).path}"


@dataclass(frozen=True)
class Answer:
    """What a source answered: `body` is decoded JSON unless the client decodes otherwise."""

    request: Request
    url: str
    status: int
    headers: Mapping[str, str]
    body: Any


def dig(body: Any, path: str) -> Any:
    """Follow a dotted path through objects (and numbered lists); "" is the body itself."""
    for name in path.split(".") if path else ():
        if isinstance(body, Mapping):
            body = body.get(name)
        elif isinstance(body, list) and name.lstrip("-").isdigit():
            body = body[int(name)] if -len(body) <= int(name) < len(body) else None
        else:
            return None
    return body


class Paging:
    """One page is all there is; also what the other styles inherit."""

    resumable: ClassVar[bool] = True
    """Whether a kept request leads to the same place in a later run."""

    def first(self, request: Request) -> Request:
        """Add to the first request what the style needs."""
        return request

    def next(self, answer: Answer, rows: Sequence[Any]) -> Request | None:
        """Return the request for the page after this one, or None after the last."""
        return None

    def rest(self, answer: Answer, rows: Sequence[Any]) -> Sequence[Request] | None:
        """Return all further requests where the first page tells them: they go in parallel."""
        return None

    def total(self, answer: Answer) -> int | None:
        """Return how many rows the source says there are, where it says so."""
        return None


def _number(answer: Answer, header: str, at: str) -> int | None:
    value = answer.headers.get(header) if header else dig(answer.body, at) if at else None
    return int(value) if value is not None and str(value).isdigit() else None


def _with(request: Request, **params: Any) -> Request:
    """Change parameters where the request carries them: in its JSON body or its query."""
    if request.json is not None:
        return replace(request, json={**request.json, **params})
    return replace(request, params={**request.params, **params})


@dataclass(frozen=True)
class Cursor(Paging):
    """The answer holds a token for the next page: `cursor`, `next_token`, `pageToken`, `after`."""

    param: str
    at: str
    size: Mapping[str, Any] = field(default_factory=dict)
    total_at: str = ""

    def first(self, request: Request) -> Request:  # noqa: D102
        return _with(request, **self.size)

    def next(self, answer: Answer, rows: Sequence[Any]) -> Request | None:  # noqa: D102
        token = dig(answer.body, self.at)
        return None if token in (None, "") else _with(answer.request, **{self.param: token})

    def total(self, answer: Answer) -> int | None:  # noqa: D102
        return _number(answer, "", self.total_at)


@dataclass(frozen=True)
class Before(Paging):
    """The next page is asked by the last row's value: `max_id=`, `before=`, `after=`.

    A source that answers with the very row it was to leave out ignores the parameter: its list
    is complete.
    """

    param: str
    by: str = "id"
    size: Mapping[str, Any] = field(default_factory=dict)

    def first(self, request: Request) -> Request:  # noqa: D102
        return _with(request, **self.size)

    def next(self, answer: Answer, rows: Sequence[Any]) -> Request | None:  # noqa: D102
        value = dig(rows[-1], self.by) if rows else None
        if value is None or len(rows) < next(iter(self.size.values()), 0):
            return None
        asked = answer.request.params.get(self.param)
        if asked is not None and any(str(dig(row, self.by)) == str(asked) for row in rows):
            return None
        return _with(answer.request, **{self.param: value})


@dataclass(frozen=True)
class NextUrl(Paging):
    """The answer holds the next page's URL, in its body (`at`) or as `Link: …; rel="next"`.

    `otherwise` pages where the server sends no link at all.
    """

    at: str = ""
    size: Mapping[str, Any] = field(default_factory=dict)
    otherwise: Paging | None = None

    def first(self, request: Request) -> Request:  # noqa: D102
        return _with(request, **self.size)

    def next(self, answer: Answer, rows: Sequence[Any]) -> Request | None:  # noqa: D102
        links = answer.headers.get("link", "")
        url = dig(answer.body, self.at) if self.at else next_link(links)
        if not url:
            return None if links or not self.otherwise else self.otherwise.next(answer, rows)
        parts = urlsplit(within(answer.url, str(url), answer.request.place))
        return replace(
            answer.request,
            path=parts._replace(query="", fragment="").geturl(),
            params=_grouped(parse_qsl(parts.query, keep_blank_values=True)),
            label=answer.request.label or urlsplit(answer.request.path).path,
        )


_LINK = re.compile(r"<([^>]*)>((?:\s*;\s*[^,;=]+=(?:\"[^\"]*\"|[^,;]*))*)")


def next_link(header: str) -> str | None:
    """Find the target of `rel="next"` in a Link header (RFC 8288)."""
    for target, attributes in _LINK.findall(header):
        relation = re.search(r";\s*rel\s*=\s*\"?([^\";]*)\"?", attributes, re.IGNORECASE)
        if relation and "next" in relation[1].lower().split():
            return str(target)
    return None


def _grouped(pairs: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """Keep repeated parameters (`types[]=a&types[]=b`) as lists."""
    grouped: dict[str, Any] = {}
    for name, value in pairs:
        if name in grouped:
            held = grouped[name]
            grouped[name] = [*(held if isinstance(held, list) else [held]), value]
        else:
            grouped[name] = value
    return grouped


@dataclass(frozen=True)
class Numbered(Paging):
    """Pages by number, or by offset: the pages after the first go in parallel if totals are told.

    `total_*` tell the number of rows, in a header or in the body.
    `offset` counts rows instead of pages.
    """

    param: str = "page"
    size_param: str = "per_page"
    size: int = 100
    start: int = 1
    offset: bool = False
    resumable: ClassVar[bool] = False  # rows move to other numbers
    total_header: str = ""
    total_at: str = ""

    def first(self, request: Request) -> Request:  # noqa: D102
        start = 0 if self.offset else self.start
        return _with(request, **{self.param: start, self.size_param: self.size})

    def _held(self, request: Request) -> int:
        return int((request.json if request.json is not None else request.params)[self.param])

    def next(self, answer: Answer, rows: Sequence[Any]) -> Request | None:  # noqa: D102
        at, step = self._held(answer.request), len(rows) if self.offset else 1
        total = self.total(answer)
        done = at + len(rows) if self.offset else (at - self.start + 1) * self.size
        if not rows or (len(rows) < self.size if total is None else done >= total):
            return None
        return _with(answer.request, **{self.param: at + step})

    def rest(self, answer: Answer, rows: Sequence[Any]) -> Sequence[Request] | None:  # noqa: D102
        total = self.total(answer)
        if total is None or len(rows) < self.size:  # a server may cap the size we ask for
            return None
        pages = -(-total // self.size)
        step, start = (self.size, 0) if self.offset else (1, self.start)
        return [
            _with(answer.request, **{self.param: start + step * page}) for page in range(1, pages)
        ]

    def total(self, answer: Answer) -> int | None:  # noqa: D102
        return _number(answer, self.total_header, self.total_at)
