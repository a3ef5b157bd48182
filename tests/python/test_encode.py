"""Encoding and counting, one text and many: what goes in, what comes out, and which errors."""

import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import polyglyph

HELLO = [9707, 1879]  # "Hello world" in Qwen3

TEXTS = [
    "",
    "a",
    "Hello world",
    "naïve café",
    "안녕하세요 세계",
    "你好，世界",
    "สวัสดีชาวโลก",
    "👩‍👩‍👧‍👦 family 🇩🇪",
    "cafe\u0301 e\u0301\u0323",
    " \n\t  \r\n x",
    "\x00\x01",
    "<|im_end|> <|endoftext|>",
    "x" * 5000,
    "Ünïcödé " * 1000,
]


@pytest.mark.parametrize("text", TEXTS)
def test_every_way_to_encode_agrees(qwen3, text):
    ids = qwen3.encode(text)
    assert all(type(id) is int for id in ids)
    assert qwen3.encode(text.encode()) == ids
    assert qwen3.encode_array(text).tolist() == ids
    assert qwen3.encode_with_offsets(text).ids.tolist() == ids
    assert qwen3.encode_batch([text])[0].tolist() == ids
    assert qwen3.count(text) == len(ids)
    assert qwen3.count_batch([text]).tolist() == [len(ids)]
    stream = qwen3.encode_stream()
    assert stream.feed(text) + stream.finish() == ids


def test_known_ids(qwen3, cl100k):
    assert qwen3.encode("Hello world") == HELLO
    assert cl100k.encode("hello world") == [15339, 1917]


def test_array_is_numpys_own_kind(qwen3):
    ids = qwen3.encode_array("Hello world")
    assert isinstance(ids, np.ndarray) and ids.dtype == np.uint32 and ids.shape == (2,)
    assert ids.flags.writeable and ids.flags.c_contiguous
    assert not ids.flags.owndata  # it is the encoder's vector
    ids[0] = 1
    assert qwen3.encode("Hello world") == HELLO
    empty = qwen3.encode_array("")
    assert empty.dtype == np.uint32 and empty.shape == (0,)


def test_array_frees_what_it_owns(qwen3):
    base = qwen3.encode_array("Hello world").base
    assert sys.getrefcount(base) == 2


@pytest.mark.parametrize(
    ("text", "read_as"),
    [
        ("\ud800", "\ufffd"),
        ("a\udc80b", "a\ufffdb"),
        ("\ud83d\ude00", "\ufffd\ufffd"),  # two halves of a pair are still two lone surrogates
        ("한\ud800글", "한\ufffd글"),
    ],
)
def test_lone_surrogates_are_replacement_characters(qwen3, text, read_as):
    ids = qwen3.encode(read_as)
    assert qwen3.encode(text) == ids
    assert qwen3.encode_batch(["x", text])[1].tolist() == ids
    assert qwen3.count(text) == len(ids)
    both = qwen3.encode_with_offsets(text), qwen3.encode_with_offsets(read_as)
    assert both[0].offsets.tolist() == both[1].offsets.tolist()
    stream = qwen3.encode_stream()
    assert stream.feed(text) + stream.finish() == ids


@pytest.mark.parametrize("text", [b"\xff", b"a\x80b", b"\xe2\x82", b"\xed\xa0\x80", b"\xf0\x9f\x98 ok", b"\xc0\xaf"])
def test_invalid_utf8_comes_back_as_it_was(cl100k, text):
    ids = cl100k.encode(text)
    assert cl100k.count(text) == len(ids)
    assert cl100k.decode_bytes(ids) == text
    assert cl100k.decode(ids) == text.decode(errors="replace")


@given(st.text())  # without surrogates
def test_text_comes_back(cl100k, text):
    ids = cl100k.encode(text)
    assert cl100k.decode(ids) == text
    assert cl100k.count(text) == len(ids)


@given(st.binary())
def test_bytes_come_back(cl100k, text):
    ids = cl100k.encode(text)
    assert cl100k.decode_bytes(ids) == text
    assert cl100k.count(text) == len(ids)


