"""polyglyph count: which files, which numbers, in which form."""

import csv
import io
import json
import os
import signal
import subprocess
import sys

import pytest

GREETINGS = {
    "en.txt": "Hello, world!\n",
    "ko.txt": "안녕하세요 세계\n",
    "th/th.txt": "สวัสดีชาวโลก\n",
    "hi/hi.txt": "नमस्ते दुनिया\n",
    "empty.txt": "",
}


def ids(ok, text, *options):
    return ok("encode", *options, stdin=text.encode() if isinstance(text, str) else text).split()


def count_json(ok, *args, **options):
    return json.loads(ok("count", "--format", "json", *args, **options))


def paths(counts):
    return [file["path"] for file in counts["files"]]


def test_numbers_are_those_of_encode(ok, tree):
    tree(GREETINGS)
    names = ["qwen3", "deepseek-v3", "o200k", "cl100k", "gpt-oss"]
    counts = count_json(ok, ".", "-t", ",".join(names))
    assert paths(counts) == ["./empty.txt", "./en.txt", "./hi/hi.txt", "./ko.txt", "./th/th.txt"]
    for file in counts["files"]:
        text = GREETINGS[file["path"][2:]]
        assert file["bytes"] == len(text.encode())
        assert file["characters"] == len(text)
        assert file["tokens"] == {name: len(ids(ok, text, "-t", name)) for name in names}
    total = counts["total"]
    assert total["bytes"] == sum(file["bytes"] for file in counts["files"])
    assert total["characters"] == sum(file["characters"] for file in counts["files"])
    for name in names:
        assert total["tokens"][name] == sum(file["tokens"][name] for file in counts["files"])


def test_the_shape_of_the_json(ok):
    assert count_json(ok, stdin=b"Hello, world") == {
        "files": [{"path": "-", "bytes": 12, "characters": 12, "tokens": {"qwen3": 3}}],
        "total": {"bytes": 12, "characters": 12, "tokens": {"qwen3": 3}},
    }


def test_the_table(ok, tree):
    tree({"a.txt": "Hello, world " * 1000, "界.txt": "世界\n"})
    table = ok("count", "a.txt", "界.txt").decode()
    rows = table.splitlines()
    assert rows[0].split() == ["file", "bytes", "characters", "qwen3", "chars/token"]
    assert rows[1].split()[:3] == ["a.txt", "13,000", "13,000"]
    assert rows[-1].startswith("total, 2 files")
    # 界 is two columns wide, so its row has one character less.
    assert len(rows[1]) == len(rows[0]) == len(rows[3]) == len(rows[2]) + 1


def test_tsv_and_csv(ok, tree):
    tree({'a"b,c\td\n.txt': "Hello, world", "e.txt": ""})
    expected = [
        ["path", "bytes", "characters", "qwen3", "qwen3 characters/token"],
        ['./a"b,c\td\n.txt', "12", "12", "3", "4.00"],
        ["./e.txt", "0", "0", "0", ""],
        ["total", "12", "12", "3", "4.00"],
    ]
    assert list(csv.reader(io.StringIO(ok("count", ".", "--format", "csv").decode(), newline=""))) == expected
    lines = ok("count", ".", "--format", "tsv").decode().split("\n")
    unescaped = [[f.replace("\\t", "\t").replace("\\n", "\n") for f in line.split("\t")] for line in lines]
    assert unescaped == expected + [[""]]


def test_a_tokenizer_from_a_file_has_a_column_of_its_name(ok, tree, command):
    image = json.loads(ok("list", "--format", "json"))[0]["image"]
    folder = tree({"a.txt": "Hello, world"})
    (folder / "my,own.pgv").symlink_to(image)
    counts = count_json(ok, "a.txt", "-t", "qwen3", "-t", "my,own.pgv")
    assert counts["total"]["tokens"] == {"qwen3": 3, "my,own.pgv": 3}


@pytest.mark.parametrize("jobs", ["1", "2", "7"])
def test_the_order_does_not_depend_on_jobs(ok, tree, jobs):
    tree({f"{i:03}.txt": "word " * (i * 7919 % 5000) for i in range(100)})
    assert ok("count", ".", "--jobs", jobs) == ok("count", ".")


