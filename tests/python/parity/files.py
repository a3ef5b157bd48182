"""Small tokenizer.json files, one for each thing that the format can say about byte-level BPE."""
import itertools
import json

from references import TO_ALPHABET


def spell(raw):
    """Bytes as a byte-level vocabulary spells them."""
    return "".join(TO_ALPHABET[byte] for byte in raw)


# Each word is merged from its left end; those after the bar also make pairs that compete with the first.
_WORDS = ["the", " the", "and", " and", "ab", "abab", "aa", "aaaa", "  ", "    ", "\n\n", " \n", "12", "123", "\u00e9", " \u00e9",
          "\u4e2d\u6587", "\u3042", "'s", "'ll", "<x>", " q", "e\u0301", "\u00b7\u00b7", "don't", "\ufb01", "A\u030a"]
_FROM_THE_RIGHT = ["bab", "aaa", "hell", " hell", "\u6587\u4e2d", "234", "   "]


def model(without=(), extra=(), pairs=False, **settings):
    """A model of 256 bytes and some merges. `without`: bytes that get no entry; `extra`: entries that nothing makes."""
    tokens = [bytes([b]) for b in range(256) if b not in without]
    merges = []

    def add(left, right):
        if left + right not in tokens:
            tokens.append(left + right)
        if (left, right) not in merges:
            merges.append((left, right))

    def left_to_right(raw):
        for i in range(1, len(raw)):
            add(raw[:i], raw[i:i + 1])

    def right_to_left(raw):
        for i in range(len(raw) - 1, 0, -1):
            add(raw[i - 1:i], raw[i:])

    words = [word for word in _WORDS + _FROM_THE_RIGHT if not set(word.encode()) & set(without)]
    for word in words:
        (right_to_left if word in _FROM_THE_RIGHT else left_to_right)(word.encode())
    names = [spell(token) for token in tokens] + list(extra)
    spelled = [[spell(left), spell(right)] for left, right in merges]
    return {"type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": None,
            "end_of_word_suffix": None, "fuse_unk": False, "byte_fallback": False, "ignore_merges": False,
            "vocab": {name: i for i, name in enumerate(names)},
            "merges": spelled if pairs else [" ".join(pair) for pair in spelled], **settings}


def byte_level(add_prefix_space=False, use_regex=False, trim_offsets=False):
    return {"type": "ByteLevel", "add_prefix_space": add_prefix_space, "trim_offsets": trim_offsets,
            "use_regex": use_regex}


def split(pattern, behavior="Isolated", invert=False, literal=False):
    return {"type": "Split", "pattern": {"String" if literal else "Regex": pattern}, "behavior": behavior,
            "invert": invert}


def sequence(kind, *parts):
    return {"type": "Sequence", kind: list(parts)}


def added(content, **flags):
    return {"content": content, "single_word": False, "lstrip": False, "rstrip": False, "normalized": False,
            "special": False, **flags}


def tokenizer_json(added_tokens=(), normalizer=None, pre_tokenizer=None, post_processor=None, **model_settings):
    body = model_settings.pop("model", None) or model(**model_settings)
    # The reference numbers those that are no entries on from the size of the model, in their order, whatever the file says.
    ids, tokens = dict(body["vocab"]), []
    for token in added_tokens:
        tokens.append({**token, "id": ids.setdefault(token["content"], len(ids))})
    return json.dumps({"version": "1.0", "truncation": None, "padding": None, "added_tokens": tokens,
                       "normalizer": normalizer, "pre_tokenizer": pre_tokenizer or byte_level(),
                       "post_processor": post_processor, "decoder": byte_level(), "model": body}, ensure_ascii=False)


BEHAVIORS = ["Removed", "Isolated", "MergedWithPrevious", "MergedWithNext", "Contiguous"]

# Patterns of public vocabularies, and small ones that each ask one question.
PATTERNS = {
    "gpt2": r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+",
    "llama3": r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|"
              r"\s+(?!\S)|\s+",
    "qwen2": r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|"
             r"\s+(?!\S)|\s+",
    "o200k": r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|"
             r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|"
             r"\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+",
    "deepseek words": r"[!\"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+|"
                      r" ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+",
    "bloom": r" ?[^(\s|[.,!?\u2026\u3002\uff0c\u3001\u0964\u06d4\u060c])]+",
    "digits": r"\d",
    "digit pairs": r"\d{1,2}",
    "words": r"\w+",
    "not words": r"\W",
    "spaces": r"\s+",
    "spaces before more": r"\s+(?!\S)|\s+",
    "lines": r"[^\n]+|[\n]+",
    "apostrophes": r"'[a-z]?",
    "any case": r"(?i:the|and)",
    "lazy": r"a.*?b",
    "optional": r"(?:ab)?c?d",
    "han": r"[\u4e00-\u9fa5]+",
    "punctuation": r"[\p{P}\p{S}]",
    "upper": r"\p{Lu}\p{Ll}*",
    "hex": r"\x61\x{62}?|\u4e2d",
}
SMALL_PATTERNS = ["digit pairs", "spaces", "apostrophes", "han", "words"]
LITERALS = [" ", "ab", "'", "\u4e2d", "\n\n"]

