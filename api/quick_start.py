"""What a first answer in the terminal need not wait for.

Numba looks for BLAS as it loads, and finds it by loading all of `scipy.linalg`; no kernel of ours
multiplies matrices. And Python searches the many objects that libraries make as they load for
garbage, of which there is none, and once more as it ends. Together they were a third of the time
that a first answer took.
"""

import atexit
import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module


@contextmanager
def quickly() -> Iterator[None]:
    """Load, answer and end without searching for garbage (da: hurtig start)."""
    was_on = gc.isenabled()
    gc.disable()
    atexit.register(gc.freeze)
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def load_numba() -> None:
    """Load numba without `scipy.linalg`; for a process that does nothing else meanwhile."""
    if "numba" in sys.modules or "scipy.linalg" in sys.modules:
        return

    sys.modules["scipy.linalg"] = None  # type: ignore[assignment]  # as where it is not installed
    try:
        import_module("numba.np.arraymath")  # which looks for it
    finally:
        del sys.modules["scipy.linalg"]
