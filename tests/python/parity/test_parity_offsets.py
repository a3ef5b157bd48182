"""Offsets: the reference's own where normalization changed nothing, and sound where it did."""
import numpy
import pytest
import references
import texts
from compare import assert_holds, assert_same_offsets, builtin, spans

_COUNT = 4_000
_KINDS = ["scalars", "hard", "emoji", "marks", "fragments", "control"]
HUGGING_FACE = [name for name, file in references.BUILTINS.items() if ".json" in file]
TIKTOKEN = [name for name, file in references.BUILTINS.items() if ".tiktoken" in file]


def boundaries(text, sizes):
    """Byte offset of each character's beginning -> its place, counted in `sizes`; ends included."""
    ends = numpy.cumsum([0, *(len(c.encode()) for c in text)]).tolist()
    return ends, numpy.cumsum([0, *(sizes(c) for c in text)]).tolist()


def widened(span, ends, places):
    """A span of bytes in another unit: the characters that it touches."""
    begin, end = span
    if begin == end:
        return None
    first = max(i for i, at in enumerate(ends) if at <= begin)
    last = min(i for i, at in enumerate(ends) if at >= end)
    return places[first], places[last]


@pytest.mark.parametrize("mode", ["text", "parse"])
@pytest.mark.parametrize("kind", _KINDS)
@pytest.mark.parametrize("name", HUGGING_FACE)
def test_characters_equal_the_reference(name, kind, mode):
    tokenizer, reference = builtin(name), references.builtin(name)

    assert_same_offsets(tokenizer, reference, texts.draw(kind, reference, _COUNT, f"offsets {mode}"), mode,
                        lambda text: reference.normalize(text) == text)


@pytest.mark.parametrize("kind", _KINDS)
@pytest.mark.parametrize("name", TIKTOKEN)
def test_bytes_are_those_of_the_tokens(name, kind):
    tokenizer, reference = builtin(name), references.builtin(name)

    def fails(text):
        ids, offsets = spans(tokenizer, text, "bytes")
        ends = numpy.cumsum([0, *(len(reference.encoding.decode_single_token_bytes(i)) for i in ids)]).tolist()
        return offsets != list(zip(ends, ends[1:]))

    assert_holds(texts.draw(kind, reference, _COUNT, "offsets"), fails,
                 lambda text: str(spans(tokenizer, text, "bytes")))


def unsound(text, offsets):
    """What is wrong with spans, in bytes, that ought to cover `text` in order."""
    at = 0
    for i, (begin, end) in enumerate(offsets):
        if not begin <= end <= len(text):
            return f"span {i} is no span of the text"
        if begin > at:
            return f"nothing covers {at}..{begin}"
        if i and (begin < offsets[i - 1][0] or end < offsets[i - 1][1]):
            return f"span {i} goes back"
        at = max(at, end)
    return None if at == len(text) else f"nothing covers {at}..{len(text)}"


@pytest.mark.parametrize("kind", _KINDS)
@pytest.mark.parametrize("name", references.BUILTINS)
def test_spans_cover_the_text(name, kind):
    tokenizer, reference = builtin(name), references.builtin(name)

    def problem(text):
        ids, offsets = spans(tokenizer, text, "bytes")
        if ids != tokenizer.encode(text):
            return "other ids than encode gives"
        return unsound(text.encode(), offsets)

    assert_holds(texts.draw(kind, reference, _COUNT, "cover"), problem, problem)


@pytest.mark.parametrize("name", references.BUILTINS)
def test_a_span_holds_what_its_tokens_were_made_from(name):
    """Where a span's ends are no other span's inside, normalizing its text gives the text of its tokens."""
    tokenizer, reference = builtin(name), references.builtin(name)

    def problem(text):
        ids, offsets = spans(tokenizer, text, "bytes")
        raw, begin, group = text.encode(), 0, []
        for i, (token, (_, end)) in enumerate(zip(ids, offsets)):
            group.append(token)
            if i + 1 < len(ids) and (offsets[i + 1][0] < end or raw[end] & 0xC0 == 0x80):
                continue  # the next token shares a character with this one
            made, source = tokenizer.decode_bytes(group), raw[begin:end]
            if made != reference.normalize(source.decode()).encode():
                return f"{source!r} became {made!r}"
            begin, group = end, []
        return None

    assert_holds(texts.draw("marks", reference, _COUNT, "sources"), problem, problem)


@pytest.mark.parametrize("unit, size", [("chars", lambda c: 1), ("utf16", lambda c: len(c.encode("utf-16-le")) // 2)])
@pytest.mark.parametrize("name", references.BUILTINS)
def test_units_agree_with_bytes(name, unit, size):
    tokenizer, reference = builtin(name), references.builtin(name)

    def fails(text):
        ids, in_bytes = spans(tokenizer, text, "bytes")
        ends, places = boundaries(text, size)
        wanted = [widened(span, ends, places) for span in in_bytes]
        found = spans(tokenizer, text, unit)
        return found[0] != ids or any(w is not None and w != f for w, f in zip(wanted, found[1]))

    for kind in _KINDS:
        assert_holds(texts.draw(kind, reference, _COUNT // 8, unit), fails,
                     lambda text: f"  bytes {spans(tokenizer, text, 'bytes')}\n  {unit} {spans(tokenizer, text, unit)}")