ADDED_CONTENTS = ["<x>", "ab", "\u00e9", "\u4e2d\u6587", "<|c|>", "A\u030a", "\n"]
ADDED_FLAGS = ["single_word", "lstrip", "rstrip", "normalized", "special"]


def _splits():
    for behavior, invert in itertools.product(BEHAVIORS, (False, True)):
        name = f"{behavior}{' inverted' if invert else ''}"
        for pattern in SMALL_PATTERNS:
            yield f"split {pattern} {name}", {
                "pre_tokenizer": sequence("pretokenizers", split(PATTERNS[pattern], behavior, invert), byte_level())}
        for literal in LITERALS:
            yield f"split {ascii(literal)} {name}", {
                "pre_tokenizer": sequence("pretokenizers", split(literal, behavior, invert, literal=True), byte_level())}
    for name, pattern in PATTERNS.items():
        for behavior, invert in (("Isolated", False), ("Removed", True)):
            yield f"pattern {name} {behavior}", {
                "pre_tokenizer": sequence("pretokenizers", split(pattern, behavior, invert), byte_level())}
    yield "three splits in turn", {"pre_tokenizer": sequence(
        "pretokenizers", split(r"\p{N}{1,3}"), split(PATTERNS["han"]), split(PATTERNS["deepseek words"]), byte_level())}
    yield "splits of every behavior in turn", {"pre_tokenizer": sequence(
        "pretokenizers", split(" ", "MergedWithNext", literal=True), split("a", "MergedWithPrevious"),
        split(r"\d", "Contiguous"), split("b", "Removed"), byte_level())}


def _other_pretokenizers():
    for individual in (False, True):
        digits = {"type": "Digits", "individual_digits": individual}
        yield f"digits individual={individual}", {"pre_tokenizer": sequence("pretokenizers", digits, byte_level())}
        yield f"digits individual={individual} before gpt2", {
            "pre_tokenizer": sequence("pretokenizers", digits, byte_level(use_regex=True))}
        yield f"digits individual={individual} after words", {
            "pre_tokenizer": sequence("pretokenizers", split(PATTERNS["words"]), digits, byte_level())}
    for prefix, use_regex, trim in itertools.product((False, True), repeat=3):
        name = f"byte level prefix={prefix} regex={use_regex} trim={trim}"
        yield name, {"pre_tokenizer": byte_level(prefix, use_regex, trim)}
        yield f"{name}, post-processed", {"pre_tokenizer": byte_level(prefix, use_regex),
                                          "post_processor": byte_level(prefix, use_regex, trim)}
        if prefix or not trim:  # the other way round, spans differ (docs/parity.md)
            yield f"{name}, post-processed, prefix turned", {"pre_tokenizer": byte_level(not prefix, use_regex),
                                                             "post_processor": byte_level(prefix, use_regex, trim)}
    yield "byte level prefix after a split", {
        "pre_tokenizer": sequence("pretokenizers", split("b"), byte_level(True, True))}


def _normalizers():
    forms = [{"type": form} for form in ("NFC", "NFD", "NFKC", "NFKD")]
    for form in forms:
        yield f"normalizer {form['type']}", {"normalizer": form}
        yield f"normalizer {form['type']} before llama3", {
            "normalizer": form,
            "pre_tokenizer": sequence("pretokenizers", split(PATTERNS["llama3"]), byte_level())}
    for first, second in itertools.permutations(forms, 2):
        yield f"normalizer {first['type']} {second['type']}", {"normalizer": sequence("normalizers", first, second)}
    yield "normalizer empty sequence", {"normalizer": sequence("normalizers")}
    yield "normalizer nested sequence", {
        "normalizer": sequence("normalizers", sequence("normalizers", forms[1]), sequence("normalizers"), forms[2])}


