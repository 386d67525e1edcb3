from __future__ import annotations

from opening import crate, marks, open_target

from scrutineer.source.survey import Settings
from trees import Write

PACKAGE = '[package]\nname = "my-crate"\nversion = "1.2.3"\nedition = "2021"\n'


def test_a_package_has_the_crates_that_cargo_would_build(tree: Write) -> None:
    root = tree(
        {
            "Cargo.toml": PACKAGE + 'rust-version = "1.70"\n[dependencies]\nserde-json = "1"\nold = { package = "new-name" }\n'
            '[dev-dependencies]\nproptest = "1"\n[features]\nextra = []\n',
            "src/lib.rs": "", "src/main.rs": "", "src/inner.rs": "", "src/bin/tool.rs": "", "src/bin/big/main.rs": "",
            "tests/one.rs": "", "tests/common/mod.rs": "", "examples/show.rs": "", "benches/speed/main.rs": "", "build.rs": "",
        }
    )  # fmt: skip
    target = open_target(root)
    assert {(unit.name, unit.kind, unit.root) for unit in target.crates} == {
        ("my_crate", "lib", "src/lib.rs"),
        ("my_crate", "bin", "src/main.rs"),
        ("tool", "bin", "src/bin/tool.rs"),
        ("big", "bin", "src/bin/big/main.rs"),
        ("one", "test", "tests/one.rs"),
        ("show", "example", "examples/show.rs"),
        ("speed", "bench", "benches/speed/main.rs"),
        ("build_script_build", "build", "build.rs"),
    }
    one = crate(target, "one")
    assert set(one.extern_prelude) == {"core", "std", "my_crate", "serde_json", "old", "proptest"}
    assert "my_crate" not in target.crates[0].extern_prelude
    assert ("old", "new-name", "") in one.dependencies
    assert (one.rust_version, one.edition, one.version, one.package) == ("1.70", "2021", "1.2.3", "my-crate")
    assert one.features == ("extra",)
    assert target.identity.kind == "crate"


def test_test_code_is_marked_by_its_place_in_the_package_not_by_folders_above(tree: Write) -> None:
    root = tree(
        {
            "tests/pkg/Cargo.toml": PACKAGE,
            "tests/pkg/src/lib.rs": "",
            "tests/pkg/src/tests/deep.rs": "",
            "tests/pkg/tests/one.rs": "",
            "tests/pkg/benches/b.rs": "",
        }
    )
    expected = {"src/lib.rs": "", "src/tests/deep.rs": "", "tests/one.rs": "tests", "benches/b.rs": "benches"}
    assert marks(open_target(root / "tests" / "pkg")) == expected


def test_a_fixture_package_in_the_tests_of_another_is_test_code(tree: Write) -> None:
    root = tree(
        {
            "Cargo.toml": PACKAGE,
            "src/lib.rs": "",
            "tests/fixture/Cargo.toml": PACKAGE.replace("my-crate", "fixture"),
            "tests/fixture/src/lib.rs": "",
        }
    )
    assert marks(open_target(root)) == {"src/lib.rs": "", "tests/fixture/src/lib.rs": "tests"}


def test_members_take_what_they_inherit_from_their_workspace(tree: Write) -> None:
    root = tree(
        {
            "Cargo.toml": '[workspace]\nmembers = ["crates/*"]\nexclude = ["crates/out"]\n'
            '[workspace.package]\nedition = "2024"\nversion = "9.0.0"\nrust-version = "1.85"\n'
            '[workspace.lints.clippy]\nundocumented_unsafe_blocks = "warn"\n',
            "crates/a/Cargo.toml": '[package]\nname = "a"\nedition.workspace = true\nversion.workspace = true\n'
            "rust-version.workspace = true\n[lints]\nworkspace = true\n",
            "crates/a/src/lib.rs": "",
            "crates/out/Cargo.toml": '[package]\nname = "out"\nedition.workspace = true\n',
            "crates/out/src/lib.rs": "",
        }
    )
    target = open_target(root)
    a = crate(target, "a")
    assert (a.edition, a.version, a.rust_version) == ("2024", "9.0.0", "1.85")
    assert a.lints == (("clippy::undocumented_unsafe_blocks", "warn"),)
    assert crate(target, "out").lints == ()
    assert target.identity.kind == "workspace"


