"""The part of a CVE JSON 5 record that we read; everything else in it is passed over."""

from __future__ import annotations

import re

import msgspec

from scrutineer.records.dyad import Pair, Span
from scrutineer.records.releases import is_mainline, mainline_of, release_key

_ID = re.compile(r"CVE-\d{4}-\d{4,7}")


class _Text(msgspec.Struct, frozen=True):
    lang: str
    value: str


class _Version(msgspec.Struct, frozen=True, rename="camel"):
    version: str
    status: str
    less_than: str | None = None
    version_type: str | None = None


class _Affected(msgspec.Struct, frozen=True, rename="camel"):
    product: str = ""
    program_files: tuple[str, ...] = ()
    versions: tuple[_Version, ...] = ()


class _Vector(msgspec.Struct, frozen=True, rename="camel"):
    vector_string: str
    base_score: float


class _Metric(msgspec.Struct, frozen=True):
    v31: _Vector | None = msgspec.field(default=None, name="cvssV3_1")


class _Cna(msgspec.Struct, frozen=True):
    title: str = ""
    descriptions: tuple[_Text, ...] = ()
    affected: tuple[_Affected, ...] = ()
    metrics: tuple[_Metric, ...] = ()


class _Containers(msgspec.Struct, frozen=True):
    cna: _Cna


class _Metadata(msgspec.Struct, frozen=True, rename="camel"):
    cve_id: str
    state: str
    date_published: str | None = None


class CveJson(msgspec.Struct, frozen=True, rename="camel"):
    """One record as its file states it."""

    cve_metadata: _Metadata
    containers: _Containers

    @property
    def paths(self) -> tuple[str, ...]:
        """The files that the fix changes, sorted."""
        return tuple(sorted({path for part in self.containers.cna.affected for path in part.program_files}))

    @property
    def description(self) -> str:
        """The English text; empty for a rejected record."""
        return next(
            (text.value for text in self.containers.cna.descriptions if text.lang.startswith("en")), ""
        )

    @property
    def of_the_kernel(self) -> bool:
        """Whether the record is about Linux; one that names no product (rejected) is taken to be."""
        products = {part.product for part in self.containers.cna.affected}
        return not products or bool(products & {"Linux", "Linux kernel", "Kernel"})


_DECODER = msgspec.json.Decoder(CveJson)


def parse_cve(data: bytes) -> CveJson:
    """Read one record; raises ValueError (msgspec.DecodeError is one) saying what is wrong and where."""
    record = _DECODER.decode(data)
    if not _ID.fullmatch(record.cve_metadata.cve_id):
        raise ValueError(f"not a CVE number: {record.cve_metadata.cve_id[:40]!r}")
    return record


def json_span(record: CveJson) -> Span:
    """Mainline introduction and fix as the record's own version ranges give them."""
    starts, ends = [], []
    for version in _versions(record):
        if (
            version.version_type in (None, "semver")
            and version.status == "affected"
            and is_mainline(version.version)
        ):
            starts.append(version.version)
        elif version.version_type == "original_commit_for_fix":
            ends.append(mainline_of(version.version))
    return Span(
        introduced=min(starts, key=release_key) if starts else None,
        fixed=max(ends, key=release_key) if ends else None,
    )


def json_pairs(record: CveJson) -> tuple[Pair, ...]:
    """The git ranges of the record: commits without the releases that hold them."""
    return tuple(
        Pair(introduced_in=None, introduced_by=version.version, fixed_in=None, fixed_by=version.less_than)
        for version in _versions(record)
        if version.version_type == "git" and version.status == "affected"
    )


def _versions(record: CveJson) -> list[_Version]:
    return [version for part in record.containers.cna.affected for version in part.versions]
