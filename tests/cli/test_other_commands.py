"""polyglyph inspect, list, completion and help; and what every command does when something goes wrong."""

import json
import os
import pathlib
import re
import shutil
import signal
import subprocess

import pytest

COMMANDS = ["count", "encode", "decode", "show", "inspect", "list", "completion"]
BUILTINS = {"qwen3": "Apache-2.0", "deepseek-v3": "MIT", "o200k": "MIT", "cl100k": "MIT", "gpt-oss": "Apache-2.0"}


def one_line(stderr):
    assert stderr.startswith(b"polyglyph: ") and stderr.count(b"\n") == 1, stderr
    return stderr.decode()


class TestInspect:
    def test_text(self, ok):
        text = ok("inspect").decode()
        assert re.search(r"^name +qwen3$", text, re.M)
        assert re.search(r"^normalizer +NFC$", text, re.M)
        assert re.search(r"^vocabulary size +151,669$", text, re.M)
        assert re.search(r"^ +151645  <\|im_end\|>$", text, re.M)

    @pytest.mark.parametrize("name", BUILTINS)
    def test_json(self, ok, name):
        facts = json.loads(ok("inspect", name, "--format", "json"))
        assert facts["name"] == name
        assert facts["control_token_count"] == len(facts["control_tokens"])
        assert facts["added_token_count"] == len(facts["control_tokens"]) + len(facts["other_added_tokens"])
        for token in facts["control_tokens"][:20]:
            assert ok("encode", token["content"], "-t", name, "--special-tokens", "parse") == b"%d\n" % token["id"]

    def test_the_name_may_be_an_option(self, ok):
        assert ok("inspect", "o200k") == ok("inspect", "-t", "o200k") == ok("inspect", "--tokenizer=o200k")

    def test_long_runs_are_one_line(self, ok):
        lines = ok("inspect", "deepseek-v3").decode().splitlines()
        assert len(lines) < 60
        assert any("128000–128799" in line for line in lines)


def test_list(ok):
    builtins = json.loads(ok("list", "--format", "json"))
    assert {b["name"]: b["licence"] for b in builtins} == BUILTINS
    for builtin in builtins:
        image = pathlib.Path(builtin["image"])
        assert image.is_file() and image.stat().st_size == builtin["image_bytes"]
        assert builtin["vocab_size"] > 100_000 and builtin["description"]
    table = ok("list").decode().splitlines()
    assert len(table) == 6 and re.match(r"qwen3 +151,669 +Apache-2.0 +\S.* /\S+/qwen3\.pgv$", table[1])


class TestHelp:
    def test_the_first_page(self, ok):
        text = ok("--help").decode()
        assert "Examples:\n  polyglyph count README.md docs/" in text
        for name in COMMANDS:
            assert re.search(rf"^  {name} +[A-Z]", text, re.M)

    @pytest.mark.parametrize("name", COMMANDS)
    def test_every_command(self, ok, name):
        text = ok(name, "--help").decode()
        assert f"Usage: polyglyph {name}" in text
        assert f"  polyglyph {name}" in text.split("Examples:" if "Examples:" in text else "install it:")[1] or name == "completion"
        assert max(len(line) for line in text.splitlines()) <= 112

    def test_version(self, ok):
        assert re.fullmatch(rb"polyglyph \d+\.\d+\.\d+\n", ok("--version"))


class TestCompletion:
    def test_bash(self, ok, tmp_path):
        (tmp_path / "done").write_bytes(ok("completion", "bash"))
        (tmp_path / "tokenizer.json").write_text("")

        def complete(*words):
            line = " ".join(f"'{word}'" for word in words)
            script = f"source done; COMP_WORDS=({line}); COMP_CWORD={len(words) - 1}; _polyglyph; printf '%s\\n' \"${{COMPREPLY[@]}}\""
            out = subprocess.run(["bash", "-c", script], cwd=tmp_path, capture_output=True, check=True)
            assert out.stderr == b""
            return out.stdout.decode().split()

        assert complete("polyglyph", "co") == ["count", "convert", "completion"]
        assert complete("polyglyph", "count", "--format", "") == ["table", "json", "tsv", "csv"]
        assert complete("polyglyph", "count", "--format", "=", "j") == ["json"]
        assert complete("polyglyph", "count", "--spec") == ["--special-tokens"]
        assert complete("polyglyph", "show", "-t", "q") == ["qwen3"]
        assert complete("polyglyph", "count", "-t", "qwen3,o2") == ["qwen3,o200k"]
        assert "tokenizer.json" in complete("polyglyph", "encode", "--tokenizer", "to")
        assert complete("polyglyph", "inspect", "deep") == ["deepseek-v3"]
        assert complete("polyglyph", "completion", "f") == ["fish"]
        assert complete("polyglyph", "count", "--jobs", "") == []

    @pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
    def test_every_option_is_there(self, ok, shell):
        script = ok("completion", shell).decode()
        for name in COMMANDS:
            for option in re.findall(r"--([a-z-]+)", ok(name, "--help").decode().split("Options:")[1].split("xamples")[0]):
                assert option in script
        if shutil.which(shell):
            subprocess.run([shell, "-n"], input=script.encode(), check=True)


