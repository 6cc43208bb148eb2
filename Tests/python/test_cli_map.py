"""crossdock map: records in, records out, and what becomes of those that fail."""
import json
import stat

import pytest

from command_line import run, write

MAPPING = """\
mapping: account
version: 1
left: { system: a, object: Account }
right: { system: b, object: Partner }
fields:
  - { left: Name, right: name, clean: [trim], onAbsent: fail }
  - { left: Revenue, right: revenue, as: { decimal: "10,2" } }
"""


@pytest.fixture
def project(tmp_path):
    return write(tmp_path, {"mappings/account.yaml": MAPPING})


def test_lines_in_lines_out(project):
    done = run("map", "mappings/account.yaml", cwd=project,
               text='{"Name":" Acme ","Revenue":"1.005"}\n\n{"Name":"Globex"}\n')
    assert done.returncode == 0, done.stderr
    assert done.stdout == b'{"name":"Acme","revenue":1.00}\n{"name":"Globex"}\n'
    assert not done.stderr


def test_run_may_be_said(project):
    done = run("map", "run", "mappings/account.yaml", cwd=project, text='{"Name":"Acme"}\n')
    assert done.returncode == 0 and done.stdout == b'{"name":"Acme"}\n'


@pytest.mark.parametrize("out, expected", [
    ("json", '[\n{"name":"Acme","revenue":2.50}\n]\n'),
    ("csv", "name,revenue\r\nAcme,2.50\r\n"),
    ("odata-v2", '[\n{"name":"Acme","revenue":"2.50"}\n]\n'),
    ("odata-v4", '[\n{"name":"Acme","revenue":2.50}\n]\n'),
])
def test_formats(project, out, expected):
    done = run("map", "mappings/account.yaml", "--in", "csv", "--out", out, cwd=project,
               text="Name,Revenue\nAcme,2.5\n")
    assert done.returncode == 0, done.stderr
    assert done.stdout.decode().replace("\r\n", "\n") == expected.replace("\r\n", "\n")


def test_xml_in(project):
    done = run("map", "mappings/account.yaml", "--in", "xml", "--out", "xml", cwd=project,
               text="<r><a><Name>Acme</Name></a></r>")
    assert done.returncode == 0 and b"<name>Acme</name>" in done.stdout


def test_the_way_back(project):
    done = run("map", "mappings/account.yaml", "--reverse", cwd=project, text='{"name":"Acme"}\n')
    assert done.returncode == 0 and json.loads(done.stdout) == {"Name": "Acme"}


def test_rejects_are_private_and_the_rest_goes_on(project):
    lines = '{"Name":"A"}\nbroken\n{"Revenue":1}\n{"Name":"B","Revenue":"x1"}\n{"Name":"C"}\n'
    (project / "rejects").write_text("old")
    (project / "rejects").chmod(0o644)
    done = run("map", "mappings/account.yaml", "--rejects", "rejects", cwd=project, text=lines)
    assert done.returncode == 1
    assert done.stdout == b'{"name":"A"}\n{"name":"C"}\n'
    assert stat.S_IMODE((project / "rejects").stat().st_mode) == 0o600
    rejects = [json.loads(line) for line in (project / "rejects").read_text().splitlines()]
    assert [(r["line"], r["code"], r["field"]) for r in rejects] == [
        (2, "CD2100", None), (3, "CD2123", "name"), (4, "CD2130", "revenue")]
    assert rejects[0]["text"] == "broken" and rejects[1]["record"] == {"Revenue": 1}
    assert b"3 of 5 records rejected, see rejects" in done.stderr
    assert b"CD2130" in done.stderr


def test_without_a_rejects_file_the_exit_code_still_tells(project):
    done = run("map", "mappings/account.yaml", cwd=project, text="nothing\n" * 50)
    assert done.returncode == 1 and not done.stdout
    assert b"and 30 more" in done.stderr


@pytest.mark.parametrize("form, text", [
    ("json", '[{"Name":"A"},'), ("xml", "<r><a>"), ("json", '"text"'),
])
def test_input_that_is_not_of_its_format(project, form, text):
    done = run("map", "mappings/account.yaml", "--in", form, cwd=project, text=text)
    assert done.returncode == 65, done.stderr
    assert b"CD2143" in done.stderr


def test_a_bad_mapping(project):
    write(project, {"bad.yaml": MAPPING.replace("clean: [trim]", "clean: [trimm]")})
    done = run("map", "bad.yaml", cwd=project, text="{}\n")
    assert done.returncode == 78 and not done.stdout
    assert b"bad.yaml:6:" in done.stderr and b"trim" in done.stderr


def test_a_direction_that_is_not_there(project):
    write(project, {"one-way.yaml": MAPPING.replace("[trim]", "[upper]")})
    assert run("map", "one-way.yaml", cwd=project, text='{"Name":"a"}\n').returncode == 0
    done = run("map", "one-way.yaml", "--reverse", cwd=project, text="{}\n")
    assert done.returncode == 78 and b"CD2108" in done.stderr


def test_a_format_with_a_typo(project):
    done = run("map", "mappings/account.yaml", "--out", "odata-v5", cwd=project)
    assert done.returncode == 64 and b"did you mean 'odata-v" in done.stderr


def test_state_that_is_not_there(project):
    done = run("map", "mappings/account.yaml", "--state", "nowhere", cwd=project)
    assert done.returncode == 65 and b"no state in nowhere" in done.stderr
    assert not (project / "nowhere").exists()


def test_a_reader_that_went_away_is_no_error(project):
    import subprocess

    from command_line import BINARY
    lines = '{"Name":"Acme"}\n' * 200_000
    process = subprocess.Popen(
        f'"{BINARY}" map mappings/account.yaml | head -1; exit ${{PIPESTATUS[0]}}', shell=True,
        executable="/bin/bash", stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, cwd=project)
    out, err = process.communicate(lines.encode(), timeout=60)
    assert out == b'{"name":"Acme"}\n' and process.returncode == 141 and not err
