"""Starts sandboxes as programs of their own, for clients that nobody of ours wrote.

CROSSDOCK names the `crossdock` binary.
"""
import contextlib
import json
import os
import subprocess
import tempfile
import time

import pytest
import requests


class System:
    """One system of a running sandbox, and its control endpoints."""

    def __init__(self, name, access, proxy, ca_file):
        self.name = name
        self.access = access
        self.http = access["http"]
        self.https = access["https"]
        self.proxy = proxy
        self.ca_file = ca_file
        # The clients' own proxy and certificate settings are not for these calls.
        self._control = requests.Session()
        self._control.trust_env = False

    def __getitem__(self, key):
        return self.access[key]

    def control(self, method, path, **options):
        answer = self._control.request(method, f"{self.http}/__sandbox/{path}", timeout=30, **options)
        assert answer.status_code == 200, answer.text
        return answer

    def load(self, name, records):
        lines = "\n".join(json.dumps(record) for record in records)
        self.control("POST", f"records/{name}", data=lines.encode())

    def records(self, name):
        return [json.loads(line) for line in self.control("GET", f"records/{name}").text.splitlines()]

    def journal(self, since=0):
        text = self.control("GET", f"journal?since={since}").text
        return [json.loads(line) for line in text.splitlines()]

    def last(self):
        """The number of the latest entry of the journal."""
        entries = self.journal()
        return entries[-1]["seq"] if entries else 0

    def audit(self, since=0):
        text = self.control("GET", f"audit?since={since}").text
        return [json.loads(line)["rule"] for line in text.splitlines()]

    @contextlib.contextmanager
    def fault(self, kind, path="*", **more):
        """Something goes wrong on purpose, or a rule of the protocol is broken, for a while."""
        self.control("PUT", "faults", json=[{"path": path, "fault": kind, **more}])
        try:
            yield
        finally:
            self.control("DELETE", "faults")


class Sandbox:
    """A `crossdock sandbox` process."""

    def __init__(self, *arguments):
        binary = os.environ.get("CROSSDOCK")
        if not binary:
            raise pytest.UsageError("CROSSDOCK must name the crossdock binary")
        self._folder = tempfile.TemporaryDirectory()
        ready_file = os.path.join(self._folder.name, "ready.json")
        self._log = open(os.path.join(self._folder.name, "log"), "w+")
        self.process = subprocess.Popen(
            [binary, "sandbox", *arguments, "--port", "0", "--tls-port", "0", "--proxy-port", "0",
             "--ready-file", ready_file],
            stdout=self._log, stderr=subprocess.STDOUT)
        deadline = time.monotonic() + 60
        while not os.path.exists(ready_file):
            if self.process.poll() is not None or time.monotonic() > deadline:
                self._log.seek(0)
                raise RuntimeError(f"the sandbox did not start: {self._log.read()}")
            time.sleep(0.02)
        with open(ready_file) as file:
            self.ready = json.load(file)

    def system(self, name):
        return System(
            name, self.ready["systems"][name], self.ready["proxy"], self.ready["caFile"])

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(timeout=20)
        finally:
            self.process.kill()
            self._log.close()
            self._folder.cleanup()


@pytest.fixture
def through_proxy(request, monkeypatch):
    """Points every client of the test at the sandbox's proxy, as an administrator would."""

    def point(system):
        monkeypatch.setenv("HTTPS_PROXY", system.proxy)
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", system.ca_file)
        monkeypatch.setenv("SSL_CERT_FILE", system.ca_file)
        monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")
        return system

    return point
