"""polyglyph show: in the terminal and as a page."""

import html.parser
import re

import pytest

TEXT = "Hello, 世界!\tनमस्ते\u200d\n👩 <b>&\"'</b>"


def plain(ok, *args, **options):
    return ok("show", *args, **options).decode()


def test_tokens_with_their_ids(ok):
    head, tokens, ids = plain(ok, "Hello, world").splitlines()
    assert head == "qwen3 3 tokens · 12 bytes · 12 characters · 4.00 characters per token"
    assert [t.strip() for t in tokens.split("│")] == ["Hello", ",", "·world"]
    assert [i.strip() for i in ids.split("│")] == ["9707", "11", "1879"]
    # Bars stand below bars.
    assert [m.start() for m in re.finditer("│", tokens)] == [m.start() for m in re.finditer("│", ids)]


def test_what_cannot_be_seen_is_shown(ok):
    shown = plain(ok, "a b\tc\n" + "d\u200be\x1bf", "-t", "o200k")
    for sign in ("·", "→", "↵", "‹U+200B›", "‹U+001B›"):
        assert sign in shown
    assert "‹FF›" in plain(ok, stdin=b"\xff")
    # A character in two tokens, by its bytes.
    assert re.search("‹[0-9A-F ]+›", plain(ok, "𒀀"))


def test_color(ok):
    colored = plain(ok, "Hello<|im_end|>", "--special-tokens", "parse", "--color", "always")
    tiles = re.findall("\x1b\\[([0-9;]+)m([^\x1b]*)\x1b\\[0m", colored)
    styles = {text.strip(): style for style, text in tiles}
    assert styles["Hello"] != styles["<|im_end|>"]
    # Both foreground and background are set, so that no terminal's own colors matter.
    assert "38;5;" in styles["Hello"] and "48;5;" in styles["Hello"]


def test_lines_fit_the_terminal(terminal, ok):
    status, drawn = terminal("show", "word " * 200, columns=60)
    assert status == 0
    bare = re.sub("\x1b\\[[0-9;]*m", "", drawn.decode())
    assert max(len(line) for line in bare.splitlines()[1:]) <= 60
    assert bare.count("word") == 200


def test_several_tokenizers(ok):
    shown = plain(ok, "안녕", "-t", "qwen3,o200k,cl100k")
    assert [line.split()[0] for line in shown.splitlines() if "characters per token" in line] == [
        "qwen3", "o200k", "cl100k"]  # fmt: skip


class Page(html.parser.HTMLParser):
    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.tokens, self.stack, self.names, self.links = [], [], [], []
        self.feed(text)
        self.close()
        assert self.stack == []

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.links += [v for k, v in attributes.items() if k in ("src", "href")]
        assert tag not in ("script", "link", "iframe", "img")
        if tag in ("meta", "input", "wbr"):
            return
        self.stack.append(tag)
        if tag == "b":
            self.tokens.append({"id": int(attributes["data-id"]), "title": attributes["title"],
                                "class": attributes["class"], "text": ""})

    def handle_endtag(self, tag):
        assert self.stack.pop() == tag

    def handle_data(self, data):
        if "b" in self.stack:
            self.tokens[-1]["text"] += data
        elif "h2" in self.stack:
            self.names.append(data)


def test_the_page_holds_every_token(ok):
    page = Page(ok("show", TEXT, "--html").decode())
    assert [str(token["id"]) for token in page.tokens] == ok("encode", TEXT).decode().split()
    for token in page.tokens:
        head, bytes_ = token["title"].split(" · ")
        assert head == f"id {token['id']}"
        assert bytes.fromhex(bytes_) == ok("decode", str(token["id"]))


def test_the_page_escapes_everything(ok):
    hostile = "<script>alert(1)</script><img src=x onerror=alert(1)>&lt;\"'<!-- --></b></section>"
    page = Page(ok("show", hostile, "--html").decode())
    assert "".join(token["text"] for token in page.tokens).replace("·", " ") == hostile
    assert page.links == []


def test_the_page_is_self_contained_and_knows_the_dark(ok):
    page = ok("show", "Hello", "--html").decode()
    assert page.startswith("<!DOCTYPE html>")
    assert "://" not in page and "@import" not in page and "url(" not in page
    assert "prefers-color-scheme: dark" in page


def test_the_page_side_by_side(ok):
    page = Page(ok("show", "Hello", "--html", "-t", "qwen3,o200k").decode())
    assert page.names == ["qwen3", "o200k"]
    assert len(page.tokens) == 2


def test_control_tokens_in_the_page(ok):
    page = Page(ok("show", "a<|im_end|>", "--html", "--special-tokens", "parse").decode())
    assert [token["class"] for token in page.tokens] == ["c0", "control"]


def test_the_page_goes_to_a_file(ok, polyglyph, tmp_path):
    assert ok("show", "Hello", "--html", "page.html") == b""
    assert (tmp_path / "page.html").read_bytes() == ok("show", "Hello", "--html")
    assert ok("show", "--html", "page.html", stdin=b"world") == b""
    assert (tmp_path / "page.html").read_bytes() == ok("show", "world", "--html")
    result = polyglyph("show", "Hello", "--html", "missing/page.html")
    assert result.returncode == 1 and b"missing/page.html" in result.stderr
    # A text in the place of the file's name is not written to.
    result = polyglyph("show", "--html", "some text")
    assert result.returncode == 2 and not (tmp_path / "some text").exists()
