"""Streams: the chunks of a text, wherever it is cut, give the ids of the whole."""
import random

import polyglyph
import pytest
import references
import texts
from compare import assert_same_ids, assert_same_streams, builtin, streamed

_SAMPLES = references.ROOT / "samples"
_LANGUAGES = ["en", "ja", "th", "hi", "ar", "ko", "vi"]


@pytest.mark.parametrize("mode", ["text", "parse"])
@pytest.mark.parametrize("name", references.BUILTINS)
def test_cut_at_every_byte(name, mode):
    tokenizer, reference = builtin(name), references.builtin(name)
    drawn = [text for kind in texts.KINDS for text in texts.draw(kind, reference, 60, "stream")]

    assert_same_ids(tokenizer, reference, drawn, mode)
    assert_same_streams(tokenizer, [text.encode() for text in drawn], mode)


@pytest.mark.parametrize("language", _LANGUAGES)
@pytest.mark.parametrize("name", references.BUILTINS)
def test_running_text_in_chunks_of_any_size(name, language):
    tokenizer = builtin(name)
    raw = (_SAMPLES / f"{language}.txt").read_bytes()[:20_000]
    whole = tokenizer.encode(raw)
    r = random.Random(language)
    for largest in (1, 3, 17, 400, 9_000):
        chunks, at = [], 0
        while at < len(raw):
            size = r.randint(1, largest)
            chunks.append(raw[at:at + size])
            at += size
        assert streamed(tokenizer, chunks) == whole, f"chunks of up to {largest} bytes"


@pytest.mark.parametrize("name", references.BUILTINS)
def test_str_cut_at_every_character(name):
    tokenizer, reference = builtin(name), references.builtin(name)
    for text in texts.draw("hard", reference, 200, "characters"):
        assert streamed(tokenizer, text) == tokenizer.encode(text), ascii(text)


def test_reject_says_where_in_the_stream():
    stream = builtin("qwen3").encode_stream(special_tokens="reject")
    with pytest.raises(polyglyph.Error, match="13"):
        for chunk in ("some text in ", "<|im_", "end|>", " and more"):
            stream.feed(chunk)
        stream.finish()
