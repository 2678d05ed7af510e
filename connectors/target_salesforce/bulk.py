"""Bulk API 2.0 ingest: one job of CSV for many rows, results per row.

Source: Salesforce Bulk API 2.0 developer guide. An empty cell changes nothing, `#N/A` clears.
"""

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from connectors.target_base.wire import LostAnswerError
from connectors.target_salesforce.client import SalesforceClient

_ENDED = {"JobComplete", "Failed", "Aborted"}


class BulkJob:
    """Runs one job."""

    def __init__(self, client: SalesforceClient, object_: str) -> None:
        self._client, self._object = client, object_

    def run(
        self, operation: str, key: str, rows: Sequence[Mapping[str, Any]]
    ) -> tuple[dict[str, str], dict[str, str]]:
        """Send the rows and wait.

        Args:
            operation: `upsert` (by the external id field `key`) or `update` (`key` is `Id`).
            key: Column that names a row.
            rows: Values by field, `key` among them.

        Returns:
            Key -> Salesforce id of the rows that were taken; key -> words of those refused. Rows
            in neither were not processed.

        Raises:
            LostAnswerError: The job ended otherwise than by itself.
        """
        about = {"object": self._object, "operation": operation, "contentType": "CSV"}
        about |= {"lineEnding": "LF"}
        if operation == "upsert":
            about["externalIdFieldName"] = key
        job = self._client.command("POST", "jobs/ingest", about)["id"]
        self._client.command("PUT", f"jobs/ingest/{job}/batches", csv=written(rows))
        self._client.command("PATCH", f"jobs/ingest/{job}", {"state": "UploadComplete"})
        self._wait(job)
        done = self._rows(job, "successfulResults")
        refused = self._rows(job, "failedResults")
        return (
            {row[key]: row["sf__Id"] for row in done},
            {row[key]: row["sf__Error"] for row in refused},
        )

    def _wait(self, job: str) -> None:
        pause, waited = 0.5, 0.0
        while True:
            state = (self._client.question(f"jobs/ingest/{job}") or {}).get("state")
            if state in _ENDED:
                break
            if waited > 3600:
                raise LostAnswerError(f"salesforce: job {job} takes longer than an hour")
            self._client.clock.sleep(pause)
            waited, pause = waited + pause, min(pause * 1.5, 20.0)
        if state != "JobComplete":
            raise LostAnswerError(f"salesforce: job {job} ended as {state}")

    def _rows(self, job: str, which: str) -> list[dict[str, str]]:
        text = self._client.question(f"jobs/ingest/{job}/{which}") or ""
        return list(csv.DictReader(io.StringIO(text)))


def written(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return the rows as the CSV that Bulk 2.0 takes."""
    names = sorted({name for row in rows for name in row})
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow(names)
    for row in rows:
        table.writerow([_cell(row[name]) if name in row else "" for name in names])
    return out.getvalue()


def _cell(value: Any) -> str:
    if value is None:
        return "#N/A"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (list, tuple)):
        return ";".join(str(part) for part in value)
    return value.isoformat() if isinstance(value, (date, datetime)) else str(value)
