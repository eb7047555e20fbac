"""The public fake server does what its users' tests rely on."""

from __future__ import annotations

import inspect
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import grpc
import numpy as np
import pytest
from tritonclient.grpc import service_pb2, service_pb2_grpc
from tritonclient.utils import deserialize_bytes_tensor, serialize_byte_tensor

from assortment_client import (
    TLS,
    AccessDenied,
    BadResponse,
    DeadlineExceeded,
    Filters,
    InvalidRequest,
    ModelNotReady,
    Overloaded,
    Reason,
    Result,
    SearchClient,
    SearchError,
    ServerFailed,
    Unavailable,
    candidate_key,
)
from assortment_client.testing import Failure, FakeServer, ServerTLS, failures


@pytest.fixture
def server():
    with FakeServer() as server:
        yield server


@pytest.fixture
def client(server):
    with SearchClient(server.endpoint) as client:
        yield client


def outcome(server: FakeServer, query: str = "shoes", deadline_s: float = 5.0) -> list[str] | str:
    """What one bare gRPC call brings: the ids, or the status; without the client, which tries again."""
    tensor = np.array([query.encode()], np.object_)
    request = service_pb2.ModelInferRequest(model_name="search")
    request.inputs.add(name="QUERY", datatype="BYTES", shape=(1, 1))
    request.raw_input_contents.append(serialize_byte_tensor(tensor).item())
    with grpc.insecure_channel(server.endpoint) as channel:
        try:
            answer = service_pb2_grpc.GRPCInferenceServiceStub(channel).ModelInfer(request, timeout=deadline_s)
        except grpc.RpcError as error:
            return error.code().name
    contents = dict(zip((output.name for output in answer.outputs), answer.raw_output_contents, strict=True))
    return [value.decode() for value in deserialize_bytes_tensor(contents["ID"])] if "ID" in contents else sorted(contents)


def test_answers_are_scripted_by_query(client, server) -> None:
    server.answer(["1042", "977"], query="blue shoes")
    server.answer([], query="nothing like it", unmet="0 of 10: none has brand=Puma")
    assert client.search("blue shoes").ids == ("1042", "977")
    assert client.search("another").ids == ("a", "b")
    assert client.search("another", k=1).ids == ("a",)
    empty = client.search("nothing like it")
    assert (empty.ids, empty.unmet, empty.catalogue_version) == ((), "0 of 10: none has brand=Puma", 1)


def test_answers_can_be_results_or_follow_from_the_request(client, server) -> None:
    result = Result(product_id="☂", relevance=0.5, rank=3, reason=Reason.DIVERSITY, num_collapsed=2, opens="colour=türkis")
    server.answer([result])
    assert client.search("umbrella").results == (result,)
    server.answer(lambda request: [f"{request.query} {n}" for n in range(request.k)])
    assert client.search("shoe", k=3).ids == ("shoe 0", "shoe 1", "shoe 2")


def test_vectors_are_scripted_by_text(client, server) -> None:
    first, again, other = (client.embed_product(text).vector for text in ("shoe", "shoe", "shirt"))
    np.testing.assert_array_equal(first, again)
    assert first @ other < 0.5
    assert first @ first == pytest.approx(1.0, abs=1e-5)
    server.embed(np.full(256, 1 / 16), text="shoe", unknown_labels=["mood=odd"])
    embedding = client.embed_product("shoe", labels=["mood=odd"])
    assert (embedding.vector[0], embedding.unknown_labels) == (1 / 16, ("mood=odd",))
    with pytest.raises(ValueError, match=r"^vector: shape \(3,\) is not allowed; allowed: \(256,\)"):
        server.embed([1.0, 2.0, 3.0])


