"""The HTTP client every live tap shares: patient, bounded, and honest about what failed."""

import json
import logging
import threading
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any
from urllib.parse import urlsplit

import tenacity

from connectors.tap_base.auth import Auth
from connectors.tap_base.errors import (
    AnswerError,
    AuthorisationError,
    TapError,
    TransientError,
    UnavailableError,
    UnreachableError,
)
from connectors.tap_base.exchange import Exchange, Raw
from connectors.tap_base.instants import Clock, instant
from connectors.tap_base.judge import ThrottledError, broken, judge
from connectors.tap_base.limits import Limiter
from connectors.tap_base.notices import Notices
from connectors.tap_base.paging import Answer, Request

TRIES = 7
_LONGEST_PAUSE = 30.0
"""Seconds between two tries; a run that may wait for less in total pauses for no more."""


class Client:
    """Asks one source. A room says how to authorise and what an error looks like."""

    default_base_url = ""
    headers: Mapping[str, str] = {"Accept": "application/json"}
    pace: tuple[int, float] | None = None
    """Requests and the seconds they are allowed in, where only documentation tells."""
    sunset: date | None = None
    """When the vendor switches off the version of the API that this room speaks."""

    def __init__(
        self, config: Mapping[str, Any], logger: logging.Logger, clock: Clock | None = None
    ) -> None:
        """Prepare; nothing is sent yet.

        Args:
            config: The tap's settings.
            logger: Takes warnings and the quota metric.
            clock: Where time comes from.
        """
        self.config, self.clock = config, clock or Clock()
        self.base_url = str(config.get("base_url") or self.default_base_url).rstrip("/")
        self.notices = Notices(logger, self.clock)
        budget = float(config.get("max_wait_seconds", 3600))
        self.limiter = Limiter(budget, self.clock, self.pace, self.notices.quota)
        pause = min(_LONGEST_PAUSE, budget)
        self._backoff = tenacity.wait_random_exponential(multiplier=0.5, max=pause)
        self._exchange = Exchange(self.base_url, config, self.limiter, self.clock)
        self._auth: Auth | None = None
        self._lock = threading.RLock()
        self._memo: dict[str, Any] = {}
        self._down: str | None = None

    # What a room overrides

    def authentication(self) -> Auth:
        """Make this source's way to authorise; it asks nothing yet."""
        return Auth()

    def error_in(self, answer: Answer) -> str | None:
        """Name the error that an answer with a good status carries, if it does.

        The words go into logs: a kind or code of error, never data.
        """
        body = answer.body
        if isinstance(body, Mapping) and (body.get("error") or body.get("errors")):
            return None if body.get("data") else "an error object"
        return None

    def explain(self, status: int, content: bytes) -> None:
        """Raise an error of its own kind where the body of a bad status tells more than it.

        Args:
            status: 400 or more.
            content: The body, not trusted to be JSON; its words may hold data.

        Raises:
            TapError: How one recovers, when the status alone would mislead.
        """

    def refused(self, status: int, content: bytes) -> bool:
        """Tell whether our token is refused: it is renewed and the same asked again, once."""
        return status == 401

    def decode(self, content: bytes, headers: Mapping[str, str]) -> Any:
        """Turn a body into plain values; ValueError says that it is broken: it is asked again."""
        return json.loads(content)

    # What everyone uses

    @property
    def auth(self) -> Auth:
        """The credentials, made once."""
        with self._lock:
            if self._auth is None:
                self._auth = self.authentication()
                self.notices.ahead("the token", self._auth.expires_at)
                self.notices.ahead("the API version this tap speaks", instant(self.sunset))
            return self._auth

    def get(self, path: str, **params: Any) -> Answer:
        """Ask for one thing."""
        return self.send(Request(path, params))

    def once(self, path: str) -> Any:
        """Return the body of what does not change within a run, asking at most once."""
        with self._lock:
            if path not in self._memo:
                self._memo[path] = self.get(path).body
            return self._memo[path]

    def send(self, request: Request) -> Answer:
        """Ask, with patience: limits obeyed, passing faults retried, a token renewed once.

        Args:
            request: What to ask.

        Returns:
            The answer: its status is good and it carries no error.

        Raises:
            TapError: One of its kinds, by how one recovers.
        """
        answer = self._patiently(request)
        if error := self.error_in(answer):
            raise AnswerError(
                f"the source answered {error} with status {answer.status}",
                "none of it was taken for data and the bookmark stays: run again later",
                place=request.place,
            )
        return answer

    def post_form(
        self, url: str, form: Mapping[str, str], headers: Mapping[str, str] | None = None
    ) -> Mapping[str, Any]:
        """Post a form without our credentials: a token endpoint that the configuration names.

        Args:
            url: The token endpoint.
            form: What to post.
            headers: A client that must name itself there, in the way of HTTP.

        Raises:
            AuthorisationError: It refuses.
        """
        request = Request(url, method="POST", headers=headers or {}, label=urlsplit(url).path)
        return self._authorise(request, form)

    def post_json(
        self, url: str, content: Any, headers: Mapping[str, str] | None = None
    ) -> Mapping[str, Any]:
        """Do what `post_form` does where the endpoint wants JSON; None posts no body."""
        path = urlsplit(url).path
        request = Request(url, method="POST", json=content, headers=headers or {}, label=path)
        return self._authorise(request, {})

    def _authorise(self, request: Request, form: Mapping[str, str]) -> Mapping[str, Any]:
        try:
            body = self._patiently(request, form).body
        except AnswerError as error:
            how = f"authorise again: {self.auth.how}"
            raise AuthorisationError(error.problem, how, place=request.place) from None
        return body if isinstance(body, dict) else {}

    def _patiently(self, request: Request, form: Mapping[str, str] | None = None) -> Answer:
        failed = 0
        if self._down is not None and form is None:  # the streams after the first need not wait
            raise self._unavailable(self._down, request)

        def stop(state: tenacity.RetryCallState) -> bool:
            nonlocal failed
            failed += _counted(state)
            return failed >= TRIES

        retrying = tenacity.Retrying(
            stop=stop,
            wait=lambda state: self._backoff(state) if _counted(state) else 0,
            retry=tenacity.retry_if_exception_type(TransientError),
            sleep=self.clock.sleep,
            reraise=True,
        )
        try:
            return retrying(self._once, request, form)
        except TransientError as error:
            if isinstance(error, UnreachableError):
                self._down = str(error)
            raise self._unavailable(str(error), request) from None
        except TapError as error:
            error.place = error.place or request.place
            raise

    def _unavailable(self, problem: str, request: Request) -> UnavailableError:
        fix = f"check that {self.base_url} is up and the right base_url, then run again"
        return UnavailableError(f"{problem}, {TRIES} times in a row", fix, place=request.place)

    def _once(self, request: Request, form: Mapping[str, str] | None) -> Answer:
        """Ask once; where a token is refused, once more with a fresh one."""
        status, headers, content, url = raw = self._ask(request, form)
        self.notices.headers(headers)
        if status >= 400:
            self.explain(status, content)
        try:
            judge(status, headers, self.clock.now(), self.auth.how)
            body = None if status in {204, 304} else self.decode(content, headers)
        except ThrottledError as error:
            self.limiter.pause(error.delay)
            raise
        except ValueError:
            raise broken(content, raw[0]) from None
        return Answer(replace(request, path=url), url, status, headers, body)

    def _ask(self, request: Request, form: Mapping[str, str] | None) -> Raw:
        own = {**self.headers, **request.headers}
        if form is not None:
            return self._exchange.send(request, own, {}, form)
        held = self.auth.headers()
        raw = self._exchange.send(request, {**own, **held}, self.auth.params())
        if self.refused(raw[0], raw[2]) and self.auth.renew(held):
            fresh = {**own, **self.auth.headers()}
            raw = self._exchange.send(request, fresh, self.auth.params())
        return raw


def _counted(state: tenacity.RetryCallState) -> bool:
    error = state.outcome.exception() if state.outcome else None
    return isinstance(error, TransientError) and error.counted
