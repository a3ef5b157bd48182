"""Running text in every language of samples/, each file as one text; and mathematics, in Lean 4."""
import pytest
import references
from compare import assert_same_ids, builtin

_FILES = sorted((references.ROOT / "samples").glob("*.txt"))
_GROUPS = 4


def test_samples_are_there():
    assert len(_FILES) > 100


@pytest.mark.parametrize("group", range(_GROUPS))
@pytest.mark.parametrize("name", references.BUILTINS)
def test_samples(name, group):
    # Bytes, so that line ends stay as they are.
    documents = [path.read_bytes().decode() for path in _FILES[group::_GROUPS]]
    assert_same_ids(builtin(name), references.builtin(name), documents)


@pytest.mark.parametrize("name", references.BUILTINS)
def test_lean(name):
    assert_same_ids(builtin(name), references.builtin(name), [references.LEAN, *references.LEAN.splitlines(keepends=True)])
