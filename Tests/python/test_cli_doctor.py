"""crossdock doctor: what it looks at, and what the shell learns."""
import json
import os
import re
import socket

import pytest

from command_line import run, write
from conftest import Sandbox


def checks(done):
    return {c["check"]: c for c in map(json.loads, done.stdout.splitlines())}


@pytest.fixture(scope="module")
def sap():
    sandbox = Sandbox("sap")
    yield sandbox.system("sap")
    sandbox.stop()


def closed_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def connection(url, password):
    return ("connections:\n  sap:\n    system: sap\n"
            f"    url: {url}\n    auth: {{kind: basic, username: u, password: '{password}'}}\n")


def test_all_is_well_without_a_project(tmp_path):
    done = run("doctor", cwd=tmp_path)
    assert done.returncode == 0, done.stdout
    lines = done.stdout.decode().splitlines()
    assert lines[0].startswith("ok    version: crossdock ")
    assert any("state: .crossdock will be made" in line for line in lines)
    assert not (tmp_path / ".crossdock").exists()
    assert set(checks(run("doctor", "--jsonl", cwd=tmp_path))) == {
        "version", "open files", "clock", "library xgboost", "library onnxruntime",
        "configuration", "state"}


def test_a_configuration_that_is_wrong(tmp_path):
    write(tmp_path, {"crossdock.yaml": "buss: {}\n"})
    done = run("doctor", cwd=tmp_path)
    assert done.returncode == 1
    assert b"fail  configuration: crossdock.yaml:1: CD0101" in done.stdout
    assert b"did you mean 'bus'?" in done.stdout


def test_a_library_that_is_not_there_is_a_warning(tmp_path):
    done = run("doctor", "--jsonl", cwd=tmp_path, CROSSDOCK_ONNXRUNTIME="/nowhere.so")
    assert done.returncode == 0
    found = checks(done)["library onnxruntime"]
    assert found["status"] == "warn" and "scripts/bootstrap" in found["help"]


def test_a_state_folder_that_is_a_file(tmp_path):
    write(tmp_path, {"crossdock.yaml": "state: {dir: here}\n", "here": ""})
    done = run("doctor", "--jsonl", cwd=tmp_path)
    assert done.returncode == 1 and checks(done)["state"]["status"] == "fail"


def test_systems_that_answer_and_that_do_not(tmp_path, sap):
    write(tmp_path, {"crossdock.yaml": connection(sap.http, sap["password"]).replace(
        "username: u", f"username: {sap['username']}")})
    done = run("doctor", "--jsonl", cwd=tmp_path)
    assert done.returncode == 0, done.stdout
    assert checks(done)["connection sap"]["detail"].endswith("answers")
    port = closed_port()
    write(tmp_path, {"crossdock.yaml": connection(f"http://127.0.0.1:{port}", "x")})
    done = run("doctor", "--jsonl", cwd=tmp_path)
    assert done.returncode == 69
    found = checks(done)["connection sap"]
    assert found["status"] == "fail" and "CD3132" in found["detail"]


def test_a_broker_that_does_not_answer(tmp_path):
    write(tmp_path, {"crossdock.yaml": f"bus: {{url: 'amqp://127.0.0.1:{closed_port()}'}}\n"})
    done = run("doctor", "--jsonl", cwd=tmp_path)
    assert done.returncode == 69 and "CD6120" in checks(done)["bus"]["detail"]


@pytest.mark.skipif("CROSSDOCK_TEST_AMQP" not in os.environ, reason="CROSSDOCK_TEST_AMQP names a broker")
def test_a_broker_that_takes_the_log_in(tmp_path):
    write(tmp_path, {"crossdock.yaml": f"bus: {{url: '{os.environ['CROSSDOCK_TEST_AMQP']}'}}\n"})
    done = run("doctor", "--jsonl", cwd=tmp_path)
    assert done.returncode == 0 and checks(done)["bus"]["status"] == "ok"
    refused = re.sub("//[^@]*@", "//nobody:wrong@", os.environ["CROSSDOCK_TEST_AMQP"])
    write(tmp_path, {"crossdock.yaml": f"bus: {{url: '{refused}'}}\n"})
    done = run("doctor", "--jsonl", cwd=tmp_path)
    assert done.returncode == 1 and "CD6121" in checks(done)["bus"]["detail"]


def test_a_log_in_that_is_refused(tmp_path, sap):
    write(tmp_path, {"crossdock.yaml": connection(sap.http + "/sap/opu/odata/", "wrong")})
    done = run("doctor", "--jsonl", cwd=tmp_path)
    found = checks(done)["connection sap"]
    assert done.returncode == 1 and "refuses user name or password" in found["detail"]


def test_a_probe_of_nobody():
    done = run("doctor", "--probe", f"http://127.0.0.1:{closed_port()}")
    assert done.returncode == 1 and not done.stdout and b"CD3132" in done.stderr
    assert run("doctor", "--probe", "nonsense").returncode == 1
