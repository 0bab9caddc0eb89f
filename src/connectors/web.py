"""Asking web services: one session with retries, back-off and the checks that portals make necessary."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cached_property
from typing import Any, ClassVar
from urllib.parse import urljoin, urlsplit

import requests
from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass
from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt

from connectors.credentials import Credentials, redact
from connectors.errors import ConfigurationError, RetriableError

USER_AGENT = "nnsc-platform/0.1 (public safety data integration)"
_AGAIN = {202, 408, 425, 429, 500, 502, 503, 504}
_REDIRECTS = {301, 302, 303, 307, 308}
_LONGEST_WAIT = 300.0
STRICT = ConfigDict(extra="forbid", arbitrary_types_allowed=True)


class _Again(RetriableError):
    """Worth asking again now, after ``wait`` seconds if the server said so."""

    def __init__(self, code: str, message: str, wait: float | None = None) -> None:
        super().__init__(code, message)
        self.wait = wait


@dataclass(frozen=True, kw_only=True, config=STRICT)
class WebConnector:
    """Options that every connector over HTTP has. Secrets come as ``credentials`` and go into headers only.

    A password alone is a token, carried as the protocol wants it; with a login it is HTTP basic authentication.
    """

    credentials: Credentials | None = None
    attempts: int = Field(default=6, ge=1, le=20)
    backoff_seconds: float = Field(default=1.0, ge=0)
    timeout_seconds: float = Field(default=60.0, gt=0)
    page_size: int = Field(default=10_000, ge=1)
    resumable: ClassVar[bool] = True

    def token_headers(self, token: str) -> dict[str, str]:
        """The headers in which this protocol carries a token."""
        return {"Authorization": token}

    def ask(self, url: str, params: Mapping[str, Any] | None = None) -> Any:
        """The JSON answer of a GET; numbers come as the text that was sent, NaN as null.

        Raises:
            RetriableError: no usable answer after all attempts.
            ConfigurationError: the service refuses the question.
        """
        return self._retrying(lambda: self._json(self._get(url, params)), url)

    @contextmanager
    def download(self, url: str, headers: Mapping[str, str] | None = None) -> Iterator[requests.Response]:
        """An answer to stream. Raises as ``ask`` does, also when the stream breaks off."""
        response = self._retrying(lambda: self._get(url, None, headers, stream=True), url)
        try:
            yield response
        except requests.RequestException as error:
            raise RetriableError("broken_download", f"{_place(url)}: {self._shown(error)}") from None
        finally:
            response.close()

    def checked(self, answer: Any, url: str) -> Any:
        """Hook: raise what an answer with status 200 says to be an error."""
        return answer

    def again(self, code: str, message: str) -> RetriableError:
        """An error after which the same question is asked again at once, with back-off."""
        return _Again(code, redact(message, self._secrets))

    def refused(self, code: str, message: str) -> ConfigurationError:
        """An error that only a person can mend; secrets are taken out of the text."""
        return ConfigurationError(code, redact(message, self._secrets))

    def _secret_headers(self) -> dict[str, str]:
        known = self.credentials
        if known is None or not known.password:
            return {}
        return {"Authorization": f"Basic {known.basic()}"} if known.login else self.token_headers(known.password)

    @cached_property
    def _session(self) -> requests.Session:
        return requests.Session()

    @property
    def _secrets(self) -> tuple[str, ...]:
        return self.credentials.secrets() if self.credentials else ()

    def _retrying(self, action: Any, url: str) -> Any:
        retrying = Retrying(
            stop=stop_after_attempt(self.attempts), retry=retry_if_exception_type(_Again), wait=self._wait, reraise=True
        )
        return retrying(action)

    def _wait(self, state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        told = error.wait if isinstance(error, _Again) else None
        backoff = self.backoff_seconds * 2 ** (state.attempt_number - 1) * random.uniform(0.8, 1.2)
        return min(told if told is not None else backoff, _LONGEST_WAIT)

    def _get(
        self, url: str, params: Mapping[str, Any] | None, headers: Mapping[str, str] | None = None, stream: bool = False
    ) -> requests.Response:
        """One GET. Redirects are followed here, so that a token goes to no other host and never from https to http."""
        ours = self._secret_headers()
        origin = urlsplit(url)[:2]
        for _ in range(6):
            secret = ours if urlsplit(url)[:2] == origin else {}
            sent = {"User-Agent": USER_AGENT, **(headers or {}), **secret}
            try:
                response = self._session.get(
                    url, params=params, headers=sent, timeout=self.timeout_seconds, stream=stream, allow_redirects=False
                )
            except requests.RequestException as error:
                raise _Again("no_answer", f"{_place(url)}: {self._shown(error)}") from None
            if response.status_code not in _REDIRECTS or "Location" not in response.headers:
                return self._usable(response, url)
            url, params = urljoin(response.url, response.headers["Location"]), None
        raise ConfigurationError("redirects", f"{_place(url)}: too many redirects; correct connector.url.")

    def _usable(self, response: requests.Response, url: str) -> requests.Response:
        status, place = response.status_code, _place(url)
        html = "html" in response.headers.get("Content-Type", "").lower()
        if status in _AGAIN or (html and status not in (401, 404, 410)):
            response.close()
            what = "an HTML page instead of data" if html else f"status {status}"
            raise _Again("html_answer" if html else "no_answer", f"{place}: {what}.", _retry_after(response))
        if status >= 400:
            said = redact(response.text[:300].replace("\n", " "), self._secrets)
            code = "not_allowed" if status in (401, 403) else "bad_request"
            raise ConfigurationError(code, f"{place}: status {status}: {said}")
        return response

    def _json(self, response: requests.Response) -> Any:
        try:
            text = response.content.decode("utf-8-sig")
            answer = json.loads(text, parse_float=str, parse_int=str, parse_constant=lambda _: None)
        except ValueError:
            raise _Again("no_json", f"{_place(response.url)}: the answer is no JSON (cut off?).") from None
        return self.checked(answer, response.url)

    def _shown(self, error: Exception) -> str:
        cause = getattr(error, "args", [error])
        return redact(f"{type(error).__name__} ({type(cause[0]).__name__ if cause else ''})", self._secrets)


def _retry_after(response: requests.Response) -> float | None:
    text = response.headers.get("Retry-After", "").strip()
    if text.isdigit():
        return float(text)
    try:
        return max(0.0, (parsedate_to_datetime(text) - datetime.now(UTC)).total_seconds()) if text else None
    except (TypeError, ValueError):
        return None


def _place(url: str) -> str:
    """A URL without user, query and fragment, for messages."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def stamp(name: str, now: datetime) -> str:
    """File name of a pull: what was pulled and when (UTC)."""
    return f"{name}_{now:%Y%m%dT%H%M%SZ}.csv"
