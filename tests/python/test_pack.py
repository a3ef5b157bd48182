"""Packs in Python: plans as arrays, a model's inputs, and TRL's packer beside ours."""
import importlib.util
import itertools
import pickle
import sys
import types
from pathlib import Path

import numpy as np
import polyglyph
import pyarrow as pa
import pytest

STRATEGIES = ["best_fit", "first_fit", "sequential", "concat"]


def bins(plan):
    pieces = list(zip(plan.document.tolist(), plan.start.tolist(), plan.length.tolist()))
    return [pieces[begin:end] for begin, end in itertools.pairwise(plan.bin_offsets.tolist())]


def test_plan():
    plan = polyglyph.pack([5, 12, 3, 0], capacity=8)
    assert bins(plan) == [[(1, 0, 8)], [(0, 0, 5), (2, 0, 3)], [(1, 8, 4)]]
    assert (len(plan), plan.capacity) == (3, 8)
    assert plan.report == polyglyph.PackReport(documents=4, empty_documents=1, split_documents=1, truncated_documents=0,
                                               dropped_documents=0, tokens=20, truncated_tokens=0, dropped_tokens=0, bins=3,
                                               lower_bound=3, fill=20 / 24)


@pytest.mark.parametrize("lengths", [
    (3, 4), [np.int8(3), 4], np.array([3, 4], np.uint16), np.array([3, 9, 4])[::2], pa.array([3, 4]), range(3, 5),
])
def test_lengths_of_every_kind(lengths):
    assert bins(polyglyph.pack(lengths, capacity=10)) == [[(1, 0, 4), (0, 0, 3)]]


def test_lengths_of_a_batch():
    batch = polyglyph.Tokenizer.builtin("qwen3").encode_batch(["a b c", "", "d"])
    assert bins(polyglyph.pack(batch, capacity=10)) == [[(0, 0, 3), (2, 0, 1)]]


@pytest.mark.parametrize("arguments, words", [
    (dict(lengths=[1.0, float("nan")]), "float64, not integers"),
    (dict(lengths=[1, None]), "not integers"),
    (dict(lengths=[True]), "bool"),
    (dict(lengths=[3, -1]), "document 1 has the length -1"),
    (dict(lengths=[1], capacity=0), "capacity is 0"),
    (dict(lengths=[1], strategy="worst_fit"), "best_fit"),
    (dict(lengths=[1], overlong="cut"), "truncate"),
    (dict(lengths=[9], capacity=8, overlong="error"), "document 0 has 9 tokens"),
    (dict(lengths=[1], max_documents=-1), "max_documents"),
    (dict(lengths=[1], pad_each_to=0), "pad_each_to"),
    (dict(lengths=[1], pad_total_to=7), "pad_total_to"),
])
def test_bad_arguments(arguments, words):
    with pytest.raises(polyglyph.Error, match=words) as error:
        polyglyph.pack(**arguments)
    assert error.value.code == "invalid_argument"


def test_arrays_are_views_that_nobody_writes_to():
    plan = polyglyph.pack(np.full(1000, 7), capacity=70)
    document = plan.document
    assert document.ctypes.data == plan.document.ctypes.data
    with pytest.raises(ValueError):
        document[0] = 1
    del plan
    assert sorted(document.tolist()) == list(range(1000))


def test_arrow_without_a_copy():
    plan = polyglyph.pack([5, 12, 3], capacity=8)
    array = pa.array(plan)
    assert array.type == pa.large_list(pa.field("item", pa.struct([pa.field(name, pa.int64(), False) for name in ("document", "start", "length")]), False))
    assert [[tuple(piece.values()) for piece in row] for row in array.to_pylist()] == bins(plan)
    assert array.values.field("document").buffers()[1].address == plan.document.ctypes.data
    array.validate(full=True)


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_streams(strategy):
    lengths = np.random.default_rng(5).integers(0, 3000, 500)
    stream = polyglyph.PackStream(capacity=2048, strategy=strategy, open_bins=8)
    plans = []
    for part in np.array_split(lengths, 9):
        stream.add(part)
        plans.append(stream.take())
    stream.add(17)
    stream.finish()
    plans.append(stream.take())
    tokens = np.zeros(501, np.int64)
    for plan in plans:
        np.add.at(tokens, plan.document, plan.length)
        assert all(sum(length for _, _, length in pieces) <= 2048 for pieces in bins(plan))
    assert tokens.tolist() == [*lengths.tolist(), 17]
    assert plans[-1].report.bins == sum(map(len, plans))
    with pytest.raises(polyglyph.Error, match="open_bins"):
        polyglyph.PackStream(open_bins=0)


