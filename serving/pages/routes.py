"""The routes of the pages."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import anyio.to_thread
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

import identity
from serving.api.guard import RefusedError
from serving.api.paging import next_page, page_start
from serving.desk import Desk, MergedError
from serving.pages import profile, search
from serving.pages.forms import read_form
from serving.pages.queue import Queue, consequences, evidence
from serving.pages.sessions import COOKIE, Session, Sessions, forged
from serving.pages.views import HERE, page
from serving.tokens import Token

_TIMELINE_PAGE = 25
Page = Callable[[Request, Desk, Session, Token], Awaitable[Response]]


class Pages:
    """The pages of one server."""

    def __init__(self, ledger: Path | None) -> None:
        """Decisions of stewards go to `ledger`, identity's file."""
        self._ledger = ledger
        self._sessions: Sessions | None = None
        self._queue: Queue | None = None

    def routes(self) -> list[BaseRoute]:
        """All of them."""
        return [
            Route("/", self._for(self._search)),
            Route("/customers/{customer_id}", self._for(self._customer)),
            Route("/customers/{customer_id}/timeline", self._for(self._more)),
            Route("/review", self._for(self._review)),
            Route("/review", self._for(self._decide, "decide"), methods=["POST"]),
            Route("/login", self._login_form),
            Route("/login", self._login, methods=["POST"]),
            Route("/logout", self._for(self._logout), methods=["POST"]),
            Mount("/static", StaticFiles(directory=HERE / "static")),
        ]

    def _for(self, answer: Page, scope: str = "profiles") -> Callable[..., Awaitable[Response]]:
        """Lets in who is logged in; forms only with the session's own secret."""

        async def endpoint(request: Request) -> Response:
            desk: Desk = request.app.state.desk
            try:
                found = self._logins(desk).find(request.cookies.get(COOKIE), scope)
                if found is None:
                    return RedirectResponse("/login", 303)
                session, token = found
                if request.method == "POST":
                    request.state.form = await read_form(request)
                    if forged(session, request.state.form["forgery"]):
                        raise RefusedError(403, "this form is too old; load its page anew")
                return await answer(request, desk, session, token)
            except MergedError as error:
                return RedirectResponse(f"/customers/{error.customer_id}", 308)
            except RefusedError as error:
                return page("problem", None, status=error.status, sentence=error.sentence)
            except identity.DecisionError as error:
                return page("problem", None, status=503, sentence=f"{error}.")
            except LookupError:
                sentence = "The published generation lacks what this page needs; try again later."
                return page("problem", None, status=503, sentence=sentence)

        return endpoint

    def _logins(self, desk: Desk) -> Sessions:
        if self._sessions is None:
            self._sessions = Sessions(desk.guard)
        return self._sessions

    def _pairs(self, desk: Desk) -> Queue:
        if self._queue is None:
            self._queue = Queue(desk, self._ledger)
        return self._queue

    async def _login_form(self, request: Request) -> Response:
        return page("login", wrong="")

    async def _login(self, request: Request) -> Response:
        desk: Desk = request.app.state.desk
        origin = request.headers.get("origin")
        if origin is not None and origin != f"{request.url.scheme}://{request.headers.get('host')}":
            return page("login", status=403, wrong="This form came from another site.")
        try:
            form = await read_form(request)
            name = self._logins(desk).log_in(form["token"].strip())
        except RefusedError as error:
            wrong = "No valid token." if error.status == 401 else f"{error.sentence}."
            return page("login", status=error.status, wrong=wrong)
        answer = RedirectResponse("/", 303)
        secure = request.url.scheme == "https"
        answer.set_cookie(COOKIE, name, httponly=True, samesite="strict", secure=secure)
        return answer

    async def _logout(
        self, request: Request, desk: Desk, session: Session, token: Token
    ) -> Response:
        self._logins(desk).log_out(request.cookies.get(COOKIE))
        answer = RedirectResponse("/login", 303)
        answer.delete_cookie(COOKIE)
        return answer

    async def _search(
        self, request: Request, desk: Desk, session: Session, token: Token
    ) -> Response:
        words = request.query_params.get("q", "").strip()
        generation = desk.reader().generation()
        found = search.by_keys(desk, words) if words else []
        if words and not found:
            found = await anyio.to_thread.run_sync(search.by_name, desk, generation, words)
        if words:
            read = [record["customer_id"] for record in found]
            desk.guard.note(token, "search", read, generation)
        if len(found) == 1:
            return RedirectResponse(f"/customers/{found[0]['customer_id']}", 303)
        return page(
            "search", session, words=words, found=found, most=search.MOST, generation=generation
        )

    async def _customer(
        self, request: Request, desk: Desk, session: Session, token: Token
    ) -> Response:
        customer_id = request.path_params["customer_id"]
        document, generation = desk.document(customer_id)
        shown = await anyio.to_thread.run_sync(profile.gather, desk, document, generation)
        desk.guard.note(token, "page", [customer_id], generation)
        rows = await anyio.to_thread.run_sync(
            desk.page, generation, customer_id, _TIMELINE_PAGE, (None, "")
        )
        following = next_page(rows) if len(rows) == _TIMELINE_PAGE else ""
        return page(
            "customer", session, generation=generation, entries=rows, following=following, **shown
        )

    async def _more(self, request: Request, desk: Desk, session: Session, token: Token) -> Response:
        customer_id = request.path_params["customer_id"]
        _, generation = desk.document(customer_id)
        before = page_start(request.query_params.get("before"))
        rows = await anyio.to_thread.run_sync(
            desk.page, generation, customer_id, _TIMELINE_PAGE, before
        )
        desk.guard.note(token, "timeline", [customer_id], generation)
        following = next_page(rows) if len(rows) == _TIMELINE_PAGE else ""
        return page("timeline", None, entries=rows, following=following, customer_id=customer_id)

    async def _review(
        self, request: Request, desk: Desk, session: Session, token: Token
    ) -> Response:
        queue = self._pairs(desk)
        generation = desk.reader().generation()
        waiting = await anyio.to_thread.run_sync(queue.waiting, generation)
        skip = request.query_params.get("skip", "0")
        at = min(int(skip[:6]) if skip.isascii() and skip.isdigit() else 0, len(waiting))
        if at == len(waiting):
            return page("review", session, row=None, left=len(waiting), at=0, generation=generation)
        row = waiting[at]
        sides = queue.sides(row)
        drawn = await anyio.to_thread.run_sync(queue.waterfall, generation, row)
        desk.guard.note(token, "review", [row["left_customer"], row["right_customer"]], generation)
        return page(
            "review",
            session,
            row=row,
            sides=sides,
            evidence=evidence(row),
            bars=drawn,
            will=consequences(row, sides),
            left=len(waiting),
            at=at,
            writable=queue.ledger is not None and "decide" in token.scopes,
            generation=generation,
        )

    async def _decide(
        self, request: Request, desk: Desk, session: Session, token: Token
    ) -> Response:
        form, queue = request.state.form, self._pairs(desk)
        sides = ("left", "right")
        fields = {f"{side}_{part}": "" for side in sides for part in ("source", "record_id")}
        fields = {name: form[name] for name in fields}
        records = [(form[f"{side}_source"], form[f"{side}_record_id"]) for side in sides]
        verb, at = form["verb"], form["at"]
        generation = desk.reader().generation()
        row = await anyio.to_thread.run_sync(queue.find, generation, records)
        try:
            queue.decide(verb, records, by=token.name)
        except identity.DecisionError as error:
            raise RefusedError(409, str(error)) from None
        will = consequences(row, queue.sides(row)).get(verb, "") if row else ""
        what = {"same": "Written: the same.", "different": "Written: not the same."}
        session.flash = f"{what.get(verb, 'Taken back.')} {will} The next run follows it."
        session.last = None if verb == "undo" else fields
        return RedirectResponse(f"/review?skip={at}" if at.isdigit() else "/review", 303)
