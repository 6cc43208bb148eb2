"""crossdock eval: the expression languages of routes and mappings from the shell."""
import json

import pytest

from command_line import run


@pytest.mark.parametrize("expression, text, bindings, output", [
    ("Hello ${body}", "Acme", None, "Hello Acme"),
    ("${header.n}", "", '{"n": 7}', 7),
    ("${body[Name]}", '{"Name":"Acme"}', None, "Acme"),
    ("${header.absent}", "", None, None),
])
def test_simple(expression, text, bindings, output):
    more = ["--bindings", bindings] if bindings else []
    done = run("eval", "--simple", expression, *more, text=text)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == output


@pytest.mark.parametrize("query, output", [
    ("$.a[*].b", [1, 2]), ("$..c", []), ("$.a[?@.b > 1]", [{"b": 2}]), ("$", [{"a": [{"b": 1}, {"b": 2}]}]),
])
def test_jsonpath(query, output):
    done = run("eval", "--jsonpath", query, text='{"a":[{"b":1},{"b":2}]}')
    assert done.returncode == 0 and json.loads(done.stdout) == output


@pytest.mark.parametrize("expression, output", [
    ("//b", ["1", "2"]), ("//c", []), ("//b[1]", ["1"]), ("count(//b)", 2), ("//b = 2", True),
    ("string(//b)", "1"), ("//b[. = $wanted]", ["2"]),
])
def test_xpath(expression, output):
    done = run("eval", "--xpath", expression, "--bindings", '{"wanted":"2"}',
               text="<a><b>1</b><b>2</b></a>")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == output


@pytest.mark.parametrize("option, expression", [
    ("--simple", "${nothing.known"), ("--simple", "${unknownFunction(1)}"), ("--jsonpath", "a.b"),
    ("--jsonpath", "$.a =~ /x/"), ("--jsonpath", "$.length()"), ("--xpath", "//["),
])
def test_what_cannot_be_read_is_an_error_object(option, expression):
    done = run("eval", option, expression, text="{}")
    assert done.returncode == 1, done.stderr
    assert json.loads(done.stdout)["error"]["code"].startswith("CD")


@pytest.mark.parametrize("option, expression", [("--jsonpath", "$"), ("--xpath", "/")])
def test_input_of_another_kind(option, expression):
    done = run("eval", option, expression, text="{<")
    assert done.returncode == 65 and not done.stdout and done.stderr


@pytest.mark.parametrize("arguments", [
    [], ["--simple", "a", "--jsonata", "a"], ["--jsonpath", "$", "--bindings", "{}"],
    ["--simple", "a", "--bindings", "[]"], ["--simple", "a", "--max-depth", "3"],
])
def test_one_expression_and_what_fits_it(arguments):
    done = run("eval", *arguments)
    assert done.returncode == 64 and not done.stdout
