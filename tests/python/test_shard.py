"""Shards: what other readers find in them is what the tokenizer makes of the same texts, and how runs go on."""

import gzip
import json
import os
import struct

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import polyglyph

TEXTS = [f"Document {i}: " + "one two three 四五 " * (i * 7 % 23) + "\n" for i in range(300)] + ["", "last"]


@pytest.fixture
def corpus(tmp_path):
    jsonl = tmp_path / "a.jsonl.gz"
    jsonl.write_bytes(gzip.compress("".join(json.dumps({"text": text}) + "\n" for text in TEXTS[:150]).encode()))
    parquet = tmp_path / "b.parquet"
    pq.write_table(pa.table({"id": range(152), "text": TEXTS[150:]}), parquet, row_group_size=40)
    return [jsonl, parquet]


def expected(tok, end=None):
    rows = [tok.encode(text) + ([] if end is None else [end]) for text in TEXTS if text]
    return rows


def read_megatron(prefix):
    """A reader of its own, after the format's description: the sequences, and where its documents end."""
    index = prefix.with_suffix(".idx").read_bytes()
    assert index[:9] == b"MMIDIDX\0\0"
    version, kind, sequences, documents = struct.unpack_from("<QBQQ", index, 9)
    assert version == 1
    dtype = np.dtype({4: np.int32, 8: np.uint16}[kind])
    at = 9 + 8 + 1 + 8 + 8
    lengths = np.frombuffer(index, np.int32, sequences, at)
    offsets = np.frombuffer(index, np.int64, sequences, at + 4 * sequences)
    ends = np.frombuffer(index, np.int64, documents, at + 12 * sequences)
    assert len(index) == at + 12 * sequences + 8 * documents
    data = prefix.with_suffix(".bin").read_bytes()
    return [np.frombuffer(data, dtype, length, offset).tolist() for length, offset in zip(lengths, offsets)], ends.tolist()


def rows_of(folder, format, packed):
    """All sequences in the shards, and how many of them each bin holds."""
    rows, bins = [], []
    for shard in json.loads((folder / "manifest.json").read_text())["shards"]:
        names = [file["name"] for file in shard["files"]]
        if format == "megatron":
            sequences, ends = read_megatron(folder / names[0].removesuffix(".bin"))
            bins += np.diff(ends).tolist()
        elif format == "npy":
            arrays = [np.load(folder / name) for name in names]
            sequences = [arrays[0][b:e].tolist() for b, e in zip(arrays[1], arrays[1][1:])]
            bins += np.diff(arrays[2]).tolist() if packed else [1] * len(sequences)
        else:
            table = pa.ipc.open_file(folder / names[0]).read_all() if format == "arrow" else pq.read_table(folder / names[0])
            sequences = table["input_ids"].to_pylist()
            if packed:
                lengths = table["seq_lengths"].to_pylist()
                bins += [len(row) for row in lengths]
                cut = [np.split(np.array(ids), np.cumsum(row)[:-1]) for ids, row in zip(sequences, lengths)]
                sequences = [piece.tolist() for row in cut for piece in row]
            else:
                bins += [1] * len(sequences)
        assert len(sequences) == shard["sequences"]
        rows += sequences
    return rows, bins


@pytest.mark.parametrize("format", ["megatron", "npy", "arrow", "parquet"])
@pytest.mark.parametrize("shard_tokens", [1000, 10**9])
def test_documents_as_they_are(qwen3, corpus, tmp_path, format, shard_tokens):
    out = tmp_path / "out"
    summary = polyglyph.shard(corpus, out, qwen3, format=format, shard_tokens=shard_tokens, end=151643)
    rows, bins = rows_of(out, format, packed=False)
    assert rows == expected(qwen3, end=151643)
    assert set(bins) == {1}
    assert (summary.documents, summary.empty_documents, summary.pack) == (301, 1, None)
    assert summary.tokens == sum(map(len, rows))
    assert (summary.shards == 1) == (shard_tokens == 10**9)


