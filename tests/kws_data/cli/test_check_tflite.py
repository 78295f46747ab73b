"""``kws check --tflite`` with files that are no model for a board: one line, exit code 2."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from kws_data.cli.check import command
from kws_data.errors import ModelError


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"version https://git-lfs.github.com/spec/v1\n", "git lfs pull"),
        (b"\x89HDF\r\n\x1a\n" + bytes(90), r"\.h5"),
        (b"", "empty"),
    ],
)
def test_a_file_of_another_kind(tmp_path: Path, data: bytes, expected: str) -> None:
    path = tmp_path / "model.tflite"
    path.write_bytes(data)
    result = CliRunner().invoke(command, ["--tflite", str(path)])
    assert isinstance(result.exception, ModelError) and result.exception.exit_code == 2
    with pytest.raises(ModelError, match=expected):
        raise result.exception
