"""The recipes of docs/client-recipes.md do what they say."""

from __future__ import annotations

import asyncio
import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml

from assortment import cli
from assortment_client import ProductRequest, SearchClient, SearchRequest, Unavailable
from assortment_client.testing import FakeServer, failures
from deploy.local.server import LocalServer

PAGE = (Path(__file__).parents[2] / "docs" / "client-recipes.md").read_text(encoding="utf-8")


def block(title: str, language: str = "python") -> str:
    """The one block of this language in a section."""
    section = PAGE.split(f"\n## {title}\n")[1].split("\n## ")[0]
    (found,) = re.findall(rf"```{language}\n(.*?)```", section, re.DOTALL)
    return found


def names(title: str, **replaced: str) -> dict[str, Any]:
    """What a section's Python defines; ``replaced`` are endpoints as the page writes them, by a word in them."""
    code = block(title)
    for word, endpoint in replaced.items():
        code, changes = re.subn(rf'"[^"]*\b{word}[^"]*:\d+"', f'"{endpoint}"', code)
        assert changes == 1
    # FastAPI looks annotations up in the module of a function, hence a name.
    space: dict[str, Any] = {"__name__": "recipe"}
    exec(compile(code, "client-recipes.md", "exec"), space)
    return space


@pytest.fixture
def server():
    with FakeServer() as server:
        yield server


@pytest.fixture
def client(server):
    with SearchClient(server.endpoint) as client:
        yield client


def test_fastapi(server) -> None:
    from fastapi.testclient import TestClient

    with FakeServer() as other:
        recipe = names("FastAPI", **{"search-a": server.endpoint, "search-b": other.endpoint})
        with TestClient(recipe["app"]) as web:
            for _ in range(4):
                assert web.get("/search", params={"q": "shoes", "k": 2}).json() == {"ids": ["a", "b"], "shown": ["a", "b"]}
            assert server.num_requests == other.num_requests == 2
            assert web.get("/search", params={"q": "shoes", "k": 1000}).status_code == 422
            server.stop()
            assert {web.get("/search", params={"q": "shoes"}).status_code for _ in range(4)} == {200}
            other.always(failures.broken())
            assert web.get("/search", params={"q": "shoes"}).status_code == 502
            other.always(failures.overloaded())
            assert web.get("/search", params={"q": "shoes"}).status_code == 503


def test_a_worker_finishes_its_queue_through_an_overload(server) -> None:
    recipe = names("A worker with asyncio")
    server.answer(lambda request: [request.query])
    server.then(*[failures.overloaded()] * 12)
    requests = [SearchRequest(query=str(n)) for n in range(40)]
    done = asyncio.run(recipe["work_off"]([server.endpoint], requests))
    assert {(request.query, page.ids) for request, page in done} == {(str(n), (str(n),)) for n in range(40)}
    server.always(failures.broken())
    ((_, error),) = asyncio.run(recipe["work_off"]([server.endpoint], requests[:1]))
    assert type(error).__name__ == "ServerFailed"


def test_a_batch_job_goes_on_where_it_was_stopped(client, server, tmp_path) -> None:
    recipe = names("A batch job that can be killed")
    products = [(f"p{n}", ProductRequest(text=f"product {n}")) for n in range(10)]
    recipe["embed_catalogue"](client, products[:4], tmp_path / "vectors", size=4)
    server.always(failures.dead_process())
    with pytest.raises(Unavailable):
        recipe["embed_catalogue"](client, products, tmp_path / "vectors", size=4)
    server.recover()
    with SearchClient(server.endpoint) as tomorrow:
        server.forget()
        recipe["embed_catalogue"](tomorrow, products, tmp_path / "vectors", size=4)
        asked = [request.text for request in server.requests if request.model == "embed_product"]
        assert sorted(asked) == [f"product {n}" for n in range(4, 10)]
    files = sorted((tmp_path / "vectors").iterdir())
    assert [file.name for file in files] == ["00000000.jsonl", "00000004.jsonl", "00000008.jsonl"]
    lines = [json.loads(line) for file in files for line in file.read_text(encoding="utf-8").splitlines()]
    assert [line["id"] for line in lines] == [product_id for product_id, _ in products]
    assert {len(line["vector"]) for line in lines} == {256}


