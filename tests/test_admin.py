"""The key to a server's administrative calls: where it lies, and that it shows nowhere else."""

import stat
from pathlib import Path

import pytest

from assortment.admin import AdminKey
from assortment.errors import StepError
from assortment.paths import BuildPaths


def test_a_key_is_made_once_and_only_its_owner_may_read_it(tmp_path: Path) -> None:
    path = BuildPaths(tmp_path).admin_key
    key = AdminKey.read_or_create(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert key == AdminKey.read_or_create(path) == AdminKey.read(path)
    assert key != AdminKey.read_or_create(tmp_path / "other.key")
    assert sorted(file.name for file in tmp_path.iterdir()) == ["admin.key", "other.key"]


def test_a_key_shows_in_headers_alone(tmp_path: Path) -> None:
    key = AdminKey.read_or_create(tmp_path / "admin.key")
    assert key.headers() == {"triton-grpc-protocol-assortment-admin": key.value}
    assert key.http_headers() == {"assortment-admin": key.value}
    assert key.value not in f"{key!r} {key}"


def test_a_key_that_others_may_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "admin.key"
    AdminKey.read_or_create(path)
    path.chmod(0o640)
    with pytest.raises(StepError, match=r"admin\.key has mode 0640, so others may have the key"):
        AdminKey.read_or_create(path)


def test_a_missing_key_and_what_is_no_key(tmp_path: Path) -> None:
    path = tmp_path / "admin.key"
    with pytest.raises(StepError, match=r"admin\.key is not there; `assortment serve` writes it"):
        AdminKey.read(path)
    path.touch(0o600)
    for text in ("", "too-short", "an=assignment,in=a=flag:of-tritonserver", "two lines of\nsomething else"):
        path.write_text(text)
        with pytest.raises(StepError, match=r"admin\.key holds no admin key: .*16 to 256 characters") as caught:
            AdminKey.read(path)
        assert not text or text not in str(caught.value)
    with pytest.raises(StepError, match=r"admin\.key cannot be written \(No such file or directory\)"):
        AdminKey.read_or_create(tmp_path / "nowhere" / "admin.key")