DOCUMENTS = [[10, 11, 12], [20, 21], [30, 31, 32, 33, 34, 35]]
FLAT = np.concatenate(DOCUMENTS).astype(np.uint32)
SPLITS = np.array([0, 3, 5, 11])


@pytest.mark.parametrize("ids", [
    (DOCUMENTS,), (FLAT, SPLITS), (polyglyph.Batch(FLAT, SPLITS),), ([np.array(d, np.int32) for d in DOCUMENTS],),
], ids=["lists", "flat", "batch", "arrays"])
def test_inputs(ids):
    plan = polyglyph.pack([3, 2, 6], capacity=6, strategy="sequential", pad_total_to=6)
    packed = plan.materialize(*ids, pad_id=9)
    assert packed.input_ids.tolist() == [10, 11, 12, 20, 21, 9, 30, 31, 32, 33, 34, 35]
    first = packed.inputs(0)
    assert {name: value if name == "max_seqlen" else value.tolist() for name, value in first.items()} == {
        "input_ids": [10, 11, 12, 20, 21, 9], "position_ids": [0, 1, 2, 0, 1, 0], "labels": [-100, 11, 12, -100, 21, -100],
        "loss_mask": [0, 1, 1, 0, 1, 0], "seq_idx": [0, 0, 0, 1, 1, -1], "cu_seqlens": [0, 3, 5, 5],
        "cu_seqlens_padded": [0, 3, 5, 6], "max_seqlen": 3}
    assert [str(first[name].dtype) for name in ("input_ids", "seq_idx", "cu_seqlens", "loss_mask")] == [
        "int64", "int32", "int32", "uint8"]
    assert np.shares_memory(first["input_ids"], packed.input_ids)
    assert packed.inputs(-1)["cu_seqlens"].tolist() == [0, 6]
    for bins in (1, -1, slice(1, None), range(1, 2)):
        assert plan.materialize(*ids, bins=bins).input_ids.tolist() == [30, 31, 32, 33, 34, 35]
    with pytest.raises(IndexError):
        packed.inputs(2)


def test_what_the_collator_of_transformers_gives():
    """Its padding-free batches: labels -100 at starts, positions from 0, cumulative lengths."""
    rng = np.random.default_rng(3)
    documents = [rng.integers(0, 1000, n).tolist() for n in rng.integers(1, 50, 40)]
    plan = polyglyph.pack([len(d) for d in documents], capacity=100)
    packed = plan.materialize(documents)
    for b, pieces in enumerate(bins(plan)):
        inputs = packed.inputs(b)
        parts = [documents[document][start:start + length] for document, start, length in pieces]
        assert inputs["input_ids"].tolist() == [i for part in parts for i in part]
        assert inputs["labels"].tolist() == [i for part in parts for i in [-100, *part[1:]]]
        assert inputs["position_ids"].tolist() == [i for part in parts for i in range(len(part))]
        assert inputs["cu_seqlens"].tolist() == [0, *itertools.accumulate(map(len, parts))]
        assert inputs["max_seqlen"] == max(map(len, parts))


def test_context_parallel_parts_are_even():
    plan = polyglyph.pack(np.arange(1, 200), capacity=1024, pad_each_to=8)
    packed = plan.materialize([np.zeros(n, np.uint32) for n in range(1, 200)])
    for b in range(len(plan)):
        assert not (packed.inputs(b)["cu_seqlens_padded"] % 8).any()


def test_loss_masks_of_a_conversation():
    tok = polyglyph.Tokenizer.builtin("qwen3")
    text = "<|im_start|>user\nhi<|im_end|>\n<|im_start|>assistant\nhello you<|im_end|>\n"
    answer = text.index("hello")
    encoding = tok.encode_with_offsets(text, special_tokens="parse", unit="chars")
    mask = polyglyph.loss_mask(encoding.offsets, [(0, answer, "user"), (answer, len(text) - 1, "assistant")])
    assert tok.decode(encoding.ids[mask == 1]) == "hello you<|im_end|>"
    plan = polyglyph.pack([len(encoding.ids)], capacity=64)
    labels = plan.materialize([encoding.ids], loss_mask=mask).labels
    assert tok.decode(labels[labels >= 0]) == "hello you<|im_end|>"


@pytest.mark.parametrize("arguments, words", [
    (dict(ids=DOCUMENTS[:2]), "2 documents, and the plan is of 3"),
    (dict(ids=[[1], [2], [3]]), "document 0 has 1 tokens"),
    (dict(ids=FLAT, row_splits=[0, 5, 3, 11]), "goes down"),
    (dict(ids=FLAT, row_splits=[0, 3, 5, 9]), "ends at 9"),
    (dict(ids=DOCUMENTS, bins=7), "2 bins"),
    (dict(ids=DOCUMENTS, loss_mask=[True]), "loss mask has 1 entries"),
    (dict(ids=DOCUMENTS, loss_mask=[]), "empty"),
    (dict(ids=DOCUMENTS, positions="reset"), "restart"),
    (dict(ids=DOCUMENTS, labels="shifted"), "next"),
])
def test_bad_documents(arguments, words):
    with pytest.raises(polyglyph.Error, match=words):
        polyglyph.pack([3, 2, 6], capacity=6, strategy="sequential").materialize(**arguments)


