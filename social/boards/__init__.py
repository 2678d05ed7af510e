"""The boards: four pages as files, made from the published hub.

Compared for this: Evidence (a Node build of hundreds of packages for four pages), Superset (fine
where one runs; it is a server with its own database), Streamlit (a process per viewer, nothing to
mail or archive), plain Vega-Lite. Vega-Lite won: a page is one file with its data and its script
inside, it opens from a disk or any web server, needs no network, and what it shows is YAML with SQL
in it that a business person can read in a review.
"""

from social.boards.build import BOARDS, build

__all__ = ["BOARDS", "build"]
