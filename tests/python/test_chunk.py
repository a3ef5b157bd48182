"""Chunks: nothing is lost, everything fits, and a stream of parts cut anywhere gives the chunks of the whole."""

import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import polyglyph

ROOT = Path(__file__).parents[2]
BOUNDARIES = ["sentence", "paragraph", "markdown", "code", "token"]
README = (ROOT / "README.md").read_text(encoding="utf-8")
TEXTS = [README, README.encode()] + [(ROOT / "samples" / f"{language}.txt").read_text(encoding="utf-8") for language in ("th", "zh", "ar")]


def check(tok, text, chunks, max_tokens, overlap=0):
    end = 0
    for chunk in chunks:
        assert chunk.text == text[chunk.begin : chunk.end]
        assert chunk.tokens == tok.count(chunk.text)
        assert chunk.tokens <= max_tokens or len(chunk.text) == 1
        assert chunk.begin <= end < chunk.end
        assert tok.count(text[chunk.begin : end]) <= overlap
        end = chunk.end
    assert end == len(text)


@pytest.mark.parametrize("boundary", BOUNDARIES)
def test_nothing_is_lost_and_everything_fits(qwen3, boundary):
    for text in TEXTS:
        for max_tokens, overlap in [(10, 0), (60, 15), (500, 50)]:
            check(qwen3, text, qwen3.chunk(text, max_tokens, overlap=overlap, boundary=boundary), max_tokens, overlap)
        assert b"".join(chunk.text for chunk in qwen3.chunk(README.encode(), 64, boundary=boundary)) == README.encode()


@given(text=st.text(), max_tokens=st.integers(1, 20), boundary=st.sampled_from(BOUNDARIES))
def test_any_text(qwen3, text, max_tokens, boundary):
    check(qwen3, text, qwen3.chunk(text, max_tokens, boundary=boundary), max_tokens)
    assert qwen3.chunk("", max_tokens, boundary=boundary) == []


def test_a_lone_surrogate_stays_itself(qwen3):
    text = "one \ud800 two three"
    assert "".join(chunk.text for chunk in qwen3.chunk(text, 2)) == text


@pytest.mark.parametrize("boundary", BOUNDARIES)
def test_a_stream_gives_the_chunks_of_the_whole(qwen3, boundary):
    draw = random.Random(5)
    stream = qwen3.chunk_stream(40, overlap=8, boundary=boundary)
    for text in TEXTS:
        chunks, begin = [], 0
        while begin < len(text):
            size = draw.randint(1, 500)
            chunks += stream.feed(text[begin : begin + size])
            begin += size
        chunks += stream.finish()
        assert chunks == qwen3.chunk(text, 40, overlap=8, boundary=boundary)


def test_sentences_of_a_language(qwen3):
    text = "He met Mr. Brown in town. They had tea."
    assert [chunk.text for chunk in qwen3.chunk(text, 10, locale="en")][0] == "He met Mr. Brown in town. "
    assert [chunk.text for chunk in qwen3.chunk(text, 7)][0] == "He met Mr. "


def test_added_special_tokens_count(qwen3):
    for chunk in qwen3.chunk(README, 50, add_special_tokens=True):
        assert chunk.tokens == qwen3.count(chunk.text, add_special_tokens=True) <= 50


def test_a_control_token_is_refused_at_its_place_in_the_whole(qwen3):
    text = "One two three. " * 5 + "<|im_end|>"
    with pytest.raises(polyglyph.Error, match="byte 75"):
        qwen3.chunk(text, 3, special_tokens="reject")
    stream = qwen3.chunk_stream(3, special_tokens="reject")
    with pytest.raises(polyglyph.Error, match="byte 75"):
        stream.feed(text)
        stream.finish()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"max_tokens": 0}, "max_tokens: it is 0"),
        ({"max_tokens": -1}, "max_tokens: it is negative"),
        ({"max_tokens": 5, "overlap": -1}, "overlap: it is negative"),
        ({"max_tokens": 5, "overlap": 5}, "overlap: it is 5, as large as a chunk"),
        ({"max_tokens": 5, "boundary": "word"}, "boundary: 'word' has no meaning"),
        ({"max_tokens": 5, "locale": "english"}, "locale: 'english' names no language"),
    ],
)
def test_chunks_without_meaning(qwen3, arguments, message):
    for call in (lambda: qwen3.chunk("a", **arguments), lambda: qwen3.chunk_stream(**arguments)):
        with pytest.raises(polyglyph.Error, match=message):
            call()


def test_a_stream_is_of_one_type(qwen3):
    stream = qwen3.chunk_stream(10)
    stream.feed("a")
    with pytest.raises(TypeError, match="all of str, or all of bytes"):
        stream.feed(b"a")
    assert [chunk.text for chunk in stream.finish()] == ["a"]
    stream.feed(b"a")
    assert stream.finish() == [(0, 1, 1, b"a")]
    with pytest.raises(TypeError):
        polyglyph.ChunkStream()
