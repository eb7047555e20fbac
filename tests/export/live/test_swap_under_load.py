"""The catalogue of a running server is swapped, rolled back, damaged and swapped again, while searches go on.

Every answer names the catalogue version it comes from, and has to be what the steps give in one process for that version.
"""

from __future__ import annotations

import contextlib
import io
import shutil
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pytest
import tritonclient.grpc as triton
from PIL import Image

from assortment import artefacts
from assortment.catalogue.product import Product
from assortment.catalogue.store import Catalogue
from assortment.errors import ServerError, StepError
from assortment.paths import BuildPaths
from assortment.serving.request import Answer
from assortment.serving.request import SearchRequest as InProcess
from assortment_client import Filters, SearchClient, SearchError, SearchRequest, SearchResponse, rules
from assortment_client.contract import candidate_key
from deploy.local.server import LocalServer
from export.index_step import index
from export.live.publish import Change, publish, rollback
from export.live.rehearsal import open_version
from export.live.server import RunningServer
from export.refresh import Offer, refresh

pytestmark = [pytest.mark.slow, pytest.mark.triton]

ANSWERS = 20_000
THREADS = 6
WORDS = ("blue", "shirt", "red shoes", "for men", "a gift", "toaster", "novel", "green tea", "laptop bag", "something warm")


@dataclass(slots=True)
class Traffic:
    """Searches that go round and round, and what came back."""

    client: SearchClient
    requests: Sequence[SearchRequest]
    answers: list[tuple[int, SearchResponse]] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)
    failed: list[str] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)

    def run(self, start: int) -> None:
        number = start
        while not self.stop.is_set():
            self.ask(number % len(self.requests))
            number += THREADS

    def ask(self, number: int) -> None:
        """One search; a busy server may refuse it, and then it is sent again."""
        for _ in range(200):
            try:
                self.answers.append((number, self.client.send(self.requests[number], deadline_s=20.0)))
            except SearchError as error:
                if not error.retryable:
                    self.failed.append(f"{type(error).__name__}: {error}")
                    return
                self.refused[type(error).__name__] += 1
                time.sleep(0.02)
            else:
                return
        self.failed.append("refused 200 times in a row")


def picture(colour: str) -> bytes:
    drawn = io.BytesIO()
    Image.new("RGB", (64, 64), colour).save(drawn, "PNG")
    return drawn.getvalue()


def requests(lasting: Sequence[str]) -> list[SearchRequest]:
    """Words, words and a picture, and candidates that every version has."""
    texts = [f"{one} {other}" for one in WORDS for other in WORDS if one != other]
    return [
        *(SearchRequest(query=text, k=10) for text in texts),
        *(SearchRequest(query=text, image=picture(colour), k=10) for text in WORDS for colour in ("navy", "red")),
        *(SearchRequest(query=text, candidates=lasting[at::17], k=10) for at, text in enumerate(WORDS)),
        *(SearchRequest(query=text, filters=Filters(price=(None, 20.0 + at)), k=10) for at, text in enumerate(WORDS)),
        *(SearchRequest(query=text, image=picture("green"), filters=Filters(price=(None, 60.0)), k=10) for text in WORDS[:5]),
        *(SearchRequest(query=text, filters=Filters(in_stock=True), sort="price_ascending", k=10) for text in WORDS),
    ]


def expected(paths: BuildPaths, version: int, asked: Sequence[SearchRequest]) -> list[Answer]:
    """The answers of one version in this process."""
    pipeline = open_version(paths, version)
    return [pipeline.search([in_process(request)])[0] for request in asked]


def in_process(request: SearchRequest) -> InProcess:
    keys = None
    if request.candidates is not None:
        keys = np.array([candidate_key(product_id) for product_id in request.candidates], dtype=np.int64)
    assert request.image is None or isinstance(request.image, bytes)
    told = rules.encode(request) or None
    return InProcess(query=request.query, picture=request.image, candidates=keys, k=request.k, rules=told)


def moved(number: int, lasting: Sequence[str]) -> Callable[[Sequence[Product]], list[Product]]:
    """Another catalogue: every row moves, twenty products go, twenty come."""

    def edited(products: Sequence[Product]) -> list[Product]:
        kept, others = ([product for product in products if (product.id in lasting) is last] for last in (True, False))
        renamed = [replace(product, id=f"{product.id}-{number}", picture="") for product in others[:20]]
        return [*renamed, *reversed(others[20:]), *reversed(kept)]

    return edited


@pytest.fixture
def server(shop: BuildPaths, tmp_path: Path) -> Iterator[LocalServer]:
    with LocalServer(shop.model_repository, log=tmp_path / "tritonserver.log") as running:
        yield running


