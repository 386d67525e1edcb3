"""From a suspicion to a verdict: the pair's own model explored, and what supports that the two run at once."""

from __future__ import annotations

from typing import Literal

import msgspec

from scrutineer.explore.explore import explore
from scrutineer.explore.model import Model, ModelError
from scrutineer.explore.steps import Contract
from scrutineer.explore.verdict import Bounds, Verdict, VerdictKind
from scrutineer.interference.looks import looked_at
from scrutineer.interference.owners import Owner, owner_of
from scrutineer.interference.pair import Pair
from scrutineer.interference.protocol.extract import Extractor
from scrutineer.interference.removal import Removal
from scrutineer.interference.sharing import Sharing, sharing_of
from scrutineer.locks.acquisitions import Acquisition
from scrutineer.locks.locks import FunctionLocks
from scrutineer.model.lock import LockId

Outcome = Literal["shown", "unsupported", "open", "cleared"]
_STATES = 200_000  # about two seconds
_OTHERWISE = {VerdictKind.PROVED: "nothing breaks it either", VerdictKind.CUT: "it is not explored"}
BREAKS = frozenset({VerdictKind.RACE, VerdictKind.VIOLATION, VerdictKind.FINAL})


class Judgement(msgspec.Struct, frozen=True, kw_only=True):
    """A pair with the verdict on its model.

    `reason` says why an `open` one is not decided. `shown`: an interleaving breaks the claim, and the source supports that the two run at once; `unsupported`: it is
    found but not supported; `open`: not explored, or cut short; `cleared`: explored within bounds and not found.
    """

    pair: Pair
    outcome: Outcome
    reason: str
    model: Model
    verdict: Verdict
    sharing: tuple[Sharing, Sharing]
    owner: Owner
    apart: Verdict | None = None  # the verdict on two owners, where the code does not fix the one

    @property
    def assumption(self) -> str:
        """What the verdict assumes, with what supports or weakens it."""
        first, second = self.sharing
        return _assumption((first.sentence, second.sentence), self.owner, self.apart)


class Shared(msgspec.Struct, frozen=True):
    """Two functions over one container, explored whether or not anything was suspected."""

    model: Model
    verdict: Verdict
    assumption: str


def share(extractor: Extractor, removal: Removal, threads: tuple[FunctionLocks, FunctionLocks]) -> Shared:
    """The model of two functions of which one holds the removal."""
    model = extractor.model(threads, removal.key, removal.type, contract_of(extractor, removal), "")
    owner = owner_of(removal)
    apart = (
        explored(
            extractor.model(
                threads, removal.key, removal.type, contract_of(extractor, removal), "", removal.locks
            )
        )
        if not owner.fixed
        else None
    )
    taken = [(inside.flow, _same_lock(inside, removal.guarded.lock)) for inside in threads]
    sentences = tuple(sharing_of(flow, each).sentence for flow, each in taken if each is not None)
    return Shared(model, explored(model), _assumption(sentences, owner, apart))


def _assumption(sentences: tuple[str, ...], owner: Owner, apart: Verdict | None) -> str:
    """One sentence: at once, on one object, and what says so."""
    text = f"assumes that both can run at once on one object: {'; '.join(sentences)}"
    if apart is None:
        return f"{text}; {owner.sentence}"
    other = _OTHERWISE.get(apart.kind, "an interleaving breaks the claim")
    return f"{text}; it also assumes {owner.sentence}: with another object's lock {other}"


def _same_lock(inside: FunctionLocks, lock: LockId) -> Acquisition | None:
    return next((each for each in inside.acquisitions if each.guard.lock.may_equal(lock)), None)


def judge(extractor: Extractor, pair: Pair) -> Judgement:
    """Explore the model of a pair."""
    detach, removal = pair.detach, pair.removal
    sharing = (_sharing(detach.locks, detach.guarded.lock), _sharing(removal.locks, removal.guarded.lock))
    model = extractor.model(
        (detach.locks, removal.locks), detach.key, detach.type, contract_of(extractor, removal), fix_of(pair)
    )
    verdict = explored(model)
    outcome, reason = _outcome(pair, verdict, sharing)
    owner = owner_of(removal)
    apart = None
    if not owner.fixed:
        two = extractor.model(
            (detach.locks, removal.locks), detach.key, detach.type, contract_of(extractor, removal), fix_of(pair),
            removal.locks,
        )  # fmt: skip
        apart = explored(two)
    return Judgement(
        pair=pair, outcome=outcome, reason=reason, model=model, verdict=verdict, sharing=sharing, owner=owner, apart=apart,
    )  # fmt: skip


def explored(model: Model) -> Verdict:
    """The verdict on an extracted model; one that cannot be explored is cut short, never cleared."""
    try:
        return explore(model, Bounds(states=_STATES))
    except ModelError as error:
        names = tuple(thread.name for thread in model.threads)
        return Verdict(
            model.name,
            VerdictKind.CUT,
            f"not explored: {error}",
            model.bounds,
            0,
            "synchronisation",
            threads=names,
        )


def _outcome(pair: Pair, verdict: Verdict, sharing: tuple[Sharing, Sharing]) -> tuple[Outcome, str]:
    if verdict.kind not in BREAKS:
        return ("cleared", "") if verdict.kind is VerdictKind.PROVED else ("open", verdict.message)
    field = looked_at(pair)
    if field:
        name = pair.removal.flow.entry.item.name
        return (
            "open",
            f"`{name}` looks at `{field}` first, which is set under the lock; values are not modelled",
        )
    return ("shown" if all(each.shared for each in sharing) else "unsupported"), ""


def contract_of(extractor: Extractor, removal: Removal) -> Contract | None:
    """The sentence that the removal's comment leans on, with its place."""
    if not removal.claim or removal.claim_span is None:
        return None
    at = extractor.where(removal.flow, removal.claim_span)
    return Contract(removal.claim, f"{at.path}:{at.line}")


def fix_of(pair: Pair) -> str:
    """What would make it right."""
    name = pair.detach.flow.entry.item.name
    field = pair.detach.key.rpartition(".")[2]
    return f"`{name}` goes through `{field}` under the lock, or takes out one element at a time under it"


def _sharing(inside: FunctionLocks, lock: LockId) -> Sharing:
    acquisition = next(each for each in inside.acquisitions if each.guard.lock == lock)
    return sharing_of(inside.flow, acquisition)
