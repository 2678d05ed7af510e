"""`tessera status`."""

from rich.table import Table

from connectors.target_landing import ledger
from orchestration.cli.console import answer, answers, settings
from serving.generations import current


def status() -> None:
    """What each source has brought, and what is published."""
    site = settings.site()
    known = current(site.home.root)
    holds = (known or {}).get("packages", {})
    sources = {
        name: {
            "tap": source.tap,
            "enabled": source.enabled,
            "schedule": source.schedule,
            "newest_package": ledger.newest(site.home.landing, name),
            "published_package": holds.get(name, 0),
        }
        for name, source in site.hub.sources.items()
    }
    if settings.json:
        answer({"home": site.home.root, "sources": sources, "published": known})
        return
    table = Table("source", "tap", "schedule", "newest package", "published", box=None)
    for name, about in sources.items():
        schedule = about["schedule"] if about["enabled"] else "disabled"
        newest, published = about["newest_package"], about["published_package"]
        table.add_row(
            name, str(about["tap"]), str(schedule or "by hand"), f"{newest}", f"{published}"
        )
    answers.print(table)
    if known is None:
        answers.print("Nothing is published yet; `tessera run` does it.")
        return
    customers = known["rows"]["marts.customers"]
    answers.print(
        f"{customers:,} customers in generation {known['generation_id']} "
        f"of {known['built_at'][:19]}Z, {known['checks']} checks passed"
    )
    for sentences in known["held"].values():
        for sentence in sentences:
            answers.print(f"held back: {sentence}", style="yellow", markup=False)
