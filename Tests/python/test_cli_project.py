"""crossdock init, lint, test and list on a project."""
import json

import pytest

from command_line import run, write

ROUTE = """\
- route:
    id: {id}
    from:
      uri: {source}
      steps:
        - to: {{ uri: "{target}" }}
"""


def mapping(rows, tests=""):
    return ("mapping: account\nversion: 1\nleft: {system: a, object: A}\n"
            f"right: {{system: b, object: B}}\nfields:\n{rows}{tests}")


@pytest.fixture(scope="module")
def example(tmp_path_factory):
    folder = tmp_path_factory.mktemp("example")
    done = run("init", "tour", "--example", cwd=folder)
    assert done.returncode == 0, done.stderr
    return folder / "tour"


def test_the_example_is_whole(example):
    assert {path.name for path in example.iterdir()} >= {
        "crossdock.yaml", "routes", "mappings", "models", "schemas", "seed", "data"}
    assert len((example / "data/churn.jsonl").read_text().splitlines()) == 7043
    done = run("init", "tour", "--example", cwd=example.parent)
    assert done.returncode == 78 and b"CD0112" in done.stderr
    assert run("init", "tour", "--example", "--force", cwd=example.parent).returncode == 0


def test_the_example_has_no_errors_and_its_tests_pass(example):
    done = run("lint", cwd=example)
    assert done.returncode == 0, done.stdout.decode()
    assert b"0 errors" in done.stderr
    done = run("test", cwd=example)
    assert done.returncode == 0, done.stdout.decode()
    assert b" passed, 0 failed" in done.stdout and not done.stdout.startswith(b"0 ")


def test_the_starter_has_no_errors(tmp_path):
    assert run("init", "hub", cwd=tmp_path).returncode == 0
    done = run("lint", cwd=tmp_path / "hub")
    assert done.returncode == 0, done.stdout.decode()


def test_lint_says_where_and_what_to_do(tmp_path):
    write(tmp_path, {
        "crossdock.yaml": "{}\n",
        "routes/a.camel.yaml": ROUTE.format(id="a", source="direct:a", target="salesfroce:query"),
    })
    done = run("lint", cwd=tmp_path)
    text = done.stdout.decode()
    assert done.returncode == 1
    assert "routes/a.camel.yaml:6:" in text and "error[CD1101]" in text
    assert '- to: { uri: "salesfroce:query" }' in text and "did you mean 'salesforce'?" in text
    assert "see: crossdock explain CD1101" in text
    done = run("lint", "--format", "json", cwd=tmp_path)
    findings = json.loads(done.stdout)
    assert done.returncode == 1 and not done.stderr
    assert list(findings[0]) == [
        "file", "line", "column", "endLine", "endColumn", "code", "severity", "message", "help"]
    assert findings[0]["file"] == "routes/a.camel.yaml" and findings[0]["line"] == 6
    assert findings[0]["severity"] == "error"


def test_lint_of_a_topic_that_nobody_consumes(tmp_path):
    write(tmp_path, {
        "routes/a.camel.yaml": ROUTE.format(id="a", source="direct:a", target="bus:orders"),
        "routes/b.camel.yaml": ROUTE.format(
            id="b", source="direct:b", target="bus:others?requireConsumer=false"),
    })
    done = run("lint", "--format", "json", cwd=tmp_path)
    found = [(f["code"], f["severity"], f["file"]) for f in json.loads(done.stdout)]
    assert found == [("CD6110", "warning", "routes/a.camel.yaml")]
    assert done.returncode == 0
    write(tmp_path, {"routes/c.camel.yaml": ROUTE.format(
        id="c", source="bus:orders", target="log:orders")})
    assert json.loads(run("lint", "--format", "json", cwd=tmp_path).stdout) == []
    # The other routes of the project are known to a lint of one file, too.
    done = run("lint", "routes/a.camel.yaml", "--format", "json", cwd=tmp_path)
    assert json.loads(done.stdout) == []


def test_lint_of_mappings_and_configuration(tmp_path):
    write(tmp_path, {
        "crossdock.yaml": "bus: {prefetch: 3}\n",
        "mappings/a.yaml": mapping("  - {left: x, right: y, expr: 'a['}\n"),
        "mappings/tables/t.csv": "left,right\n1,2\n",
        "mappings/b.yaml": mapping("  - {left: x, right: y, lookup: missing}\n"),
    })
    done = run("lint", "--format", "json", cwd=tmp_path)
    findings = json.loads(done.stdout)
    assert done.returncode == 1
    assert {f["file"] for f in findings if f["severity"] == "error"} == {
        "crossdock.yaml", "mappings/a.yaml", "mappings/b.yaml"}
    assert any("prefetchCount" in (f["help"] or "") for f in findings)


def test_lint_of_an_unused_table_is_a_warning(tmp_path):
    write(tmp_path, {
        "mappings/a.yaml": mapping(
            "  - {left: x, right: y}\n", "tests: [{name: t, given: {x: 1}, expect: {y: 1}}]\n"),
        "mappings/tables/t.csv": "left,right\n1,2\n",
    })
    done = run("lint", "--format", "json", cwd=tmp_path)
    assert done.returncode == 0
    assert [f["code"] for f in json.loads(done.stdout)] == ["CD2118"]


