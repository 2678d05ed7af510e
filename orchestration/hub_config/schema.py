"""The JSON Schema of hub.yaml for editors: `python -m orchestration.hub_config.schema`."""

import json
from pathlib import Path
from typing import Any

from orchestration.hub_config.models import Hub

FILE = Path(__file__).with_name("hub.schema.json")


def schema() -> dict[str, Any]:
    """The schema of what a person writes (a mapping of a shape may stand alone or in a list)."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema"} | Hub.model_json_schema(
        mode="validation"
    )


def text() -> str:
    """The schema as the file holds it."""
    return json.dumps(schema(), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
