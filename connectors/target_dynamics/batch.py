"""OData `$batch` as multipart/mixed: many operations in one request, an answer for each.

Source: OData 4.0 Part 1, 11.7; Dataverse "Execute batch operations using the Web API".
"""

import json
import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Operation:
    """One request inside a batch; `path` is relative to the Web API's root."""

    method: str
    path: str
    body: Mapping[str, Any] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Result:
    """One answer inside a batch."""

    status: int
    headers: Mapping[str, str]
    body: Any


def written(root: str, operations: Sequence[Operation]) -> tuple[str, bytes]:
    """Return the content type and the body of a batch."""
    boundary = f"batch_{uuid.uuid4()}"
    lines: list[str] = []
    for one in operations:
        lines += [f"--{boundary}", "Content-Type: application/http"]
        lines += ["Content-Transfer-Encoding: binary", ""]
        lines += [f"{one.method} {root}/{one.path} HTTP/1.1"]
        lines += [f"{name}: {value}" for name, value in one.headers.items()]
        if one.body is not None:
            lines += ["Content-Type: application/json; type=entry", "", json.dumps(one.body)]
        else:
            lines += ["", ""]
    lines += [f"--{boundary}--", ""]
    return f'multipart/mixed; boundary="{boundary}"', "\r\n".join(lines).encode()


def read(content_type: str, content: bytes) -> list[Result]:
    """Return the answers, in the order of the operations.

    Raises:
        ValueError: It is not a whole multipart answer.
    """
    found = re.search(r'boundary="?([^";]+)"?', content_type)
    if not found:
        raise ValueError("no boundary")
    text = content.decode("utf-8")
    if f"--{found[1]}--" not in text:
        raise ValueError("the answer was cut short")
    parts = text.split(f"--{found[1]}")[1:-1]
    return [_result(part) for part in parts]


def _result(part: str) -> Result:
    _, _, answer = part.replace("\r\n", "\n").partition("\n\n")
    head, _, body = answer.partition("\n\n")
    first, *rest = head.strip().split("\n")
    headers = {}
    for line in rest:
        name, _, value = line.partition(":")
        headers[name.strip().lower()] = value.strip()
    text = body.strip()
    return Result(int(first.split()[1]), headers, json.loads(text) if text else None)
