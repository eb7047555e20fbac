"""Tells observers, and keeps their failures from calls."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Final, TypeVar

from assortment_client.credentials import is_sendable
from assortment_client.errors import InvalidRequest, SearchError
from assortment_client.observe import AttemptInfo, CallInfo, CallObserver, Observer

_LOG: Final = logging.getLogger(__name__)
_T = TypeVar("_T")


class Watchers:
    """All observers of a client. An observer that raises is logged once, and goes on being told."""

    def __init__(self, observers: Sequence[Observer]) -> None:
        """Raises InvalidRequest when one is no ``Observer``."""
        for place, observer in enumerate(observers):
            if not isinstance(observer, Observer):
                raise InvalidRequest.of(f"observers[{place}]", type(observer).__name__, "allowed: objects of observe.Observer")
        self._observers = tuple(observers)
        self._logged: set[int] = set()

    def __bool__(self) -> bool:
        return bool(self._observers)

    def started(self, call: CallInfo) -> CallWatchers | None:
        """Who follows this call; None when nobody does."""
        following = []
        for place, observer in enumerate(self._observers):
            call_observer = self.ask(place, observer.started, call)
            if isinstance(call_observer, CallObserver):
                following.append((place, call_observer))
        return CallWatchers(self, following) if following else None

    def breaker_changed(self, endpoint: str, state: str) -> None:
        """An endpoint's breaker changed."""
        for place, observer in enumerate(self._observers):
            self.ask(place, observer.breaker_changed, endpoint, state)

    def ask(self, place: int, hook: Callable[..., _T], *told: object) -> _T | None:
        """What an observer's hook answers; None when it raises."""
        try:
            return hook(*told)
        except Exception as error:  # other people's code: it may not break a call
            if place not in self._logged:
                self._logged.add(place)
                name = type(self._observers[place]).__name__
                _LOG.warning("the observer %s raised %s; it is not logged again", name, type(error).__name__, exc_info=error)
            return None


class CallWatchers:
    """All that follow one call."""

    def __init__(self, watchers: Watchers, following: Sequence[tuple[int, CallObserver]]) -> None:
        self._watchers, self._following = watchers, following

    def attempt_started(self, attempt: AttemptInfo) -> list[tuple[str, str]]:
        """Metadata to send along, of all of them; what cannot be sent is left out."""
        metadata: list[tuple[str, str]] = []
        for place, observer in self._following:
            asked = self._watchers.ask(place, observer.attempt_started, attempt)
            if isinstance(asked, Mapping):
                metadata.extend((key, value) for key, value in asked.items() if is_sendable(key, value))
        return metadata

    def attempt_ended(self, attempt: AttemptInfo, error: SearchError | None, seconds: float) -> None:
        """An attempt ended."""
        for place, observer in self._following:
            self._watchers.ask(place, observer.attempt_ended, attempt, error, seconds)

    def degraded(self, error: SearchError) -> None:
        """The caller is given its candidates instead of the error."""
        for place, observer in self._following:
            self._watchers.ask(place, observer.degraded, error)

    def ended(self, error: SearchError | None, stages: Mapping[str, float]) -> None:
        """The call ended."""
        for place, observer in self._following:
            self._watchers.ask(place, observer.ended, error, stages)
