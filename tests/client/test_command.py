"""``assortment-client ping`` and ``search``, as an operator uses them."""

from __future__ import annotations

import json
import signal
import subprocess
import sys

import pytest

from assortment_client import Reason, Result
from assortment_client.command import main
from assortment_client.testing import FakeServer, failures

# A shell's background job, this test's perhaps, starts with SIGINT ignored.
PROGRAM = """
import signal, sys
from assortment_client.command import main
signal.signal(signal.SIGINT, signal.default_int_handler)
sys.exit(main())
"""
MODULE = [sys.executable, "-W", "error", "-c", PROGRAM]


@pytest.fixture
def server():
    with FakeServer() as server:
        yield server


def run(capsys, *argv: str) -> tuple[int, str, str]:
    """Exit status, output, errors."""
    status = main(argv)
    printed = capsys.readouterr()
    return status, printed.out, printed.err


def test_a_search_prints_a_table(capsys, server) -> None:
    pinned = Result(product_id="1042", relevance=0.0, rank=0, reason=Reason.PINNED, num_collapsed=0, opens="")
    other = Result(product_id="ü", relevance=0.25, rank=3, reason=Reason.DIVERSITY, num_collapsed=2, opens="colour=blue")
    server.answer([pinned, other], unmet="caps.brand")
    status, out, err = run(capsys, "search", "shoes", "--endpoint", server.endpoint)
    assert (status, err) == (0, "")
    header, first, second, summary, unmet = out.splitlines()
    assert header.split() == ["place", "rank", "relevance", "product", "why"]
    assert first.split() == ["1", "-", "0.000", "1042", "pinned"]
    assert second.split(maxsplit=4) == ["2", "3", "0.250", "ü", "diversity, first colour=blue, 2 more like it"]
    assert summary.startswith("2 results")
    assert summary.endswith("1 attempt, catalogue version 1")
    assert unmet == "unmet: caps.brand"


def test_every_option_reaches_the_server(capsys, server, tmp_path) -> None:
    picture, ids = tmp_path / "photo.jpg", tmp_path / "ids.txt"
    picture.write_bytes(b"encoded")
    ids.write_text("p1\n\np2\n", encoding="utf-8")
    words = ["--image", str(picture), "--candidate", "p0", "--candidates", str(ids), "--k", "5", "--strategy", "dpp"]
    words += ["--diversity", "0.5", "--cap", "brand=2", "--pin", "p1", "--exclude", "x", "--shown", "y", "--no-collapse"]
    words += ["--near-duplicate", "0.5", "--filter", "brand=Puma", "--filter", "price=..50"]
    assert run(capsys, "search", "shoes", *words, "--endpoint", server.endpoint)[0] == 0
    (request,) = server.requests
    assert (request.model, request.query, request.image, request.k) == ("rerank", "shoes", b"encoded", 5)
    assert len(request.candidate_keys) == 3
    assert (request.strategy, request.diversity, request.caps) == ("dpp", 0.5, {"brand": 2})
    assert (request.pinned, request.excluded, request.shown) == (("p1",), ("x",), ("y",))
    assert (request.collapse, request.near_duplicate) == (False, 0.5)
    assert request.filters.told() == {"brand": ["Puma"], "price": [None, 50.0]}


def test_json_is_for_programs(capsys, server) -> None:
    status, out, _ = run(capsys, "search", "shoes", "--json", "--sort", "rating", "--endpoint", server.endpoint)
    told = json.loads(out)
    assert status == 0
    assert [result["id"] for result in told["results"]] == ["a", "b"]
    assert told["results"][0] == {
        "id": "a",
        "relevance": pytest.approx(0.9),
        "rank": 1,
        "reason": "relevance",
        "num_collapsed": 0,
        "opens": "",
    }
    assert (told["catalogue_version"], told["degraded"], told["attempts"], told["unmet"]) == (1, False, 1, "")


def test_what_failed_is_told_by_the_exit_status(capsys, server) -> None:
    asked = ("search", "shoes", "--endpoint", server.endpoint)
    server.always(failures.broken())
    status, out, err = run(capsys, *asked)
    assert (status, out) == (1, "")
    assert err.startswith("error: the server failed (Failed to process the request(s)); its log tells more [search at ")
    status, _, err = run(capsys, *asked, "--k", "0")
    assert (status, err) == (2, "error: k: 0 is not allowed; allowed: a whole number from 1 to 100\n")
    for wrong in (["search", "--endpoint", server.endpoint], ["search", "shoes", "--candidates", "/no/such/file"]):
        assert run(capsys, *wrong)[0] == 2
    for wrong in ([], ["pong"], ["search", "shoes", "--cap", "brand"], ["ping", "--watch", "0"]):
        with pytest.raises(SystemExit) as caught:
            main(wrong)
        assert caught.value.code == 2


