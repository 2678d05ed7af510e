"""The `tessera` command. Each verb is a file: a few lines over a public function of a room."""

from orchestration.cli.app import main

__all__ = ["main"]
