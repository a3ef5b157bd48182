"""Decoding: the reference's text for any ids, whether or not they make sense."""
import random

import polyglyph
import pytest
import references
import texts
from compare import assert_holds, builtin

_COUNT = 5_000


@pytest.fixture(params=references.BUILTINS)
def name(request):
    return request.param


def id_sequences(reference, seed, count=_COUNT):
    r = random.Random(seed)
    ids = sorted({*reference.ids.values(), *reference.control})
    partial = [i for token, i in reference.ids.items() if len(token.decode(errors="ignore").encode()) != len(token)]
    control = list(reference.control)
    for _ in range(count):
        pools = r.choice([[ids], [ids, partial], [partial], [ids, control], [ids, partial, control]])
        yield [r.choice(r.choice(pools)) for _ in range(r.randint(1, 8))]


@pytest.mark.parametrize("skip", [False, True], ids=["all", "skip_special_tokens"])
def test_any_ids(name, skip):
    tokenizer, reference = builtin(name), references.builtin(name)

    def fails(ids):
        return tokenizer.decode(ids, skip_special_tokens=skip) != reference.decode(ids, skip_special_tokens=skip)

    def describe(ids):
        return (f"  reference {reference.decode(ids, skip_special_tokens=skip)!r}\n"
                f"  polyglyph {tokenizer.decode(ids, skip_special_tokens=skip)!r}")

    assert_holds(id_sequences(reference, "ids"), fails, describe)


def test_every_id_alone(name):
    tokenizer, reference = builtin(name), references.builtin(name)
    for i in [*reference.ids.values(), *reference.control]:
        assert tokenizer.decode([i]) == reference.decode([i]), i


def test_texts_come_back(name):
    tokenizer, reference = builtin(name), references.builtin(name)
    for kind in texts.KINDS:
        drawn = texts.draw(kind, reference, 500, "decode")
        batch = tokenizer.encode_batch(drawn)
        assert list(tokenizer.decode_batch(batch)) == [reference.normalize(text) for text in drawn]


def test_stream_equals_whole(name):
    tokenizer, reference = builtin(name), references.builtin(name)

    def streamed(ids):
        stream = tokenizer.decode_stream()
        parts = [stream.step(i) for i in ids]
        return "".join(parts) + stream.finish()

    def fails(ids):
        return streamed(ids) != tokenizer.decode(ids)

    assert_holds(id_sequences(reference, "stream"), fails,
                 lambda ids: f"  whole  {tokenizer.decode(ids)!r}\n  stream {streamed(ids)!r}")


def test_unknown_ids(name):
    tokenizer, reference = builtin(name), references.builtin(name)
    known = {*reference.ids.values(), *reference.control}
    unknown = [i for i in range(max(known)) if i not in known][:5] + [max(known) + 1, 2**31, 2**32 - 1]
    some = next(iter(reference.ids.values()))
    for i in unknown:
        with pytest.raises(polyglyph.Error) as raised:
            tokenizer.decode([some, i])
        assert raised.value.code == "unknown_id" and str(i) in str(raised.value)
        assert tokenizer.decode([some, i, some], unknown="skip") == tokenizer.decode([some, some])
    if isinstance(reference, references.HuggingFaceReference):
        ids = [some, *unknown, some]
        assert tokenizer.decode(ids, unknown="skip") == reference.decode(ids)
