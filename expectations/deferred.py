"""Submodules that are imported when something of them is used, by `importlib.util.LazyLoader`."""

import sys
from importlib.util import LazyLoader, find_spec, module_from_spec


def defer(name: str) -> None:
    """Have `package.module` imported when something of it is used, not when it is named.

    It is put where `from package import module` finds it: an import of it by its full name looks
    at the module, which is a use. One that is missing, or imported already, is left alone.
    """
    spec = None if name in sys.modules else find_spec(name)
    if spec is None or spec.loader is None:
        return
    spec.loader = LazyLoader(spec.loader)
    sys.modules[name] = module_from_spec(spec)
    spec.loader.exec_module(sys.modules[name])
    package, _, module = name.rpartition(".")
    setattr(sys.modules[package], module, sys.modules[name])
