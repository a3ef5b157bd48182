"""polyglyph convert: the output gives the same ids, or nothing is written."""

import json
import re

import pytest


@pytest.mark.parametrize("output", ["out.pgv", "out.json"])
def test_same_ids(ok, output):
    assert ok("convert", "qwen3", output) == f"{output}: 151,669 ids, the same as qwen3\n".encode()
    assert ok("verify", "qwen3", output).startswith(b"the same ids")


def test_json_is_a_tokenizer_json(ok, tmp_path):
    ok("convert", "o200k", "out.json")
    assert json.loads((tmp_path / "out.json").read_text())["model"]["type"] == "BPE"


def test_ranks(ok, tmp_path):
    """The owner's file and the listed merges that it amounts to give the ranks back."""
    ok("convert", "o200k", "o200k_base.tiktoken")
    ok("convert", "o200k", "listed.json")
    (tmp_path / "again").mkdir()
    ok("convert", "listed.json", "again/o200k_base.tiktoken")
    ranks = (tmp_path / "o200k_base.tiktoken").read_bytes()
    assert ranks.startswith(b"IQ== 0\nIg== 1\n") and ranks.count(b"\n") == 199_998
    assert (tmp_path / "again" / "o200k_base.tiktoken").read_bytes() == ranks
    assert ok("verify", "o200k", "o200k_base.tiktoken").startswith(b"the same ids")


@pytest.mark.parametrize("source, output, lost", [
    ("qwen3", "qwen.tiktoken", b"normalizes"),
    ("o200k", "mine.tiktoken", b"pattern"),
    ("o200k", "cl100k_base.tiktoken", b"as cl100k_base.tiktoken it would not be read"),
    ("gpt-oss", "o200k_base.tiktoken", b"template|added tokens"),
])
def test_what_ranks_would_lose(polyglyph, tmp_path, source, output, lost):
    result = polyglyph("convert", source, output)
    assert (result.returncode, result.stdout, result.stderr.count(b"\n")) == (1, b"", 1)
    assert re.search(lost, result.stderr)
    assert not (tmp_path / output).exists()


def test_what_would_be_lost_is_named_and_nothing_is_written(polyglyph, tmp_path):
    result = polyglyph("convert", "cl100k", "out.json")
    assert (result.returncode, result.stdout, result.stderr.count(b"\n")) == (1, b"", 1)
    assert b"pattern" in result.stderr
    assert not (tmp_path / "out.json").exists()


def test_a_file_that_exists_stays(polyglyph, ok, tree):
    folder = tree({"out.pgv": "precious"})
    result = polyglyph("convert", "qwen3", "out.pgv")
    assert (result.returncode, (folder / "out.pgv").read_text()) == (2, "precious")
    assert b"--force" in result.stderr
    ok("convert", "qwen3", "out.pgv", "--force")
    assert (folder / "out.pgv").read_bytes()[:8] == b"polyglyp"


@pytest.mark.parametrize("arguments", [(), ("qwen3",), ("qwen3", "out.txt"), ("no-such-name", "out.json")])
def test_usage(polyglyph, arguments):
    result = polyglyph("convert", *arguments)
    assert result.returncode in (1, 2)
    assert (result.stdout, result.stderr.count(b"\n")) == (b"", 1)
