"""The load generator's messages: what it sends is what the client sends, what it reads is what the server wrote."""

from __future__ import annotations

import struct

from hypothesis import given
from hypothesis import strategies as st
from tritonclient.grpc import service_pb2

from perf.load import product_ids, search_request


def test_a_request_holds_query_and_k_as_batches_of_one() -> None:
    request = search_request("blaue Schuhe für Kinder", 10)
    assert request.model_name == "search"
    assert [(tensor.name, tensor.datatype, list(tensor.shape)) for tensor in request.inputs] == [
        ("QUERY", "BYTES", [1, 1]),
        ("K", "INT32", [1, 1]),
    ]
    text = "blaue Schuhe für Kinder".encode()
    assert list(request.raw_input_contents) == [struct.pack("<I", len(text)) + text, struct.pack("<i", 10)]
    assert [output.name for output in request.outputs] == ["ID"]


@given(st.lists(st.text(max_size=20), max_size=12))
def test_ids_come_back_as_they_were_written(ids: list[str]) -> None:
    response = service_pb2.ModelInferResponse()
    response.outputs.add(name="ID", datatype="BYTES", shape=[1, len(ids)])
    response.raw_output_contents.append(b"".join(struct.pack("<I", len(text.encode())) + text.encode() for text in ids))
    assert product_ids(response) == ids