@pytest.mark.parametrize("format", ["megatron", "npy", "arrow", "parquet"])
def test_packed(qwen3, corpus, tmp_path, format):
    out = tmp_path / "out"
    summary = polyglyph.shard(corpus, out, qwen3, format=format, pack=120, seed=4)
    rows, bins = rows_of(out, format, packed=True)
    documents = expected(qwen3)
    plan = polyglyph.pack([len(ids) for ids in documents], capacity=120, seed=4)
    assert rows == [documents[d][s : s + n] for d, s, n in zip(plan.document, plan.start, plan.length)]
    assert bins == np.diff(plan.bin_offsets).tolist()
    assert summary.pack.bins == len(plan)
    assert summary.pack.fill == plan.report.fill


def test_short_ids(tmp_path):
    """A vocabulary of less than 2^16 takes two bytes an id."""
    (tmp_path / "a.txt").write_text("one two three four")
    words = ["[UNK]", "[CLS]", "[SEP]", "[PAD]", "[MASK]", "one", "two", "three"]
    (tmp_path / "vocab.txt").write_text("\n".join(words) + "\n")
    tok = polyglyph.Tokenizer.from_file(tmp_path / "vocab.txt")
    for format in ("megatron", "npy"):
        polyglyph.shard(tmp_path / "a.txt", tmp_path / format, tok, format=format)
        assert rows_of(tmp_path / format, format, packed=False)[0] == [[5, 6, 7, 0]]
    assert (tmp_path / "megatron" / "shard-00000.bin").stat().st_size == 8


@pytest.mark.parametrize("format", ["megatron", "arrow", "parquet"])
def test_interrupted_and_taken_up(qwen3, corpus, tmp_path, format):
    options = {"format": format, "shard_tokens": 700, "pack": 64, "jobs": 2}
    polyglyph.shard(corpus, tmp_path / "whole", qwen3, **options)
    whole = {path.name: path.read_bytes() for path in (tmp_path / "whole").iterdir()}
    assert len(whole) > 10

    class Enough(Exception):
        pass

    runs = 0
    while True:
        calls = 0

        def stop(progress):
            nonlocal calls
            calls += not progress.checking
            if calls > 1 + runs:
                raise Enough

        try:
            summary = polyglyph.shard(corpus, tmp_path / "out", qwen3, progress=stop, **options)
            break
        except Enough:
            runs += 1
            assert runs < 100
    assert runs > 0
    assert {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()} == whole
    again = polyglyph.shard(corpus, tmp_path / "out", qwen3, **options)
    assert again.shards_before == again.shards == summary.shards


def test_progress_and_rows_left_out(qwen3, tmp_path):
    bad = tmp_path / "bad.jsonl"
    bad.write_text('{"text": "a"}\n{"text": 3}\nnonsense\n{"text": "b"}\n')
    column = tmp_path / "c.parquet"
    pq.write_table(pa.table({"text": ["a", None, "b"]}), column)
    seen, left_out = [], []
    with pytest.raises(polyglyph.Error, match=r"bad\.jsonl: line 2: .*text") as caught:
        polyglyph.shard([bad], tmp_path / "out", qwen3)
    assert caught.value.code == "malformed"
    with pytest.raises(polyglyph.Error, match=r"c\.parquet: row 1: has no text"):
        polyglyph.shard([column], tmp_path / "out", qwen3)
    summary = polyglyph.shard([bad, column], tmp_path / "out", qwen3, bad_rows="skip", progress=seen.append,
                              skipped=lambda where, why: left_out.append(where))  # fmt: skip
    assert (summary.documents, summary.skipped_rows) == (4, 3)
    assert [where.removesuffix(": text") for where in left_out] == [f"{bad}: line 2", f"{bad}: line 3: byte 1", f"{column}: row 1"]
    assert seen[-1].documents == 4


def test_progress_of_columns(qwen3, tmp_path):
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"text": [f"text {i} " * 100 for i in range(8000)]}), path)
    seen = []
    polyglyph.shard([path], tmp_path / "out", qwen3, progress=seen.append, jobs=1)
    assert {at.total_bytes for at in seen} == {path.stat().st_size}
    assert seen[0].bytes < seen[-1].bytes == path.stat().st_size


def test_names_that_are_not_utf8(qwen3, tmp_path):
    path = os.fsencode(tmp_path) + b"/n\xe9.jsonl"
    with open(path, "w") as file:
        file.write('{"text": "a"}\nnonsense\n')
    with pytest.raises(polyglyph.Error, match="line 2") as caught:
        polyglyph.shard([path], tmp_path / "out", qwen3)
    assert os.fsencode(caught.value.where).startswith(path)
    assert polyglyph.shard([os.fsdecode(path)], tmp_path / "out", qwen3, bad_rows="skip").documents == 1