def test_panic_aborts_only_where_no_published_library_could_unwind_elsewhere(tree: Write) -> None:
    profile = '[profile.release]\npanic = "abort"\n'
    root = tree(
        {
            "library/Cargo.toml": PACKAGE + profile,
            "library/src/lib.rs": "",
            "program/Cargo.toml": PACKAGE + profile,
            "program/src/main.rs": "",
            "private/Cargo.toml": PACKAGE + "publish = false\n" + profile,
            "private/src/lib.rs": "",
            "space/Cargo.toml": '[workspace]\nmembers = ["a"]\n' + profile,
            "space/a/Cargo.toml": PACKAGE + "publish = false\n",
            "space/a/src/lib.rs": "",
            "member/Cargo.toml": '[workspace]\nmembers = ["a"]\n',
            "member/a/Cargo.toml": PACKAGE + "publish = false\n" + profile,
            "member/a/src/lib.rs": "",
        }
    )
    panics = {
        name: open_target(root / name).crates[0].panic
        for name in ("library", "program", "private", "space", "member")
    }
    assert panics == {
        "library": "unwind",
        "program": "abort",
        "private": "abort",
        "space": "abort",
        "member": "unwind",
    }
    assert open_target(root / "library", Settings(panic="abort")).crates[0].panic == "abort"


def test_exact_versions_of_dependencies_come_from_the_lock_file(tree: Write) -> None:
    root = tree(
        {
            "Cargo.toml": PACKAGE + '[dependencies]\nmemchr = "2"\nrand = "0.8"\n',
            "Cargo.lock": '[[package]]\nname = "my-crate"\nversion = "1.2.3"\ndependencies = ["memchr", "rand 0.8.5"]\n'
            '[[package]]\nname = "memchr"\nversion = "2.7.4"\nsource = "registry"\n'
            '[[package]]\nname = "rand"\nversion = "0.8.5"\nsource = "registry"\n'
            '[[package]]\nname = "rand"\nversion = "0.9.0"\nsource = "registry"\n',
            "src/lib.rs": "",
        }
    )
    dependencies = open_target(root).crates[0].dependencies
    assert dependencies == (("memchr", "memchr", "2.7.4"), ("rand", "rand", "0.8.5"))


def test_a_manifest_without_edition_is_of_2015_and_a_file_without_manifest_of_2021(tree: Write) -> None:
    root = tree(
        {
            "old/Cargo.toml": '[package]\nname = "old"\n',
            "old/src/lib.rs": "",
            "loose/a.rs": "",
            "loose/b.rs": "",
        }
    )
    assert open_target(root / "old").crates[0].edition == "2015"
    loose = open_target(root / "loose")
    assert (loose.crates[0].edition, loose.crates[0].loose) == ("2021", ("a.rs", "b.rs"))
    assert open_target(root / "loose" / "a.rs", Settings(edition="2024")).files[0].edition == "2024"


def test_a_malformed_manifest_is_named_and_the_files_are_audited_all_the_same(tree: Write) -> None:
    root = tree(
        {
            "Cargo.toml": "[package\n",
            "src/lib.rs": "",
            "deep/Cargo.toml": "x=" + "[" * 5000,
            "deep/src/lib.rs": "",
        }
    )
    target = open_target(root)
    assert [unread.path for unread in target.not_read] == ["Cargo.toml", "deep/Cargo.toml"]
    assert [file.path for file in target.files] == ["deep/src/lib.rs", "src/lib.rs"]