def test_candidates_come_back_when_nobody_ranks_them(capsys, server) -> None:
    server.always(failures.overloaded())
    words = ("--candidate", "p1", "--candidate", "p2", "--degrade", "--endpoint", server.endpoint)
    status, out, _ = run(capsys, "search", "shoes", *words)
    assert status == 0
    assert [line.split()[3] for line in out.splitlines()[1:3]] == ["p1", "p2"]
    assert "degraded: no server ranked them" in out


def test_ping_tells_of_every_endpoint(capsys, server) -> None:
    with FakeServer(server_version="2.60.0") as other:
        endpoints = ("--endpoint", server.endpoint, "--endpoint", other.endpoint)
        status, out, _ = run(capsys, "ping", *endpoints)
        assert status == 0
        header, first, second = (line.split() for line in out.splitlines())
        assert header == ["endpoint", "canary", "breaker", "latency", "server"]
        assert (first[:3], first[4:]) == ([server.endpoint, "ok", "closed"], ["ms", "2.51.0"])
        assert (second[0], second[5]) == (other.endpoint, "2.60.0")
        other.always(failures.dead_process())
        status, out, _ = run(capsys, "ping", *endpoints, "--json")
    assert status == 1
    good, bad = json.loads(out)["endpoints"]
    assert (good["ok"], bad["ok"], bad["server_version"]) == (True, False, "2.60.0")
    assert bad["latency_s"] is None
    assert (bad["error"]["type"], "is not healthy" in bad["error"]["message"]) == ("Unavailable", True)


def test_ping_of_nobody(capsys, server) -> None:
    server.stop()
    status, out, _ = run(capsys, "ping", "--endpoint", server.endpoint, "--deadline", "0.5")
    assert status == 1
    assert "Unavailable: no answer from" in out


def test_watching_goes_on_until_interrupted(server) -> None:
    words = ["ping", "--watch", "0.05", "--json", "--endpoint", server.endpoint]
    with subprocess.Popen([*MODULE, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        rounds = [json.loads(process.stdout.readline()) for _ in range(3)]
        process.send_signal(signal.SIGINT)
        assert process.communicate(timeout=30)[1] == ""
    assert [told["endpoints"][0]["ok"] for told in rounds] == [True] * 3
    assert process.returncode == 130


@pytest.mark.triton
def test_both_commands_on_the_real_server(capsys, served) -> None:
    status, out, _ = run(capsys, "ping", "--endpoint", served.url)
    assert status == 0
    assert out.splitlines()[1].split()[:3] == [served.url, "ok", "closed"]
    assert "2.51.0" in out
    status, out, _ = run(capsys, "search", "blue shirt", "--k", "3", "--sort", "price_ascending", "--endpoint", served.url)
    assert status == 0
    assert all("sorted" in line for line in out.splitlines()[1:4])


def test_a_token_comes_from_the_environment_or_a_file(capsys, server, tmp_path, monkeypatch) -> None:
    server.token = "secret-token"
    asked = ("search", "shoes", "--endpoint", server.endpoint)
    assert run(capsys, *asked)[0] == 1
    monkeypatch.setenv("SEARCH_TOKEN", "secret-token")
    assert run(capsys, *asked, "--token-env", "SEARCH_TOKEN")[0] == 0
    file = tmp_path / "token"
    file.write_text("secret-token\n", encoding="utf-8")
    assert run(capsys, *asked, "--token-file", str(file))[0] == 0
    monkeypatch.setenv("SEARCH_TOKEN", "another-token")
    status, out, err = run(capsys, *asked, "--token-env", "SEARCH_TOKEN")
    assert status == 1
    assert "another-token" not in out + err
    assert run(capsys, *asked, "--token-env", "NO_SUCH_VARIABLE")[0] == 2
    assert run(capsys, *asked, "--token-file", str(tmp_path / "none"))[0] == 2


def test_help_says_what_there_is() -> None:
    shown = subprocess.run([*MODULE, "--help"], capture_output=True, text=True, check=True).stdout
    assert all(part in shown for part in ("ping", "search", "Examples:", "Exit status:"))
    for command in ("ping", "search"):
        shown = subprocess.run([*MODULE, command, "--help"], capture_output=True, text=True, check=True).stdout
        assert "--endpoint" in shown
        assert "--token-file" in shown
        assert "--token " not in shown
