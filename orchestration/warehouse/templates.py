"""dbt's templates, compiled once: what Jinja makes of them is kept from one process to the next.

Jinja can keep what it compiled, but only of templates that it loads from files by itself; dbt hands
it texts, some two hundred in a run, and to compile them costs more than many a small model.
"""

import hashlib
import marshal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.metadata import version
from pathlib import Path
from types import CodeType
from typing import Any

from orchestration.warehouse.parsed import keep

# Of a file that is not there, was cut short, or holds something else.
_UNREADABLE = (OSError, ValueError, EOFError, TypeError)
# A project has some hundreds; some texts name a day or a package and are never met again.
MOST = 2_000


@contextmanager
def compiled_once(kept: Path) -> Iterator[None]:
    """Within it dbt compiles only those templates that the file does not hold; then it does.

    Args:
        kept: The file; as the parsed project it lies beside, nobody else writes it.
    """
    from dbt_common.clients.jinja import MacroFuzzEnvironment

    stamp = f"{sys.version} {version('jinja2')} {version('dbt-common')}"
    codes: dict[str, CodeType] = {}
    with suppress(*_UNREADABLE):
        made_by, found = marshal.loads(kept.read_bytes())  # noqa: S302 - ours, as __pycache__ is
        codes = found if made_by == stamp else {}
    before = len(codes)
    met: set[str] = set()
    plain = MacroFuzzEnvironment.compile  # Jinja's own, or that of a surrounding use

    def compile_once(self: Any, source: Any, *more: Any, **options: Any) -> Any:
        if not isinstance(source, str) or more or options:
            return plain(self, source, *more, **options)
        # texts and native values are generated differently; the rest is the same in all of dbt
        text = f"{self.code_generator_class.__name__} {source}"
        key = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
        met.add(key)
        if key not in codes:
            codes[key] = plain(self, source)
        return codes[key]

    MacroFuzzEnvironment.compile = compile_once  # type: ignore[method-assign]
    try:
        yield
    finally:
        MacroFuzzEnvironment.compile = plain  # type: ignore[method-assign]
        if len(codes) > before:
            if len(codes) > MOST:
                codes = {key: code for key, code in codes.items() if key in met}
            keep(kept, marshal.dumps((stamp, codes)))