@pytest.mark.parametrize("arguments, status", [
    (["nowhere"], 65), (["notes.yaml"], 65), (["--format", "jsn"], 64),
])
def test_lint_of_what_is_not_there(tmp_path, arguments, status):
    write(tmp_path, {"notes.yaml": "a: 1\n"})
    done = run("lint", *arguments, cwd=tmp_path)
    assert done.returncode == status and done.stderr and not done.stdout


def test_test_tells_why_and_counts(tmp_path):
    write(tmp_path, {
        "mappings/a.yaml": mapping(
            "  - {left: x, right: y}\n",
            "tests:\n  - {name: good, given: {x: 1}, expect: {y: 1}}\n"
            "  - {name: bad, given: {x: 1}, expect: {y: 2}}\n"),
        "tests/r.test.yaml": """\
inline:
  - route:
      id: r
      from:
        uri: direct:in
        steps:
          - to: { uri: "bus:out" }
tests:
  - name: goes out
    replace: { "bus:out": "mock:out" }
    given: [{ to: "direct:in", body: hello }]
    expect: { "mock:out": { count: 1, bodies: [hello] } }
  - name: goes out twice
    replace: { "bus:out": "mock:out" }
    given: [{ to: "direct:in", body: hello }]
    expect: { "mock:out": { count: 2 } }
  - { name: later, skip: "not yet", given: [], expect: {} }
""",
    })
    done = run("test", cwd=tmp_path)
    lines = done.stdout.decode().splitlines()
    assert done.returncode == 1 and len(lines) == 3, done.stdout
    assert lines[0].startswith("mappings/a.yaml:") and ": bad: " in lines[0] and "`y`" in lines[0]
    assert lines[1].startswith("tests/r.test.yaml: goes out twice: ")
    assert lines[2] == "2 passed, 2 failed, 1 skipped"
    done = run("test", "--jsonl", cwd=tmp_path)
    results = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 1
    assert [(r["name"], r["status"]) for r in results] == [
        ("good", "passed"), ("bad", "failed"), ("goes out", "passed"),
        ("goes out twice", "failed"), ("later", "skipped")]
    assert all(list(r) == ["file", "name", "status", "message", "millis"] for r in results)


def test_test_of_routes_with_the_projects_own_parts(tmp_path):
    write(tmp_path, {
        "crossdock.yaml": "properties: {target: 'mock:end'}\n",
        "mappings/m.yaml": mapping("  - {left: x, right: y}\n"),
        "routes/a.camel.yaml": ROUTE.format(
            id="a", source="direct:a", target="mapping:account").rstrip()
        + '\n        - to: { uri: "{{target}}" }\n',
        "tests/a.test.yaml": """\
routes: [../routes/a.camel.yaml]
tests:
  - name: is mapped
    given: [{ to: "direct:a", body: { x: 7 } }]
    expect: { "mock:end": { bodies: [{ y: 7 }] } }
""",
    })
    done = run("test", "tests", cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout == b"1 passed, 0 failed\n"


@pytest.mark.parametrize("path, text", [
    ("tests/r.test.yaml", "tests: {}\n"), ("tests/r.test.yaml", "tests: [\n"),
    ("mappings/a.yaml", "mapping: a\nfields: 1\n"),
])
def test_test_of_a_broken_file(tmp_path, path, text):
    write(tmp_path, {path: text})
    done = run("test", cwd=tmp_path)
    assert done.returncode == 65 and path.encode() in done.stderr
    assert b"1 file broken" in done.stdout


def test_test_without_tests(tmp_path):
    done = run("test", cwd=tmp_path)
    assert done.returncode == 0 and done.stdout == b"0 passed, 0 failed\n"
    assert run("test", "nowhere", cwd=tmp_path).returncode == 65


@pytest.mark.parametrize("subject, key, expected", [
    ("components", "scheme", "salesforce"), ("processors", "name", "split"),
    ("languages", "name", "simple"), ("models", "name", "churn"),
    ("mappings", "name", "account-to-business-partner"), ("routes", "id", "accounts-to-sap"),
])
def test_list(example, subject, key, expected):
    done = run("list", subject, "--format", "json", cwd=example)
    assert done.returncode == 0, done.stderr
    assert expected in [entry[key] for entry in json.loads(done.stdout)]
    done = run("list", subject, cwd=example)
    assert done.returncode == 0 and expected.encode() in done.stdout


def test_list_of_nothing_and_of_a_typo(tmp_path):
    done = run("list", "routes", cwd=tmp_path)
    assert done.returncode == 0 and not done.stdout
    assert run("list", "routes", "--format", "json", cwd=tmp_path).stdout == b"[]\n"
    done = run("list", "componets", cwd=tmp_path)
    assert done.returncode == 64 and b"did you mean 'components'?" in done.stderr