@pytest.fixture(scope="module")
def trl_packer():
    """TRL's best-fit-decreasing packer, from its own file; what that imports besides is not there and not used."""
    path = Path(importlib.util.find_spec("trl").submodule_search_locations[0]) / "data_utils.py"
    names = {"datasets": ["Dataset", "DatasetDict", "IterableDataset", "IterableDatasetDict"],
             "transformers": ["PreTrainedTokenizerBase", "ProcessorMixin"]}
    missing = {name: types.ModuleType(name) for name in names if name not in sys.modules}
    for name, module in missing.items():
        for attribute in names[name]:
            setattr(module, attribute, type(attribute, (), {}))
    sys.modules.update(missing)
    try:
        spec = importlib.util.spec_from_file_location("trl_data_utils", path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    finally:
        for name in missing:
            del sys.modules[name]
    return module._pack_bfd


@pytest.mark.parametrize("capacity", [7, 64, 1000, 4096])
def test_as_many_bins_as_trl(trl_packer, capacity):
    """Best fit decreasing leaves open which of several equally full bins is taken: the fill of bins is the same."""
    for seed in range(10):
        lengths = np.random.default_rng(seed).lognormal(np.log(capacity) - 1.5, 1, 400).astype(np.int64)
        table = pa.table({"input_ids": [[0] * int(n) for n in lengths]})
        theirs = sorted(map(len, trl_packer(table, capacity, "split")["input_ids"].to_pylist()))
        ours = sorted(sum(length for _, _, length in pieces) for pieces in bins(polyglyph.pack(lengths, capacity)))
        assert ours == theirs


def test_a_plan_is_pickled_by_content():
    lengths = [5, 17, 0, 3, 40, 8]
    plan = polyglyph.pack(lengths, capacity=16, pad_each_to=2, pad_total_to=4, seed=1)
    again = pickle.loads(pickle.dumps(plan))
    for name in ("bin_offsets", "document", "start", "length"):
        assert getattr(again, name).tolist() == getattr(plan, name).tolist()
    assert (again.report, again.capacity, repr(again)) == (plan.report, plan.capacity, repr(plan))
    ids = [list(range(length)) for length in lengths]
    for ours, theirs in zip(again.materialize(ids), plan.materialize(ids)):
        assert ours.tolist() == theirs.tolist()


@pytest.mark.parametrize(
    "change", [(0, [0, 9]), (0, [3, 0]), (1, [7, 0, 0]), (2, [-1, 0, 0]), (2, [2**63 - 1, 0, 0]), (3, [17, 1, 1]), (3, [1]), (4, 0)]
)  # fmt: skip
def test_a_plan_whose_arrays_do_not_belong_together_is_refused(change):
    function, arguments = polyglyph.pack([5, 6, 7], capacity=8).__reduce__()
    arguments = list(arguments)
    arguments[change[0]] = change[1]
    with pytest.raises(polyglyph.Error):
        function(*arguments)


def test_documents_as_lists_of_arrow(qwen3):
    batch = qwen3.encode_batch(["skipped", "one two three", "", "four five six seven", "eight"])
    for kind in (pa.list_(pa.uint32()), pa.large_list(pa.int32())):
        lists = pa.array([row.tolist() for row in batch], kind)[1:]
        plan = polyglyph.pack([len(row) for row in list(batch)[1:]], capacity=5)
        expected = plan.materialize([row.tolist() for row in batch][1:])
        for ours, theirs in zip(plan.materialize(lists), expected):
            assert ours.tolist() == theirs.tolist()


def test_a_stream_s_plan_when_more_documents_have_come():
    stream = polyglyph.PackStream(capacity=4, strategy="sequential")
    stream.add([4, 3, 4])
    plan = stream.take()
    ids = [[1] * 4, [2] * 3, [3] * 4, [4] * 2]
    assert plan.materialize(ids[:3]).input_ids.tolist() == plan.materialize(ids).input_ids.tolist()
    assert pickle.loads(pickle.dumps(plan)).materialize(ids).input_ids.tolist()[:4] == [1] * 4
    with pytest.raises(polyglyph.Error, match="documents, and the plan is of"):
        plan.materialize(ids[:2])
    with pytest.raises(polyglyph.Error, match="lengths: it holds -1"):
        stream.add([2, -1])
    stream.finish()
    assert stream.take().report.documents == 3
