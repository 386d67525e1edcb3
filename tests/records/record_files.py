"""Records and archives of ours, as bytes."""

from __future__ import annotations

import io
import json
import tarfile


def record_json(
    cve: str,
    files: tuple[str, ...] = ("fs/a.c",),
    title: str = "fs: fix a thing",
    text: str = "A thing.",
    **more: object,
) -> bytes:
    """One CVE JSON 5 record of ours."""
    affected = {
        "product": "Linux",
        "vendor": "Linux",
        "programFiles": list(files),
        "versions": more.get("versions", []),
    }
    cna = {"title": title, "descriptions": [{"lang": "en", "value": text}], "affected": [affected]}
    if "metrics" in more:
        cna["metrics"] = more["metrics"]
    metadata = {"cveId": cve, "state": more.get("state", "PUBLISHED")}
    if "date" in more:
        metadata["datePublished"] = more["date"]
    return json.dumps({"cveMetadata": metadata, "containers": {"cna": cna}}).encode()


def dyad(*pairs: str) -> bytes:
    """A `.dyad` file of `introduced:fixed` releases, with made-up commits."""
    lines = ["# dyad version: test", "# \tgetting vulnerable:fixed pairs"]
    for number, pair in enumerate(pairs):
        introduced, fixed = pair.split(":")
        commits = [f"{number}a".rjust(40, "0") if name != "0" else "0" for name in (introduced, fixed)]
        lines.append(f"{introduced}:{commits[0]}:{fixed}:{commits[1]}")
    return "\n".join(lines).encode() + b"\n"


def tar_bytes(members: list[tuple[tarfile.TarInfo, bytes]]) -> bytes:
    """An uncompressed tar of these members, exactly as given."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for info, data in members:
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return buffer.getvalue()
