"""`sites` and `case` as a user runs them."""

from __future__ import annotations

from pathlib import Path

from commands import scrutineer

from trees import Write

CODE = """
/// # Safety
///
/// `p` must be non-null.
pub unsafe fn take(p: *const u8) { let _ = p; }
pub struct Holder { p: *const u8 }
impl Holder {
    pub fn go(&self) {
        // SAFETY: `self.p` is never null.\x1b[31m
        unsafe { take(self.p) }
    }
    pub fn sure(x: &u8) { unsafe { take(x) } }
}
"""


def demo(tree: Write) -> Path:
    return tree({"Cargo.toml": '[package]\nname = "demo"\nedition = "2021"\n', "src/lib.rs": CODE})


def test_sites_lists_each_with_its_state_and_counts_them(tree: Write) -> None:
    folder = demo(tree)
    done = scrutineer("sites", "--no-cache", folder=folder)
    lines = done.out.splitlines()
    assert lines[0].startswith("src/lib.rs:10  demo::Holder::go#call.0  -        1 claimed")
    assert lines[1].startswith("src/lib.rs:12  demo::Holder::sure#call.0  settled  1 discharged")
    assert "2 sites, 1 settled (50.0%)" in lines
    answer = scrutineer("sites", "--no-cache", "--format", "json", folder=folder).report
    assert [case["obligations"][0]["status"] for case in answer["cases"]] == ["claimed", "discharged"]


def test_a_case_page_says_what_holds_what_is_claimed_and_what_to_ask(tree: Write) -> None:
    folder = demo(tree)
    done = scrutineer("case", "Holder::go", "--no-cache", folder=folder)
    assert done.status == 0
    assert "[only claimed] non-null: `self.p` must be non-null." in done.out
    assert "what makes this hold: `self.p` must be non-null." in done.out
    assert "\x1b" not in done.out
    settled = scrutineer("case", "src/lib.rs:12", "--no-cache", folder=folder)
    assert "type, src/lib.rs:12: made of a reference" in settled.out
    assert "Left to ask" not in settled.out


def test_the_pack_for_an_agent_holds_the_source_and_the_task(tree: Write) -> None:
    done = scrutineer("case", "Holder::go", "--for-agent", "--no-cache", folder=demo(tree))
    assert done.out.startswith("# Safety case ")
    assert "unsafe { take(self.p) }" in done.out
    assert "claimed, non-null" in done.out


def test_a_site_that_is_not_there_is_a_mistake_of_the_user(tree: Write) -> None:
    done = scrutineer("case", "Holder::gone", "--no-cache", folder=demo(tree))
    assert done.status == 2
    assert "no unsafe site" in done.err


def test_an_audit_holds_the_cases_when_it_is_asked_to(tree: Write) -> None:
    folder = demo(tree)
    plain = scrutineer("audit", "--format", "json", folder=folder).report
    assert "cases" not in plain
    report = scrutineer(
        "audit", "--format", "json", "--cases", "--cache-dir", "c", cache=True, folder=folder
    ).report
    assert [case["obligations"][0]["status"] for case in report["cases"]] == ["claimed", "discharged"]
    assert report["cases"][0]["base"]["digest"]
    again = scrutineer("audit", "--format", "json", "--cases", "--cache-dir", "c", cache=True, folder=folder)
    assert again.report == report
    both = scrutineer("audit", "src", "src/lib.rs", "--format", "json", "--cases", folder=folder).report
    assert {case["site"]["path"] for case in both["cases"]} == {"src/lib.rs"}
