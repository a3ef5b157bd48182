"""Comparing polyglyph with its reference, and saying where they differ in the smallest text that still shows it."""
import functools

import polyglyph
import pytest
import references


@functools.cache
def builtin(name):
    return polyglyph.Tokenizer.builtin(name)


def shrink(text, fails):
    """A small part of `text` (a str, or any sequence) for which `fails` still holds: no element can be left out."""
    size = len(text) // 2
    while size:
        start, shorter = 0, False
        while start < len(text):
            candidate = text[:start] + text[start + size:]
            if candidate and fails(candidate):
                text, shorter = candidate, True
            else:
                start += size
        if not shorter or size > len(text):
            size = min(size, len(text)) // 2 if not shorter else len(text) // 2
    return text


def spell(text):
    """`text` as one would type it into a table of cases: everything but printable ASCII escaped."""
    return ascii(text)


def first_differences(ours, theirs, limit=3):
    """Indexes at which two lists differ."""
    return [i for i in range(len(theirs)) if list(ours[i]) != list(theirs[i])][:limit]


def encode_all(tokenizer, texts, **options):
    batch = tokenizer.encode_batch(texts, **options)
    ids, splits = batch.ids.tolist(), batch.row_splits.tolist()
    return [ids[begin:end] for begin, end in zip(splits, splits[1:])]


def assert_same_ids(tokenizer, reference, texts, mode="text", add_special_tokens=False):
    """Each text has the same ids here and there. Where not, the test fails with the smallest texts found."""
    options = {"special_tokens": mode, "add_special_tokens": add_special_tokens}
    theirs = reference.encode_batch(texts, mode, add_special_tokens)
    ours = encode_all(tokenizer, texts, **options)
    if ours == theirs:
        return

    def differ(text):
        return tokenizer.encode(text, **options) != reference.encode_batch([text], mode, add_special_tokens)[0]

    lines = []
    for i in first_differences(ours, theirs):
        if not differ(texts[i]):
            lines.append(f"{spell(texts[i])}: differs in a batch, but not alone")
            continue
        text = shrink(texts[i], differ)
        lines.append(f"{spell(text)}  (in mode {mode}, found in {spell(texts[i][:200])})\n"
                     f"  reference {reference.encode_batch([text], mode, add_special_tokens)[0]}\n"
                     f"  polyglyph {tokenizer.encode(text, **options)}")
    count = sum(a != b for a, b in zip(ours, theirs))
    pytest.fail(f"{count} of {len(texts)} texts differ:\n" + "\n".join(lines), pytrace=False)


def assert_holds(texts, fails, describe):
    """`fails` holds for none of the texts; where it does, the test fails with what `describe` says of the smallest."""
    for text in texts:
        if fails(text):
            small = shrink(text, fails)
            pytest.fail(f"{spell(small)}  (found in {spell(text[:200])})\n{describe(small)}", pytrace=False)


def spans(tokenizer, text, unit, mode="text"):
    encoding = tokenizer.encode_with_offsets(text, unit=unit, special_tokens=mode)
    return encoding.ids.tolist(), [tuple(span) for span in encoding.offsets.tolist()]


def assert_same_offsets(tokenizer, reference, texts, mode="parse", comparable=lambda text: True):
    """Each text has the same ids and spans here and there, unless it is one that cannot be compared."""
    def theirs(text):
        return reference.encode_with_offsets([text], mode)[0]

    assert_holds(texts, lambda text: comparable(text) and spans(tokenizer, text, "chars", mode) != theirs(text),
                 lambda text: f"  reference {theirs(text)}\n  polyglyph {spans(tokenizer, text, 'chars', mode)}")


def streamed(tokenizer, chunks, mode="text"):
    stream, ids = tokenizer.encode_stream(special_tokens=mode), []
    for chunk in chunks:
        ids += list(stream.feed(chunk))
    return ids + list(stream.finish())


def assert_same_streams(tokenizer, texts, mode="text"):
    """Each text, a bytes, has the same ids when it comes in two parts, cut anywhere, or byte by byte."""
    def wrong_cuts(text):
        whole = tokenizer.encode(text, special_tokens=mode)
        cuts = [at for at in range(len(text) + 1) if streamed(tokenizer, [text[:at], text[at:]], mode) != whole]
        bytewise = streamed(tokenizer, [text[i:i + 1] for i in range(len(text))], mode)
        return cuts or (["every byte"] if bytewise != whole else [])

    assert_holds(texts, wrong_cuts, lambda text: f"  {tokenizer.encode(text, special_tokens=mode)}, other ids when "
                                                 f"cut at {wrong_cuts(text)}")
