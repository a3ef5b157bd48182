"""polyglyph add, prune, extend and unreachable."""

import json

import numpy as np
import pytest


def test_add(ok, tmp_path):
    assert ok("add", "qwen3", "<|x|>", "foo", "--special", "-o", "a.pgv", "-m", "a.json") == b"a.pgv: 151,670 ids, 151,669 before\n"
    ids = ok("encode", "<|x|>foo", "-t", "a.pgv", "--special-tokens", "parse").split()
    assert ids == [b"151669", b"7975"]
    new_ids = json.loads((tmp_path / "a.json").read_text())
    assert len(new_ids) == 151669
    assert new_ids["7975"] == 7975


def test_prune_to_texts(ok, tree, tmp_path):
    tree({"texts/a.txt": "Some text, and more of it.", "texts/b.txt": "中文"})
    ok("prune", "qwen3", "texts", "-o", "p.pgv", "-m", "p.tsv")
    rows = [line.split("\t") for line in (tmp_path / "p.tsv").read_text().splitlines()]
    assert rows[0] == ["old", "new"]
    new_ids = {int(old): int(new) for old, new in rows[1:]}
    before = ok("encode", "-f", "texts/a.txt").split()
    assert ok("encode", "-f", "texts/a.txt", "-t", "p.pgv").split() == [str(new_ids[int(i)]).encode() for i in before]


def test_prune_to_what_is_frequent(ok, tree):
    tree({"t.txt": "often often often seldom"})
    all_of_it = ok("prune", "qwen3", "t.txt", "-o", "a.pgv")
    some_of_it = ok("prune", "qwen3", "t.txt", "-o", "b.pgv", "--at-least", "2")
    assert int(some_of_it.split()[1].replace(b",", b"")) < int(all_of_it.split()[1].replace(b",", b""))


def test_prune_to_a_list(ok, polyglyph, tree):
    tree({"ids": "100 2000,\n30000", "bad": "1 two"})
    assert b" ids, 151,669 before" in ok("prune", "qwen3", "--ids", "ids", "-o", "p.pgv")
    result = polyglyph("prune", "qwen3", "--ids", "bad", "-o", "q.pgv")
    assert (result.returncode, result.stderr.count(b"\n")) == (1, 1)
    assert b"bad: byte 2" in result.stderr


def test_map_for_numpy(ok, tmp_path):
    ok("add", "cl100k", "<|x|>", "-o", "a.pgv", "--map", "a.npy")
    new_ids = np.load(tmp_path / "a.npy")
    assert (new_ids.dtype, new_ids.tolist()[:3]) == (np.int64, [0, 1, 2])


def test_extend_and_unreachable(ok):
    assert b" ids, " in ok("extend", "qwen3", "gpt-oss", "-o", "e.pgv")
    tokens = json.loads(ok("unreachable", "e.pgv", "--format", "json"))
    table = ok("unreachable", "e.pgv", "--format", "tsv").decode().splitlines()
    assert [str(token["id"]) for token in tokens] == [line.split("\t")[0] for line in table[1:]]
    assert f"{len(tokens)} of " in ok("unreachable", "e.pgv").decode().replace(",", "")


@pytest.mark.parametrize("arguments", [
    ("add", "qwen3", "-o", "x.pgv"),
    ("add", "qwen3", "x", "-o", "x.pgv", "-m", "x.txt"),
    ("prune", "qwen3", "-o", "x.pgv"),
    ("prune", "qwen3", "a", "--ids", "b", "-o", "x.pgv"),
    ("extend", "qwen3", "-o", "x.pgv"),
    ("unreachable",),
    ("unreachable", "no-such-name"),
])
def test_usage(polyglyph, arguments):
    result = polyglyph(*arguments)
    assert (result.returncode, result.stdout, result.stderr.count(b"\n")) == (2, b"", 1)
