"""Logs and errors hold no secret, and a process's last error is its one sentence."""

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import SecretStr

from orchestration.hub_config import read_hub
from orchestration.loading.said import Ear, level_and_text
from orchestration.loading.tap import surroundings
from orchestration.processes.lifeline import bound
from orchestration.processes.redaction import Redactor
from orchestration.processes.secret_files import secret_file
from orchestration.warehouse.dbt import sentence, without_values


@pytest.mark.parametrize(
    "said",
    ["Bearer p@ss word/1", "?key=p%40ss+word%2F1&x", "p%40ss%20word%2F1", "cEBzcyB3b3JkLzE="],
)
def test_every_form_of_a_secret_is_redacted(said: str) -> None:
    redacted = Redactor([SecretStr("p@ss word/1")])(said)
    assert "***" in redacted
    assert "word" not in redacted


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            "2026-11-21 23:16:13,352 | ERROR    | tap-x            | tap-x: users: refused",
            ("ERROR", "tap-x: users: refused"),
        ),
        ("CRITICAL boom | it: failed", ("CRITICAL", "boom | it: failed")),
        ("ValueError: no", ("", "ValueError: no")),
    ],
)
def test_log_lines_of_other_tools_are_understood(line: str, expected: tuple[str, str]) -> None:
    assert level_and_text(line) == expected


def test_the_sentence_is_the_last_error_not_the_last_line() -> None:
    log, told = io.StringIO(), []
    ear = Ear(log, Redactor([SecretStr("sesame")]), told.append)
    lines = [
        "2026-11-21 23:16:13,352 | ERROR | tap-x | users: token sesame refused",
        '2026-11-21 23:16:13,352 | INFO | m | METRIC: {"metric":"record_count","value":1537}',
    ]
    ear.listen(io.StringIO("\n".join(lines) + "\n"))
    assert ear.sentence == "users: token *** refused"
    assert told == ["1,537 records read"]
    assert "sesame" not in log.getvalue()


def test_settings_reach_a_process_without_argv_environment_or_disk(tmp_path: Path) -> None:
    with secret_file({"token": "sesame"}) as descriptor:
        command = [sys.executable, "-c", f"print(open('/dev/fd/{descriptor}').read())"]
        done = subprocess.run(
            command, pass_fds=(descriptor,), capture_output=True, text=True, check=True
        )
    assert done.stdout.strip() == '{"token": "sesame"}'


def test_a_tap_does_not_see_what_other_sources_need(tmp_path: Path) -> None:
    hub = tmp_path / "hub.yaml"
    hub.write_text("sources: {a: {tap: t, config: {token: '${A}'}}, b: {tap: t}}")
    env = surroundings({"A": "sesame", "PATH": "/bin"}, read_hub(hub))
    assert "A" not in env
    assert env["PATH"] == "/bin"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux binds a child to its parent")
def test_a_child_does_not_outlive_the_process_that_started_it() -> None:
    child = [sys.executable, "-c", "import sys; print('up', flush=True); sys.stdin.read()"]
    starter = (
        "import os, subprocess, sys\n"
        "from orchestration.processes.lifeline import bound\n"
        f"child = subprocess.Popen(bound({child!r}), stdin=subprocess.PIPE)\n"
        "print(child.pid, flush=True)\n"
        "sys.stdin.read()\n"
    )
    read, write = os.pipe()
    with subprocess.Popen(
        [sys.executable, "-c", starter], stdin=subprocess.PIPE, stdout=write, close_fds=True
    ) as parent:
        os.close(write)
        with os.fdopen(read) as output:
            said = {output.readline().strip(), output.readline().strip()}
            assert "up" in said
            parent.kill()
            # The pipe ends only when nobody holds it any more, the child included.
            assert output.read() == ""


def test_a_bound_command_that_is_missing_says_so() -> None:
    done = subprocess.run(bound(["no-such-tap"]), capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (127, "no-such-tap: No such file or directory\n")


def test_dbts_errors_lose_the_values_they_quote() -> None:
    message = (
        "Runtime Error in model customers\n"
        "  Conversion Error: Could not convert string 'jane@example.com' to INT32\n"
        "  LINE 3: select 'jane@example.com'"
    )
    told = without_values(message)
    assert "jane" not in told
    assert told.startswith("Runtime Error in model customers Conversion Error")


def test_a_python_model_tells_its_failure_not_its_traceback() -> None:
    message = (
        "Runtime Error in model resolution\n  Python model failed:\n  Traceback (most recent):\n"
        '    File "x.py", line 1, in model\n      boom()\n  ValueError: no model of this hub\n'
    )
    assert without_values(message).endswith("ValueError: no model of this hub")


def test_the_most_telling_of_dbts_errors_is_the_sentence() -> None:
    events = [
        {"info": {"name": "LogModelResult", "msg": "1 of 2 ERROR creating"}, "data": {}},
        {"info": {"name": "RunResultError", "msg": "Runtime Error in model a\n x"}, "data": {}},
        {"info": {"name": "RunResultError", "msg": "Runtime Error in model b"}, "data": {}},
    ]
    assert sentence(events, []) == "dbt: Runtime Error in model a x (and 1 more)"
