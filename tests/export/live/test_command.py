"""The command line of ``assortment catalogue publish``, ``rollback`` and ``refresh``."""

from __future__ import annotations

from pathlib import Path

import pytest

from assortment.cli import main


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (("key",), "--tls-key: 'x.key' is not allowed; allowed: together with --tls-cert and --tls-ca"),
        (("cert",), "--tls-cert: 'x.cert' is not allowed; allowed: together with --tls-key and --tls-ca"),
        (("key", "ca"), "--tls-key: 'x.key' is not allowed; allowed: together with --tls-cert"),
        (("cert", "key"), "--tls-cert: 'x.cert' is not allowed; allowed: together with --tls-ca"),
    ],
)
def test_a_lonely_tls_option_is_named_with_what_it_lacks(
    given: tuple[str, ...], told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = [word for name in given for word in (f"--tls-{name}", f"x.{name}")]
    assert main(["catalogue", "rollback", "--build", str(tmp_path), *words]) == 1
    assert capsys.readouterr().err == f"error: {told}\n"
