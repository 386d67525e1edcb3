from __future__ import annotations

import os

import pytest
from opening import crate, marks, open_target

from trees import Write

TOP = "VERSION = 6\nPATCHLEVEL = 18\nSUBLEVEL = 5\nEXTRAVERSION =\nexport rust_common_flags := --edition=2021 \\\n -Cx\n"


def test_crates_of_a_linux_tree_come_from_its_makefiles(tree: Write) -> None:
    target = open_target(
        tree(
            {
                "Makefile": TOP,
                "rust/Makefile": "obj-$(CONFIG_RUST) += ffi.o bindings.o kernel.o \\\n  exports.o\n"
                "$(obj)/kernel.o: private rustc_target_flags = --extern ffi \\\n    --extern pin_init\n",
                "rust/kernel/lib.rs": "", "rust/kernel/list.rs": "", "rust/ffi.rs": "", "rust/bindings/lib.rs": "",
                "rust/macros/lib.rs": "", "rust/pin-init/src/lib.rs": "", "rust/pin-init/examples/show.rs": "",
                "drivers/block/Makefile": "obj-$(CONFIG_ONE) += one.o # two.o\nparts-y := parts_main.o \\\n   helper.o\nobj-m += parts.o\n",
                "drivers/block/one.rs": "", "drivers/block/two.rs": "", "drivers/block/parts_main.rs": "mod more;", "drivers/block/more.rs": "",
                "scripts/Makefile": "hostprogs-always-$(CONFIG_RUST) += gen\ngen-rust := y\n", "scripts/gen.rs": "", "scripts/min-tool-version.sh": "rustc)\n\techo 1.78.0\n",
            }
        )
    )  # fmt: skip
    assert (target.kernel, target.identity.kind, target.identity.version) == (True, "kernel", "6.18.5")
    assert {(unit.name, unit.kind) for unit in target.crates} == {
        ("kernel", "kernel"), ("ffi", "kernel"), ("bindings", "kernel"), ("macros", "proc-macro"), ("pin_init", "kernel"),
        ("one", "kernel"), ("parts_main", "kernel"), ("gen", "bin"),
    }  # fmt: skip
    one = crate(target, "one")
    assert (one.panic, one.edition, one.rust_version, one.folder) == (
        "abort",
        "2021",
        "1.78.0",
        "drivers/block",
    )
    assert {"core", "alloc", "kernel", "macros", "pin_init", "bindings", "uapi", "ffi", "build_error"} <= set(
        one.extern_prelude
    )
    assert crate(target, "kernel").extern_prelude == ("alloc", "core", "ffi", "pin_init")
    assert crate(target, "ffi").extern_prelude == ("core",)
    assert {path for path, mark in marks(target).items() if mark} == {"rust/pin-init/examples/show.rs"}


def test_a_part_of_a_tree_without_its_makefile_still_has_its_drivers(tree: Write) -> None:
    target = open_target(
        tree(
            {
                "Makefile": TOP, "rust/kernel/lib.rs": "",
                "drivers/x/x.rs": "mod reg;\nmod hal;\n", "drivers/x/reg.rs": 'include!("reg/table.rs");', "drivers/x/reg/table.rs": "",
                "drivers/x/hal/mod.rs": "mod one;", "drivers/x/hal/one.rs": "",
            }
        )
    )  # fmt: skip
    assert [unit.root for unit in target.crates] == ["drivers/x/x.rs", "rust/kernel/lib.rs"]


def test_a_makefile_alone_does_not_make_a_linux_tree(tree: Write) -> None:
    assert not open_target(tree({"Makefile": TOP, "rust/lib.rs": ""})).kernel
    assert not open_target(tree({"Makefile": "all:\n", "src/lib.rs": ""})).kernel


@pytest.mark.full
def test_linux_6_18_has_its_crates() -> None:
    place = os.environ.get("SCRUTINEER_KERNEL_TREE")
    if not place:
        pytest.skip("SCRUTINEER_KERNEL_TREE names no Linux 6.18.5 tree")
    target = open_target(place)
    assert {"kernel", "rust_binder_main", "nova_core", "pin_init", "macros", "bindings"} <= {
        u.name for u in target.crates
    }
    assert len(target.files) == 242
