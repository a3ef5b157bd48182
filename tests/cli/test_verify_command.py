"""polyglyph verify, and inspect --text: where two tokenizers part, and what each stage makes of a text."""

import json

import pytest


def test_the_same(ok):
    assert ok("verify", "o200k", "gpt-oss").startswith(b"the same ids on ")


def test_files_and_directories(ok, tree):
    tree({"a.txt": "one", "docs/b.txt": "two", "docs/c.txt": "three"})
    assert ok("verify", "qwen3", "qwen3", "a.txt", "docs") == b"the same ids on 3 texts, 11 bytes\n"


def test_different(polyglyph):
    result = polyglyph("verify", "o200k", "cl100k", "-", stdin="10 apples".encode())
    assert result.returncode == 1
    assert result.stdout.decode().splitlines()[0] == "different in -"
    assert "stage      numbering" in result.stdout.decode()


def test_different_as_json(polyglyph, tree):
    tree({"text": "re\u0301sume\u0301"})
    tree({"other.json": "{}"})
    result = polyglyph("verify", "qwen3", "deepseek-v3", "text", "--format", "json")
    found = json.loads(result.stdout)
    assert result.returncode == 1
    assert (found["same"], found["path"], found["stage"]) == (False, "text", "numbering")
    assert found["text"] in "re\u0301sume\u0301"
    assert found["left"] != found["right"]


def test_control_tokens_differ_only_where_they_are_parsed(polyglyph):
    def status(mode):
        text = b"<|im_start|>"
        return polyglyph("verify", "o200k", "gpt-oss", "-", "--special-tokens", mode, stdin=text).returncode

    assert (status("text"), status("parse")) == (0, 0)
    text = b"<|channel|>"  # of gpt-oss alone
    assert polyglyph("verify", "o200k", "gpt-oss", "-", "--special-tokens", "text", stdin=text).returncode == 0
    found = polyglyph("verify", "o200k", "gpt-oss", "-", "--special-tokens", "parse", "--format", "json", stdin=text)
    assert json.loads(found.stdout)["stage"] == "added tokens"


def test_a_file_that_cannot_be_read_is_named_and_the_others_are_compared(polyglyph, tree):
    tree({"a.txt": "one"})
    result = polyglyph("verify", "qwen3", "qwen3", "missing.txt", "a.txt")
    assert result.returncode == 1
    assert b"missing.txt" in result.stderr
    assert result.stdout == b"the same ids on 1 text, 3 bytes\n"


@pytest.mark.parametrize("arguments", [(), ("qwen3",), ("qwen3", "no-such-name")])
def test_usage(polyglyph, arguments):
    result = polyglyph("verify", *arguments)
    assert (result.returncode, result.stdout) == (2, b"")
    assert len(result.stderr.splitlines()) == 1


def test_inspect_text(ok):
    lines = ok("inspect", "--text", "cafe\u0301 <|im_end|>", "--special-tokens", "parse").decode().splitlines()
    assert lines[0].split(None, 1) == ["text", '"cafe\u0301 "']
    assert lines[1].split(None, 1) == ["normalized", '"café "']
    assert lines[-1].startswith("4 tokens: ") or lines[-1].startswith("3 tokens: ")
    assert any(line.startswith("added token  ") and "151645" in line for line in lines)


def test_inspect_text_as_json(ok):
    ids = [int(i) for i in ok("encode", "Hello, 世界").split()]
    trace = json.loads(ok("inspect", "--text", "Hello, 世界", "--format", "json"))
    assert trace["ids"] == ids
    pieces = trace["sections"][0]["pieces"]
    assert [token["id"] for piece in pieces for token in piece["tokens"]] == ids
    assert "".join(piece["text"] for piece in pieces) == "Hello, 世界"


def test_inspect_empty_text(ok):
    assert ok("inspect", "--text", "").endswith(b"0 tokens\n")
