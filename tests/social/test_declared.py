"""Declared files: every mistake names file, line and fix, before anything runs."""

from pathlib import Path

import pytest

from social.declared import DeclarationError, read_declared, read_routing
from social.declared.conditions import ConditionError, check, columns_of, parts
from social.declared.models import seconds
from tests.social.conftest import company

TEAMS = "teams:\n  support: {members: [a]}\nrules:\n"


def routing(tmp_path: Path, rules: str) -> str:
    """The message that a routing file with these rules is refused with."""
    file = tmp_path / "routing.yaml"
    file.write_text(TEAMS + rules)
    with pytest.raises(DeclarationError) as refused:
        read_declared(tmp_path)
    return str(refused.value).replace(str(tmp_path) + "/", "")


def rule(when: str, **more: str) -> str:
    extra = "".join(f"    {key}: {value}\n" for key, value in more.items())
    team = "" if "team" in more else "    team: support\n"
    head = f"  - name: one\n    when: {when}\n    priority: 1\n{team}"
    return f"{head}    deadline: {{within: 2h}}\n{extra}"


def test_a_wrong_column_names_line_and_fix(tmp_path: Path) -> None:
    said = routing(tmp_path, rule("intend = 'crisis'"))
    assert said == "routing.yaml:5: there is no column intend; did you mean intent?."


def test_a_condition_cannot_read_other_tables(tmp_path: Path) -> None:
    said = routing(tmp_path, rule("likes > (select max(likes) from marts.interactions)"))
    assert "a condition looks at one row only" in said


def test_broken_sql_is_no_condition(tmp_path: Path) -> None:
    assert "this is no SQL condition" in routing(tmp_path, rule('"likes > > 3"'))


def test_an_unknown_team_and_an_unknown_key_are_named_at_once(tmp_path: Path) -> None:
    said = routing(tmp_path, rule("likes > 3", team="sales"))
    assert "routing.yaml:8: rule one names team sales, which is not declared" in said
    said = routing(tmp_path, rule("likes > 3", colour="red"))
    assert said == "routing.yaml:9: rules.0.colour: unknown key."


def test_a_span_needs_a_unit(tmp_path: Path) -> None:
    text = rule("likes > 3").replace("2h", "2")
    assert "a span needs a unit, like 30m, 4h or 2d" in routing(tmp_path, text)
    assert seconds("2d") == 172_800


def test_two_rules_of_one_name_are_refused(tmp_path: Path) -> None:
    assert "there are two rules named one" in routing(tmp_path, rule("likes > 3") * 2)


def test_what_is_not_yaml_is_said_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "segments.yaml").write_text("a: {when: x\nb: [")
    with pytest.raises(DeclarationError, match="this is not YAML"):
        read_declared(tmp_path)


def test_a_practice_names_segments_and_columns_that_exist(tmp_path: Path) -> None:
    (tmp_path / "practices").mkdir()
    (tmp_path / "practices/p.yaml").write_text(
        "hypothesis: h\nsegment: nobody\naction: a\nstart: 2026-01-01\nholdout: 0.5\n"
        "measure: {table: transactions, value: sum(amonut)}\n"
    )
    with pytest.raises(DeclarationError) as refused:
        read_declared(tmp_path)
    said = str(refused.value)
    assert "p.yaml:2: there is no segment nobody" in said
    assert "p.yaml:6: there is no column amonut; did you mean amount?" in said


def test_a_brand_needs_a_calendar_that_exists(tmp_path: Path) -> None:
    with pytest.raises(DeclarationError, match="there is no calendar night"):
        read_declared(tmp_path, brands={"b": {"accounts": {"x": ["1"]}, "calendar": "night"}})


def test_hours_and_zones_are_checked(tmp_path: Path) -> None:
    with pytest.raises(DeclarationError, match="no opening time"):
        read_declared(tmp_path, calendars={"c": {"hours": {"mon": ["17:00-9:00"]}}})
    with pytest.raises(DeclarationError, match="no time zone"):
        read_declared(tmp_path, calendars={"c": {"timezone": "Mars/Base"}})


