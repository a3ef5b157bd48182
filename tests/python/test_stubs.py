"""The type stub says what the extension module has: every name, every parameter, every default."""

import ast
import inspect
import pathlib

import pytest

import polyglyph

PACKAGE = pathlib.Path(polyglyph.__file__).parent
STUB = ast.parse((PACKAGE / "_polyglyph.pyi").read_text(encoding="utf-8"))
CLASSES = {node.name: node for node in STUB.body if isinstance(node, ast.ClassDef) and not node.name.startswith("_")}
FUNCTIONS = {node.name: node for node in STUB.body if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")}

# What Python or pybind11 gives every class.
MACHINERY = {"__doc__", "__init__", "__module__", "__new__", "__repr__", "_pybind11_conduit_v1_", "__static_attributes__"}


def members(name):
    return {node.name: node for node in CLASSES[name].body if isinstance(node, ast.FunctionDef)}


def test_package_is_marked_as_typed():
    assert (PACKAGE / "py.typed").exists()


def test_names_of_the_module():
    declared = {node.target.id for node in STUB.body if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)}
    declared = {name for name in declared if not name.startswith("_") or name == "__version__"} | set(CLASSES) | set(FUNCTIONS)
    module = polyglyph._polyglyph
    assert declared == {name for name in vars(module) if not name.startswith("_")} | {"__version__"}


@pytest.mark.parametrize("name", CLASSES)
def test_members(name):
    runtime = {
        member
        for member in vars(getattr(polyglyph, name))
        if member not in MACHINERY and getattr(polyglyph, name).__dict__[member] is not None
    }
    assert set(members(name)) - MACHINERY == runtime


def assert_signature(node, function):
    signature = inspect.signature(function)
    arguments = [argument.arg for argument in node.args.args]
    defaults = [ast.literal_eval(default) for default in node.args.defaults]
    assert list(signature.parameters) == arguments
    assert [p.default for p in signature.parameters.values() if p.default is not p.empty] == defaults


@pytest.mark.parametrize("name", FUNCTIONS)
def test_signature_of_function(name):
    assert_signature(FUNCTIONS[name], getattr(polyglyph, name))


@pytest.mark.parametrize(
    ("name", "member"),
    [(name, member) for name in CLASSES for member in members(name) if not member.startswith("__")],
)
def test_signature(name, member):
    node = members(name)[member]
    decorators = {decorator.id for decorator in node.decorator_list}
    value = vars(getattr(polyglyph, name))[member]
    if "property" in decorators:
        assert isinstance(value, property)
        return
    assert_signature(node, getattr(getattr(polyglyph, name), member))


def test_every_parameter_has_a_name(qwen3):
    """The methods that read their own arguments read all those that their signatures name."""
    values = {"text": "a", "ids": [1], "limit": 5, "unit": "bytes", "special_tokens": "parse", "add_special_tokens": True,
              "skip_special_tokens": True, "errors": "strict", "unknown": "skip"}  # fmt: skip
    for member in ("encode", "encode_array", "encode_with_offsets", "count", "fits", "decode", "decode_bytes"):
        method = getattr(qwen3, member)
        names = list(inspect.signature(method).parameters)
        by_name = method(**{name: values[name] for name in names})
        by_position = method(*[values[name] for name in names])
        assert repr(by_name) == repr(by_position)