@given(st.lists(st.one_of(st.text(max_size=20), st.binary(max_size=20)), max_size=10))
def test_batch_is_each_text(qwen3, texts):
    batch = qwen3.encode_batch(texts)
    assert [row.tolist() for row in batch] == [qwen3.encode(text) for text in texts]
    assert qwen3.count_batch(texts).tolist() == [len(row) for row in batch]


# ---- Control tokens ----


def test_control_tokens_are_text_by_default(qwen3):
    text = "hi<|im_end|>"
    assert 151645 not in qwen3.encode(text)
    assert qwen3.decode(qwen3.encode(text)) == text
    assert qwen3.encode(text) == qwen3.encode(text, special_tokens="text") == qwen3.encode(text, "text")


def test_control_tokens_parsed(qwen3):
    text = "hi<|im_end|>"
    ids = qwen3.encode(text, special_tokens="parse")
    assert ids == [*qwen3.encode("hi"), 151645]
    assert qwen3.encode_array(text, special_tokens="parse").tolist() == ids
    assert qwen3.encode_batch([text], special_tokens="parse")[0].tolist() == ids
    assert qwen3.encode_with_offsets(text, special_tokens="parse").offsets.tolist()[-1] == [2, 12]
    assert qwen3.count(text, special_tokens="parse") == len(ids)
    assert qwen3.count_batch([text], special_tokens="parse").tolist() == [len(ids)]
    assert qwen3.fits(text, len(ids), special_tokens="parse")


@pytest.mark.parametrize(
    "call",
    [
        lambda t, s: t.encode(s, special_tokens="reject"),
        lambda t, s: t.encode_array(s, special_tokens="reject"),
        lambda t, s: t.encode_with_offsets(s, special_tokens="reject"),
        lambda t, s: t.count(s, special_tokens="reject"),
        lambda t, s: t.fits(s, 100, special_tokens="reject"),
        lambda t, s: (lambda stream: (stream.feed(s), stream.finish()))(t.encode_stream(special_tokens="reject")),
    ],
)
def test_control_tokens_rejected(qwen3, call):
    with pytest.raises(polyglyph.Error, match="im_end") as caught:
        call(qwen3, "hi<|im_end|>")
    assert (caught.value.code, caught.value.where) == ("control_token", "byte 2")


@pytest.mark.parametrize("call", ["encode_batch", "count_batch"])
@pytest.mark.parametrize("texts", [["fine", "hi<|im_end|>"], ["fine", "hi<|im_end|>"] * 2000, ["x" * 2**24, "hi<|im_end|>"]])
@pytest.mark.parametrize("threads", [1, 2])
def test_the_first_text_with_a_control_token_is_named(qwen3, call, texts, threads):
    with pytest.raises(polyglyph.Error, match=r"^texts\[1\], byte 2: the text spells .*im_end") as caught:
        getattr(qwen3, call)(texts, special_tokens="reject", threads=threads)
    assert (caught.value.code, caught.value.where) == ("control_token", "texts[1], byte 2")


def test_add_special_tokens(small):
    assert small.encode("hell") == [257, ord("l")]
    ids = small.encode("hell", add_special_tokens=True)
    assert ids == [258, 257, ord("l")]
    assert small.count("hell", add_special_tokens=True) == 3
    assert small.count_batch(["hell"], add_special_tokens=True).tolist() == [3]
    assert small.encode_batch(["hell", ""], add_special_tokens=True).row_splits.tolist() == [0, 3, 4]
    assert small.fits("hell", 3, add_special_tokens=True) and not small.fits("hell", 2, add_special_tokens=True)
    assert small.encode_with_offsets("hell", add_special_tokens=True).offsets.tolist() == [[0, 0], [0, 3], [3, 4]]
    stream = small.encode_stream(add_special_tokens=True)
    assert stream.feed("hell") + stream.finish() == ids


# ---- Offsets ----


