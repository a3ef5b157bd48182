"""Seeded random and glued texts: more than 200,000 a built-in, and twenty times as many in the long run."""
import os

import pytest
import references
import texts
from compare import assert_same_ids, builtin

_COUNT = 30_000
_SEEDS = range(20 if os.environ.get("POLYGLYPH_LONG_TESTS") else 1)


@pytest.mark.parametrize("seed", _SEEDS)
@pytest.mark.parametrize("kind", texts.KINDS)
@pytest.mark.parametrize("name", references.BUILTINS)
def test_random(name, kind, seed):
    reference = references.builtin(name)
    assert_same_ids(builtin(name), reference, texts.draw(kind, reference, _COUNT, seed))
