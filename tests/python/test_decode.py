"""Decoding: ids in any form, bytes that are not UTF-8, unknown ids."""

import array

import numpy as np
import pytest

import polyglyph

HELLO = [9707, 1879]
RARE = "𓀀"  # in Qwen3, more than one token


@pytest.mark.parametrize(
    "ids",
    [
        HELLO,
        tuple(HELLO),
        iter(HELLO),
        dict.fromkeys(HELLO),
        np.array(HELLO, np.uint32),
        np.array(HELLO, np.int64),
        np.array(HELLO, np.uint64),
        np.array(HELLO, np.int16),
        np.array(HELLO, ">u4"),
        np.array([9707, 0, 1879, 0], np.uint32)[::2],
        np.array(HELLO, object),
        array.array("I", HELLO),
        array.array("q", HELLO),
        memoryview(np.array(HELLO, np.uint32)),
        [np.uint32(9707), np.int64(1879)],
    ],
    ids=lambda ids: f"{type(ids).__name__}-{getattr(ids, 'dtype', '')}",
)
def test_ids_in_any_form(qwen3, ids):
    if isinstance(ids, np.ndarray) and ids.dtype == object:
        with pytest.raises(TypeError, match="array of integers, not object"):
            qwen3.decode(ids)
        ids = ids.tolist()
    assert qwen3.decode(ids) == "Hello world"


def test_misaligned_array(qwen3):
    raw = b"x" + np.array(HELLO, np.uint32).tobytes()
    assert qwen3.decode(np.frombuffer(raw, np.uint32, offset=1)) == "Hello world"


@pytest.mark.parametrize("ids", [[], (), np.array([], np.uint32), np.array([])])
def test_nothing(qwen3, ids):
    assert qwen3.decode(ids) == ""
    assert qwen3.decode_bytes(ids) == b""
    assert qwen3.decode_batch([ids]) == [""]


def test_bytes_and_errors(qwen3):
    ids = qwen3.encode(RARE)
    assert len(ids) > 1
    assert qwen3.decode_bytes(ids) == RARE.encode()
    part = qwen3.decode_bytes(ids[:1])
    assert RARE.encode().startswith(part)
    assert qwen3.decode(ids[:1]) == part.decode(errors="replace")
    assert qwen3.decode(ids[:1], errors="ignore") == ""
    assert qwen3.decode(ids[:1], errors="backslashreplace") == part.decode(errors="backslashreplace")
    with pytest.raises(UnicodeDecodeError):
        qwen3.decode(ids[:1], errors="strict")
    with pytest.raises(UnicodeDecodeError):
        qwen3.decode_batch([ids[:1]], errors="strict")
    with pytest.raises(LookupError):
        qwen3.decode(ids[:1], errors="no such handler")


def test_skip_special_tokens(qwen3):
    ids = [9707, 151645, 1879]
    assert qwen3.decode(ids) == "Hello<|im_end|> world"
    assert qwen3.decode(ids, skip_special_tokens=True) == "Hello world"
    assert qwen3.decode(ids, True) == "Hello world"
    assert qwen3.decode_bytes(ids, skip_special_tokens=True) == b"Hello world"
    assert qwen3.decode_batch([ids], skip_special_tokens=True) == ["Hello world"]
    stream = qwen3.decode_stream(skip_special_tokens=True)
    assert "".join(map(stream.step, ids)) == "Hello world"


IMPOSSIBLE = [-1, -(2**31), 2**32, 2**32 + 9707, 2**63, 2**64 - 1, -(2**80), 2**80]


@pytest.mark.parametrize("id", [200_000, 2**32 - 1, *IMPOSSIBLE])
def test_unknown_ids(qwen3, id):
    ids = [9707, id, 1879]
    calls = [
        lambda **options: qwen3.decode(ids, **options),
        lambda **options: qwen3.decode_bytes(ids, **options).decode(),
        lambda **options: qwen3.decode_batch([ids], **options)[0],
        lambda **options: "".join(map(qwen3.decode_stream(**options).step, ids)),
    ]
    for call in calls:
        for options in ({}, {"unknown": "error"}):
            with pytest.raises(polyglyph.Error) as caught:
                call(**options)
            assert caught.value.code == "unknown_id"
        assert call(unknown="skip") == "Hello world"
    with pytest.raises(polyglyph.Error) as caught:
        qwen3.token_bytes(id)
    assert caught.value.code == "unknown_id"
    assert qwen3.id_to_token(id) is None


@pytest.mark.parametrize("type", [np.int64, np.uint64, np.int32])
def test_unknown_ids_in_arrays(qwen3, type):
    largest = np.iinfo(type).max
    smallest = np.iinfo(type).min
    ids = np.array([9707, largest, smallest if smallest < 0 else largest - 1], type)
    with pytest.raises(polyglyph.Error):
        qwen3.decode(ids)
    assert qwen3.decode(ids, unknown="skip") == "Hello"


@pytest.mark.parametrize(
    "ids", [None, 5, "12", b"12", bytearray(b"12"), ["a"], [1.0], [None], [[1]], np.array([[1]]), np.array([1.5]), np.array(["1"]), np.array([True])]
)  # fmt: skip
def test_ids_are_integers(qwen3, ids):
    for call in (qwen3.decode, qwen3.decode_bytes, lambda ids: qwen3.decode_batch([ids])):
        with pytest.raises(TypeError):
            call(ids)


def test_ids_of_odd_objects(qwen3):
    items = []

    class Id:
        def __index__(self):
            items.clear()
            return 9707

    items[:] = [Id(), Id()]
    assert qwen3.decode(items) == "HelloHello"

    class Broken:
        def __index__(self):
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        qwen3.decode([Broken()])


def test_decode_batch(qwen3):
    texts = ["Hello world", "", "안녕", "x" * 100]
    batch = qwen3.encode_batch(texts)
    assert qwen3.decode_batch(batch) == texts
    assert qwen3.decode_batch(list(batch)) == texts
    assert qwen3.decode_batch(row.tolist() for row in batch) == texts
    with pytest.raises(TypeError):
        qwen3.decode_batch(5)
    with pytest.raises(TypeError):
        qwen3.decode_batch([5])