def parts(text, encoding):
    return [text[begin:end] for begin, end in encoding.offsets.tolist()]


def test_offsets_have_numpys_shape(qwen3):
    ids, offsets = encoding = qwen3.encode_with_offsets("Hello world")
    assert isinstance(encoding, polyglyph.Encoding)
    assert ids is encoding.ids and ids.dtype == np.uint32
    assert offsets is encoding.offsets and offsets.dtype == np.int64 and offsets.shape == (2, 2)
    assert qwen3.encode_with_offsets("").offsets.shape == (0, 2)


def test_offsets_index_what_was_passed_in(qwen3):
    text = "naïve 안녕"
    assert "".join(parts(text, qwen3.encode_with_offsets(text))) == text
    data = text.encode()
    assert b"".join(parts(data, qwen3.encode_with_offsets(data))) == data
    assert (
        qwen3.encode_with_offsets(text, unit="bytes").offsets.tolist()
        == qwen3.encode_with_offsets(data).offsets.tolist()
    )
    assert (
        qwen3.encode_with_offsets(data, unit="chars").offsets.tolist()
        == qwen3.encode_with_offsets(text).offsets.tolist()
    )


@pytest.mark.parametrize("text", [*TEXTS, "𐍈𐍉 a𐍈", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "ａ\u0300ﬁ", "ᄒ\u1161\u11ab"])
def test_units_agree(qwen3, text):
    """Characters and UTF-16 units are the bytes' spans, widened to whole characters."""
    starts = [0]
    utf16 = [0]
    for char in text:
        starts.append(starts[-1] + len(char.encode()))
        utf16.append(utf16[-1] + len(char.encode("utf-16-le")) // 2)

    def widen(span):
        begin, end = span
        first = max(i for i, start in enumerate(starts) if start <= begin)
        return first, min(i for i, start in enumerate(starts) if start >= end)

    text = text[:300]
    in_bytes = qwen3.encode_with_offsets(text, unit="bytes").offsets.tolist()
    in_chars = [widen(span) for span in in_bytes]
    assert [tuple(span) for span in qwen3.encode_with_offsets(text, unit="chars").offsets.tolist()] == in_chars
    assert [tuple(span) for span in qwen3.encode_with_offsets(text, unit="utf16").offsets.tolist()] == [
        (utf16[begin], utf16[end]) for begin, end in in_chars
    ]


def test_offsets_of_normalized_text(qwen3):
    text = "cafe\u0301!"  # NFC makes é of the last two
    encoding = qwen3.encode_with_offsets(text)
    assert encoding.ids.tolist() == qwen3.encode("café!")
    assert parts(text, encoding)[-1] == "!"
    assert "".join(parts(text, encoding)) == text


# ---- fits ----


def test_fits(qwen3):
    text = "one two three four five"
    size = qwen3.count(text)
    for limit in (0, size - 1):
        assert qwen3.fits(text, limit) is False
    for limit in (size, size + 1, 2**40, 2**80):
        assert qwen3.fits(text, limit) is True
    assert qwen3.fits("", 0)
    assert qwen3.fits(text, np.int64(size))


# ---- Long texts, which are encoded in slices ----


@pytest.fixture(scope="module")
def long_text():
    return "The quick brown fox — 敏捷的棕色狐狸跳过了懒狗 " * 80000  # over 4 MiB


def test_long_text_is_the_text_in_parts(qwen3, long_text):
    ids = qwen3.encode_array(long_text)
    unit = qwen3.encode("The quick brown fox — 敏捷的棕色狐狸跳过了懒狗 The quick brown")
    assert ids[: len(unit) - 4].tolist() == unit[:-4]
    assert qwen3.count(long_text) == len(ids)
    assert qwen3.fits(long_text, len(ids)) and not qwen3.fits(long_text, len(ids) - 1)
    assert qwen3.encode_batch([long_text])[0].tolist() == ids.tolist()
    assert qwen3.count_batch([long_text]).tolist() == [len(ids)]
    batch = qwen3.encode_batch([long_text, "x", long_text, "y"], threads=2)
    assert [len(row) for row in batch] == [len(ids), 1, len(ids), 1]
    assert np.array_equal(batch[2], ids)
    assert np.array_equal(qwen3.encode_with_offsets(long_text).ids, ids)


def test_long_rejected_text_tells_the_place(qwen3, long_text):
    with pytest.raises(polyglyph.Error) as caught:
        qwen3.count(long_text + "<|im_end|>", special_tokens="reject")
    assert caught.value.where == f"byte {len(long_text.encode())}"


# ---- Batches ----


def test_batch_parts(qwen3):
    texts = ["Hello world", "", b"Hello", "안녕"]
    batch = qwen3.encode_batch(texts)
    assert batch.ids.dtype == np.uint32 and batch.row_splits.dtype == np.int64
    assert batch.row_splits.shape == (5,) and batch.row_splits[0] == 0 and batch.row_splits[-1] == len(batch.ids)
    assert len(batch) == 4
    assert batch[0].tolist() == HELLO and batch[1].tolist() == [] and batch[-4].tolist() == HELLO
    assert np.shares_memory(batch[0], batch.ids)
    assert [row.tolist() for row in batch] == [qwen3.encode(text) for text in texts]
    assert repr(batch) == f"<polyglyph.Batch: 4 texts, {len(batch.ids)} ids>"
    row = batch[0]
    del batch
    assert row.tolist() == HELLO
    for index in (4, -5):
        with pytest.raises(IndexError):
            qwen3.encode_batch(texts)[index]


def test_empty_batch(qwen3):
    batch = qwen3.encode_batch([])
    assert len(batch) == 0 and batch.ids.shape == (0,) and batch.row_splits.tolist() == [0]
    assert list(batch) == [] and qwen3.decode_batch(batch) == []
    assert qwen3.count_batch([]).shape == (0,)


@pytest.mark.parametrize("threads", [0, 1, 2, 7])
def test_threads_do_not_change_the_result(qwen3, threads):
    texts = [f"text {i} 안녕 " * (i % 17) for i in range(1000)]
    assert qwen3.encode_batch(texts, threads=threads) == qwen3.encode_batch(texts, threads=1)
    assert qwen3.count_batch(texts, threads=threads).tolist() == [qwen3.count(text) for text in texts]


@pytest.mark.parametrize(
    "texts", [("Hello world",), iter(["Hello world"]), {"Hello world": 1}, np.array(["Hello world"]), (s for s in ["Hello world"])]
)  # fmt: skip
def test_batch_of_any_iterable(qwen3, texts):
    assert qwen3.encode_batch(texts).ids.tolist() == HELLO


def test_batch_from_arrays():
    batch = polyglyph.Batch(np.array([1, 2, 3], np.uint32), np.array([0, 1, 3]))
    assert [row.tolist() for row in batch] == [[1], [2, 3]]
    assert batch == polyglyph.Batch(batch.ids, batch.row_splits)
    assert batch != polyglyph.Batch(batch.ids, np.array([0, 2, 3]))
    assert batch != "something else"


@pytest.mark.parametrize("splits", [[], [0, 2], [1, 3], [0, 2, 1, 3], [0, 4]])
def test_row_splits_must_fit(splits):
    with pytest.raises(polyglyph.Error, match="row_splits") as caught:
        polyglyph.Batch(np.array([1, 2, 3], np.uint32), np.array(splits, np.int64))
    assert caught.value.code == "invalid_argument"


def test_row_splits_changed_later(qwen3):
    batch = qwen3.encode_batch(["Hello world", "Hello"])
    batch.row_splits[1] = 10**9
    with pytest.raises(polyglyph.Error, match="no longer fits"):
        batch[0]
    with pytest.raises(polyglyph.Error, match="no longer fits"):
        qwen3.decode_batch(batch)


def test_batch_needs_arrays_of_its_types():
    for ids, splits in (([1.5], [0, 1]), ([[1]], [0, 1]), (["a"], [0, 1]), ([1], ["a"])):
        with pytest.raises(TypeError):
            polyglyph.Batch(ids, splits)


# ---- Wrong calls ----


@pytest.mark.parametrize("text", [None, 1, 1.5, ["a"], bytearray(b"a"), memoryview(b"a"), object()])
def test_text_is_str_or_bytes(qwen3, text):
    for call in (qwen3.encode, qwen3.encode_array, qwen3.encode_with_offsets, qwen3.count, qwen3.encode_stream().feed):
        with pytest.raises(TypeError, match="text must be str or bytes, not"):
            call(text)
    with pytest.raises(TypeError, match="text must be str or bytes, not"):
        qwen3.fits(text, 1)
    with pytest.raises(TypeError, match=r"texts\[1\] must be str or bytes, not"):
        qwen3.encode_batch(["a", text])


@pytest.mark.parametrize("texts", ["abc", b"abc"])
def test_one_text_is_no_batch(qwen3, texts):
    for call in (qwen3.encode_batch, qwen3.count_batch):
        with pytest.raises(TypeError, match=r"pass a list, \[text\]"):
            call(texts)


def test_batch_must_be_iterable(qwen3):
    with pytest.raises(TypeError, match="not iterable"):
        qwen3.encode_batch(5)


@pytest.mark.parametrize(
    ("call", "argument"),
    [
        (lambda t: t.encode("a", special_tokens="parsed"), "special_tokens"),
        (lambda t: t.encode_batch(["a"], special_tokens=""), "special_tokens"),
        (lambda t: t.encode_stream(special_tokens="TEXT"), "special_tokens"),
        (lambda t: t.encode_with_offsets("a", unit="utf-16"), "unit"),
        (lambda t: t.decode([1], unknown="ignore"), "unknown"),
        (lambda t: t.fits("a", -1), "limit"),
        (lambda t: t.encode_batch(["a"], threads=-1), "threads"),
        (lambda t: t.count_batch(["a"], threads=10**6), "threads"),
    ],
)
def test_words_and_numbers_without_meaning(qwen3, call, argument):
    with pytest.raises(polyglyph.Error, match=argument) as caught:
        call(qwen3)
    assert (caught.value.code, caught.value.where) == ("invalid_argument", argument)
    assert isinstance(caught.value, ValueError)


@pytest.mark.parametrize(
    "call",
    [
        lambda t: t.encode(),
        lambda t: t.encode("a", "text", False, 1),
        lambda t: t.encode("a", text="a"),
        lambda t: t.encode("a", special="parse"),
        lambda t: t.encode("a", special_tokens=None),
        lambda t: t.encode("a", special_tokens=1),
        lambda t: t.encode_with_offsets("a", unit=3),
        lambda t: t.fits("a"),
        lambda t: t.fits("a", "b"),
        lambda t: t.encode_batch(["a"], threads="two"),
        lambda t: t.decode([1], errors=None),
        lambda t: polyglyph.Tokenizer(),
    ],
)
def test_wrong_calls_are_type_errors(qwen3, call):
    with pytest.raises(TypeError):
        call(qwen3)


@pytest.mark.parametrize("name", ["Tokenizer", "Batch", "EncodeStream", "DecodeStream"])
def test_there_are_no_half_made_objects(name):
    """pybind11 alone would let __new__ make one, whose methods read what is not there."""
    kind = getattr(polyglyph, name)
    for make in (kind, kind.__new__, object.__new__):
        with pytest.raises(TypeError):
            make(kind)
    with pytest.raises(TypeError):
        type("Derived", (kind,), {})


def test_an_error_in_the_arguments_goes_through(qwen3):
    class Odd:
        def __bool__(self):
            raise ZeroDivisionError

        def __iter__(self):
            yield "a"
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        qwen3.encode("a", add_special_tokens=Odd())
    with pytest.raises(ZeroDivisionError):
        qwen3.encode_batch(Odd())
