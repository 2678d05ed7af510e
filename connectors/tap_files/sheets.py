"""Rows of Excel workbooks (.xlsx), cells as the text a person would read in them."""

from collections.abc import Iterator
from datetime import date, time
from pathlib import Path
from typing import Any

from connectors.tap_base.errors import TapError
from connectors.tap_files.delimited import check_header
from connectors.tap_files.rows import Reject


class Sheet:
    """One sheet of a workbook: its header, then its rows."""

    def __init__(
        self,
        path: Path,
        place: str,
        sheet: str | int,
        *,
        columns: list[str] | None,
        header: bool,
    ) -> None:
        """Open the workbook and read the header, the first row that is not blank.

        Args:
            path: A local file.
            place: What to call it in an error.
            sheet: The sheet's name, or its position from 0.
            columns: Names to use in place of the header's.
            header: False where the first row is data already.

        Raises:
            TapError: No workbook, no such sheet, an empty one, or a name that stands twice.
        """
        import python_calamine

        try:
            workbook = python_calamine.CalamineWorkbook.from_path(path)
        except python_calamine.PasswordError:
            fix = "save it without one"
            raise TapError("the workbook has a password", fix, place=place) from None
        except Exception:
            fix = "save it again as .xlsx, or set 'format'"
            raise TapError("this is no Excel workbook", fix, place=place) from None
        names = workbook.sheet_names
        if sheet not in (names if isinstance(sheet, str) else range(len(names))):
            problem = f"the workbook has no sheet {sheet!r}"
            raise TapError(problem, f"it has {', '.join(names)}", place=place)
        name = sheet if isinstance(sheet, str) else names[sheet]
        self.place = f"{place} sheet {name}"
        cells = workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)
        self._rows = enumerate(cells, 1)
        self.names = list(columns or [])
        if header:
            first = next((row for row in self._rows if any(map(_filled, row[1]))), None)
            if first is None:
                fix = "export it again, or set 'allow_empty: true' where that is what you mean"
                raise TapError("the sheet is empty", fix, place=self.place)
            read = [text(cell) or "" for cell in first[1]]
            while read and not read[-1]:
                read.pop()
            self.names = check_header(columns or read, self.place, first[0])

    def rows(self) -> Iterator[tuple[int, list[str | None]] | Reject]:
        """Read the rows; blank ones are passed over.

        Yields:
            Each row's number and cells, None for an empty one; or a row with more cells than
            the header has names.
        """
        width = len(self.names)
        for number, cells in self._rows:
            filled = [text(cell) for cell in cells]
            if any(cell is not None for cell in filled[width:]):
                told = f"cells beyond the {width} that the header names"
                raw = "\t".join(cell or "" for cell in filled)
                yield Reject(number, "field_count", told, raw)
            elif any(cell is not None for cell in filled):
                yield number, filled[:width] + [None] * (width - len(filled))


def _filled(cell: Any) -> bool:
    return cell is not None and cell != ""


def text(cell: Any) -> str | None:
    """Say a cell as text: 42 for a whole number, ISO for dates, None for an empty cell.

    Args:
        cell: What the workbook holds; numbers there are doubles.

    Returns:
        The text.
    """
    if cell is None or cell == "":
        return None
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 2**63 else repr(cell)
    return cell.isoformat() if isinstance(cell, date | time) else str(cell)
