"""A running Triton server, as far as a change of the catalogue needs it: load models, and see which version answers."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import tritonclient.grpc as triton
from tritonclient.utils import InferenceServerException

from assortment.errors import ServerError
from assortment.serving.metrics import CANARY
from assortment_client import canaries
from assortment_client import contract as public
from assortment_client.codec import Call
from assortment_client.errors import SearchError

LOAD_DEADLINE_S: Final = 60.0
_DEADLINE_S: Final = 10.0
_PATIENCE_S: Final = 10.0  # with a server that is busy
_PAGES: Final = (public.SEARCH, public.SEARCH_MULTIMODAL, public.RERANK)  # answers that name their catalogue version
_RESTRICTED: Final = "This protocol is restricted"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningServer:
    """One replica. It reads the repository from the same folder that is changed here."""

    url: str
    """host:port of its gRPC endpoint."""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    """With the key that allows loading models."""
    tls: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """Arguments of ``tritonclient.grpc.InferenceServerClient``, ``ssl`` and the files that go with it."""

    def load(self, models: Iterable[str]) -> None:
        """Lets the server load the highest version of each model and unload the others, one model after the other.

        Raises:
            ServerError: when it cannot be reached, refuses, or a model does not load.
        """
        for model in models:
            self._call(f"load {model}", "load_model", model, headers=dict(self.headers), client_timeout=LOAD_DEADLINE_S)

    def reach(self) -> None:
        """Checks that it is there and lets us load.

        Raises:
            ServerError: when not.
        """
        headers = dict(self.headers)
        self._call("list its models", "get_model_repository_index", headers=headers, client_timeout=_DEADLINE_S)

    def check(self, version: int) -> None:
        """A few requests through every ensemble, whose answers must be of one catalogue version.

        Raises:
            ServerError: naming the ensemble that fails, or answers from another version.
        """

        def ask(call: Call) -> Any:
            with self._client() as client:
                inputs = canaries.inputs(call)
                result = client.infer(call.model, inputs, request_id=CANARY, client_timeout=_DEADLINE_S)
            self._check_answer(call.model, result, version)
            return result

        try:  # one round: every model has loaded its version, so what search finds, rerank knows
            canaries.everywhere(ask, endpoint=self.url, patience_s=_PATIENCE_S, ensembles=_PAGES, rounds=1)
        except SearchError as error:
            raise ServerError(f"{self.url} did not answer {error.model}: {error.message}") from error

    def _check_answer(self, ensemble: str, result: Any, version: int) -> None:
        answered = int(result.as_numpy(public.CATALOGUE_VERSION)[0, 0])
        if answered != version:
            raise ServerError(f"{self.url}: {ensemble} answers from catalogue version {answered} instead of {version}")
        if not result.as_numpy(public.ID).size:
            raise ServerError(f"{self.url}: {ensemble} answers with nothing from catalogue version {version}")

    def _call(self, doing: str, method: str, *args: Any, **kwargs: Any) -> None:
        try:
            with self._client() as client:
                getattr(client, method)(*args, **kwargs)
        except InferenceServerException as error:
            told = str(error.message())
            hint = "; give the key that it was started with: --admin-key-file" if _RESTRICTED in told else ""
            raise ServerError(f"{self.url} did not {doing}: {told}{hint}") from None

    def _client(self) -> Any:
        """A client for one call, to be closed by ``with``."""
        return contextlib.closing(triton.InferenceServerClient(self.url, **self.tls))
