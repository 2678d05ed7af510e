"""dlt as a Singer target: records from standard input to Parquet. `python dlt_target.py FOLDER`."""

import os
import sys
from collections.abc import Iterator
from typing import Any

import orjson

os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"
os.environ["RUNTIME__LOG_LEVEL"] = "ERROR"

import dlt


def pages() -> Iterator[list[dict[str, Any]]]:
    """Records in pages of a thousand, as dlt likes them."""
    page: list[dict[str, Any]] = []
    for line in sys.stdin.buffer:
        message = orjson.loads(line)
        if message["type"] == "RECORD":
            page.append(message["record"])
            if len(page) == 1000:
                yield page
                page = []
    yield page


if __name__ == "__main__":
    pipeline = dlt.pipeline(
        "bench",
        destination=dlt.destinations.filesystem(f"file://{sys.argv[1]}/lake"),
        dataset_name="bench",
        pipelines_dir=f"{sys.argv[1]}/pipelines",
    )
    people = dlt.resource(pages(), name="people", max_table_nesting=0)
    pipeline.run(people, loader_file_format="parquet")
