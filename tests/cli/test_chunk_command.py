"""polyglyph chunk: nothing is lost, everything fits, and each form says the same."""

import json

import pytest

TEXT = "# One\n\nFirst sentence. Second sentence, which is longer.\n\n```\na = 1\n\nb = 2\n```\n\n## Two\n\nเราทุกคนเกิดมาอย่างอิสระ Ende.\n"


def lines(ok, *args, **options):
    return [json.loads(line) for line in ok("chunk", "--format", "jsonl", *args, **options).splitlines()]


@pytest.mark.parametrize("boundary", ["sentence", "paragraph", "markdown", "code", "token"])
def test_nothing_is_lost_and_everything_fits(ok, tree, boundary):
    tree({"a.md": TEXT, "b.txt": TEXT * 300})
    chunks = lines(ok, "a.md", "b.txt", "-n", "12", "--boundary", boundary)
    for path, text in (("a.md", TEXT), ("b.txt", TEXT * 300)):
        of_file = [chunk for chunk in chunks if chunk["path"] == path]
        assert "".join(chunk["text"] for chunk in of_file) == text
        assert [chunk["end"] for chunk in of_file[:-1]] == [chunk["begin"] for chunk in of_file[1:]]
        assert all(0 < chunk["tokens"] <= 12 for chunk in of_file)
    for chunk in chunks[:10]:
        assert chunk["tokens"] == len(ok("encode", stdin=chunk["text"].encode()).split())


def test_overlap_units_and_standard_input(ok):
    whole = TEXT.encode()
    for unit, units in (("bytes", whole), ("chars", TEXT)):
        chunks = lines(ok, "-n", "20", "--overlap", "6", "--unit", unit, stdin=whole)
        assert {chunk["path"] for chunk in chunks} == {"-"}
        for chunk in chunks:
            part = units[chunk["begin"] : chunk["end"]]
            assert (part if unit == "chars" else part.decode()) == chunk["text"]
        assert any(after["begin"] < before["end"] for before, after in zip(chunks, chunks[1:]))


def test_forms(ok, tree):
    tree({"a.md": "One two three.\nFour \x1b[31mfive.\n"})
    table = ok("chunk", "a.md", "-n", "5", "--format", "tsv").decode().splitlines()
    assert table[:2] == ["path\tbegin\tend\ttokens", "a.md\t0\t15\t4"]
    assert table[-1].split("\t")[2] == "31"
    shown = ok("chunk", "a.md", "-n", "5").decode()
    assert shown.startswith("── a.md 0–15, 4 tokens ──\nOne two three.\n── a.md 15–")
    assert "\x1b" not in shown
    assert r"\x1B" in shown


def test_bytes_that_are_no_text_are_kept(ok, tree):
    tree({"a.txt": b"One \xff two."})
    assert lines(ok, "a.txt")[0]["text_bytes"] == b"One \xff two.".hex()


def test_files_that_cannot_be_read_are_named(polyglyph, tree):
    tree({"good.txt": "One. Two.", "binary": b"a\0b", "more.txt": "Three."})
    result = polyglyph("chunk", "good.txt", "missing.txt", "binary", "more.txt", "--format", "jsonl")
    assert result.returncode == 1
    assert [json.loads(line)["text"] for line in result.stdout.splitlines()] == ["One. Two.", "Three."]
    assert b"missing.txt: No such file" in result.stderr
    assert b"binary: a binary file" in result.stderr


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["-n", "0"], "--max-tokens"),
        (["-n", "-4"], "--max-tokens"),
        (["-n", "nan"], "--max-tokens"),
        (["-n", "5", "--overlap", "5"], "overlap: it is 5, as large as a chunk"),
        (["--boundary", "word"], "'word' is not one of sentence|paragraph|markdown|code|token"),
        (["--locale", "english"], "'english' names no language"),
    ],
)
def test_mistakes(polyglyph, options, message):
    result = polyglyph("chunk", *options, stdin=b"One two three.")
    assert result.returncode == 2
    assert message.encode() in result.stderr
    assert result.stdout == b""


def test_control_tokens_are_refused_when_asked(polyglyph, tree):
    tree({"a.txt": "One <|im_end|> two", "b.txt": "Three"})
    result = polyglyph("chunk", "a.txt", "b.txt", "--special-tokens", "reject", "--format", "tsv")
    assert result.returncode == 1
    assert b"a.txt: " in result.stderr
    assert b"byte 4" in result.stderr
    assert result.stdout.splitlines()[1:] == [b"b.txt\t0\t5\t1"]
