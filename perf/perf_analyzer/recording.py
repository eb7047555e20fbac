"""What flows into every step of an ensemble: each step is asked in turn, wired as the server's own configuration says.

The steps of an ensemble can be measured one by one only on what really reaches them; random tensors would make the scorer find
nothing and the diversifier choose among noise.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import tritonclient.grpc as triton
from tritonclient.utils import InferenceServerException, np_to_triton_dtype

from assortment.errors import ServerError
from assortment.serving.step import Tensors


class Recorder:
    """Asks the steps of a running server, until ``close``."""

    def __init__(self, address: str) -> None:
        """``address`` is host:port of a gRPC door that tells models' configuration without a key."""
        self._address = address
        self._client: Any = triton.InferenceServerClient(address)

    def close(self) -> None:
        """Ends the connection."""
        self._client.close()

    def steps(self, ensemble: str) -> list[Any]:
        """The steps of an ensemble's configuration, in its order.

        Raises:
            ServerError: when the server does not tell.
        """
        try:
            return list(self._client.get_model_config(ensemble).config.ensemble_scheduling.step)
        except InferenceServerException as error:
            raise ServerError(
                f"{self._address} does not tell the configuration of {ensemble} ({error.message()}). perf_analyzer sends no key "
                "over gRPC: start the server with `assortment serve --open-statistics`"
            ) from error

    def inputs(self, ensemble: str, requests: Sequence[Tensors]) -> dict[str, list[Tensors]]:
        """What reaches each model when ``requests`` go through ``ensemble``, the ensemble itself included.

        Args:
            ensemble: its name.
            requests: its inputs, each tensor with the batch dimension of 1 in front.

        Raises:
            ServerError: when a step fails.
        """
        recorded: dict[str, list[Tensors]] = {ensemble: list(requests)}
        steps = self.steps(ensemble)
        for request in requests:
            flowing: Tensors = dict(request)
            for step in steps:
                given = {name: flowing[tensor] for name, tensor in step.input_map.items() if tensor in flowing}
                recorded.setdefault(step.model_name, []).append(given)
                answered = self._ask(step.model_name, given, list(step.output_map))
                flowing |= {tensor: answered[name] for name, tensor in step.output_map.items()}
        return recorded

    def _ask(self, model: str, given: Tensors, wanted: Sequence[str]) -> Tensors:
        inputs = []
        for name, values in given.items():
            inputs.append(triton.InferInput(name, list(values.shape), np_to_triton_dtype(values.dtype)))
            inputs[-1].set_data_from_numpy(values)
        try:
            result = self._client.infer(model, inputs)
        except InferenceServerException as error:
            raise ServerError(f"{model} does not answer what reaches it: {error.message()}") from error
        return {name: result.as_numpy(name) for name in wanted}
