"""What dbt does at each start that a run does not need: a third of what it costs by itself."""

from collections.abc import Iterator
from contextlib import contextmanager


def readers_on_demand() -> None:
    """Makes dbt write its classes' readers and writers when they are asked for.

    It has hundreds of them, written as code when the class is imported. Call it before dbt is.
    """
    from mashumaro.config import BaseConfig

    BaseConfig.lazy_compilation = True


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
