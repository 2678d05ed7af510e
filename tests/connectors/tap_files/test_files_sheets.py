"""Excel workbooks: cells become the text a person reads in them."""

import zipfile
from pathlib import Path
from xml.sax.saxutils import escape

import pytest

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def cell(value: object) -> str:
    if value is None:
        return "<c/>"
    if isinstance(value, bool):
        return f'<c t="b"><v>{int(value)}</v></c>'
    if isinstance(value, tuple):  # a day, counted from 1899-12-30, under a date format
        return f'<c s="1"><v>{value[0]}</v></c>'
    if isinstance(value, int | float):
        return f"<c><v>{value}</v></c>"
    return f'<c t="inlineStr"><is><t>{escape(str(value))}</t></is></c>'


def workbook(path: Path, sheets: dict[str, list[list[object]]]) -> Path:
    """Write the smallest workbook that a reader accepts."""
    with zipfile.ZipFile(path, "w") as archive:
        names = list(sheets)
        parts = "".join(
            f'<sheet name="{name}" sheetId="{n}" r:id="r{n}"/>' for n, name in enumerate(names, 1)
        )
        archive.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>{parts}</sheets></workbook>',
        )
        links = "".join(
            f'<Relationship Id="r{n}" Type="{OFFICE}/worksheet" Target="worksheets/s{n}.xml"/>'
            for n, _ in enumerate(names, 1)
        )
        links += f'<Relationship Id="st" Type="{OFFICE}/styles" Target="styles.xml"/>'
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="{PACKAGE}/relationships">{links}</Relationships>',
        )
        archive.writestr(
            "xl/styles.xml",
            f'<styleSheet xmlns="{MAIN}"><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs>'
            "</styleSheet>",
        )
        archive.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="r" '
            f'Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        )
        archive.writestr("[Content_Types].xml", f'<Types xmlns="{PACKAGE}/content-types"></Types>')
        for n, rows in enumerate(sheets.values(), 1):
            body = "".join(f"<row>{''.join(map(cell, row))}</row>" for row in rows)
            archive.writestr(
                f"xl/worksheets/s{n}.xml",
                f'<worksheet xmlns="{MAIN}"><sheetData>{body}</sheetData></worksheet>',
            )
    return path


@pytest.fixture
def sheet(tmp_path: Path, load):
    def sheet(rows: list[list[object]], **settings):
        content = workbook(tmp_path / "made.xlsx", {"first": rows, "other": [["id"], ["x"]]})
        return load(content.read_bytes(), name="s.xlsx", **settings)

    return sheet


def test_cells_become_text(sheet) -> None:
    run = sheet(
        [
            ["id", "zip", "n", "d", "b", "day", "none"],
            [1, "00123", 9007199254740991, 0.1, True, (43894,), None],
        ]
    )
    assert run.records() == [
        {
            "id": "1",
            "zip": "00123",
            "n": "9007199254740991",
            "d": "0.1",
            "b": "true",
            "day": "2020-03-04",
            "none": None,
        }
    ]


def test_a_sheet_is_chosen_by_name_or_position(sheet) -> None:
    assert sheet([["id"], [1]], sheet="other").records() == [{"id": "x"}]
    assert sheet([["id"], [1]], sheet=1).records() == [{"id": "x"}]
    (failure,) = sheet([["id"], [1]], sheet="none").failures
    assert "the workbook has no sheet 'none'; it has first, other" in failure


def test_a_row_beyond_the_header_is_set_aside_with_its_number(sheet) -> None:
    run = sheet([["id", "a"], [1, "x"], [2, "y", "z"], [], [3, "w"]])
    assert [record["id"] for record in run.records()] == ["1", "3"]
    assert "row 3: cells beyond the 2 that the header names" in run.rejects()[0][0].replace(
        "line", "row"
    )


def test_a_header_with_a_name_twice_and_an_empty_sheet_fail(sheet) -> None:
    (failure,) = sheet([["id", "a", "a"], [1, 2, 3]]).failures
    assert "sheet first line 1: the header names 'a' twice, in columns 2 and 3" in failure
    assert "the sheet is empty" in sheet([]).failures[0]


def test_what_is_no_workbook_fails(load) -> None:
    assert "this is no Excel workbook" in load("id,a\n1,x\n", name="s.xlsx").failures[0]
