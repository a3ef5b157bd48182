"""Every Unicode scalar value, in three contexts.

The classes and the normalization behind all built-ins are the same tables, so that two of them are taken through every
value; for the others the short run leaves out planes in which nothing is assigned.
"""
import os

import pytest
import references
import texts
from compare import assert_same_ids, builtin

_PART = 0x22000
_PARTS = range(0, 0x110000, _PART)
_ASSIGNED = [low for low in _PARTS if low < 0x34000 or low <= 0xE0000 < low + _PART]
_WHOLE = ["qwen3", "deepseek-v3"] if not os.environ.get("POLYGLYPH_LONG_TESTS") else list(references.BUILTINS)


@pytest.mark.parametrize("context", texts.SCALAR_CONTEXTS)
@pytest.mark.parametrize("name, low", [pytest.param(name, low, id=f"{name}-{low:#x}") for name in references.BUILTINS
                                       for low in (_PARTS if name in _WHOLE else _ASSIGNED)])
def test_every_scalar(name, context, low):
    assert_same_ids(builtin(name), references.builtin(name), texts.every_scalar(context, low, low + _PART))
