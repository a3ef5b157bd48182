"""polyglyph shard: what lies in the files, how runs go on, and what goes wrong."""

import gzip
import json
import signal
import struct
import subprocess
import sys
import time

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

THROUGH_PYTHON = {"POLYGLYPH_PYTHON": sys.executable}


def jsonl(texts):
    return "".join(json.dumps({"text": text}) + "\n" for text in texts)


TEXTS = [f"Text {i}. " + "one two three " * (i % 20) for i in range(60)]


def files(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def ids_of(ok, text):
    return [int(id) for id in ok("encode", stdin=text.encode()).split()]


def test_megatron(ok, tree, tmp_path):
    tree({"in/a.jsonl": jsonl(TEXTS[:2]), "in/b.jsonl.gz": gzip.compress(jsonl(TEXTS[2:3]).encode()), "in/c.txt": "Last."})
    shown = ok("shard", "in", "-o", "out", "--end", "<|endoftext|>").decode()
    assert "documents                              4\n" in shown
    assert "shards                                 1\n" in shown
    expected = [ids_of(ok, text) + [151643] for text in [*TEXTS[:3], "Last."]]
    data = (tmp_path / "out" / "shard-00000.bin").read_bytes()
    assert list(struct.unpack(f"<{len(data) // 4}i", data)) == sum(expected, [])
    index = (tmp_path / "out" / "shard-00000.idx").read_bytes()
    assert list(struct.unpack_from("<4i", index, 34)) == [len(ids) for ids in expected]


def test_packed_arrays_for_numpy(ok, tree, tmp_path):
    tree({"a.jsonl": jsonl(TEXTS)})
    shown = ok("shard", "a.jsonl", "-o", "out", "--format", "npy", "--pack", "100", "--strategy", "first_fit").decode()
    assert "bins " in shown
    assert "fill " in shown
    ids, sequences, bins = (np.load(tmp_path / "out" / f"shard-00000.{name}.npy") for name in ("ids", "sequences", "bins"))
    assert len(ids) == sequences[-1]
    assert max(np.diff(sequences[bins])) <= 100
    documents = [ids[begin:end].tolist() for begin, end in zip(sequences, sequences[1:])]
    assert sorted(documents) == sorted(ids_of(ok, text) for text in TEXTS)
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    assert manifest["options"]["strategy"] == "first_fit"
    assert manifest["total"]["tokens"] == len(ids)


@pytest.mark.parametrize("format", ["arrow", "parquet"])
def test_arrow_and_parquet(ok, polyglyph, tree, tmp_path, format):
    tree({"a.jsonl": jsonl(TEXTS[:5])})
    pq.write_table(pa.table({"body": TEXTS[5:8], "n": [1, 2, 3]}), tmp_path / "b.parquet")
    ok("shard", "a.jsonl", "-o", "one", "--format", format, env=THROUGH_PYTHON)
    shown = ok("shard", "b.parquet", "-o", "two", "--format", format, "--field", "body", "--pack", "64", env=THROUGH_PYTHON)
    assert b"bins" in shown
    name = f"shard-00000.{format}"
    read = pq.read_table if format == "parquet" else lambda path: pa.ipc.open_file(path).read_all()
    assert read(tmp_path / "one" / name)["input_ids"].to_pylist() == [ids_of(ok, text) for text in TEXTS[:5]]
    two = read(tmp_path / "two" / name)
    assert sum(map(sum, two["seq_lengths"].to_pylist())) == sum(len(ids_of(ok, text)) for text in TEXTS[5:8])
    result = polyglyph("shard", "b.parquet", "-o", "three", env=THROUGH_PYTHON)
    assert result.returncode == 1
    assert b"b.parquet: has no column 'text'" in result.stderr


def test_arrow_without_python(polyglyph, tree):
    tree({"a.txt": "a"})
    for python in ("/nowhere/python3", "/bin/false"):
        result = polyglyph("shard", "a.txt", "-o", "out", "--format", "arrow", env={"POLYGLYPH_PYTHON": python})
        assert result.returncode == 1
        assert b"polyglyph[arrow]" in result.stderr


def test_killed_and_run_again(ok, command, tree, tmp_path):
    tree({"a.jsonl": jsonl(TEXTS * 300)})
    options = ["a.jsonl", "--shard-tokens", "20000", "--pack", "512"]
    ok("shard", *options, "-o", "whole", "-j", "1")
    whole = files(tmp_path / "whole")
    kills = 0
    for attempt in range(300):
        process = subprocess.Popen([command, "shard", *options, "-o", "out", "-j", "2"], cwd=tmp_path, stdout=subprocess.DEVNULL)
        time.sleep(0.02 + 0.002 * attempt)
        process.send_signal(signal.SIGKILL)
        if process.wait() == 0:
            break
        kills += 1
    assert kills > 0
    assert files(tmp_path / "out") == whole
    before = {path.name: path.stat().st_mtime_ns for path in (tmp_path / "out").iterdir()}
    assert b"made before" in ok("shard", *options, "-o", "out")
    assert {path.name: path.stat().st_mtime_ns for path in (tmp_path / "out").iterdir()} == before


def test_a_folder_may_hold_its_shards(ok, polyglyph, tree, tmp_path):
    tree({"in/a.jsonl": jsonl(TEXTS), "elsewhere/b.txt": "b"})
    (tmp_path / "in" / "link").symlink_to(tmp_path / "elsewhere")
    for before in (False, True):
        shown = ok("shard", "in", "-o", "in/out", "--shard-tokens", "1000").decode()
        assert "documents                             61\n" in shown
        assert ("made before" in shown) == before


def test_bad_rows(polyglyph, tree):
    tree({"a.jsonl": '{"text": "a"}\nnonsense\n{"text": "b"}\n'})
    result = polyglyph("shard", "a.jsonl", "-o", "out")
    assert result.returncode == 1
    assert b"a.jsonl: line 2: " in result.stderr
    result = polyglyph("shard", "a.jsonl", "-o", "out", "--bad-rows", "skip")
    assert result.returncode == 0
    assert b"left out: a.jsonl: line 2: " in result.stderr
    assert b"rows left out                        1" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["a.txt"], "--output is required"),
        (["-o", "out"], "INPUT is required"),
        (["-", "-o", "out"], "standard input cannot be read again"),
        (["a.txt", "-o", "out", "--pack", "0"], "--pack"),
        (["a.txt", "-o", "out", "--pack", "-3"], "--pack"),
        (["a.txt", "-o", "out", "--strategy", "concat"], "go with --pack N"),
        (["a.txt", "-o", "out", "--shard-tokens", "0"], "--shard-tokens"),
        (["a.txt", "-o", "out", "--end", "<|nothing|>"], "no token '<|nothing|>'"),
        (["a.txt", "-o", "out", "--format", "csv"], "'csv' is not one of megatron|npy|arrow|parquet"),
        (["a.txt", "-o", "."], "lies in the folder for the shards"),
        (["a.txt", "-o", "full"], "holds other files (b.txt)"),
    ],
)
def test_mistakes(polyglyph, tree, arguments, message):
    tree({"a.txt": "One two.", "full/b.txt": ""})
    result = polyglyph("shard", *arguments)
    assert result.returncode == 2
    assert message.encode() in result.stderr


def test_other_options_and_missing_files(polyglyph, ok, tree):
    tree({"a.txt": "One two."})
    ok("shard", "a.txt", "-o", "out")
    result = polyglyph("shard", "a.txt", "-o", "out", "--pack", "8")
    assert (result.returncode, b"made with pack null, and now it is 8" in result.stderr) == (2, True)
    result = polyglyph("shard", "none.txt", "-o", "out")
    assert result.returncode == 1
    assert b"none.txt: No such file" in result.stderr