def test_requests_are_remembered_decoded(client, server) -> None:
    filters = Filters(brand=["Puma"], price=(None, 50))
    client.search(
        "für dich",
        image=b"encoded",
        candidates=["p1", "p2"],
        k=5,
        strategy="dpp",
        diversity=0.25,
        caps={"brand": 2},
        pinned=["p1"],
        excluded=["x"],
        shown=["y"],
        filters=filters,
        deadline_s=1.5,
    )
    client.search("shoes", sort="rating", collapse=False, near_duplicate=0.5)
    client.embed_product("Blue shirt", labels=["colour=blue"])
    first, second, third = server.requests
    assert (first.model, first.query, first.image, first.k) == ("rerank", "für dich", b"encoded", 5)
    assert first.candidate_keys == (candidate_key("p1"), candidate_key("p2"))
    assert (first.strategy, first.diversity, first.caps, first.filters) == ("dpp", 0.25, {"brand": 2}, filters)
    assert (first.pinned, first.excluded, first.shown) == (("p1",), ("x",), ("y",))
    assert first.time_remaining_s == pytest.approx(1.5, abs=0.5)
    assert first.timeout_us == pytest.approx(1.5e6, abs=0.5e6)
    assert first.metadata["user-agent"].startswith("grpc-python")
    assert (second.model, second.sort, second.collapse, second.near_duplicate) == ("search", "rating", False, 0.5)
    assert (second.candidate_keys, second.image, second.diversity, second.caps) == (None, None, None, None)
    assert (first.sort, first.literal) == (None, False)
    assert (third.model, third.text, third.labels) == ("embed_product", "Blue shirt", ("colour=blue",))
    assert len({first.request_id, second.request_id, third.request_id}) == 3
    assert not any(request.is_canary for request in server.requests)
    server.forget()
    assert (server.requests, server.num_requests) == ((), 0)
    assert client.ready()
    assert all(request.is_canary for request in server.requests)


def test_the_next_requests_meet_what_was_said_in_order(server) -> None:
    server.then(failures.overloaded(), None)
    server.then(failures.dead_process())
    assert [outcome(server) for _ in range(4)] == ["UNAVAILABLE", ["a", "b"], "INTERNAL", ["a", "b"]]
    server.always(failures.denied())
    server.then(None)
    assert [outcome(server) for _ in range(3)] == [["a", "b"], "PERMISSION_DENIED", "PERMISSION_DENIED"]
    server.then(failures.overloaded())
    server.recover()
    assert outcome(server) == ["a", "b"]


FAILURES = [
    (failures.overloaded(), Overloaded),
    (failures.draining(), (ModelNotReady, Unavailable)),
    (failures.exiting(), Unavailable),
    (failures.dead_process(), Unavailable),
    (failures.catalogue_changing(), Unavailable),
    (failures.refused(), Unavailable),
    (failures.reset(), Unavailable),
    (failures.frozen(), DeadlineExceeded),
    (failures.truncated(), BadResponse),
    (failures.wrong_contract(), BadResponse),
    (failures.empty(), BadResponse),
    (failures.unauthenticated(), AccessDenied),
    (failures.denied(), AccessDenied),
    (failures.unknown_model(), ModelNotReady),
    (failures.invalid("K: 0 is not allowed; allowed: 1 to 100"), InvalidRequest),
    (failures.broken(), ServerFailed),
    (failures.status("RESOURCE_EXHAUSTED", "out of memory"), Overloaded),
]


@pytest.mark.parametrize(("failure", "kind"), FAILURES, ids=lambda value: getattr(value, "text", "") or None)
def test_every_failure_is_one_of_the_clients_errors(client, server, failure: Failure, kind: type[SearchError]) -> None:
    server.always(failure)
    with pytest.raises(kind):
        client.search("shoes", deadline_s=0.3)


def test_every_failure_there_is_was_tried() -> None:
    made = {name for name, thing in inspect.getmembers(failures, inspect.isfunction) if thing.__module__ == failures.__name__}
    assert len({failure for failure, _ in FAILURES}) == len(made - {"slow"})


def test_slow_answers_hold_up_nobody_else(server) -> None:
    server.then(failures.slow(0.5))
    with ThreadPoolExecutor(2) as threads:
        slow = threads.submit(outcome, server)
        while not server.requests:
            time.sleep(0.001)
        assert outcome(server) == ["a", "b"]
        assert not slow.done()
        assert slow.result() == ["a", "b"]


def test_stopping_breaks_off_what_is_under_way_and_the_port_stays(server) -> None:
    endpoint = server.endpoint
    server.always(failures.frozen())
    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(outcome, server)
        while not server.requests:
            time.sleep(0.001)
        server.stop()
        assert waiting.result() in ("UNAVAILABLE", "CANCELLED")
    assert outcome(server) == "UNAVAILABLE"
    server.stop()
    server.recover()
    server.start()
    assert server.endpoint == endpoint
    assert outcome(server) == ["a", "b"]
    with pytest.raises(RuntimeError, match="already started"):
        server.start()