class TestUsage:
    @pytest.mark.parametrize(
        "args",
        [
            [],
            ["cuont"],
            ["--frob"],
            ["count", "--frob", "x"],
            ["count", "--format", "xml", "x"],
            ["count", "--jobs", "0", "x"],
            ["count", "--jobs", "two", "x"],
            ["count", "-t", "", "x"],
            ["count", "-t", "qwen3,qwen3", "x"],
            ["count", "-t", "qwen4", "x"],
            ["encode", "-t", "qwen3,o200k", "x"],
            ["encode", "--special-tokens", "yes", "x"],
            ["inspect", "o200k", "-t", "qwen3"],
            ["inspect", "a", "b"],
            ["completion"],
            ["completion", "tcsh"],
        ],
    )
    def test_mistakes(self, polyglyph, args):
        result = polyglyph(*args)
        assert (result.returncode, result.stdout) == (2, b"")
        one_line(result.stderr)

    def test_near_names_are_said(self, polyglyph):
        assert "qwen3" in one_line(polyglyph("count", "-t", "qwen", "x").stderr)

    def test_a_file_in_the_place_of_a_command(self, polyglyph, tree):
        tree({"a.txt": "Hello"})
        assert "polyglyph count a.txt" in one_line(polyglyph("a.txt").stderr)


@pytest.mark.parametrize("content", [None, b"", b"{", b"{}", b"not json", b"[1, 2]"])
@pytest.mark.parametrize("name", ["tokenizer.json", "x.tiktoken", "x.pgv"])
def test_broken_tokenizers(polyglyph, tmp_path, name, content):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    for args in (["count", "-t", f"./{name}", "x"], ["inspect", name], ["encode", "-t", name, "x"]):
        result = polyglyph(*args)
        assert result.returncode in (1, 2) and result.stdout == b""
        assert name in one_line(result.stderr)


class TestOutput:
    def test_full_disk(self, polyglyph, command):
        for args in (["encode", "x"], ["count"], ["list"], ["--help"], ["--version"], ["show", "x", "--html"],
                     ["completion", "zsh"], ["inspect"]):
            with open("/dev/full", "wb") as full:
                result = subprocess.run([command, *args], stdin=subprocess.DEVNULL, stdout=full, stderr=subprocess.PIPE)
            assert result.returncode == 1
            assert "No space left" in one_line(result.stderr)

    def test_closed(self, command):
        for redirection, status in ((">&-", 1), ("2>&-", 0), ("<&-", 0)):
            script = f'"{command}" encode Hello {redirection}'
            assert subprocess.run(["sh", "-c", script], capture_output=True).returncode == status
        result = subprocess.run(["sh", "-c", f'"{command}" encode <&-'], capture_output=True)
        assert result.returncode == 1 and "standard input" in one_line(result.stderr)

    @pytest.mark.parametrize("ignored", [False, True])
    def test_a_reader_that_leaves(self, command, ignored):
        """The command ends as others do, silently by SIGPIPE, also where its parent ignores the signal."""
        process = subprocess.Popen(
            [command, "encode"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            restore_signals=not ignored)  # fmt: skip
        process.stdout.close()
        try:
            for _ in range(100):
                process.stdin.write(b"Hello, world. " * 10_000)
        except BrokenPipeError:
            pass
        try:
            process.stdin.close()
        except BrokenPipeError:
            pass
        assert process.wait(timeout=30) == -signal.SIGPIPE
        assert process.stderr.read() == b""
        process.stderr.close()


def test_from_another_folder(ok, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    assert ok("encode", "Hello", cwd=tmp_path / "elsewhere") == b"9707\n"
