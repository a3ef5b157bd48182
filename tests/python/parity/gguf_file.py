"""Writes GGUF files of nothing but a header."""
import struct


def _spelled(text):
    data = text if isinstance(text, bytes) else text.encode()
    return struct.pack("<Q", len(data)) + data


class GgufFile:
    def __init__(self):
        self._pairs = []

    def _add(self, key, type, value):
        self._pairs.append(_spelled(key) + struct.pack("<I", type) + value)
        return self

    def _add_array(self, key, type, count, values):
        return self._add(key, 9, struct.pack("<IQ", type, count) + values)

    def text(self, key, value):
        return self._add(key, 8, _spelled(value))

    def boolean(self, key, value):
        return self._add(key, 7, struct.pack("<B", value))

    def number(self, key, value):
        return self._add(key, 4, struct.pack("<I", value))

    def texts(self, key, values):
        return self._add_array(key, 8, len(values), b"".join(map(_spelled, values)))

    def integers(self, key, values):
        return self._add_array(key, 5, len(values), struct.pack(f"<{len(values)}i", *values))

    def floats(self, key, values):
        return self._add_array(key, 6, len(values), struct.pack(f"<{len(values)}f", *values))

    def bytes(self, key, value):
        return self._add_array(key, 0, len(value), value)

    def content(self):
        return b"GGUF" + struct.pack("<IQQ", 3, 0, len(self._pairs)) + b"".join(self._pairs)
