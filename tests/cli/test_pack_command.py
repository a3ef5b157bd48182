"""polyglyph pack: the report, the plan and the page."""
import json
import re

import pytest


@pytest.fixture
def corpus(tmp_path):
    folder = tmp_path / "corpus"
    folder.mkdir()
    for name, words in [("a", 5), ("b", 12), ("c", 3), ("empty", 0)]:
        (folder / f"{name}.txt").write_text(" x" * words)
    return folder


def test_report_of_files(ok, corpus):
    report = ok("pack", "corpus", "--capacity", "8").decode()
    assert re.findall(r"^(\S.*?)  +(.*)$", report, re.M) == [
        ("documents", "4"), ("tokens", "20"), ("bins of 8", "3"), ("fill", "83.33 %")]
    assert "  split                                1\n" in report


def test_json_and_plan(ok, corpus, tmp_path):
    report = json.loads(ok("pack", "corpus", "-c", "8", "--format", "json", "--plan", "plan.tsv"))
    assert report == {"documents": 4, "empty_documents": 1, "split_documents": 1, "truncated_documents": 0,
                      "dropped_documents": 0, "tokens": 20, "truncated_tokens": 0, "dropped_tokens": 0, "capacity": 8,
                      "bins": 3, "lower_bound": 3, "fill": 20 / 24}
    assert (tmp_path / "plan.tsv").read_text().splitlines() == [
        "bin\tdocument\tname\tstart\tlength", "0\t1\tcorpus/b.txt\t0\t8", "1\t0\tcorpus/a.txt\t0\t5",
        "1\t2\tcorpus/c.txt\t0\t3", "2\t1\tcorpus/b.txt\t8\t4"]


def test_lengths(ok):
    run = lambda *more: json.loads(ok("pack", "--lengths", "-", "-c", "10", "--format", "json", *more, stdin=b"4\n7\r\n25\n"))
    assert run()["bins"] == 4
    assert run("--overlong", "drop")["dropped_tokens"] == 25
    assert run("--strategy", "concat")["bins"] == 4
    assert run("--max-documents", "1", "--overlong", "truncate", "--seed", "3")["bins"] == 3


def test_page(ok, corpus, tmp_path):
    (corpus / "<b>&.txt").write_text(" x" * 2)
    ok("pack", "corpus", "-c", "8", "--html", "bins.html")
    page = (tmp_path / "bins.html").read_text()
    assert page.count("<li>") == 3 and page.count(' split" style') == 2
    assert "corpus/&lt;b&gt;&amp;.txt · 2 tokens" in page
    assert "http" not in page and "<script" not in page


def test_page_of_many_small_documents(ok, tmp_path):
    ok("pack", "--lengths", "-", "-c", "100000", "--html", "bins.html", stdin=b"7\n" * 100_000)
    page = (tmp_path / "bins.html").read_text()
    assert page.count("<li>") == 8 and len(page) < 1_000_000
    assert "small documents" in page


@pytest.mark.parametrize("arguments, stdin, status, words", [
    ([], b"", 2, "name files or directories, or give --lengths"),
    (["corpus", "--lengths", "x"], b"", 2, "name files or directories"),
    (["--lengths", "-"], b"5\nfive\n", 1, "standard input: line 2: 'five' is not a number"),
    (["--lengths", "-"], b"5\n\n", 1, "line 2"),
    (["--lengths", "-"], b"-3\n", 2, "document 0 has the length -3"),
    (["--lengths", "-", "-c", "0"], b"5\n", 2, "capacity is 0"),
    (["--lengths", "-", "-c", "4", "--overlong", "error"], b"5\n", 2, "document 0 has 5 tokens"),
    (["--lengths", "-", "--strategy", "worst"], b"5\n", 2, "best_fit"),
    (["nothing-here"], b"", 1, "nothing-here"),
])
def test_errors(polyglyph, arguments, stdin, status, words):
    result = polyglyph("pack", *arguments, stdin=stdin)
    assert result.returncode == status
    assert words in result.stderr.decode() and result.stderr.count(b"\n") == 1
