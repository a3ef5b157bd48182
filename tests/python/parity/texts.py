"""Texts to compare on: seeded, so that a failure can be run again, and made of what has broken tokenizers before."""
import itertools
import random

# Ranges to draw characters from. Each script has characters that differ in class (letter, mark, number, ...), in case,
# or in normalization from its neighbours.
_SCRIPTS = [
    (0x20, 0x7E), (0x20, 0x7E), (0xA0, 0x17F), (0x180, 0x24F), (0x250, 0x2FF), (0x300, 0x36F), (0x370, 0x3FF),
    (0x400, 0x52F), (0x531, 0x58F), (0x591, 0x5F4), (0x600, 0x6FF), (0x700, 0x77F), (0x780, 0x7FF), (0x900, 0x97F),
    (0x980, 0x9FF), (0xA00, 0xA7F), (0xB00, 0xB7F), (0xB80, 0xBFF), (0xC00, 0xC7F), (0xC80, 0xCFF), (0xD00, 0xD7F),
    (0xD80, 0xDFF), (0xE00, 0xE5B), (0xE80, 0xEDF), (0xF00, 0xFFF), (0x1000, 0x109F), (0x10A0, 0x10FF),
    (0x1100, 0x11FF), (0x1200, 0x139F), (0x13A0, 0x13FF), (0x1400, 0x167F), (0x1680, 0x169F), (0x1780, 0x17FF),
    (0x1800, 0x18AF), (0x1AB0, 0x1AFF), (0x1C80, 0x1CFF), (0x1D00, 0x1DBF), (0x1DC0, 0x1DFF), (0x1E00, 0x1EFF),
    (0x1F00, 0x1FFF), (0x2000, 0x206F), (0x2070, 0x20CF), (0x20D0, 0x20F0), (0x2100, 0x218F), (0x2190, 0x23FF),
    (0x2460, 0x24FF), (0x2600, 0x27BF), (0x2C00, 0x2DFF), (0x2E80, 0x2FD5), (0x3000, 0x303F), (0x3040, 0x30FF),
    (0x3100, 0x318F), (0x3200, 0x33FF), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0x4E00, 0x9FFF), (0xA000, 0xA4CF),
    (0xA640, 0xA69F), (0xA720, 0xA7FF), (0xA8E0, 0xA8FF), (0xAA80, 0xAAFF), (0xABC0, 0xABFF), (0xAC00, 0xD7A3),
    (0xD7B0, 0xD7FF), (0xE000, 0xE0FF), (0xF900, 0xFAFF), (0xFB00, 0xFDFF), (0xFE00, 0xFE6F), (0xFE70, 0xFEFF),
    (0xFF00, 0xFFEF), (0xFFF0, 0xFFFF), (0x10000, 0x1018F), (0x10300, 0x103FF), (0x10400, 0x1049F),
    (0x10A00, 0x10AFF), (0x10D00, 0x10DFF), (0x11000, 0x117FF), (0x11300, 0x1144F), (0x16100, 0x16DFF),
    (0x1B000, 0x1B16F), (0x1D100, 0x1D24F), (0x1D400, 0x1D7FF), (0x1E000, 0x1E14F), (0x1E900, 0x1E95F),
    (0x1F100, 0x1F2FF), (0x1F300, 0x1FAFF), (0x20000, 0x2A6DF), (0x2F800, 0x2FA1D), (0x30000, 0x3134F),
    (0xE0000, 0xE01EF), (0x10FF00, 0x10FFFF),
]

_HARD = [
    "a", "b", "s", "t", "S", "T", "m", "d", "ll", "LL", "re", "RE", "ve", "lL", "'s", "'S", "'\u017f", "'ll", "'", "\u2019",
    " ", " ", "  ", "   ", "\t", "\n", "\n\n", "\r", "\r\n", "\v", "\f", "\x1c", "\x1f", "\x85", "\xa0", "\u1680", "\u2003",
    "\u2028", "\u2029", "\u202f", "\u205f", "\u3000", "\u180e", "\u200b", "\ufeff", "\x00", "\x7f",
    "0", "1", "12", "123", "1234", "\u0663", "\u096a", "\u00bd", "\u2167", "\u3007", "\U0001d7d8",
    ".", ",", "!", "/", "//", "_", "-", "$", "+", "\u00bf", "\u3002", "\u20ac", "\\", "\"", "#", "(", "]", "}", "~", "`", "^",
    "\u00e9", "e\u0301", "\u0301", "\u0316", "\u01c5", "\u02b0", "\u00aa", "\u00df", "\u0130", "\u212b", "\u2126", "\u1e9b\u0323",
    "\u4e2d", "\u9fa5", "\u9fa6", "\u3041", "\u30fc", "\u3099", "\uff21", "\uac00", "\u1100\u1161\u11a8", "\U0001f600", "\U00010400",
]

_EMOJI = ["\U0001f468", "\U0001f469", "\U0001f467", "\u2764", "\U0001f3f4", "\U0001f1e6", "\U0001f1fa", "\U0001f44d", "1", "#", "\u00a9", "\u2640",
          "\U0001f9d1", "\U0001f4bb", "\U0001fae8"]
_EMOJI_JOINERS = ["\u200d", "\u200d", "\ufe0f", "\ufe0e", "\u20e3", "\U0001f3fd", "\U000e0067", "\U000e007f", " ", ""]