def test_what_is_no_text_is_a_bad_row(qwen3, tmp_path):
    (tmp_path / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR")
    with pytest.raises(polyglyph.Error, match=r"a\.png: holds NUL bytes"):
        polyglyph.shard([tmp_path / "a.png"], tmp_path / "out", qwen3)
    (tmp_path / "B.JSONL").write_bytes(b"\xef\xbb\xbf" + b'{"text": "one"}\n')
    assert polyglyph.shard([tmp_path / "B.JSONL"], tmp_path / "out", qwen3).tokens == 1


def test_a_disk_that_is_full(qwen3, tmp_path, monkeypatch):
    def full(*_, **__):
        raise OSError(28, "Error writing bytes to file. Detail: [errno 28] No space left on device")

    monkeypatch.setattr(pq, "write_table", full)
    (tmp_path / "a.txt").write_text("a")
    with pytest.raises(polyglyph.Error, match=r"shard-00000\.parquet\.partial: .*No space left.*goes on behind") as caught:
        polyglyph.shard(tmp_path / "a.txt", tmp_path / "out", qwen3, format="parquet")
    assert caught.value.code == "io"


def test_inputs_cannot_lie_among_the_shards(qwen3, tmp_path):
    (tmp_path / "a.txt").write_text("a")
    with pytest.raises(polyglyph.Error, match="lies in the folder for the shards"):
        polyglyph.shard([tmp_path / "a.txt"], tmp_path, qwen3)


def test_columns_that_are_no_text(qwen3, tmp_path):
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"id": [1], "body": ["a"]}), path)
    for field, message in [("text", "has no column 'text' .*name one of id, body"), ("id", "holds int64, not text")]:
        with pytest.raises(polyglyph.Error, match=message) as caught:
            polyglyph.shard([path], tmp_path / "out", qwen3, field=field)
        assert caught.value.code == "malformed"
    path.write_bytes(b"PAR1 nonsense")
    with pytest.raises(polyglyph.Error, match=r"a\.parquet"):
        polyglyph.shard([path], tmp_path / "out", qwen3)
    with pytest.raises(polyglyph.Error, match="No such file") as caught:
        polyglyph.shard([tmp_path / "none.parquet"], tmp_path / "out", qwen3)
    assert caught.value.code == "io"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"pack": 0}, "capacity"),
        ({"pack": -5}, "capacity"),
        ({"shard_tokens": 0}, "shard_tokens: it is less than 1"),
        ({"shard_tokens": -1}, "shard_tokens: it is less than 1"),
        ({"field": ""}, "field: it is empty"),
        ({"end": 10**9}, "end: the tokenizer has no such id"),
        ({"end": -1}, "-1"),
        ({"jobs": -1}, "jobs: it is negative"),
        ({"format": "csv"}, "format: 'csv' has no meaning"),
        ({"rows": "csv"}, "rows: 'csv' has no meaning"),
        ({"bad_rows": "keep"}, "bad_rows: 'keep' has no meaning"),
        ({"overlong": "keep", "pack": 8}, "overlong: 'keep' has no meaning"),
        ({"seed": 4}, "pack: it is None, and options for packing"),
        ({"inputs": []}, "inputs: there are none"),
    ],
)
def test_shards_without_meaning(qwen3, tmp_path, options, message):
    (tmp_path / "a.txt").write_text("a")
    with pytest.raises(polyglyph.Error, match=message):
        polyglyph.shard(**{"inputs": [tmp_path / "a.txt"], "output": tmp_path / "out", "tokenizer": qwen3, **options})


def test_a_folder_of_other_options_is_refused(qwen3, tmp_path):
    (tmp_path / "a.txt").write_text("a")
    polyglyph.shard(tmp_path / "a.txt", tmp_path / "out", qwen3)
    with pytest.raises(polyglyph.Error, match='format "megatron", and now it is "arrow"'):
        polyglyph.shard(tmp_path / "a.txt", tmp_path / "out", qwen3, format="arrow")
