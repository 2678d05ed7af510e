"""What dbt does at each start that a run does not need: a third of what it costs by itself."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any


def readers_on_demand() -> None:
    """Makes dbt write its classes' readers and writers when they are asked for.

    It has hundreds of them, written as code when the class is imported. What mashumaro calls lazy
    still writes a little code for each. What declares a flag is not looked for either. Call it
    before dbt is imported.
    """
    from mashumaro.config import BaseConfig
    from mashumaro.mixins import dict as mixin

    BaseConfig.lazy_compilation = True
    mixin.compile_mixin_unpacker = _read_on_demand  # type: ignore[attr-defined]
    mixin.compile_mixin_packer = _written_on_demand  # type: ignore[attr-defined]
    _sources_unnamed()


def _read_on_demand(
    cls: type, format_name: str = "dict", dialect: Any = None, decoder: Any = None
) -> None:
    """Gives a class a reader that writes the true one in its place when it is first called."""
    from mashumaro.core.meta.code.builder import CodeBuilder

    name = CodeBuilder.get_unpack_method_name(format_name=format_name, decoder=decoder)
    given = {"format_name": format_name, "decoder": decoder, "default_dialect": dialect}
    first = classmethod(_on_demand(name, CodeBuilder.add_unpack_method, given))
    for known_as in (name, name.public):
        setattr(cls, known_as, first)


def _written_on_demand(
    cls: type,
    format_name: str = "dict",
    dialect: Any = None,
    encoder: Any = None,
    encoder_kwargs: Any = None,
) -> None:
    """The same for its writer."""
    from mashumaro.core.meta.code.builder import CodeBuilder

    name = CodeBuilder.get_pack_method_name(format_name=format_name, encoder=encoder)
    given = {"format_name": format_name, "encoder": encoder, "encoder_kwargs": encoder_kwargs}
    first = _on_demand(name, CodeBuilder.add_pack_method, given | {"default_dialect": dialect})
    for known_as in (name, name.public):
        setattr(cls, known_as, first)


def _on_demand(
    name: Any, write: Callable[[Any], None], given: dict[str, Any]
) -> Callable[..., Any]:
    """Returns a method that writes the one of this name in its place and calls it."""

    def first(called: Any, *values: Any, **options: Any) -> Any:
        from mashumaro.core.meta.code.builder import CodeBuilder

        cls = called if isinstance(called, type) else type(called)
        write(CodeBuilder(cls, first_method=name, allow_postponed_evaluation=False, **given))
        return getattr(called, name)(*values, **options)

    return first


def _sources_unnamed() -> None:
    """Spares dbt reading all files on the stack to say in an event who declares a flag."""
    from dbt_common import behavior_flags

    flag = behavior_flags.BehaviorFlagRendered
    flag._default_source = staticmethod(lambda: "dbt")  # type: ignore[method-assign]


@contextmanager
def believed() -> Iterator[None]:
    """Within it dbt believes the files of a project that was parsed: parsing has checked them.

    Else it builds their JSON schemas to check them again.
    """
    from dbt_common.dataclass_schema import dbtClassMixin

    checks = dbtClassMixin.__dict__["validate"]
    dbtClassMixin.validate = classmethod(lambda _cls, _data: None)  # type: ignore[method-assign, assignment]
    try:
        yield
    finally:
        dbtClassMixin.validate = checks  # type: ignore[method-assign]