# Marks of many combining classes, some of which compose with what is before them, some of later Unicode versions.
_MARKS = ("\u0300\u0301\u0302\u0308\u030a\u031b\u0323\u0327\u0328\u0338\u0345\u034f\u035c\u0591\u05b0\u05b4\u05bc\u05c1\u064b\u0651\u0653\u0655\u0670\u06ed\u08d3\u093c\u094d\u09bc\u09be\u09d7\u0b3e\u0bbe"
          "\u0bd7\u0c56\u0cd5\u0d57\u0dcf\u0e38\u0e48\u0eb8\u0f71\u0f72\u0f74\u1037\u102e\u1161\u11a8\u11c2\u1ab0\u1ac1\u1cd0\u1dca\u1dfa\u20d2\u20dd\u302a\u3099\u309a\ua66f\ufb1e\ufe20"
          "\U000110ba\U00011127\U0001133e\U00011357\U000113c2\U000114ba\U0001611e\U00016d67\U0001d165\U0001e8d0\U0001e944")
_BASES = ("aAeEiIoOuUyYnNsScCdDgGkKzZ =<>+\u00a8\u00c5\u00c7\u00d8\u00ea\u00fc\u0105\u01a0\u01b0\u01ea\u0226\u0292\u0391\u03b1\u03b9\u03c5\u03ca\u03d2\u0413\u0438\u0475\u05d0\u05e9\u0622\u0627\u0648\u064a\u06d2\u0915\u0928\u09af\u09c7\u0b47\u0b92"
          "\u0bc6\u0c46\u0cbf\u0d46\u0dd9\u0e01\u0eab\u0f40\u0fb2\u1025\u1100\u1112\u1b05\u1e63\u1e9b\u1fbf\u212b\u2190\u2203\u2282\u304b\u306f\u30ab\u4e00\uac00\uac1c\uf900\ufb2a\U00011099\U000110a5\U00011131\U00011347\U000114b9\U000115b8\U0001d157\U0002f800")


def _join(r, parts, low, high):
    return "".join(r.choice(parts) for _ in range(r.randint(low, high)))


def _scalar(r):
    low, high = r.choice(_SCRIPTS)
    return chr(r.randint(low, high))


def scalars(r, reference):
    """Characters of one, two or many scripts side by side."""
    pool = [_scalar(r) for _ in range(r.choice((1, 2, 3, 16)))]
    pool += [" ", "a"] * r.randint(0, 1)
    return _join(r, pool, 1, 12)


def anything(r, reference):
    """Any Unicode scalar value at all, assigned or not."""
    return "".join(chr(c + 0x800 * (c >= 0xD800)) for c in (r.randrange(0x110000 - 0x800) for _ in range(r.randint(1, 6))))


def fragments(r, reference):
    """Entries of the vocabulary, whole or cut, glued: where merges compete."""
    parts = []
    for _ in range(r.randint(2, 4)):
        piece = r.choice(reference.fragments)
        if r.random() < 0.4:
            piece = piece[r.randrange(len(piece)):] if r.random() < 0.5 else piece[:r.randrange(len(piece)) + 1]
        parts.append(piece)
    return r.choice(("", "", " ", "'")).join(parts)


def hard(r, reference):
    """White space, newlines, apostrophes, digits, cases and punctuation in every order."""
    return _join(r, _HARD, 1, 9)


def emoji(r, reference):
    """Emoji and what joins them, in order and out of it."""
    return "".join(r.choice(_EMOJI) + r.choice(_EMOJI_JOINERS) for _ in range(r.randint(1, 5)))


def marks(r, reference):
    """Bases with combining marks that are not in canonical order, or that nothing can carry."""
    return "".join(r.choice(_BASES) * r.randint(0, 1) + _join(r, _MARKS, 0, 5) for _ in range(r.randint(1, 4)))


def control(r, reference):
    """Control tokens spelled whole, cut, doubled, inside one another, between words and white space."""
    names = reference.control_names
    around = ["", "", " ", "\n", "a", "<", "|>", "\u3000", "\u0301", "1", "word", "'s", "\uff5c", "\u2581"]
    parts = [r.choice(around)]
    for _ in range(r.randint(1, 3)):
        name = r.choice(names)
        roll = r.random()
        if roll < 0.15:
            name = name[:r.randrange(len(name))]
        elif roll < 0.3:
            name = name[r.randrange(len(name)):]
        elif roll < 0.4:
            at = r.randrange(len(name))
            name = name[:at] + r.choice(names) + name[at:]
        elif roll < 0.45:
            name = name.swapcase()
        parts += [name, r.choice(around)]
    return "".join(parts)


KINDS = {f.__name__: f for f in (scalars, anything, fragments, hard, emoji, marks, control)}


def draw(kind, reference, count, seed):
    r = random.Random(f"{kind} {seed}")
    return [KINDS[kind](r, reference) for _ in range(count)]


# Around which every Unicode scalar value is put.
SCALAR_CONTEXTS = {
    "between letters": "a{}b",
    "after a space, before an acute": " {}\u0301",
    "doubled after an apostrophe": "'{0}{0}s 1",
}


def every_scalar(context, low, high):
    """The context around each Unicode scalar value in [low, high)."""
    before_and_after = SCALAR_CONTEXTS[context].format
    return [before_and_after(chr(c)) for c in itertools.chain(range(low, min(high, 0xD800)),
                                                              range(max(low, 0xE000), high))]
