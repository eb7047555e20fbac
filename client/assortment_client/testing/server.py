"""The fake server."""

from __future__ import annotations

import math
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Final

import grpc
import numpy as np
import numpy.typing as npt

from assortment_client import contract
from assortment_client.response import Result
from assortment_client.testing import answers, failures, received
from assortment_client.testing.answers import MESSAGES
from assortment_client.testing.failures import Failure
from assortment_client.testing.received import ReceivedRequest

Products = Sequence[str | Result] | Callable[[ReceivedRequest], Sequence[str | Result]]
"""Ids or results in the order to show, or a function of the request that gives them."""

_SERVICE: Final = "inference.GRPCInferenceService"
_OPTIONS: Final = (
    ("grpc.so_reuseport", 0),  # two servers on one port would share its requests
    ("grpc.max_receive_message_length", -1),
    ("grpc.max_send_message_length", -1),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerTLS:
    """What a fake server shows its clients, and whose clients it lets in. All PEM."""

    certificate: bytes
    """Its certificate, for 127.0.0.1 or for the client's ``TLS(server_name=...)``."""
    key: bytes = field(repr=False)
    client_ca: bytes | None = None
    """Authorities whose clients are let in; None lets in everybody."""


class FakeServer:
    """Answers as told, over gRPC on 127.0.0.1; a context manager. Safe to share between threads.

    Without a word it answers every search with the products "a" and "b", of which a search gets the first ``k``, and every
    product with a vector made from its text.
    """

    def __init__(
        self,
        products: Products = ("a", "b"),
        *,
        port: int = 0,
        tls: ServerTLS | None = None,
        token: str | None = None,
        catalogue_version: int = 1,
        server_version: str = "2.51.0",
        keep: int | None = None,
        threads: int = 64,
    ) -> None:
        """Prepares; ``start``, or entering the context, listens.

        Args:
            products: the answer to searches that were given none of their own.
            port: where to listen; 0 is a free port, the same after every restart.
            tls: certificates; by default it speaks plaintext.
            token: the bearer token that every call has to bring; None asks for none.
            catalogue_version: the version that answers name.
            server_version: the version that ``server_info`` names.
            keep: how many of the latest requests ``requests`` holds; None holds all.
            threads: how many requests are answered at once, slow ones among them.
        """
        self.token = token
        self.catalogue_version = catalogue_version
        self.server_version = server_version
        self._port, self._tls, self._threads = port, tls, threads
        self._lock = threading.Lock()
        self._products: dict[str | None, tuple[Products, str, str]] = {None: (products, "", "")}
        self._vectors: dict[str | None, tuple[npt.ArrayLike, Sequence[str]]] = {}
        self._tensors: Mapping[str, npt.NDArray[Any]] | None = None
        self._steps: deque[Failure | None] = deque()
        self._always: Failure | None = None
        self._requests: deque[ReceivedRequest] = deque(maxlen=keep)
        self._num_requests = 0
        self._server: Any = None
        self._pool: ThreadPoolExecutor

    @property
    def endpoint(self) -> str:
        """``host:port``, for the client."""
        if not self._port:
            raise RuntimeError("the fake server has no port yet; start() comes first")
        return f"127.0.0.1:{self._port}"

    @property
    def requests(self) -> tuple[ReceivedRequest, ...]:
        """The inferences asked for since the start, or since ``forget``; canaries, failed and cancelled ones among them."""
        with self._lock:
            return tuple(self._requests)

    @property
    def num_requests(self) -> int:
        """How many inferences were asked for since the start, or since ``forget``; ``keep`` does not matter."""
        with self._lock:
            return self._num_requests

    def forget(self) -> None:
        """Forgets the requests so far."""
        with self._lock:
            self._requests.clear()
            self._num_requests = 0

    def answer(self, products: Products, *, query: str | None = None, unmet: str = "", understood: str = "") -> None:
        """Says what searches are answered.

        Args:
            products: ids or results in the order to show, of which a search gets the first ``k``; or a function that is given
                the request and returns them.
            query: the searches meant; None means all that have no answer of their own.
            unmet: what the answer says about rules it could not keep.
            understood: what it says about filters that it read in the query's words.
        """
        with self._lock:
            self._products[query] = (products, unmet, understood)
            self._tensors = None

    def embed(self, vector: npt.ArrayLike, *, text: str | None = None, unknown_labels: Sequence[str] = ()) -> None:
        """Says what ``embed_product`` is answered: a (256,) vector, for products of this text; None means all others."""
        vector = np.asarray(vector, np.float32)
        if vector.shape != (contract.VECTOR_DIM,):
            raise ValueError(f"vector: shape {vector.shape} is not allowed; allowed: ({contract.VECTOR_DIM},)")
        with self._lock:
            self._vectors[text] = (vector, unknown_labels)

    def answer_tensors(self, tensors: Mapping[str, npt.NDArray[Any]]) -> None:
        """Answers everything with just these tensors, right or wrong, until the next ``answer``."""
        with self._lock:
            self._tensors = dict(tensors)

    def then(self, *steps: Failure | None) -> None:
        """Says what the next requests meet, one each, after what was said before. None is a usual answer.

        A request is an attempt: a client that tries again takes the next step too, and so does a canary.
        """
        with self._lock:
            self._steps.extend(steps)

    def always(self, failure: Failure) -> None:
        """Says what all requests meet for which ``then`` says nothing."""
        with self._lock:
            self._always = failure

    def recover(self) -> None:
        """Forgets what ``then`` and ``always`` said."""
        with self._lock:
            self._steps.clear()
            self._always = None

    def start(self) -> None:
        """Listens, on the same port as before.

        Raises:
            RuntimeError: when it listens already, or the port is taken.
        """
        if self._server:
            raise RuntimeError("the fake server is already started")
        threads = ThreadPoolExecutor(self._threads, "fake-server")
        server = grpc.server(threads, options=_OPTIONS)
        server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(_SERVICE, self._handlers()),))
        address = f"127.0.0.1:{self._port}"
        if self._tls is None:
            self._port = server.add_insecure_port(address)
        else:
            self._port = server.add_secure_port(address, _credentials(self._tls))
        server.start()
        self._server, self._pool = server, threads

    def stop(self, *, grace_s: float | None = None) -> None:
        """Closes the port and all connections; does nothing when it does not listen.

        Args:
            grace_s: seconds for the requests under way; None breaks them off.
        """
        if server := self._server:
            self._server = None
            server.stop(grace_s).wait()
            self._pool.shutdown()

    def __enter__(self) -> FakeServer:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    def _handlers(self) -> dict[str, Any]:
        """The calls that are answered; gRPC says UNIMPLEMENTED to the others."""
        answers_of: dict[str, Callable[[], dict[str, Any]]] = {
            "ServerMetadata": lambda: {"name": "triton", "version": self.server_version},
            "ServerLive": lambda: {"live": True},
            "ServerReady": lambda: {"ready": True},
            "ModelReady": lambda: {"ready": True},
        }
        methods = {"ModelInfer": self._infer, **{name: self._about(name, fields) for name, fields in answers_of.items()}}
        return {
            name: grpc.unary_unary_rpc_method_handler(
                method,
                request_deserializer=getattr(MESSAGES, f"{name}Request").FromString,
                response_serializer=getattr(MESSAGES, f"{name}Response").SerializeToString,
            )
            for name, method in methods.items()
        }

    def _about(self, name: str, fields: Callable[[], Mapping[str, Any]]) -> Callable[[Any, Any], Any]:
        """A call about the server itself, and the fields of its answer."""

        def handle(message: Any, context: Any) -> Any:
            self._check_token(_metadata(context), context)
            failure = self._always
            if failure and failure.whole_server:
                self._suffer(failure, getattr(message, "name", ""), context)
            return getattr(MESSAGES, f"{name}Response")(**fields())

        return handle

    def _infer(self, message: Any, context: Any) -> Any:
        metadata = _metadata(context)
        try:
            request = received.decode(message, metadata=metadata, time_remaining_s=context.time_remaining())
        except ValueError as error:
            return context.abort(grpc.StatusCode.INVALID_ARGUMENT, f"the fake server cannot read this request: {error}")
        with self._lock:
            self._requests.append(request)
            self._num_requests += 1
        self._check_token(metadata, context)
        with self._lock:
            failure = self._steps.popleft() if self._steps else self._always
        if failure:
            self._suffer(failure, request.model, context)
        response = answers.message_of(message, self._answer_to(request))
        return answers.spoil(response, failure.spoilt) if failure else response

    def _check_token(self, metadata: Mapping[str, str], context: Any) -> None:
        if self.token is not None and metadata.get("authorization") != f"Bearer {self.token}":
            self._suffer(failures.unauthenticated(), "", context)

    def _suffer(self, failure: Failure, model: str, context: Any) -> None:
        """Lets the failure's time pass, and answers with its status if it has one."""
        gone = threading.Event()
        if failure.delay_s and context.add_callback(gone.set):  # called when the caller gives up, or the server stops
            gone.wait(None if math.isinf(failure.delay_s) else failure.delay_s)
        if failure.code:
            context.abort(grpc.StatusCode[failure.code], failure.text.replace("{model}", model))

    def _answer_to(self, request: ReceivedRequest) -> Mapping[str, npt.NDArray[Any]]:
        with self._lock:
            if self._tensors is not None:
                return self._tensors
            products, unmet, understood = self._products.get(request.query, self._products[None])
            told = self._vectors.get(request.text, self._vectors.get(None))
        if request.model == contract.EMBED_PRODUCT:
            vector, unknown_labels = told or (answers.vector_of(request.text), ())
            return answers.product_tensors(vector, unknown_labels=unknown_labels)
        found = products(request) if callable(products) else products
        return answers.search_tensors(
            found[: request.k or contract.DEFAULT_K],
            unmet=unmet,
            understood=understood,
            catalogue_version=self.catalogue_version,
        )


def _credentials(tls: ServerTLS) -> Any:
    return grpc.ssl_server_credentials(
        [(tls.key, tls.certificate)], root_certificates=tls.client_ca, require_client_auth=tls.client_ca is not None
    )


def _metadata(context: Any) -> dict[str, str]:
    return {key: value for key, value in context.invocation_metadata() if isinstance(value, str)}
