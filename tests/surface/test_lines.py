"""Code lines as a reader would count them, on sources of ours; and on a kernel tree when one is at hand."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrutineer.surface.lines import LineCount, count_c, count_rust
from scrutineer.surface.tree import bucket_of, count_tree


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("", (0, 0, 0)),
        ("int a;", (1, 1, 0)),
        ("// only\n\n/* and\n more */\n", (4, 0, 0)),
        ('char *s = "/* no comment";\nint b; // yes\n', (2, 2, 0)),
        ("int a; /* x\n y */ int b;\n", (2, 2, 0)),
        ("char c = '\"';\n/* comment */\n", (2, 1, 0)),
        ("#define A \\\n  1\n", (2, 2, 0)),
    ],
)
def test_c(source: str, expected: tuple[int, int, int]) -> None:
    assert count_c(source.encode()) == LineCount(*expected)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("/* a /* nested */ still */\nfn a() {}\n", (2, 1, 0)),
        ("/// doc\n//! doc\nfn a() {}\n", (3, 1, 0)),
        ('let s = "// no";\nlet r = r#"/* " no"#;\n', (2, 2, 0)),
        ("fn f<'a>(x: &'a u8) {} // 'c\nlet c = '\"';\n// end\n", (3, 2, 0)),
        ("fn f() {\n    unsafe { g() };\n    h();\n}\n", (4, 4, 1)),
        ("fn f() {\n    unsafe {\n        // SAFETY: none\n        g()\n    }\n}\n", (6, 5, 3)),
        ("unsafe fn f() {\n    g();\n}\nfn h() {}\n", (4, 4, 3)),
        ('unsafe extern "C" fn f() {\n    g();\n}\n', (3, 3, 3)),
        ("unsafe impl Send for A {\n    fn a() {}\n}\n", (3, 3, 1)),
        ("trait T {\n    unsafe fn f();\n    fn g() {}\n}\n", (4, 4, 1)),
        ('fn f() { let s = "unsafe { "; }\n// unsafe {\nfn g() {}\n', (3, 2, 0)),
        ("fn f() {\n    unsafe { g('{') };\n    h();\n}\n", (4, 4, 1)),
    ],
)
def test_rust(source: str, expected: tuple[int, int, int]) -> None:
    assert count_rust(source.encode()) == LineCount(*expected)


CODE = st.sampled_from(["fn a() {}", "unsafe { b() }", 'let s = "//";', "let c = '/';", "x::<'a>();"])


@given(st.lists(CODE, max_size=8), st.sampled_from(["// {", "/* { */", "/* /* unsafe */ */", ""]))
def test_comments_and_blanks_change_no_count_of_code(lines: list[str], comment: str) -> None:
    plain = count_rust("\n".join(lines).encode())
    commented = count_rust("\n".join(f"{comment}\n{line}" for line in lines).encode())
    assert (plain.code_lines, plain.unsafe_lines) == (commented.code_lines, commented.unsafe_lines)


@given(st.binary(max_size=300))
def test_any_bytes_are_counted(source: bytes) -> None:
    for count in (count_c(source), count_rust(source)):
        assert 0 <= count.unsafe_lines <= count.code_lines <= count.lines


@pytest.mark.parametrize(
    ("path", "bucket"),
    [
        ("drivers/a/b.rs", "rs_runtime"),
        ("rust/kernel/sync.rs", "rs_runtime"),
        ("rust/syn/lib.rs", "rs_vendored"),
        ("rust/macros/lib.rs", "rs_host"),
        ("fs/a.h", "c_runtime"),
        ("tools/a.c", "c_nonkernel"),
        ("drivers/gpu/drm/amd/include/asic_reg/a.h", "c_amdregs"),
        ("drivers/gpu/drm/amd/amdgpu/a.c", "c_runtime"),
        ("Makefile", None),
    ],
)
def test_parts_of_the_kernel(path: str, bucket: str | None) -> None:
    assert bucket_of(path) == bucket


def test_a_tree_is_counted_by_folder_and_links_are_not_followed(tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    (tree / "a" / "b" / "c" / "d" / "e").mkdir(parents=True)
    (tree / "a" / "b" / "c" / "d" / "e" / "x.rs").write_text("fn a() {}\nunsafe fn b() {}\n")
    (tree / "a" / "b" / "c" / "d" / "y.rs").write_text("fn a() {}\n")
    (tree / "link.c").symlink_to(tree / "a" / "b" / "c" / "d" / "y.rs")
    (size,) = count_tree("1.0", tree)
    assert (size.bucket, size.folder, size.files, size.code_lines, size.unsafe_lines) == (
        "rs_runtime", "a/b/c/d", 2, 3, 1,
    )  # fmt: skip


def test_rust_code_lines_of_a_kernel_tree_are_those_published_for_it() -> None:
    """The tree and its `[release, part, folder, files, lines, code, unsafe]` lines come from the environment."""
    tree, release = os.environ.get("SCRUTINEER_KERNEL_TREE"), os.environ.get("SCRUTINEER_KERNEL_RELEASE")
    shared = Path(os.environ.get("SCRUTINEER_SHARED") or Path(__file__).resolve().parents[3] / "shared")
    sizes = shared / "data" / "kernel_loc_dirs.jsonl.zst"
    if not tree or not release or not sizes.is_file():
        pytest.skip("set SCRUTINEER_KERNEL_TREE, SCRUTINEER_KERNEL_RELEASE and SCRUTINEER_SHARED")
    from scrutineer.records.sizes import read_sizes  # noqa: PLC0415 - only this test reads published sizes

    published = {
        (row.bucket, row.folder): row
        for row in read_sizes(sizes)
        if row.release == release and row.bucket in ("rs_runtime", "rs_pininit", "rs_vendored")
    }
    counted = {
        (row.bucket, row.folder): row
        for row in count_tree(release, Path(tree))
        if row.bucket.startswith("rs_")
    }
    assert published, f"no sizes for {release}"
    for key, row in published.items():
        assert (row.files, row.lines, row.code_lines) == (
            counted[key].files, counted[key].lines, counted[key].code_lines,
        )  # fmt: skip
    total = sum(row.unsafe_lines for row in published.values())
    assert sum(counted[key].unsafe_lines for key in published) == pytest.approx(total, rel=0.02)
