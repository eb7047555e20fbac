from __future__ import annotations

import pytest

from assortment.errors import InputError
from perf.commands import new_parser, tells_failures


@pytest.mark.parametrize(
    ("raised", "code", "told"),
    [
        (InputError("rounds", 0, "allowed: 1 and above"), 1, "error: rounds: 0 is not allowed; allowed: 1 and above\n"),
        (KeyboardInterrupt(), 130, "interrupted; the server was stopped\n"),
    ],
)
def test_a_failure_is_a_line_and_an_exit_code(
    capsys: pytest.CaptureFixture[str], raised: BaseException, code: int, told: str
) -> None:
    @tells_failures("interrupted; the server was stopped")
    def main() -> int:
        raise raised

    assert main() == code
    assert capsys.readouterr().err == told


def test_a_fault_of_ours_is_no_failure_to_tell() -> None:
    @tells_failures()
    def main() -> int:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        main()


def test_the_first_flags_and_their_defaults() -> None:
    parser = new_parser("bench", "What it costs.", catalogue="an assembled one")
    assert {name: str(value) for name, value in vars(parser.parse_args([])).items()} == {
        "catalogue": "generated",
        "build": "build",
    }
    assert "an assembled one (default: generated)" in parser.format_help()
