"""The readers against labels made by hand before they were run; `-s` prints the numbers and the differences."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from measure import Score, comment_at, doc_at, labels

from scrutineer.contracts.claims import read_claims
from scrutineer.contracts.safety_section import read_safety_section

ROOT = Path(os.environ.get("SCRUTINEER_CORPUS_DIR", ""))

pytestmark = [
    pytest.mark.full,
    pytest.mark.skipif(
        "SCRUTINEER_CORPUS_DIR" not in os.environ, reason="SCRUTINEER_CORPUS_DIR names no corpora"
    ),
]


def _show(what: str, score: Score) -> None:
    sys.stdout.write("\n  ".join([f"\n{what}: {score}", *score.differences]) + "\n")


@pytest.mark.parametrize("sample", ["first", "fresh"])
def test_sections(sample: str) -> None:
    properties, subjects = Score(), Score()
    for label in labels("section", sample):
        doc, function = doc_at(ROOT, label["at"])
        parameters = (
            () if function is None else tuple(each for each in function.parameters if each.name != "self")
        )
        receiver = function is not None and function.receiver not in ("", "typed")
        contract = read_safety_section(doc, parameters=parameters, receiver=receiver)
        assert contract is not None
        if "see" in label:
            assert contract.reference == label["see"], label["at"]
        asks = [ask.partition(":") for ask in label.get("asks", [])]
        found = contract.obligations
        properties.add(label["at"], [names for names, _, _ in asks], [each.property for each in found])
        subjects.add(
            label["at"],
            [
                "/".join(f"{name}:{who}" for name in names.split("/") for who in whose.split("/"))
                for names, _, whose in asks
            ],
            [f"{each.property}:{each.parameter}" for each in found],
        )
    _show("properties", properties)
    _show("with their subjects", subjects)
    assert properties.precision >= 0.7
    assert properties.recall >= 0.7


@pytest.mark.parametrize("sample", ["first", "fresh"])
def test_comments(sample: str) -> None:
    score, unambiguous = Score(), Score()
    for label in labels("comment", sample):
        found = [claim.kind for claim in read_claims(comment_at(ROOT, label["at"]))]
        score.add(label["at"], label["says"], list(found))
        if not any("/" in kind for kind in label["says"]):
            unambiguous.add(label["at"], label["says"], list(found))
    _show("claims", score)
    _show("where the label is certain", unambiguous)
    assert score.precision >= 0.7
    assert score.recall >= 0.7
