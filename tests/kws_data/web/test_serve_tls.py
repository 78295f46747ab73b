"""Certificates that cannot be used are told before anything is served."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from kws_data.web.serve import ListenError, Tls


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tls")
    for name, more in (("a", ["-nodes"]), ("b", ["-nodes"]), ("locked", ["-passout", "pass:secret"])):
        call = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-subj", "/CN=localhost", *more]
        try:
            subprocess.run(
                [*call, "-keyout", f"{name}.key", "-out", f"{name}.pem"], cwd=folder, check=True, capture_output=True
            )
        except FileNotFoundError:
            pytest.skip("no openssl here")
    (folder / "text.pem").write_text("no certificate")
    return folder


@pytest.mark.parametrize(
    ("certificate", "key", "named"),
    [
        ("a.pem", "b.key", "mismatch"),
        ("text.pem", "a.key", "certificate in PEM"),
        ("a.pem", "text.pem", "certificate in PEM"),
        ("locked.pem", "locked.key", "password"),
        ("none.pem", "a.key", "not found"),
        ("a.pem", ".", "not found"),
    ],
)
def test_what_is_wrong_is_told_in_one_line(made: Path, certificate: str, key: str, named: str) -> None:
    with pytest.raises(ListenError, match=named) as refused:
        Tls(made / certificate, made / key).check()
    assert "\n" not in str(refused.value)


def test_a_certificate_and_its_key_can_be_used(made: Path) -> None:
    Tls(made / "a.pem", made / "a.key").check()
