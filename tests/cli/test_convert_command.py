"""polyglyph convert: the output gives the same ids, or nothing is written."""

import json

import pytest


@pytest.mark.parametrize("output", ["out.pgv", "out.json"])
def test_same_ids(ok, output):
    assert ok("convert", "qwen3", output) == f"{output}: 151,669 ids, the same as qwen3\n".encode()
    assert ok("verify", "qwen3", output).startswith(b"the same ids")


def test_json_is_a_tokenizer_json(ok, tmp_path):
    ok("convert", "o200k", "out.json")
    assert json.loads((tmp_path / "out.json").read_text())["model"]["type"] == "BPE"


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
