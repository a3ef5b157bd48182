"""Streams: cut anywhere, the same as the whole."""

import copy

import pytest

import polyglyph

TEXT = "Hello<|im_end|>  world 안녕 👩‍👧 cafe\u0301\r\n\n don't  12345 \u0301x"


@pytest.mark.parametrize("special_tokens", ["text", "parse"])
@pytest.mark.parametrize("text", [TEXT, TEXT.encode(), TEXT.encode()[:-3] + b"\xff\xe2\x82 \xf0\x9f"], ids=["str", "bytes", "invalid"])  # fmt: skip
def test_encode_stream_cut_anywhere(qwen3, text, special_tokens):
    ids = qwen3.encode(text, special_tokens=special_tokens)
    stream = qwen3.encode_stream(special_tokens=special_tokens)
    for cut in range(len(text) + 1):
        assert stream.feed(text[:cut]) + stream.feed(text[cut:]) + stream.finish() == ids
    fed = [id for i in range(len(text)) for id in stream.feed(text[i : i + 1])]
    assert fed + stream.finish() == ids


def test_encode_stream_is_ready_again(qwen3):
    stream = qwen3.encode_stream()
    assert stream.finish() == []
    for text in ("Hello world", "", "안녕"):
        assert stream.feed(text) + stream.finish() == qwen3.encode(text)


def test_encode_stream_settles_early(qwen3):
    stream = qwen3.encode_stream()
    assert stream.pending == 0
    settled = stream.feed("one two three four ")
    assert settled == qwen3.encode("one two three four ")[: len(settled)] and len(settled) >= 3
    assert 0 < stream.pending < len("one two three four ")
    for _ in range(1000):
        stream.feed("one two three four ")
        assert stream.pending < 40
    stream.finish()
    assert stream.pending == 0


def test_encode_stream_of_a_long_chunk(qwen3):
    text = "The quick brown fox 敏捷的棕色狐狸 " * 60000
    stream = qwen3.encode_stream()
    assert stream.feed(text) + stream.finish() == qwen3.encode(text)


def test_streams_outlive_their_tokenizer():
    tokenizer = polyglyph.Tokenizer.builtin("qwen3")
    encoder, decoder = tokenizer.encode_stream(), tokenizer.decode_stream()
    del tokenizer
    assert "".join(decoder.step(id) for id in encoder.feed("Hello world") + encoder.finish()) == "Hello world"


def test_streams_are_made_by_tokenizers():
    for stream in (polyglyph.EncodeStream, polyglyph.DecodeStream):
        with pytest.raises(TypeError):
            stream()


@pytest.mark.parametrize("text", [TEXT.encode(), b"\xff", b"a\xe2\x82b", b"\xf0\x9f\x98", "😀😀".encode() + b"\x80\xe3"])
def test_decode_stream_is_decode(cl100k, text):
    for ids in (cl100k.encode(text), [cl100k.encode(text[i : i + 1])[0] for i in range(len(text))]):
        stream = cl100k.decode_stream()
        pieces = [stream.step(id) for id in ids]
        assert "".join(pieces) + stream.finish() == cl100k.decode(ids)
        assert stream.pending == b"" and stream.finish() == ""


def test_decode_stream_holds_back(cl100k):
    first, *rest = [cl100k.encode(bytes([byte]))[0] for byte in "😀".encode()]
    stream = cl100k.decode_stream()
    assert stream.step(first) == ""
    assert stream.pending == b"\xf0"
    assert [stream.step(id) for id in rest] == ["", "", "😀"]
    assert stream.pending == b""
    stream.step(first)
    assert stream.step(cl100k.encode("a")[0]) == "\ufffda"
    stream.step(first)
    assert stream.finish() == "\ufffd"


@pytest.mark.parametrize("fork", [copy.copy, copy.deepcopy, lambda stream: stream.copy()])
def test_decode_stream_copies(cl100k, fork):
    first, *rest = [cl100k.encode(bytes([byte]))[0] for byte in "é".encode()]
    stream = cl100k.decode_stream()
    stream.step(first)
    other = fork(stream)
    assert other.pending == b"\xc3"
    assert stream.step(rest[0]) == "é"
    assert other.pending == b"\xc3" and other.finish() == "\ufffd"


def test_decode_stream_keeps_its_options(qwen3):
    stream = qwen3.decode_stream(skip_special_tokens=True, unknown="skip").copy()
    assert [stream.step(id) for id in (9707, 151645, 10**6, -1)] == ["Hello", "", "", ""]


def test_unknown_id_leaves_the_stream_as_it_was(cl100k):
    first, second = [cl100k.encode(bytes([byte]))[0] for byte in "é".encode()]
    stream = cl100k.decode_stream()
    stream.step(first)
    for id in (10**6, -1, 2**40):
        with pytest.raises(polyglyph.Error) as caught:
            stream.step(id)
        assert caught.value.code == "unknown_id"
    for id in (None, "a", 1.5):
        with pytest.raises(TypeError):
            stream.step(id)
    assert stream.step(second) == "é"
