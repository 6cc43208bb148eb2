"""crossdock send: one message through the routes of a project, without a hub that runs."""
import json
import signal
import subprocess
import time

import pytest

from command_line import BINARY, run, write

ROUTES = """\
- route:
    id: greet
    from:
      uri: direct:greet
      steps:
        - setBody: { simple: "Hello ${body}, ${header.from}" }
- route:
    id: fails
    from:
      uri: direct:fails
      steps:
        - throwException: { message: no such thing, exceptionType: java.lang.IllegalArgumentException }
- route:
    id: stores
    from:
      uri: bus:letters
      steps:
        - delay: { constant: "200" }
        - to: { uri: "file:out?fileName=letter.txt" }
"""


@pytest.fixture
def project(tmp_path):
    return write(tmp_path, {
        "crossdock.yaml": "log: {level: error}\n", "routes/all.camel.yaml": ROUTES})


def test_a_reply_is_printed(project):
    done = run("send", "direct:greet", "--body", "Ada", "--header", "from=me=you", "--in-out",
               cwd=project)
    assert done.returncode == 0, done.stderr
    assert done.stdout == b"Hello Ada, me=you\n"


def test_without_in_out_nothing_is_printed(project):
    done = run("send", "direct:greet", cwd=project, text="Ada")
    assert done.returncode == 0 and not done.stdout, done.stderr


def test_what_goes_over_the_bus_has_arrived_at_the_end(project):
    done = run("send", "bus:letters", cwd=project, text="dear hub")
    assert done.returncode == 0, done.stderr
    assert (project / "out/letter.txt").read_text() == "dear hub"


def test_a_message_that_fails(project):
    done = run("send", "direct:fails", "--body", "", cwd=project)
    assert done.returncode == 1 and not done.stdout
    assert b"no such thing" in done.stderr


@pytest.mark.parametrize("endpoint, status, text", [
    ("bus:letter", 78, b"CD6110"), ("dirct:greet", 78, b"did you mean 'direct'?"),
    ("greet", 78, b"CD1107"), ("timer:x", 78, b"CD1107"),
])
def test_addresses_that_cannot_be_sent_to(project, endpoint, status, text):
    done = run("send", endpoint, "--body", "x", cwd=project)
    assert done.returncode == status, done.stderr
    assert text in done.stderr


def test_a_header_without_a_value(project):
    assert run("send", "direct:greet", "--body", "", "--header", "x", cwd=project).returncode == 64


def test_beside_a_hub_that_runs(project):
    hub = subprocess.Popen(
        [BINARY, "run", "--ready-file", "ready.json"], cwd=project,
        env={**__import__("os").environ, "CROSSDOCK_MANAGEMENT_PORT": "0"},
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        deadline = time.monotonic() + 30
        while not (project / "ready.json").exists():
            assert hub.poll() is None and time.monotonic() < deadline
            time.sleep(0.02)
        done = run("send", "direct:greet", "--body", "x", cwd=project)
        assert done.returncode == 75 and b"CD6103" in done.stderr
        address = json.loads((project / "ready.json").read_text())["management"]
        probe = run("doctor", "--probe", address)
        assert probe.returncode == 0, probe.stderr
        assert json.loads(probe.stdout)["status"] in ("UP", "DEGRADED")
        assert run("doctor", "--probe", address + "/readyz").returncode == 0
        checks = run("doctor", "--jsonl", cwd=project, CROSSDOCK_MANAGEMENT_PORT="0").stdout
        state = [c for c in map(json.loads, checks.splitlines()) if c["check"] == "state"]
        assert state[0]["status"] == "warn" and str(hub.pid) in state[0]["detail"]
    finally:
        hub.send_signal(signal.SIGTERM)
        hub.wait(timeout=60)
        hub.stderr.close()
    assert run("doctor", "--probe", address).returncode == 1
