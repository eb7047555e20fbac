"""Bytes as Triton's own client writes and reads them, and bytes that are none."""

from __future__ import annotations

import contextlib
from typing import Any

import numpy as np
import pytest
import tritonclient.grpc as triton
from hypothesis import given
from hypothesis import strategies as st
from tritonclient.grpc import service_pb2
from tritonclient.grpc._utils import _get_inference_request
from tritonclient.utils import np_to_triton_dtype

from assortment_client import BadResponse, codec, wire
from assortment_client.codec import Call
from assortment_client.request import SearchRequest
from tests.client.conftest import ScriptedServer


def tritons_own(call: Call, *, request_id: str, timeout: int) -> Any:
    inputs = []
    for name, tensor in call.tensors.items():
        one = triton.InferInput(name, tensor.shape, np_to_triton_dtype(tensor.dtype))
        inputs.append(one.set_data_from_numpy(tensor))
    return _get_inference_request(call.model, inputs, "", request_id, None, 0, False, False, 0, timeout, None)


@given(
    query=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=50).filter(str.strip),
    k=st.integers(1, 100),
    candidates=st.none() | st.lists(st.text("abc☂", min_size=1, max_size=5), min_size=1, max_size=20, unique=True),
    image=st.none() | st.binary(min_size=1, max_size=100),
)
def test_a_request_is_what_tritons_own_client_would_send(query: str, k: int, candidates: Any, image: Any) -> None:
    call = codec.encode_search(SearchRequest(query=query, k=k, candidates=candidates, image=image, diversity=0.5))
    message = wire.with_timeout(wire.encode(call, request_id="r"), 1.5)
    assert service_pb2.ModelInferRequest.FromString(message) == tritons_own(call, request_id="r", timeout=1_500_000)


def right_answer() -> bytes:
    scripted = ScriptedServer()
    scripted.answer_products(["p1", "", "ü☂"])
    message: bytes = scripted.answer(service_pb2.ModelInferRequest(model_name="search", id="r"), None).SerializeToString()
    return message


def test_an_answer_is_what_tritons_own_client_reads() -> None:
    message = right_answer()
    own = triton.InferResult(service_pb2.ModelInferResponse.FromString(message))
    tensors = wire.decode(message)
    assert len(tensors) == 9
    for name, tensor in tensors.items():
        np.testing.assert_array_equal(tensor, own.as_numpy(name))
        assert tensor.dtype == own.as_numpy(name).dtype


@pytest.mark.parametrize("length", range(0, len(right_answer()), 3))
def test_an_answer_that_is_cut_short_is_a_bad_response_wherever_it_was_cut(length: int) -> None:
    with pytest.raises(BadResponse):
        codec.decode_search(wire.decode(right_answer()[:length]), k=10, request_id="r")


@given(st.binary(max_size=200), st.integers(0, 400))
def test_bytes_of_another_kind_are_a_bad_response_or_an_answer(noise: bytes, at: int) -> None:
    message = right_answer()
    with contextlib.suppress(BadResponse):
        codec.decode_search(wire.decode(message[:at] + noise + message[at + len(noise) :]), k=10, request_id="r")


def test_a_shape_that_lies() -> None:
    answer = service_pb2.ModelInferResponse.FromString(right_answer())
    for shape in ([1, -3], [-1, -3], [2**40, 2**40], [0]):
        answer.outputs[1].shape[:] = shape
        with pytest.raises(BadResponse, match="do not fill the shape"):
            wire.decode(answer.SerializeToString())