def _added_tokens():
    for flags in itertools.product((False, True), repeat=len(ADDED_FLAGS)):
        chosen = dict(zip(ADDED_FLAGS, flags))
        name = " ".join(flag for flag, on in chosen.items() if on) or "plain"
        tokens = [added(content, **chosen) for content in ADDED_CONTENTS]
        yield f"added {name}", {"added_tokens": tokens}
        if chosen["normalized"]:
            yield f"added {name}, NFC", {"added_tokens": tokens, "normalizer": {"type": "NFC"}}
            yield f"added {name}, NFKD", {"added_tokens": tokens, "normalizer": {"type": "NFKD"}}
        yield f"added {name}, prefix space", {"added_tokens": tokens, "pre_tokenizer": byte_level(True, True, True)}
    mixed = [added("<x>", special=True), added("<x", lstrip=True), added("x>", rstrip=True), added("<x>y", single_word=True),
             added(" ab", normalized=True), added("abab", normalized=True, lstrip=True), added("aba"), added("\u00e9 ", rstrip=True),
             added("e\u0301", normalized=True), added("  "), added(" ")]
    yield "added overlapping", {"added_tokens": mixed}
    yield "added overlapping, backwards", {"added_tokens": mixed[::-1]}
    yield "added overlapping, NFC", {"added_tokens": mixed, "normalizer": {"type": "NFC"}}
    yield "added entries of the model", {"added_tokens": [added(spell(b"the")), added("ab", special=True),
                                                          added("\u00e9"), added("12", single_word=True)]}


def _models():
    yield "merges as pairs", {"pairs": True}
    # Entries that merging cannot make, reachable only as whole pieces; and one outside the byte alphabet.
    extra = ["hello", spell("中文中文".encode()), spell(b" world"), "\u4e2d", "zzz"]
    for ignore_merges in (False, True):
        yield f"ignore_merges={ignore_merges}", {
            "extra": extra, "ignore_merges": ignore_merges,
            "pre_tokenizer": sequence("pretokenizers", split(PATTERNS["gpt2"]), byte_level())}
    without = [*b"xyz\n1", 0xC3, 0xE4, 0x99]
    for unk, fuse, ignore in itertools.product((None, "<unk>"), (False, True), (False, True)):
        yield f"bytes without an entry, unk_token={unk} fuse_unk={fuse} ignore_merges={ignore}", {
            "without": without, "extra": ["<unk>", *extra], "unk_token": unk, "fuse_unk": fuse, "ignore_merges": ignore,
            "pre_tokenizer": byte_level(use_regex=True)}
        yield f"bytes without an entry, unk_token={unk} fuse_unk={fuse} ignore_merges={ignore}, added", {
            "without": without, "extra": ["<unk>", *extra], "unk_token": unk, "fuse_unk": fuse, "ignore_merges": ignore,
            "added_tokens": [added("<unk>", special=True), added("xx")]}


def _post_processors():
    special = [added("<s>", special=True), added("</s>", special=True)]
    template = {"type": "TemplateProcessing",
                "single": [{"SpecialToken": {"id": "<s>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}},
                           {"SpecialToken": {"id": "</s>", "type_id": 0}}, {"SpecialToken": {"id": "</s>", "type_id": 0}}],
                "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
                "special_tokens": {"<s>": {"id": "<s>", "ids": [0], "tokens": ["<s>"]},
                                   "</s>": {"id": "</s>", "ids": [1, 2], "tokens": ["</s>", "a"]}}}
    front = {**template, "single": template["single"][:2]}
    yield "template", {"added_tokens": special, "post_processor": template}
    yield "template in front", {"added_tokens": special, "post_processor": front}
    yield "template after byte level", {
        "added_tokens": special,
        "post_processor": sequence("processors", byte_level(trim_offsets=True), template)}


FILES = {name: parts for group in (_splits, _other_pretokenizers, _normalizers, _added_tokens, _models, _post_processors)
         for name, parts in group()}

# Files that polyglyph refuses, because it could not give the ids or offsets of the reference; and what the error names.
REFUSED = {
    "dropout": ({"dropout": 0.1}, "dropout"),
    "lookbehind": ({"pre_tokenizer": sequence("pretokenizers", split(r"(?<=a)b"), byte_level())}, "pattern"),
    "backreference": ({"pre_tokenizer": sequence("pretokenizers", split(r"(a)\1"), byte_level())}, "pattern"),
    "normalizer that nobody knows": ({"normalizer": {"type": "Whisper"}}, "normalizer"),
    "pretokenizer that nobody knows": ({"pre_tokenizer": {"type": "Axe"}}, "pre_tokenizer"),
}
