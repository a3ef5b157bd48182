"""The table of cases, in both modes."""
import pytest
import references
from cases import CASES
from compare import assert_same_ids, builtin


@pytest.mark.parametrize("mode", ["text", "parse"])
@pytest.mark.parametrize("name", references.BUILTINS)
def test_cases(name, mode):
    assert_same_ids(builtin(name), references.builtin(name), list(CASES.values()), mode)
