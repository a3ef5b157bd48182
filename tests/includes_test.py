#!/usr/bin/env python3
"""includes_test.py ROOT: the #include lines of the tree point the way that the design allows, and no other.

    include <- unicode <- {json, normalizers, vocab} <- tokenizer <- packing <- bindings, cli, bench, fuzz, examples, tests
    unicode <- text <- packing

Outside libraries are held to their places too: RE2 in one file of tokenizer/, simdjson in json/, ICU in
text/ and where tables are made and tested, and nothing but the standard library in the public headers. Prints every line that breaks a rule.
"""

import pathlib
import re
import sys

# Folder: the folders whose headers it may include, besides its own. "polyglyph" is include/polyglyph.
MAY_INCLUDE = {
    "include/polyglyph": {"polyglyph"},
    "unicode": {"polyglyph"},
    "json": {"polyglyph", "unicode"},
    "normalizers": {"polyglyph", "unicode"},
    "vocab": {"polyglyph", "unicode", "json"},
    "tokenizer": {"polyglyph", "unicode", "normalizers", "vocab"},
    "text": {"polyglyph", "unicode"},
    "packing": {"polyglyph", "unicode", "json", "tokenizer", "text"},
    "cli": {"polyglyph", "json"},
    "bindings": {"polyglyph"},
    "examples": {"polyglyph"},
    "tools": {"polyglyph", "unicode", "json", "normalizers", "vocab", "tokenizer"},
    "bench": {"polyglyph", "unicode", "json", "normalizers", "vocab", "tokenizer", "text", "packing"},
    "fuzz": {"polyglyph", "unicode", "json", "normalizers", "vocab", "tokenizer", "text", "packing", "tests"},
    "tests": {"polyglyph", "unicode", "json", "normalizers", "vocab", "tokenizer", "text", "packing"},
}

# A header of an outside library: the files that may include it.
OUTSIDE = {
    r"unicode/[a-z0-9_]+\.h": r"text/|tests/|tools/",
    r"re2/": r"tokenizer/regex_splitter\.cc",
    r"simdjson": r"json/",
    r"zstd": r"packing/shards/|tools/|tests/",
    r"zlib|xxhash": r"packing/shards/|tests/",
    r"pybind11/|Python\.h": r"bindings/",
    r"CLI/": r"cli/",
    r"benchmark/": r"bench/",
    r"catch2/": r"tests/",
}

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


def folder_of(path: str) -> str | None:
    return next((folder for folder in MAY_INCLUDE if path.startswith(folder + "/")), None)


def included_folder(root: pathlib.Path, includer: pathlib.Path, name: str) -> str | None:
    """The project's folder that "name" lives in, or None for an outside header."""
    if name.startswith("polyglyph/"):
        return "polyglyph"
    for candidate in (root / name, includer.parent / name):
        if candidate.is_file():
            folder = folder_of(candidate.resolve().relative_to(root).as_posix())
            return "polyglyph" if folder == "include/polyglyph" else folder
    return None


def broken_rule(root: pathlib.Path, file: pathlib.Path, bracket: str, name: str) -> str | None:
    path = file.relative_to(root).as_posix()
    folder = folder_of(path)
    target = included_folder(root, file, name) if bracket == '"' else None
    if bracket == "<" and name.startswith("polyglyph/"):
        target = "polyglyph"
    if target is not None:
        if target == folder or target in MAY_INCLUDE[folder]:
            return None
        return f"{folder}/ must not see {target}/"
    if bracket == '"':
        return "names no file of the project"
    for header, places in OUTSIDE.items():
        if re.match(header, name) and not re.match(places, path):
            return f"belongs only in {places}"
    if folder == "include/polyglyph" and ("/" in name or "." in name):
        return "a public header includes the standard library alone"
    return None


def main() -> int:
    root = pathlib.Path(sys.argv[1]).resolve()
    seen = broken = 0
    for folder in MAY_INCLUDE:
        for file in sorted((root / folder).rglob("*")):
            if file.suffix not in {".h", ".cc", ".inc"}:
                continue
            for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
                match = INCLUDE.match(line)
                if not match:
                    continue
                seen += 1
                rule = broken_rule(root, file, *match.groups())
                if rule:
                    broken += 1
                    print(f"{file.relative_to(root)}:{number}: {line.strip()}: {rule}")
    print(f"{seen} includes, {broken} that break a rule")
    return 1 if broken or not seen else 0


if __name__ == "__main__":
    sys.exit(main())