def test_a_grace_lets_requests_finish(server) -> None:
    server.always(failures.slow(0.2))
    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(outcome, server)
        while not server.requests:
            time.sleep(0.001)
        server.stop(grace_s=5)
        assert waiting.result() == ["a", "b"]


def test_an_endpoint_needs_a_start_and_a_port_has_one_server(server) -> None:
    with pytest.raises(RuntimeError, match=r"start\(\) comes first"):
        _ = FakeServer().endpoint
    with pytest.raises(RuntimeError, match="Failed to bind"):
        FakeServer(port=int(server.endpoint.rpartition(":")[2])).start()


def test_a_token_is_asked_of_every_call(server) -> None:
    server.token = "secret"
    assert outcome(server) == "UNAUTHENTICATED"
    with SearchClient(server.endpoint) as client, pytest.raises(AccessDenied):
        client.server_info()
    assert "secret" not in repr(server)


def test_the_server_is_what_it_is_told_to_be() -> None:
    with FakeServer(["x"], catalogue_version=7, server_version="2.60.0") as server, SearchClient(server.endpoint) as client:
        assert client.search("shoes").catalogue_version == 7
        assert client.server_info().version == "2.60.0"
        server.always(failures.dead_process())  # Triton goes on calling itself ready
        assert client.server_info().version == "2.60.0"
        assert client.ready(deadline_s=0.5) is False
        server.always(failures.exiting())
        with pytest.raises(Unavailable):
            client.server_info(deadline_s=0.5)


def test_only_so_many_requests_are_kept() -> None:
    with FakeServer(keep=2) as server:
        for query in "abc":
            outcome(server, query)
        assert [request.query for request in server.requests] == ["b", "c"]
        assert server.num_requests == 3


def test_many_threads_share_it(server) -> None:
    server.answer(lambda request: [request.query])
    server.then(*[failures.overloaded()] * 16)
    start = threading.Barrier(16)

    def ask(thread: int) -> list[list[str] | str]:
        start.wait()
        return [outcome(server, f"{thread}-{n}") for n in range(8)]

    with ThreadPoolExecutor(16) as threads:
        met = [one for each in threads.map(ask, range(16)) for one in each]
    assert met.count("UNAVAILABLE") == 16
    assert len({one[0] for one in met if isinstance(one, list)}) == 16 * 8 - 16
    assert server.num_requests == 16 * 8


def test_a_request_that_breaks_the_contract_is_named(server) -> None:
    request = service_pb2.ModelInferRequest(model_name="search")
    request.inputs.add(name="K", datatype="FP64", shape=(1, 1))
    request.raw_input_contents.append(bytes(8))
    with grpc.insecure_channel(server.endpoint) as channel, pytest.raises(grpc.RpcError, match="a tensor of type FP64") as caught:
        service_pb2_grpc.GRPCInferenceServiceStub(channel).ModelInfer(request)
    assert caught.value.code() is grpc.StatusCode.INVALID_ARGUMENT


@pytest.mark.parametrize("mutual", [False, True])
def test_certificates_are_shown_and_asked_for(authority, mutual: bool) -> None:
    read = {name: (authority.folder / name).read_bytes() for name in ("server.crt", "server.key", "client.crt", "client.key")}
    ca = authority.certificate.read_bytes()
    shown = ServerTLS(certificate=read["server.crt"], key=read["server.key"], client_ca=ca if mutual else None)
    assert "PRIVATE" not in repr(shown)
    trusted = {"ca": ca, "server_name": "search.shop.example"}
    known = {"cert": read["client.crt"], "key": read["client.key"]}
    with FakeServer(tls=shown) as server:
        with SearchClient(server.endpoint, tls=TLS(**trusted, **known)) as client:
            assert client.search("shoes").ids == ("a", "b")
        with SearchClient(server.endpoint) as plain, pytest.raises(SearchError):
            plain.search("shoes", deadline_s=0.5)
        with SearchClient(server.endpoint, tls=TLS(**trusted)) as stranger:
            if mutual:
                with pytest.raises(SearchError):
                    stranger.search("shoes", deadline_s=0.5)
            else:
                assert stranger.search("shoes").ids == ("a", "b")
