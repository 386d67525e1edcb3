from __future__ import annotations

import pytest
from opening import open_target

from scrutineer.source.errors import TargetError
from scrutineer.source.words import crate
from toolchain import works

pytestmark = pytest.mark.full
needs_cargo = pytest.mark.skipif(not works("cargo"), reason="cargo is not installed")


@needs_cargo
def test_a_yanked_version_works_if_named_exactly(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    monkeypatch.setenv("CARGO_HOME", str(tmp_path_factory.mktemp("cargo")))
    target = open_target("abox@0.4.0")
    assert (target.identity.kind, target.identity.version) == ("crate", "0.4.0")
    assert "src/lib.rs" in [file.path for file in target.files]


@needs_cargo
def test_a_bare_name_is_the_newest_version() -> None:
    identity = open_target("abox").identity
    assert identity.name == "abox"
    assert identity.version is not None
    assert tuple(map(int, identity.version.split("."))) >= (0, 4, 1)


@needs_cargo
def test_a_version_that_does_not_exist_is_a_clear_error() -> None:
    with pytest.raises(TargetError, match=r"abox@99\.0\.0: no such target here, and cargo cannot fetch it"):
        open_target("abox@99.0.0")


@needs_cargo
def test_without_a_network_the_user_learns_what_to_do(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    monkeypatch.setenv("CARGO_HOME", str(tmp_path_factory.mktemp("cargo")))
    monkeypatch.setenv("CARGO_NET_OFFLINE", "true")
    with pytest.raises(
        TargetError, match="the registry cannot be reached: check the network, or give a folder"
    ):
        open_target("abox@0.4.0")


def test_what_has_the_form_of_a_crate() -> None:
    assert all(map(crate, ("lru", "lru@0.7.0", "a_b-c@1.0.0-alpha.4", "x@1.2.3+build")))
    assert not any(map(crate, ("lru@0.7", "../x", "--help", "a b", "lru@", "-x", "a@1.0.0; rm", "")))
