"""A mistake in hub.yaml is told by line, key and fix, before anything runs; secrets stay out."""

import json
import re
from pathlib import Path

import jsonschema
import pytest
import yaml

from orchestration.hub_config import HubConfigError, UnsetVariableError, read_hub, resolved
from orchestration.hub_config import schema as schemas
from orchestration.hub_config.shapes import COLUMNS
from orchestration.site import DEMO
from orchestration.warehouse.plan import PROJECT

CRM = """\
sources:
  crm:
    tap: tap-files
"""


def hub(folder: Path, text: str) -> Path:
    file = folder / "hub.yaml"
    file.write_text(text)
    return file


def mistakes(folder: Path, text: str) -> list[str]:
    with pytest.raises(HubConfigError) as caught:
        read_hub(hub(folder, text))
    return [line.removeprefix(f"{folder}/") for line in str(caught.value).splitlines()]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("identty: {}\n", "hub.yaml:1: identty: unknown key; did you mean identity?"),
        (
            CRM + "    schedul: '@daily'\n",
            "hub.yaml:4: sources.crm.schedul: unknown key; did you mean schedule?",
        ),
        ("sources:\n  crm: {}\n", "hub.yaml:2: sources.crm.tap: this key is missing; add it."),
        (
            CRM + "    schedule: '61'\n",
            "hub.yaml:4: sources.crm.schedule: this is not a cron expression; write five fields "
            '(minute hour day month weekday), like "*/15 * * * *".',
        ),
        (
            CRM + "    enabled: perhaps\n",
            "hub.yaml:4: sources.crm.enabled: this must be true or false.",
        ),
        (
            CRM + "    shape:\n      people:\n        as: contact\n",
            "hub.yaml:6: sources.crm.shape.people.as: this value is not known here; "
            "use 'contacts', 'interactions' or 'transactions'.",
        ),
        (
            CRM + "    shape:\n      people:\n        as: contacts\n        columns:\n"
            "          fullname: name\n",
            "hub.yaml:8: sources.crm.shape.people.columns.fullname: "
            "fullname is not a column of contacts; did you mean full_name?",
        ),
        (
            "sources:\n  Crm-1: {tap: tap-files}\n",
            "hub.yaml:2: sources.Crm-1: this name cannot be used; "
            "use a-z, 0-9 and _, starting with a letter.",
        ),
        (
            CRM + "    config:\n      api_key: 9f8e7d\n",
            "hub.yaml:5: sources.crm.config.api_key: a secret does not belong in this file; "
            "write ${API_KEY} and export that variable.",
        ),
        (
            "identity:\n  acept: 3\n",
            "hub.yaml:2: identity.acept: unknown key; did you mean accept?",
        ),
        ("identity: {accept: lots}\n", "hub.yaml:1: identity.accept: this must be a number."),
        (
            "identity: {salt: s3cret}\n",
            "hub.yaml:1: identity.salt: a secret does not belong in this file; "
            "write ${TESSERA_SALT} and export that variable.",
        ),
        (
            CRM + "identity:\n  distinct: [cmr]\n",
            "hub.yaml:5: identity.distinct.0: there is no source cmr; did you mean crm?",
        ),
        ("sources:\n  crm: [\n", "hub.yaml:3: this is not YAML: "),
        (
            "sources: {}\nsources: {}\n",
            "hub.yaml:2: this key is there twice; keep one of the two.",
        ),
    ],
)
def test_a_mistake_is_told_by_line_key_and_fix(tmp_path: Path, text: str, told: str) -> None:
    (line,) = mistakes(tmp_path, text)
    assert line.startswith(told)


def test_all_mistakes_are_told_at_once_in_the_order_of_lines(tmp_path: Path) -> None:
    text = CRM + "    enabled: x\n  shop:\n    tap: tap-files\n    schedule: never\n"
    assert [line.split(":")[1] for line in mistakes(tmp_path, text)] == ["4", "7"]


def test_a_missing_file_says_how_to_name_one(tmp_path: Path) -> None:
    with pytest.raises(HubConfigError, match="no such file; name the file with --config"):
        read_hub(tmp_path / "nowhere.yaml")


def test_a_file_that_is_not_utf_8_is_told(tmp_path: Path) -> None:
    (tmp_path / "hub.yaml").write_bytes(b"sources: {} # \xff")
    with pytest.raises(HubConfigError, match="is not UTF-8"):
        read_hub(tmp_path / "hub.yaml")


def test_no_secret_is_in_the_configuration_until_a_process_starts(tmp_path: Path) -> None:
    file = hub(tmp_path, CRM + "    config: {access_token: '${T}', url: 'https://$${x}/${H}'}\n")
    config = read_hub(file).sources["crm"].config
    assert config == {"access_token": "${T}", "url": "https://$${x}/${H}"}
    plain, secrets = resolved(config, {"T": "sesame", "H": "host"})
    assert plain == {"access_token": "sesame", "url": "https://${x}/host"}
    assert "sesame" not in repr(secrets)


@pytest.mark.parametrize("env", [{}, {"T": ""}])
def test_an_unset_variable_is_told_by_name_and_key(env: dict[str, str]) -> None:
    with pytest.raises(UnsetVariableError) as caught:
        resolved({"streams": [{"token": "${T}"}]}, env, "sources.x.config")
    told = "sources.x.config.streams[0].token: environment variable T is not set; export T=…"
    assert str(caught.value) == told


def test_a_stream_may_have_one_mapping_or_several(tmp_path: Path) -> None:
    text = (
        CRM + "    shape:\n      a: {as: contacts}\n      b: [{as: contacts}, {as: interactions}]\n"
    )
    shape = read_hub(hub(tmp_path, text)).sources["crm"].shape
    assert [m.as_ for m in shape["b"]] == ["contacts", "interactions"]
    assert [m.as_ for m in shape["a"]] == ["contacts"]


def test_constants_in_yaml_are_constants_in_sql(tmp_path: Path) -> None:
    columns = "{verified: true, followers: 3, links: [url, 'a || b']}"
    text = CRM + f"    shape:\n      a: {{as: contacts, columns: {columns}}}\n"
    (mapping,) = read_hub(hub(tmp_path, text)).sources["crm"].shape["a"]
    assert mapping.columns == {"verified": "true", "followers": "3", "links": ["url", "a || b"]}


def test_the_schema_file_for_editors_is_that_of_the_models() -> None:
    assert schemas.FILE.read_text() == schemas.text(), "python -m orchestration.hub_config.schema"


def test_the_bundled_hub_is_valid_by_models_and_by_schema() -> None:
    read_hub(DEMO)
    jsonschema.validate(yaml.safe_load(DEMO.read_text()), json.loads(schemas.FILE.read_text()))


def test_the_columns_of_the_shapes_are_those_of_the_models() -> None:
    sql = (PROJECT / "macros" / "shape" / "shape_columns.sql").read_text()
    ours = {"source", "deleted", "loaded_package"}
    for shape, columns in COLUMNS.items():
        block = re.search(rf"'{shape}': \{{(.*?)\}},\n", sql, re.DOTALL)
        assert block is not None
        assert set(re.findall(r"'(\w+)': ?'", block.group(1))) - ours == set(columns)
