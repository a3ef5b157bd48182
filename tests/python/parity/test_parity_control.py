"""Control tokens spelled in the text, in each mode."""
import polyglyph
import pytest
import references
import texts
from compare import assert_holds, assert_same_ids, builtin

_COUNT = 20_000


@pytest.fixture(params=references.BUILTINS)
def name(request):
    return request.param


def test_control_list(name):
    tokenizer, control = builtin(name), references.builtin(name).control
    assert {t.id: t.content for t in tokenizer.added_tokens if t.control} == control


def test_parse(name):
    reference = references.builtin(name)
    assert_same_ids(builtin(name), reference, texts.draw("control", reference, _COUNT, "parse"), mode="parse")


@pytest.mark.parametrize("kind", ["hard", "marks"])
def test_parse_leaves_other_text_alone(name, kind):
    reference = references.builtin(name)
    assert_same_ids(builtin(name), reference, texts.draw(kind, reference, _COUNT // 4, "parse"), mode="parse")


def test_text_mode_never_yields_one(name):
    tokenizer, reference = builtin(name), references.builtin(name)
    for token in reference.control_names:
        assert not set(tokenizer.encode(token)) & set(reference.control), token


def test_reject_raises_where_parse_finds_one(name):
    tokenizer, reference = builtin(name), references.builtin(name)
    drawn = texts.draw("control", reference, 2_000, "reject")
    found = dict(zip(drawn, reference.encode_batch(drawn, "parse")))

    def rejected(text):
        try:
            ids = tokenizer.encode(text, special_tokens="reject")
        except polyglyph.Error as error:
            assert error.code == "control_token"
            return True
        assert ids == tokenizer.encode(text)
        return False

    def fails(text):
        ids = found[text] if text in found else reference.encode_batch([text], "parse")[0]
        return rejected(text) != bool(set(ids) & set(reference.control))

    assert any(rejected(text) for text in drawn) and not all(rejected(text) for text in drawn)
    assert_holds(drawn, fails, lambda text: f"rejected: {rejected(text)}")