def test_no_files_at_all_declare_nothing(tmp_path: Path) -> None:
    declared = read_declared(tmp_path)
    assert not declared.routing.rules
    assert not declared.segments


def test_the_demo_declares_what_the_models_need() -> None:
    told = company().dbt_vars()
    assert told["brands"]["brightbean"]["accounts"] == {"mastodon": ["@brightbean"]}
    assert told["social"]["routing"]["rules"][0]["name"] == "crisis"


def test_conditions_come_apart_at_their_ands() -> None:
    assert parts("a = 1 and (b > 2 or c) and not d") == ["a = 1", "b > 2 OR c", "NOT d"]
    assert columns_of("a = 1 and (b > a or c)") == ["a", "b", "c"]
    with pytest.raises(ConditionError):
        check("sum(a) > 1", {"a": "bigint"})


def test_a_missing_routing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(DeclarationError, match="there is no such file"):
        read_routing(tmp_path / "new.yaml")


def test_weights_of_advocates_reach_the_models_and_wrong_ones_are_refused(tmp_path: Path) -> None:
    told = read_declared(tmp_path, social={"advocacy": {"helps": 5}}).dbt_vars()
    assert told["social"]["advocacy"] == {
        "half_life_days": 90, "helps": 5, "praises": 3, "reaches": 2, "helps_per_asker": 3,
        "praises_per_week": 1,
    }  # fmt: skip
    with pytest.raises(DeclarationError, match=r"advocacy\.helps: input should be greater"):
        read_declared(tmp_path, social={"advocacy": {"helps": -1}})
    with pytest.raises(DeclarationError, match=r"social\.colour: unknown key"):
        read_declared(tmp_path, social={"colour": "red"})
    with pytest.raises(DeclarationError, match=r"classifiers\.mood"):
        read_declared(tmp_path, social={"classifiers": {"mood": "ours"}})


def test_what_duckdb_would_refuse_is_refused_with_its_line(tmp_path: Path) -> None:
    said = routing(tmp_path, rule("likes > 'many'"))
    assert said.startswith("routing.yaml:5: this cannot be asked (Could not convert string 'many'")
    assert "lenght does not exist" in routing(tmp_path, rule("lenght(intent) > 3"))
    assert "missing ]" in routing(tmp_path, rule("regexp_matches(intent, '[')"))
    with pytest.raises(ConditionError, match="must be part of an aggregate function"):
        check("amount", {"amount": "decimal"}, aggregates=True)


def test_names_zones_and_days_are_refused_as_they_were_written(tmp_path: Path) -> None:
    text = rule("likes > 3").replace("name: one", 'name: "don\'t"')
    said = routing(tmp_path, text)
    assert said == "routing.yaml:4: rules.0.name: don't is no name, write it like valued_complaint."
    (tmp_path / "routing.yaml").write_text("teams:\n  a: {timezone: Europe/Berln}\n")
    with pytest.raises(DeclarationError, match=r"2: teams\.a\.timezone: Europe/Berln is no"):
        read_declared(tmp_path)
    (tmp_path / "routing.yaml").write_text("- teams\n")
    with pytest.raises(DeclarationError, match=r"routing\.yaml:1: this must be a mapping"):
        read_declared(tmp_path)
    (tmp_path / "routing.yaml").write_text("teams: {}\nrules: []\nteams: {}\n")
    with pytest.raises(DeclarationError, match=r"routing\.yaml:3: this key is here twice"):
        read_declared(tmp_path)
    (tmp_path / "routing.yaml").unlink()
    with pytest.raises(DeclarationError, match="2026-02-30 is no day"):
        read_declared(tmp_path, calendars={"c": {"holidays": ["2026-02-30"]}})
    (tmp_path / "segments.yaml").write_text("everyone: {description: d, when: frequency > 0}\n")
    with pytest.raises(DeclarationError, match="cannot be named everyone"):
        read_declared(tmp_path)


def test_hours_that_would_count_twice_are_refused(tmp_path: Path) -> None:
    for hours in (["09:00-13:00", "12:00-17:00"], ["09:00-24:30"]):
        with pytest.raises(DeclarationError, match=r"overlap|no opening time"):
            read_declared(tmp_path, calendars={"c": {"hours": {"mon": hours}}})
