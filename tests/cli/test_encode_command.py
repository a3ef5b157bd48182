"""polyglyph encode and decode: each the inverse of the other."""

import json
import random
import subprocess
import threading

import pytest

BUILTINS = ["qwen3", "deepseek-v3", "o200k", "cl100k", "gpt-oss"]


def test_known_ids(ok):
    assert ok("encode", "Hello, world") == b"9707 11 1879\n"
    assert ok("encode", "Hello, world", "--format", "lines") == b"9707\n11\n1879\n"
    assert json.loads(ok("encode", "Hello, world", "--format", "json")) == {"ids": [9707, 11, 1879]}
    assert ok("decode", "9707", "11", "1879") == b"Hello, world"


@pytest.mark.parametrize("tokenizer", BUILTINS)
def test_round_trip_of_any_bytes(ok, tokenizer):
    rng = random.Random(7)
    texts = ["", "\n", "Hello\n", "안녕하세요 세계", "👩‍👩‍👧", "<|im_end|><｜User｜><|endoftext|>"]
    texts = [text.encode() for text in texts] + [rng.randbytes(n) for n in (1, 10, 1000, 200_000)] + [bytes(range(256))]
    for text in texts:
        if tokenizer == "qwen3":  # it works in NFC: no byte that could begin a character that NFC changes
            text = text.translate(None, bytes(range(0xC2, 0xF5))) if text[:1] > b"\xc1" or len(text) > 99 else text
        ids = ok("encode", "-t", tokenizer, stdin=text)
        assert ok("decode", "-t", tokenizer, stdin=ids) == text


def test_sources(ok, tree):
    tree({"a.txt": "Hello, world"})
    expected = b"9707 11 1879\n"
    assert ok("encode", "-f", "a.txt") == ok("encode", "-f", "-", stdin=b"Hello, world") == expected
    assert ok("encode", stdin=b"Hello, world") == expected
    tree({"ids.txt": "9707 11 1879"})
    assert ok("decode", "-f", "ids.txt") == b"Hello, world"


@pytest.mark.parametrize("format", ["plain", "lines", "json"])
def test_empty_text(ok, format):
    assert ok("encode", "", "--format", format) == ok("encode", "--format", format)


@pytest.mark.parametrize("text", ["[1, 2]", "{}", "%%", "count", "-1", "'", "a,b"])
def test_texts_that_could_be_taken_for_something_else(ok, text):
    assert ok("encode", text) == ok("encode", stdin=text.encode())


@pytest.mark.parametrize("text", ["--help", "-", "--", "-x", "--format=json"])
def test_dashes_after_two_dashes(ok, text):
    assert ok("encode", "--", text) == ok("encode", stdin=text.encode())


def test_text_that_is_no_utf8(ok):
    text = b"a\xff\xe4\xb8b"
    assert ok("decode", stdin=ok("encode", text)) == text


def test_offsets(ok):
    text = "naïve 世界"
    rows = [line.split("\t") for line in ok("encode", text, "--offsets").decode().splitlines()]
    ids, spans = [row[0] for row in rows], [(int(row[1]), int(row[2])) for row in rows]
    assert ids == ok("encode", text).decode().split()
    data = text.encode()
    for id, (begin, end) in zip(ids, spans):
        assert ok("decode", id) == data[begin:end]
    assert spans[0][0] == 0 and spans[-1][1] == len(data)
    for unit, length in [("chars", 8), ("utf16", 8), ("bytes", len(data))]:
        result = json.loads(ok("encode", text, "--offsets", "--unit", unit, "--format", "json"))
        assert [str(id) for id in result["ids"]] == ids
        assert len(result["offsets"]) == len(ids) and result["offsets"][-1][1] == length


def test_special_tokens(ok, polyglyph):
    text = "a<|im_end|>"
    assert ok("encode", text, "--special-tokens", "parse") == b"64 151645\n"
    assert b"151645" not in ok("encode", text)
    result = polyglyph("encode", "--special-tokens", "reject", stdin=b"Hello, world. " * 100_000 + text.encode())
    assert (result.returncode, result.stdout) == (1, b"")
    assert b"<|im_end|>" in result.stderr
    assert ok("decode", "64", "151645") == text.encode()
    assert ok("decode", "64", "151645", "--skip-special-tokens") == b"a"


@pytest.mark.parametrize("ids", ["[9707, 11, 1879]", "9707,11,1879", " 9707\n\t11\r\n1879 \n", "[[9707], [11, 1879]]"])
def test_ways_to_write_ids(ok, ids):
    assert ok("decode", ids) == ok("decode", stdin=ids.encode()) == b"Hello, world"


@pytest.mark.parametrize("word", ["x", "-1", "1.5", "0x10", "4294967296", "9707;11", "１"])
def test_what_is_no_id(polyglyph, word):
    result = polyglyph("decode", stdin=b"9707 " + word.encode())
    assert (result.returncode, result.stdout) == (1, b"")
    assert result.stderr.startswith(b"polyglyph: standard input, byte 5: ")


def test_unknown_ids(polyglyph, ok):
    result = polyglyph("decode", "9707", "4294967295")
    assert (result.returncode, result.stdout) == (1, b"")
    assert b"4294967295" in result.stderr
    assert ok("decode", "9707", "4294967295", "--unknown", "skip") == b"Hello"


def test_ids_come_while_text_comes(command):
    process = subprocess.Popen([command, "encode"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    # A thread writes, because the pipe back fills up, too.
    writer = threading.Thread(target=process.stdin.write, args=[b"Hello, world. " * 10_000])
    writer.start()
    assert process.stdout.read(5) == b"9707 "  # though the text has not ended
    reader = threading.Thread(target=process.stdout.read)
    reader.start()
    writer.join()
    process.stdin.close()
    reader.join()
    assert process.wait() == 0


def test_on_a_terminal_a_line_is_ended_for_the_prompt(terminal):
    assert terminal("decode", "9707") == (0, b"Hello\n")
    assert terminal("decode", "198") == (0, b"\n")


def test_nothing_given(terminal, polyglyph):
    for name in ("encode", "decode", "show"):
        status, drawn = terminal(name)
        assert status == 2 and drawn.startswith(f"polyglyph: {name}: no ".encode())
    for args in (["encode", "a", "b"], ["encode", "a", "-f", "b"], ["decode", "1", "-f", "b"]):
        result = polyglyph(*args)
        assert result.returncode == 2 and result.stderr.count(b"\n") == 1