def test_pieces_of_a_large_file_count_as_the_whole(ok, tree):
    # The buffer is 2**20 bytes: characters, words and ill-formed bytes of every kind lie across its ends.
    for unit in ["é", "世", "👩‍👩‍👧", "a", " ", "मस्ते ", b"\xe4\xb8", b"\xff", b"\x80", b"\xf0\x9f\x91a"]:
        unit = unit.encode() if isinstance(unit, str) else unit
        for shift in range(3):
            text = b"x" * shift + unit * (2_200_000 // len(unit))
            tree({"a.txt": text})
            (file,) = count_json(ok, "a.txt")["files"]
            assert file["bytes"] == len(text)
            assert file["characters"] == len(text.decode(errors="replace"))
            if shift == 1:
                assert file["tokens"]["qwen3"] == len(ids(ok, text))


def test_standard_input(ok, tree):
    tree({"a.txt": "Hello, world"})
    for args in ([], ["-"]):
        assert count_json(ok, *args, stdin=b"Hello")["files"][0]["tokens"] == {"qwen3": 1}
    assert paths(count_json(ok, "a.txt", "-", "a.txt", stdin=b"Hello")) == ["a.txt", "-", "a.txt"]


def test_pipes_and_links_that_are_named_are_read(ok, tree):
    folder = tree({"a.txt": "Hello, world"})
    (folder / "link").symlink_to("a.txt")
    reading, writing = os.pipe()
    os.write(writing, b"Hello")
    os.close(writing)
    counts = count_json(ok, "link", f"/dev/fd/{reading}", pass_fds=[reading])
    os.close(reading)
    assert [file["tokens"]["qwen3"] for file in counts["files"]] == [3, 1]


def test_what_cannot_be_counted_is_reported_and_the_rest_is_counted(polyglyph, tree):
    folder = tree({"a.txt": "Hello", "b.bin": b"ab\0c", "c.txt": "world", "late.txt": b"a" * 9000 + b"\0",
                   "u16.txt": "Hello".encode("utf-16")})
    result = polyglyph("count", "--format", "json", "missing.txt", "a.txt", "b.bin", "c.txt", "late.txt", "u16.txt")
    assert result.returncode == 1
    assert paths(json.loads(result.stdout)) == ["a.txt", "c.txt", "late.txt"]
    missing, binary, utf16 = result.stderr.decode().splitlines()
    assert missing == "polyglyph: missing.txt: No such file or directory"
    assert binary.startswith("polyglyph: b.bin: ") and "--binary" in binary
    assert utf16.startswith("polyglyph: u16.txt: UTF-16") and "iconv" in utf16
    assert paths(json.loads(polyglyph("count", "--binary", "--format", "json", "b.bin").stdout)) == ["b.bin"]
    if os.geteuid() != 0:  # root may read everything
        (folder / "a.txt").chmod(0)
        assert b"a.txt: Permission denied" in polyglyph("count", "a.txt").stderr


def test_control_tokens(polyglyph, ok, tree):
    tree({"a.txt": "a<|im_end|>", "b.txt": "b"})
    def tokens(*args):
        return count_json(ok, "a.txt", *args)["total"]["tokens"]["qwen3"]
    assert tokens("--special-tokens", "parse") == 2 < tokens() == tokens("--special-tokens", "text")
    result = polyglyph("count", "--format", "json", "--special-tokens", "reject", "a.txt", "b.txt")
    assert result.returncode == 1
    assert result.stderr.startswith(b"polyglyph: a.txt: ") and b"<|im_end|>" in result.stderr
    assert json.loads(result.stdout)["total"]["tokens"]["qwen3"] == 1


def test_paths_of_any_bytes(ok, polyglyph, tmp_path):
    folder = os.fsencode(tmp_path)
    with open(folder + b"/\xff\x1b[31m.txt", "wb") as file:
        file.write(b"Hello")
    [counted] = count_json(ok, ".")["files"]
    assert (counted["path"], bytes.fromhex(counted["path_bytes"])) == ("./\ufffd\x1b[31m.txt", b"./\xff\x1b[31m.txt")
    assert b"./\xff\x1b[31m.txt,5,5,1," in ok("count", ".", "--format", "csv")
    table = ok("count", b"\xff\x1b[31m.txt")
    assert b"\\xFF\\x1B[31m.txt" in table and b"\x1b" not in table
    assert b"\\xFE\\x1B" in polyglyph("count", b"\xfe\x1b").stderr


@pytest.mark.parametrize("name", ["[slug]", "{}", "%%", "-dash", "list", "a b", "--", "\x1f"])
def test_names_that_could_be_taken_for_something_else(ok, tree, name):
    tree({f"{name}/x.txt": "Hello"})
    assert paths(count_json(ok, "--", name)) == [f"{name}/x.txt"]


class TestDirectories:
    def test_globs(self, ok, tree):
        tree({p: "Hello" for p in ["a.md", "b.txt", "d/a.md", "d/e/a.md", "d/e/b.rst", "drafts/a.md"]})
        def found(*globs):
            return [p[2:] for p in paths(count_json(ok, ".", *(a for g in globs for a in ("--glob", g))))]
        assert found("*.md") == ["a.md", "d/a.md", "d/e/a.md", "drafts/a.md"]
        assert found("/*.md") == ["a.md"]
        assert found("d/**/*.md") == ["d/a.md", "d/e/a.md"]
        assert found("*.md", "*.rst", "!drafts/") == ["a.md", "d/a.md", "d/e/a.md", "d/e/b.rst"]
        assert found("e/") == ["d/e/a.md", "d/e/b.rst"]
        assert found("!*.md") == ["b.txt", "d/e/b.rst"]
        assert found("[ab].{md,txt}", "b.???") == ["b.txt", "d/e/b.rst"]

    def test_a_directory_without_files_is_reported(self, polyglyph, tree):
        tree({"d/a.md": "Hello"}).joinpath("empty").mkdir()
        result = polyglyph("count", "d", "empty", "--glob", "*.txt")
        assert result.returncode == 1
        assert result.stderr.decode().splitlines() == [
            "polyglyph: d: no file that --glob asks for in this directory",
            "polyglyph: empty: no file that --glob asks for in this directory",
        ]

    def test_git_folders_are_left_out(self, ok, tree):
        tree({".git/config": "x", "sub/.git": "gitdir: x", "a.txt": "Hello", ".github/b.txt": "Hello"})
        assert paths(count_json(ok, ".")) == ["./.github/b.txt", "./a.txt"]

    def test_links(self, ok, tree):
        folder = tree({"d/a.txt": "Hello", "other/b.txt": "Hello"})
        (folder / "d/loop").symlink_to("../d")
        (folder / "d/self").symlink_to("self")
        (folder / "d/other").symlink_to("../other")
        (folder / "d/c.txt").symlink_to("../other/b.txt")
        assert paths(count_json(ok, "d")) == ["d/a.txt"]
        (folder / "d/self").unlink()
        assert paths(count_json(ok, "d", "--follow")) == ["d/a.txt", "d/c.txt", "d/other/b.txt"]

    def test_a_deep_tree(self, ok, tree):
        deep = "/".join(["d"] * 500)
        tree({deep + "/a.txt": "Hello"})
        assert paths(count_json(ok, "d")) == [deep + "/a.txt"]


# Runs a command and prints its peak memory in kB. A process begins with the peak of the one that started it, so it is
# started by one that is small.
PEAK = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


def test_memory_does_not_grow_with_the_file(command, tmp_path):
    text = ("The quick brown fox. 안녕하세요 세계. नमस्ते दुनिया. " * 2000 + "\n").encode()
    with open(tmp_path / "big.txt", "wb") as file:
        for _ in range(100_000_000 // len(text) + 1):
            file.write(text)
    peak = subprocess.check_output([sys.executable, "-c", PEAK, command, "count", "big.txt"], cwd=tmp_path)
    assert int(peak) <= 150_000


class TestTerminal:
    def test_nothing_to_count(self, terminal):
        status, drawn = terminal("count")
        assert status == 2 and drawn.startswith(b"polyglyph: count: nothing to count")

    def test_color_and_its_absence(self, terminal, tree, ok):
        tree({"a.txt": "Hello"})
        assert b"\x1b[1m" in terminal("count", "a.txt")[1]
        assert b"\x1b" not in terminal("count", "a.txt", env={"NO_COLOR": "1"})[1]
        assert b"\x1b" not in terminal("count", "a.txt", env={"TERM": "dumb"})[1]
        assert b"\x1b" not in terminal("count", "a.txt", "--color", "never")[1]
        assert b"\x1b" in ok("count", "a.txt", "--color", "always")

    def test_long_paths_leave_room_for_the_numbers(self, terminal, tree):
        tree({"d" * 100 + "/file.txt": "Hello"})
        drawn = terminal("count", ".", columns=80, env={"NO_COLOR": "1"})[1].decode()
        assert max(len(line) for line in drawn.splitlines()) == 80
        assert "…" in drawn and "/file.txt" in drawn

    def test_progress(self, terminal, tree):
        # Work of seconds on five tokenizers, and a second more in which the command is stopped.
        tree({"a.txt": ("The quick brown fox. 안녕하세요 세계. " * 20 + "\n").encode() * 80_000})
        status, drawn = terminal("count", "a.txt", "-t", "qwen3,deepseek-v3,o200k,cl100k,gpt-oss", pause=1.2)
        assert status == 0
        assert "% ▕".encode() in drawn
        # The bar is wiped away before the table is drawn.
        assert b"\r\x1b[K\x1b[2mfile" in drawn

    def test_progress_without_an_end_in_sight(self, terminal):
        slow = "import time\nfor _ in range(3): print('word ' * 1000, flush=True); time.sleep(.8)"
        with subprocess.Popen([sys.executable, "-c", slow], stdout=subprocess.PIPE) as writer:
            status, drawn = terminal("count", stdin=writer.stdout)
        assert status == 0
        assert b" read  " in drawn and b"\r\x1b[K\x1b[2mfile" in drawn


def test_interrupt(command, tree):
    # A shell's background jobs, this one perhaps among them, begin with SIGINT ignored.
    process = subprocess.Popen([command, "count", "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                               preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
    process.stdin.write(b"Hello")
    process.stdin.flush()
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=10) == -signal.SIGINT
    process.stdin.close()
    process.stdout.close()


def test_limit(polyglyph, ok, tree):
    tree({"short.txt": "one two", "long.txt": "one two three four five"})
    result = polyglyph("count", ".", "-t", "qwen3,o200k", "--limit", "4", "--format", "json")
    assert result.returncode == 1
    assert b"1 file has more than 4 tokens" in result.stderr
    counts = json.loads(result.stdout)
    assert counts["limit"] == 4
    assert {file["path"]: file["fits"] for file in counts["files"]} == {
        "./long.txt": {"qwen3": False, "o200k": False},
        "./short.txt": {"qwen3": True, "o200k": True},
    }
    assert "fits" not in counts["total"]
    assert all(all(file["fits"].values()) for file in count_json(ok, ".", "--limit", "5")["files"])
    assert b"25.0 % over" in polyglyph("count", ".", "--limit", "4").stdout
    assert b" 40.0 %" in ok("count", "short.txt", "--limit", "5")
    rows = list(csv.reader(io.StringIO(polyglyph("count", ".", "--limit", "4", "--format", "csv").stdout.decode())))
    assert rows[0][4] == "qwen3 fits 4"
    assert [row[4] for row in rows[1:]] == ["false", "true", ""]


@pytest.mark.parametrize("limit", ["0", "-1", "x", "nan"])
def test_limits_without_meaning(polyglyph, limit):
    result = polyglyph("count", "--limit", limit, stdin=b"a")
    assert result.returncode == 2
    assert b"--limit" in result.stderr