def test_every_answer_is_of_the_version_that_it_names(
    shop: BuildPaths, edit: Callable[..., None], server: LocalServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lasting = [product.id for product in Catalogue.open(shop.catalogue).products[:340]]
    asked = requests(lasting)
    right = {1: expected(shop, 1, asked)}
    replica = RunningServer(url=server.grpc_address, headers=server.admin_key.headers())
    log: list[tuple[str, int, float]] = []

    def new_version(number: int) -> None:
        edit(shop, moved(number, lasting))
        version = int(index(shop).settings["version"])
        right[version] = expected(shop, version, asked)

    def changed(name: str, change: Callable[[], Change]) -> None:
        started = time.monotonic()
        version = change().version
        log.append((name, version, round(time.monotonic() - started, 1)))
        replica.check(version)

    def refused(name: str, servers: list[RunningServer], error: type[Exception]) -> None:
        served = log[-1][1]
        with pytest.raises(error):
            publish(shop, servers)
        log.append((name, served, 0.0))
        replica.check(served)

    with SearchClient(server.grpc_address) as client, ThreadPoolExecutor(THREADS) as pool:
        traffic = Traffic(client, asked)
        try:
            running = [pool.submit(traffic.run, start) for start in range(THREADS)]
            new_version(1)
            changed("publish", lambda: publish(shop, [replica]))
            new_version(2)
            changed("publish", lambda: publish(shop, [replica]))
            changed("rollback", lambda: rollback(shop, [replica]))
            new_version(3)
            damage(shop.index / str(max(right)))
            refused("damaged", [replica], StepError)
            new_version(4)
            with another_server(shop, tmp_path) as other:
                refused("a replica that does not follow", [replica, other], ServerError)
            new_version(5)
            changed("publish", lambda: publish(shop, [replica]))
            changed("refresh", lambda: refreshed(shop, replica, right, asked))
            while len(traffic.answers) < ANSWERS and not any(each.done() for each in running):
                time.sleep(0.2)
            traffic.stop.set()
            for each in running:
                each.result()
        finally:
            traffic.stop.set()
    with capsys.disabled():
        check(traffic, right, log)
    wait_until_ready(server)


def check(traffic: Traffic, right: dict[int, list[Answer]], log: Sequence[tuple[str, int, float]]) -> None:
    """Tells the figures, and holds every answer against those of the version that it names."""
    wrong = [
        (at, answer)
        for at, answer in traffic.answers
        if answer.catalogue_version not in right or not same(answer, right[answer.catalogue_version][at])
    ]
    versions = Counter(answer.catalogue_version for _, answer in traffic.answers)
    sys.stdout.write(
        f"\n{len(traffic.answers)} answers by version {dict(versions)}: {len(wrong)} wrong, {len(traffic.failed)} lost; "
        f"refused and sent again: {dict(traffic.refused)}; changes and their seconds: {log}\n"
    )
    assert not wrong
    assert not traffic.failed
    assert len(traffic.answers) >= ANSWERS
    assert len(versions) >= 5


def wait_until_ready(server: LocalServer) -> None:
    """No version has failed to load: Triton is ready as soon as the versions that it drops have answered what they had."""
    client = triton.InferenceServerClient(server.grpc_address)
    deadline = time.monotonic() + 60.0
    while not client.is_server_ready():
        assert time.monotonic() < deadline, client.get_model_repository_index(headers=server.admin_key.headers())
        time.sleep(0.2)


def damage(index_folder: Path) -> None:
    """One bit of the vectors turns over."""
    vectors = index_folder / artefacts.PRODUCT_VECTORS
    content = bytearray(vectors.read_bytes())
    content[len(content) // 2] ^= 1
    vectors.unlink()
    vectors.write_bytes(content)


@contextlib.contextmanager
def another_server(shop: BuildPaths, tmp_path: Path) -> Iterator[RunningServer]:
    """A replica that reads a repository of its own, and so never gets a new version."""
    shutil.copytree(shop.model_repository, tmp_path / "other" / "model_repository")
    with LocalServer(tmp_path / "other" / "model_repository") as server:
        yield RunningServer(url=server.grpc_address, headers=server.admin_key.headers())


def refreshed(shop: BuildPaths, replica: RunningServer, right: dict[int, list[Answer]], asked: Sequence[SearchRequest]) -> Change:
    """Other prices, stock and ratings, without encoding anything."""
    products = Catalogue.open(shop.catalogue).products
    offers = {
        product.id: Offer(price=1.0 + row % 90, stock=row % 3, rating=1.0 + row % 5) for row, product in enumerate(products)
    }
    version = int(refresh(shop, offers).settings["version"])
    right[version] = expected(shop, version, asked)
    return publish(shop, [replica])


def same(answer: SearchResponse, right: Answer) -> bool:
    """Equal products in equal order; of equal relevance, either may come first."""
    if list(answer.ids) == right.ids:
        return True
    relevance = np.array([result.relevance for result in answer.results])
    return len(relevance) == len(right.ids) and bool(np.allclose(relevance, right.relevance, atol=1e-5))
