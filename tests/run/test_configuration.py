from __future__ import annotations

from pathlib import Path

import pytest

from scrutineer.run.configuration import Configuration, ConfigurationError, configuration_for
from trees import STRICT, Write


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('selct = ["x"]', r"scrutineer\.toml: unknown key `selct`; did you mean `select`\?"),
        ("zzz = 1", r"unknown key `zzz`; the keys are select, ignore"),
        ('select = "x"', r"key `select`: Expected `array`, got `str`"),
        ('persona = "angry"', r"key `persona`: Invalid enum value 'angry'"),
        ("select = [1]", r"key `select\[0\]`: Expected `str`"),
        ('target = "nowhere"', r"scrutineer\.toml: key `target`: `nowhere` is no target that is known"),
        ('cfg = ["a(b"]', r"scrutineer\.toml: key `cfg`: `a\(b` is no condition"),
        ("select = [", "not TOML"),
    ],
)
def test_an_error_names_file_and_key(tree: Write, text: str, message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        configuration_for(str(tree({"scrutineer.toml": text})))


def test_the_nearest_file_counts_up_to_the_root_of_the_repository(tree: Write) -> None:
    root = tree(
        {"scrutineer.toml": 'ignore = ["a"]', "repo/.git/HEAD": "", "repo/sub/x.rs": "", "plain/x.rs": ""}
    )
    assert configuration_for(str(root / "plain")).ignore == ("a",)
    assert configuration_for(str(root / "repo" / "sub")) == Configuration()


def test_a_manifest_can_hold_it(tree: Write) -> None:
    root = tree(
        {"Cargo.toml": STRICT + '[package.metadata.scrutineer]\nfail-on = "error"\nbaseline = "known.json"\n'}
    )
    found = configuration_for(str(root))
    assert (found.fail_on, found.baseline) == ("error", str(root / "known.json"))
    (root / "Cargo.toml").write_text(STRICT + "[package.metadata.scrutineer]\nfail_on = 1\n")
    with pytest.raises(
        ConfigurationError, match=r"Cargo\.toml: unknown key `package\.metadata\.scrutineer\.fail_on`; did"
    ):
        configuration_for(str(root))


def test_a_file_or_an_archive_brings_no_configuration(tree: Write) -> None:
    root = tree({"scrutineer.toml": 'ignore = ["a"]', "x.rs": "", "y.crate": ""})
    assert configuration_for(str(root / "x.rs")) == Configuration()
    assert configuration_for(str(root / "y.crate")) == Configuration()
    assert configuration_for("name@1.0.0") == Configuration()
    assert configuration_for(str(Path(root) / "missing")) == Configuration()
