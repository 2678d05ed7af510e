"""One row's decision: what the hub wants, what stands in the CRM, what we wrote last. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from activation.spec import FieldPolicy
from connectors.target_base.values import canonical, outbound
from connectors.target_base.wire import Field


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field of one row: `write`, `conflict` (a person's edit is kept) or `refused` (by rule).

    `part` is what of `after` is ours, where we append to what others wrote.
    """

    name: str
    action: str
    before: Any
    after: Any
    why: str
    part: Any = None


@dataclass(frozen=True, slots=True)
class Decision:
    """What one row needs; `agreed` are fields that already say what the hub says."""

    fields: list[FieldChange] = field(default_factory=list)
    agreed: dict[str, Any] = field(default_factory=dict)

    def of(self, action: str) -> list[FieldChange]:
        """The fields with this action."""
        return [change for change in self.fields if change.action == action]


@dataclass(frozen=True)
class Rules:
    """The policies of a sync and what the CRM says about its fields.

    Args:
        policies: CRM field -> policy.
        described: CRM field -> description; empty where the CRM does not say.
        region: Country of phone numbers written without one.
    """

    policies: Mapping[str, FieldPolicy]
    described: Mapping[str, Field]
    region: str | None = None

    def kind(self, name: str) -> str:
        """How values of a field compare."""
        policy = self.policies.get(name)
        if policy and policy.kind:
            return policy.kind
        described = self.described.get(name)
        return described.kind if described else "text"

    def spelled(self, name: str, value: Any) -> str | None:
        """The value in its one spelling."""
        return canonical(value, self.kind(name), self.region)

    def refusal(self, name: str, value: Any) -> str | None:
        """Why the CRM cannot take this value, as far as it describes itself."""
        if not self.described:
            return None
        described = self.described.get(name)
        if described is None:
            return "the field does not exist in the CRM (any more)"
        if not described.writable:
            return "the field is read-only in the CRM"
        if described.choices is not None and value is not None:
            chosen: Sequence[Any] = value if isinstance(value, (list, tuple)) else [value]
            if any(str(one) not in described.choices for one in chosen):
                return "the value is not in the CRM's list of choices"
        return None


def decide(
    desired: Mapping[str, Any],
    current: Mapping[str, Any] | None,
    written: Mapping[str, Any],
    rules: Rules,
    *,
    correction: bool = False,
) -> Decision:
    """Decide every field of one row.

    Args:
        desired: Field -> what the hub says.
        current: Field -> what stands in the CRM; None for a record that is not there.
        written: Field -> what we wrote last and the CRM acknowledged.
        rules: The policies.
        correction: The customer was split: what we wrote and no longer hold true is taken back.
    """
    decision = Decision()
    for name, policy in rules.policies.items():
        if policy.own == "crm":
            continue
        wish = outbound(desired.get(name), rules.kind(name))
        if current is None:
            if wish in (None, "", []):
                continue
            change: FieldChange | None = FieldChange(name, "write", None, wish, "new record")
        elif policy.own == "append":
            change = _appended(name, wish, current.get(name), written, rules)
        else:
            want, stands = rules.spelled(name, wish), rules.spelled(name, current.get(name))
            if want == stands and want is not None:
                decision.agreed[name] = wish
            last = rules.spelled(name, written.get(name))
            told = _Cell(policy, want, stands, name in written, last, correction).verdict()
            change = FieldChange(name, told[0], current.get(name), wish, told[1]) if told else None
        if change is None:
            continue
        if change.action == "write":
            refusal = rules.refusal(name, change.after)
            if refusal:
                change = FieldChange(name, "refused", change.before, change.after, refusal)
        decision.fields.append(change)
    return decision


@dataclass(frozen=True, slots=True)
class _Cell:
    """One field of one existing record; `want` and `stands` are in their one spelling."""

    policy: FieldPolicy
    want: str | None
    stands: str | None
    written: bool
    last: str | None
    correction: bool

    @property
    def ours(self) -> bool:
        """Whether what stands there is what we wrote."""
        return self.written and self.last == self.stands

    def verdict(self) -> tuple[str, str] | None:
        """What to do and why; None for nothing."""
        if self.want == self.stands:
            return None
        if self.want is None:
            return self._emptied()
        if self.stands is None:
            return self._onto_nothing()
        if self.ours:
            return "write", "changed in the hub"
        if self.policy.own == "if_empty":
            return None
        return self._onto_theirs()

    def _emptied(self) -> tuple[str, str] | None:
        """Empty never overwrites what somebody else wrote, and our own only where told."""
        if self.ours and self.correction:
            return "write", "no longer true after a split"
        return ("write", "the hub took its value back") if self.ours and self.policy.clear else None

    def _onto_nothing(self) -> tuple[str, str]:
        """A value that we wrote and that is not there any more was removed by a person."""
        kept = self.policy.own != "if_empty" and self.policy.on_conflict == "keep"
        if self.written and self.last is not None and kept:
            return "conflict", "a person emptied what we wrote"
        return "write", "empty there"

    def _onto_theirs(self) -> tuple[str, str]:
        if not self.written:
            return "write", "first write of a field the hub owns"
        if self.policy.on_conflict == "overwrite":
            return "write", "edited there; the policy overwrites"
        return "conflict", "edited by a person since our last write"


def _appended(
    name: str, wish: Any, before: Any, written: Mapping[str, Any], rules: Rules
) -> FieldChange | None:
    if rules.spelled(name, wish) is None:
        return None
    if isinstance(before, (list, tuple)) or isinstance(wish, (list, tuple)):
        there = list(before or [])
        known = {rules.spelled(name, [one]) for one in there}
        more = [one for one in _list(wish) if rules.spelled(name, [one]) not in known]
        both = there + more
        return FieldChange(name, "write", before, both, "appended", more) if more else None
    text, ours = str(before or ""), str(wish)
    if ours in text:
        return None
    last = written.get(name)
    if last and str(last) in text:
        after = text.replace(str(last), ours, 1)
        return FieldChange(name, "write", before, after, "our part changed", ours)
    joined = f"{text.rstrip()}\n{ours}" if text.strip() else ours
    return FieldChange(name, "write", before, joined, "appended", ours)


def _list(value: Any) -> list[Any]:
    return list(value) if isinstance(value, (list, tuple)) else [value]
