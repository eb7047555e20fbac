"""A running Triton server, as far as a change of the catalogue needs it: load models, and see which version answers."""

from __future__ import annotations

import io
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import tritonclient.grpc as triton
from PIL import Image
from tritonclient.utils import InferenceServerException

from assortment.errors import ServerError
from assortment.serving.metrics import CANARY
from assortment_client import contract as public

LOAD_DEADLINE_S: Final = 60.0
_DEADLINE_S: Final = 10.0
_IN_A_ROW: Final = 4  # of each kind; models have two instances, which take turns
_PATIENCE: Final = 50  # times that a request is sent again which a busy server shed
_PAUSE_S: Final = 0.1
_SHED: Final = ("Request timeout expired", "catalogue changing")
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
        text = _tensor(public.QUERY, "BYTES", np.array([[b"canary"]], dtype=np.object_))
        picture = _tensor(public.PICTURE, "BYTES", np.array([[_picture()]], dtype=np.object_))
        found = self._answer(public.SEARCH, [text], version)
        key = np.array([[public.candidate_key(found.as_numpy(public.ID)[0, 0].decode())]], dtype=np.int64)
        requests = {
            public.SEARCH: [text],
            public.SEARCH_MULTIMODAL: [text, picture],
            public.RERANK: [text, _tensor(public.CANDIDATE_KEY, "INT64", key)],
        }
        for ensemble, inputs in requests.items():
            for _ in range(_IN_A_ROW):
                self._answer(ensemble, inputs, version)

    def _answer(self, ensemble: str, inputs: list[Any], version: int) -> Any:
        result = self._infer(ensemble, inputs)
        answered = int(result.as_numpy(public.CATALOGUE_VERSION)[0, 0])
        if answered != version:
            raise ServerError(f"{self.url}: {ensemble} answers from catalogue version {answered} instead of {version}")
        if not result.as_numpy(public.ID).size:
            raise ServerError(f"{self.url}: {ensemble} answers with nothing from catalogue version {version}")
        return result

    def _infer(self, ensemble: str, inputs: list[Any]) -> Any:
        """One answer; what was shed for want of time is asked again."""
        for attempt in range(1, _PATIENCE + 1):
            try:
                return self._call(f"answer {ensemble}", "infer", ensemble, inputs, request_id=CANARY, client_timeout=_DEADLINE_S)
            except ServerError as error:
                if attempt == _PATIENCE or not any(words in str(error) for words in _SHED):
                    raise
                time.sleep(_PAUSE_S)
        raise AssertionError("the last attempt answers or raises")

    def _call(self, doing: str, method: str, *args: Any, **kwargs: Any) -> Any:
        client = triton.InferenceServerClient(self.url, **self.tls)
        try:
            return getattr(client, method)(*args, **kwargs)
        except InferenceServerException as error:
            told = str(error.message())
            hint = "; give the key that it was started with: --admin-key-file" if _RESTRICTED in told else ""
            raise ServerError(f"{self.url} did not {doing}: {told}{hint}") from None
        finally:
            client.close()


def _tensor(name: str, datatype: str, values: Any) -> Any:
    tensor = triton.InferInput(name, list(values.shape), datatype)
    tensor.set_data_from_numpy(values)
    return tensor


def _picture() -> bytes:
    drawn = io.BytesIO()
    Image.new("RGB", (32, 32), "navy").save(drawn, "PNG")
    return drawn.getvalue()
