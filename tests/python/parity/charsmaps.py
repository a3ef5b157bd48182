"""Compiled charsmaps: those of trained SentencePiece models, and small ones with any rules at all."""
import base64
import random
import struct

import sentencepiece_models


def _place(node, taken):
    """A base whose places for the labels of all children are free; the label of a value is 0."""
    base = 1
    while base in taken["bases"] or any(base ^ label in taken["units"] for label in node):
        base += 1
    taken["bases"].add(base)
    taken["units"].update(base ^ label for label in node)
    return base


def compiled(rules):
    """The charsmap of a dict from strings to strings, with the double array of darts-clone."""
    strings, trie = bytearray(b"\0"), {}
    for key, value in sorted(rules.items()):
        node = trie
        for byte in key.encode():
            node = node.setdefault(byte, {})
        node[0] = len(strings)
        strings += value.encode() + b"\0"
    units, taken, waiting = {0: 0}, {"units": {0}, "bases": set()}, [(0, trie)]
    while waiting:
        place, node = waiting.pop()
        base = _place(node, taken)
        units[place] |= (place ^ base) << 10 | (0 in node) << 8
        for label, child in node.items():
            units[base ^ label] = label if label else child | 1 << 31
            if label:
                waiting.append((base ^ label, child))
    size = (max(units) | 255) + 1
    trie_bytes = struct.pack(f"<{size}I", *(units.get(place, 1 << 31) for place in range(size)))
    return struct.pack("<I", len(trie_bytes)) + trie_bytes + bytes(strings)


# What joins and what does not, of every class that clusters depend on.
CHARACTERS = ["a", "b", "e", "\r", "\n", "\u0301", "\u0323", "\u200d", "\u0903", "\u093f", "\u0e33", "\u0600", "\u0d4e", "\U0001f1e9", "\U0001f1ea", "\u1100", "\u1161",
              "\u11a8", "\uac00", "\uac01", "\U0001f468", "\u2764", "\ufe0f", "\U0001f3fd", "\u0915", "\u0937", "\u094d", "\u093c", "\u09cd", "\u0995", "\u1039", "\u1000",
              "\uff21", "\ufb01", "\u00bd", "\x01", "\u200b", "\ufffd", "\U00016d67", "\U00016d63", "\u1ae0", "\x00", "\u00a0"]


def drawn(seed):
    """Rules of one to three characters, that are often beginnings of each other."""
    r = random.Random(f"charsmap {seed}")
    rules = {}
    while len(rules) < 25:
        key = "".join(r.choice(CHARACTERS[:-2]) for _ in range(r.randint(1, 3)))
        rules[key] = "".join(r.choice(["x", "yz", "\u4e2d", " ", "", "e\u0301"]) for _ in range(r.randint(0, 3)))
    return compiled(rules)


def of_rule(name):
    """That of a trained model with the normalization rule `name`."""
    trained = next(key for key, (_, rule, _) in sentencepiece_models.TRAINED.items() if rule == name)
    return sentencepiece_models.charsmap_of(sentencepiece_models.trained_model(trained))


def precompiled(content):
    return {"type": "Precompiled", "precompiled_charsmap": base64.b64encode(content).decode()}