def test_a_batch_job_writes_down_what_will_not_work(client, server, tmp_path) -> None:
    recipe = names("A batch job that can be killed")
    server.answer(lambda request: [request.query])
    recipe["rank_queries"](client, ["a", "b"], tmp_path / "pages")
    server.always(failures.broken())
    recipe["rank_queries"](client, ["a", "b", "c"], tmp_path / "more", size=2)
    first = [json.loads(line) for line in (tmp_path / "pages" / "00000000.jsonl").read_text(encoding="utf-8").splitlines()]
    assert first == [{"query": "a", "ids": ["a"]}, {"query": "b", "ids": ["b"]}]
    last = json.loads((tmp_path / "more" / "00000002.jsonl").read_text(encoding="utf-8"))
    assert (last["query"], last["error"]) == ("c", "ServerFailed")


def test_a_name_is_all_its_addresses(server) -> None:
    port = server.endpoint.rpartition(":")[2]
    with names("Kubernetes", search=f"dns:///localhost:{port}")["client"] as client:
        assert client.search("shoes").ids == ("a", "b")


def test_the_kubernetes_objects_fit_each_other() -> None:
    service, deployment = yaml.safe_load_all(block("Kubernetes", "yaml"))
    assert (service["apiVersion"], service["kind"], service["spec"]["clusterIP"]) == ("v1", "Service", "None")
    assert (deployment["apiVersion"], deployment["kind"]) == ("apps/v1", "Deployment")
    name, namespace = service["metadata"]["name"], service["metadata"]["namespace"]
    assert f'"dns:///{name}.{namespace}.svc.cluster.local:{service["spec"]["ports"][0]["port"]}"' in block("Kubernetes")
    template = deployment["spec"]["template"]
    assert service["spec"]["selector"] == deployment["spec"]["selector"]["matchLabels"] == template["metadata"]["labels"]
    (container,) = template["spec"]["containers"]
    assert service["spec"]["ports"][0]["targetPort"] in [port["name"] for port in container["ports"]]
    (mount,) = container["volumeMounts"]
    assert [volume["name"] for volume in template["spec"]["volumes"]] == [mount["name"]]
    exits = [int(word.partition("=")[2]) for word in container["args"] if word.startswith("--exit-timeout-secs")]
    asleep = int(container["lifecycle"]["preStop"]["exec"]["command"][1])
    assert template["spec"]["terminationGracePeriodSeconds"] > asleep + sum(exits)


def test_the_readiness_probe_is_a_command_there_is(server, capsys) -> None:
    from assortment_client.command import main

    _, deployment = yaml.safe_load_all(block("Kubernetes", "yaml"))
    _, *words = deployment["spec"]["template"]["spec"]["containers"][0]["readinessProbe"]["exec"]["command"]
    assert main([word.replace("127.0.0.1:8001", server.endpoint) for word in words]) == 0
    assert server.endpoint in capsys.readouterr().out


def test_a_question_goes_to_an_agent_or_to_the_front_desk(server, capsys) -> None:
    server.answer(["delivery", "returns"], query="where is my parcel?")
    recipe = names("Routing questions to service agents", **{"127": server.endpoint})
    assert capsys.readouterr().out == "delivery\n"
    assert server.requests[0].filters.told() == {"attributes": {"language": ["English"]}}
    with SearchClient(server.endpoint) as agents:
        assert recipe["route"](agents, "well", lead=10.0) == recipe["FRONT_DESK"]  # 0.9 against 0.1
        server.answer([])
        assert recipe["route"](agents, "well") == recipe["FRONT_DESK"]


@pytest.mark.slow
@pytest.mark.triton
def test_agents_are_a_catalogue_of_their_own(small_build, tmp_path, capsys) -> None:
    (tmp_path / "agents.csv").write_text(block("Routing questions to service agents", "csv"), encoding="utf-8")
    (tmp_path / "generated").symlink_to(small_build.root)
    words = shlex.split(block("Routing questions to service agents", "bash"))
    assert words[0] == "assortment"
    made = [str(tmp_path / word) if word == "agents.csv" else word for word in words[1:]]
    assert cli.main([*made, "--build", str(tmp_path), "--no-serve"]) == 0
    with LocalServer(tmp_path / "agents" / "model_repository") as server:
        capsys.readouterr()
        recipe = names("Routing questions to service agents", **{"127": server.grpc_address})
        assert capsys.readouterr().out == "delivery\n"
        with SearchClient(server.grpc_address) as agents:
            assert recipe["route"](agents, "I forgot my password") == "account"
            assert recipe["route"](agents, "where is my parcel?", language="French") == recipe["FRONT_DESK"]
