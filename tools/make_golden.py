#!/usr/bin/env python3
"""Writes tests/golden: ids that the references give, so that the C++ tests prove parity without them.

Run it after a built-in, the samples or the table of cases changed, in an environment that holds tests/requirements.txt:

    .venv/bin/python tools/make_golden.py

What it writes:

- texts.txt: hostile texts, one a line, with everything but printable ASCII escaped (\\n, \\\\ and \\u{...});
- NAME.ids: for each line of texts.txt the ids of the built-in NAME in the mode "text"; where the mode "parse" gives
  others, those follow after a bar;
- NAME.samples: for each block of each file in samples/, its place, the number of its ids, and their FNV-1a hash.
"""
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
GOLDEN = ROOT / "tests" / "golden"
sys.path.insert(0, str(ROOT / "tests" / "python" / "parity"))

import references  # noqa: E402
import texts  # noqa: E402
from cases import CASES  # noqa: E402

# How many texts of each kind.
DRAWN = {"scalars": 200, "anything": 60, "fragments": 120, "hard": 400, "emoji": 80, "marks": 300, "control": 80}
BLOCK = 2_048


def escape(text):
    def spell(c):
        if c in "\\\n":
            return "\\\\" if c == "\\" else "\\n"
        return c if " " <= c <= "~" else f"\\u{{{ord(c):x}}}"
    return "".join(map(spell, text))


def hostile():
    found = dict.fromkeys(CASES.values())
    for name in references.BUILTINS:
        for kind, count in DRAWN.items():
            # Only these kinds draw from the vocabulary; of the others each built-in adds some.
            share = count if kind in ("fragments", "control") else count // len(references.BUILTINS)
            found.update(dict.fromkeys(texts.draw(kind, references.builtin(name), share, f"golden {name}")))
    return list(found)


def blocks(content):
    """Whole lines, as many as fit into a block: (begin, end)."""
    begin = end = 0
    for line in content.splitlines(keepends=True):
        if end > begin and end + len(line) - begin > BLOCK:
            yield begin, end
            begin = end
        end += len(line)
    if end > begin:
        yield begin, end


def fnv1a(ids):
    value = 0xCBF29CE484222325
    for i in ids:
        for byte in i.to_bytes(4, "little"):
            value = (value ^ byte) * 0x100000001B3 % 2**64
    return value


def write(name, lines):
    (GOLDEN / name).write_text("".join(f"{line}\n" for line in lines), encoding="ascii", newline="\n")


def spell_ids(ids):
    return " ".join(map(str, ids))


def main():
    GOLDEN.mkdir(exist_ok=True)
    drawn = hostile()
    write("texts.txt", map(escape, drawn))

    samples = [(path.name, begin, end, content[begin:end].decode())
               for path in sorted((ROOT / "samples").glob("*.txt"))
               for content in [path.read_bytes()] for begin, end in blocks(content)]
    for name in references.BUILTINS:
        reference = references.builtin(name)
        both = zip(reference.encode_batch(drawn), reference.encode_batch(drawn, "parse"))
        write(f"{name}.ids", (spell_ids(text) + (f" | {spell_ids(parse)}" if parse != text else "")
                              for text, parse in both))
        ids = reference.encode_batch([text for *_, text in samples])
        write(f"{name}.samples", (f"{file} {begin} {end} {len(i)} {fnv1a(i):016x}"
                                  for (file, begin, end, _), i in zip(samples, ids)))


if __name__ == "__main__":
    main()
