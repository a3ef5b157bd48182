"""Arrow in and out, against pyarrow; nothing of polyglyph needs pyarrow."""

import subprocess
import sys

import numpy as np
import pyarrow as pa
import pytest

import polyglyph

TEXTS = ["Hello world", "", "안녕하세요 세계", "a text that is longer than twelve bytes", "x"]
TYPES = [pa.string(), pa.large_string(), pa.string_view(), pa.binary(), pa.large_binary(), pa.binary_view()]


def column(texts, type):
    is_text = type in (pa.string(), pa.large_string(), pa.string_view())
    return pa.array(texts if is_text else [text.encode() for text in texts], type)


@pytest.mark.parametrize("type", TYPES, ids=str)
def test_texts(qwen3, type):
    expected = qwen3.encode_batch(TEXTS)
    texts = column(TEXTS, type)
    assert qwen3.encode_batch(texts) == expected
    assert qwen3.encode_batch(pa.chunked_array([texts[:2], texts[2:2], texts[2:]])) == expected
    assert qwen3.encode_batch(texts[1:4]) == qwen3.encode_batch(TEXTS[1:4])
    assert qwen3.count_batch(texts).tolist() == [len(row) for row in expected]
    assert len(qwen3.encode_batch(column([], type))) == 0
    assert len(qwen3.encode_batch(pa.chunked_array([], type))) == 0


def test_the_column_is_kept_alive_and_let_go(qwen3):
    before = pa.total_allocated_bytes()
    assert len(qwen3.encode_batch(pa.array([f"text {i}" for i in range(10000)]))) == 10000
    assert pa.total_allocated_bytes() == before


def test_nulls_are_errors(qwen3):
    for texts in (pa.array(["a", None]), pa.array(["b", "a", None])[1:], pa.chunked_array([["a"], [None]])):
        with pytest.raises(polyglyph.Error, match=r"^texts\[1\]: it is null") as caught:
            qwen3.encode_batch(texts)
        assert caught.value.where == "texts[1]"
    assert len(qwen3.encode_batch(pa.array([None, "a", "b"])[1:])) == 2


@pytest.mark.parametrize(
    "column", [pa.array([1, 2]), pa.array([["a"]]), pa.array(["a"]).dictionary_encode(), pa.table({"text": ["a"]})], ids=["int", "list", "dictionary", "table"]
)  # fmt: skip
def test_other_types_are_errors(qwen3, column):
    with pytest.raises(TypeError, match="Arrow array"):
        qwen3.encode_batch(column)


def test_batch_out(qwen3):
    batch = qwen3.encode_batch(TEXTS)
    lists = pa.array(batch)
    lists.validate(full=True)
    assert lists.type == pa.large_list(pa.field("item", pa.uint32(), nullable=False))
    assert lists.to_pylist() == [row.tolist() for row in batch]
    assert np.shares_memory(lists.values.to_numpy(), batch.ids)
    values = lists.values
    del batch, lists
    assert values.to_pylist()[:2] == [9707, 1879]


def test_empty_batch_out(qwen3):
    for texts in ([], [""], ["", ""]):
        lists = pa.array(qwen3.encode_batch(texts))
        lists.validate(full=True)
        assert lists.to_pylist() == [[]] * len(texts)


def test_capsules_that_nobody_takes(qwen3):
    batch = qwen3.encode_batch(TEXTS)
    references = sys.getrefcount(batch.ids)
    for _ in range(3):
        batch.__arrow_c_array__()
        batch.__arrow_c_array__(requested_schema=None)
    after = sys.getrefcount(batch.ids)
    assert after == references


def test_changed_batch_is_not_let_out(qwen3):
    batch = qwen3.encode_batch(TEXTS)
    batch.row_splits[1] = -5
    with pytest.raises(polyglyph.Error, match="no longer fits"):
        pa.array(batch)


def test_package_does_without_pyarrow():
    program = "import sys, polyglyph; sys.exit('pyarrow' in sys.modules)"
    subprocess.run([sys.executable, "-c", program], check=True)
