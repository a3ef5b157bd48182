"""count leaves out what git would: every rule of gitignore(5), and random trees against git itself."""

import json
import os
import random
import subprocess
import time

import pytest

GIT_ENVIRONMENT = {
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_CONFIG_SYSTEM": "/dev/null",
    "PATH": os.environ["PATH"],
    "HOME": "/nonexistent",
}


def git(folder, *args):
    return subprocess.run(
        ["git", *args], cwd=folder, env=GIT_ENVIRONMENT, check=True, capture_output=True
    ).stdout


def counted(ok, folder, *args):
    files = json.loads(ok("count", "--format", "json", *args, cwd=folder))["files"]
    return sorted(file["path"] for file in files)


def assert_as_git(ok, folder):
    """The files counted are those that git neither tracks nor ignores; no file is tracked here."""
    names = git(folder, "ls-files", "--others", "--exclude-standard", "-z").split(b"\0")[:-1]
    ours = [path.removeprefix("./") for path in counted(ok, folder, ".")]
    patterns = {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob(".gitignore")}
    assert ours == sorted(os.fsdecode(name) for name in names), patterns


def write(folder, files):
    for path, content in files.items():
        where = folder / path
        where.parent.mkdir(parents=True, exist_ok=True)
        where.write_bytes(content.encode())


FILES = [
    "a.log", "b.log", "keep.log", "a.txt", "#x", "!x", "sp ", "sp", "a\\b", "[x]", "x", "ab", "a-b", "a]b",
    "build/a.txt", "build/b.log", "src/build/a.txt", "src/a.log", "src/build.txt", "src/docs/a.txt",
    "docs/a.txt", "docs/b/a.txt", "docs/b/c/a.txt", "docs/b/c/draft1.md", "docs/draft2.md", "é.txt", "A.TXT",
]  # fmt: skip

RULES = [
    "*.log",
    "*.log\n!keep.log",
    "build/",
    "/build",
    "build",
    "build/*\n!build/a.txt",
    "build/\n!build/a.txt",  # a file below an ignored directory stays ignored
    "docs/**",
    "docs/**/a.txt",
    "**/a.txt",
    "**/b/**",
    "docs/**/c/*.md",
    "docs/b*/c",
    "docs/*",
    "**",
    "/**",
    "**/",
    "*/",
    "!*/\n*\n!*.txt",
    "/*\n!/docs",
    "\\#x\n\\!x",
    "#x\n!x",
    "sp ",
    "sp\\ ",
    "sp\\  ",
    "[a-b].log",
    "[!a].log",
    "[^a].log",
    "[]x].txt",
    "a[]-]b",
    "a[]b",
    "[[:alpha:]].log",
    "[[:upper:]].*",
    "[[:nonsense:]].log",
    "[[:alpha].log",
    "\\[x\\]",
    "[[]x[]]",
    "a\\\\b",
    "a[\\\\]b",
    "x\\",
    "?.txt",
    "??.txt",
    "*.TXT",
    "a.*\r\n*.md\r\n",
    "\ufeff*.log",
    "docs/draft?.md",
    "src/**build**",
    "s*c",
    "src/docs/",
    "/src/docs/a.txt/",
    "",
    "/",
    "//",
    "!",
    "*[",
    "a*b",
    "*a*a*",
]


@pytest.mark.parametrize("rules", RULES)
def test_rules(ok, tmp_path, rules):
    git(tmp_path, "init", "-q")
    write(tmp_path, {path: "x" for path in FILES})
    write(tmp_path, {".gitignore": rules})
    if rules in ("**", "/**", "*", "*/"):
        write(tmp_path, {".gitignore": rules + "\n!.gitignore"})
    assert_as_git(ok, tmp_path)


def test_nested_files_override_the_ones_above(ok, tmp_path):
    git(tmp_path, "init", "-q")
    write(tmp_path, {path: "x" for path in FILES})
    write(
        tmp_path,
        {
            ".gitignore": "*.log\n*.md\n/docs/b/c/a.txt\n",
            "src/.gitignore": "!*.log\n/build\n",
            "docs/.gitignore": "!draft2.md\nb/*.txt\n",
            "docs/b/c/.gitignore": "!a.txt\n!*\n",
        },
    )
    assert_as_git(ok, tmp_path)


def random_pattern(rng):
    words = ["a", "b", "ab", "*", "**", "?", "a*", "*b", "[ab]", "[!a]", "?**", "*.x", "a.x", "b?", "\\a", "[^b]*"]
    parts = [rng.choice(words) for _ in range(rng.choice([1, 1, 1, 2, 2, 3, 4]))]
    return (
        ("!" if rng.random() < 0.25 else "")
        + ("/" if rng.random() < 0.3 else "")
        + "/".join(parts)
        + ("/" if rng.random() < 0.25 else "")
    )


@pytest.mark.parametrize("seed", range(400 if os.environ.get("POLYGLYPH_LONG_TESTS") else 60))
def test_random_trees(ok, tmp_path, seed):
    rng = random.Random(seed)
    git(tmp_path, "init", "-q")
    names = ["a", "b", "ab", "a.x", "b.x", "ba"]
    folders = [""]
    for _ in range(25):
        folder = rng.choice(folders)
        name = rng.choice(names)
        path = tmp_path / folder / name
        if path.exists():
            continue
        if rng.random() < 0.4 and folder.count("/") < 4:
            path.mkdir()
            (path / "leaf").write_text("x")
            folders.append(f"{folder}{name}/")
        else:
            path.write_text("x")
    (tmp_path / "top").write_text("x")
    for folder in folders:
        if folder == "" or rng.random() < 0.3:
            rules = [random_pattern(rng) for _ in range(rng.randint(1, 4))]
            (tmp_path / folder / ".gitignore").write_text("\n".join(rules) + "\n!/top\n!/.gitignore\n")
    assert_as_git(ok, tmp_path)


def test_inside_a_repository_the_rules_from_its_top_hold(ok, tmp_path):
    git(tmp_path, "init", "-q")
    write(tmp_path, {path: "x" for path in FILES})
    write(tmp_path, {".gitignore": "*.log\n/src/docs\nbuild/\n"})
    assert counted(ok, tmp_path, "src") == ["src/build.txt"]
    assert counted(ok, tmp_path / "src", ".") == ["./build.txt"]
    # What is named is counted, ignored or not.
    assert counted(ok, tmp_path, "a.log", "build") == ["a.log", "build/a.txt"]


def test_outside_a_repository_the_files_on_the_way_down_hold(ok, tmp_path):
    write(tmp_path, {"a.log": "x", "d/a.log": "x", "d/e/a.log": "x", "d/e/b.txt": "x"})
    write(tmp_path, {".gitignore": "b.txt\n", "d/.gitignore": "*.log\n"})
    assert counted(ok, tmp_path, "d") == ["d/.gitignore", "d/e/b.txt"]
    assert counted(ok, tmp_path, "d", "--no-gitignore") == [
        "d/.gitignore", "d/a.log", "d/e/a.log", "d/e/b.txt"]  # fmt: skip


def test_patterns_that_are_slow_in_a_naive_matcher(ok, tmp_path):
    write(tmp_path, {"a" * 200: "x", "/".join("a" * 100) + "/x": "x"})
    write(tmp_path, {".gitignore": "*a" * 50 + "b\n" + "**/a/" * 50 + "b\n"})
    start = time.monotonic()
    assert len(counted(ok, tmp_path, ".")) == 3
    assert time.monotonic() - start < 5
