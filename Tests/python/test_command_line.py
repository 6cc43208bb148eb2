"""The program as a shell sees it: what it prints, where, and how it ends."""
import json
import os
import pathlib
import re
import subprocess

import pytest

BINARY = os.environ["CROSSDOCK"]
ROOT = pathlib.Path(__file__).resolve().parents[2]


def run(*arguments, text="", cwd=None, **variables):
    return subprocess.run(
        [BINARY, *arguments], input=text.encode(), capture_output=True, cwd=cwd, timeout=60,
        env={**os.environ, **variables})


@pytest.mark.parametrize("expression, text, output, status", [
    ("$sum(Items.p)", '{"Items":[{"p":2},{"p":3}]}', "5\n", 0),
    ("nothing", "{}", "", 0),
    ("$", "", "", 0),
    ("$", "null", "null\n", 0),
    ("$uppercase", "{}", '""\n', 0),
    ("1+'a'", "{}", '{"error":{"code":"T2002","position":2,"token":"+"}}\n', 1),
    ("a", "{", "", 65),
])
def test_eval(expression, text, output, status):
    done = run("eval", "--jsonata", expression, text=text)
    assert (done.stdout.decode(), done.returncode) == (output, status)
    assert bool(done.stderr) == (status == 65)


def test_eval_ends_what_never_ends():
    done = run("eval", "--jsonata", "($f := function(){$f()}; $f())", "--time-limit", "200", text="{}")
    assert json.loads(done.stdout)["error"]["code"] == "U1001"
    assert done.returncode == 1


def test_every_code_that_is_built_is_explained():
    known = run("explain").stdout.decode().split()
    built = re.search(r"let doors.*", (ROOT / "Package.swift").read_text(), re.S).group()
    declared = set()
    for folder in [*(ROOT / "Sources").iterdir(), *(ROOT / "connectors").glob("*/Sources")]:
        if folder.parent.name == "Sources" and f'"{folder.name}"' not in built:
            continue
        for source in folder.rglob("*.swift"):
            declared |= set(re.findall(r'DiagnosticCode\(\s*"(CD\d{4})"', source.read_text()))
    assert declared and declared <= set(known)
    codes = [word for word in known if re.fullmatch(r"CD\d{4}", word)]
    assert len(codes) == len(set(codes))


def test_a_typo_is_answered_with_what_was_meant():
    done = run("explian")
    assert done.returncode == 64 and b"'explain'" in done.stderr and not done.stdout


def test_config_says_which_source_won(tmp_path):
    (tmp_path / "crossdock.yaml").write_text("bus: {prefetchCount: 10}\n")
    assert b"crossdock.yaml:1" in run("config", "explain", "bus.prefetchCount", cwd=tmp_path).stdout
    done = run(
        "config", "explain", "bus.prefetchCount", cwd=tmp_path, CROSSDOCK_BUS_PREFETCH_COUNT="7")
    assert b"CROSSDOCK_BUS_PREFETCH_COUNT" in done.stdout and b" 7\n" in done.stdout
    (tmp_path / "crossdock.yaml").write_text("buss: {}\n")
    done = run("config", "explain", cwd=tmp_path)
    assert done.returncode == 78
    assert b"crossdock.yaml:1:1: error[CD0101]" in done.stderr and b"did you mean 'bus'?" in done.stderr


def test_init_replaces_nothing_unasked(tmp_path):
    assert run("init", "hub", cwd=tmp_path).returncode == 0
    file = tmp_path / "hub" / "crossdock.yaml"
    file.write_text("mine\n")
    done = run("init", "hub", cwd=tmp_path)
    assert done.returncode == 78 and b"CD0112" in done.stderr and file.read_text() == "mine\n"


def test_a_model_that_is_not_there(tmp_path):
    done = run("model", "score", "nobody", cwd=tmp_path, text="{}\n")
    assert done.returncode == 78 and b"CD5150" in done.stderr and not done.stdout


def test_sandbox_of_no_system():
    done = run("sandbox", "salesfroce")
    assert done.returncode == 78 and b"CD3190" in done.stderr


def test_train_promote_score(tmp_path):
    rows = (ROOT / "Fixtures/telco/telco-customer-churn.csv").read_text().splitlines()[:1500]
    (tmp_path / "rows.csv").write_text("\n".join(rows) + "\n")
    folder = tmp_path / "models" / "churn"
    folder.mkdir(parents=True)
    (folder / "model.yaml").write_text(
        "model: churn\ntask: binary\nlabel: {field: Churn, positive: 'Yes'}\n"
        "features:\n  - {name: tenure, field: tenure, type: number}\n"
        "  - {name: contract, field: Contract, type: category, encode: onehot}\n"
        "trainer: {kind: xgboost}\n")
    done = run("model", "train", "churn", "--data", "rows.csv", "--promote", "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["version"] == 1
    lines = '{"tenure":1,"Contract":"Month-to-month"}\nbroken\n{"tenure":70,"Contract":"Two year"}\n'
    done = run("model", "score", "churn", cwd=tmp_path, text=lines)
    new, broken, old = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 1 and broken["line"] == 2 and broken["error"]["code"] == "CD2100"
    assert new["score"] > old["score"] and new["version"] == 1
