"""Does what docs/quickstart.md says, block by block, in terminals of its own, and checks what comes out.

A block's info string says how it is run: `terminal=N` where; `stays` for a program that runs until it is
ended; `wait=FILE` that a file must be there first; `check=NAME` what must come out, tried again until it
does; `broker` that it needs a RabbitMQ. Fewer accounts than the page has keep it short.
"""
import json
import os
import pathlib
import queue
import re
import shutil
import signal
import subprocess
import threading
import time

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "quickstart.md"
ACCOUNTS = 300
BROKER = os.environ.get("CROSSDOCK_TEST_AMQP")
PATIENCE = 90
SAMPLE_BROKER = "amqp://guest:guest@127.0.0.1:5672"


class Block:
    """A shell block of the page."""

    def __init__(self, info, text, line):
        words = info.split()
        options = dict(word.split("=", 1) for word in words if "=" in word)
        self.terminal = options.pop("terminal")
        self.wait = options.pop("wait", None)
        self.check = options.pop("check", None)
        flags = {word for word in words if "=" not in word}
        self.stays = "stays" in flags
        self.broker = "broker" in flags
        self.text = text.replace(SAMPLE_BROKER, BROKER or SAMPLE_BROKER)
        self.line = line
        assert not options and flags <= {"stays", "broker"}, f"line {line}: {info}"


def blocks():
    text = PAGE.read_text()
    for match in re.finditer(r"^```sh (.*)\n((?:.*\n)*?)```$", text, re.M):
        yield Block(match[1], match[2], text.count("\n", 0, match.start()) + 1)


class Terminal:
    """A shell that takes one block after the other."""

    def __init__(self, folder, environment):
        self.shell = subprocess.Popen(
            ["bash"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=folder,
            env=environment, text=True, start_new_session=True)
        self.lines = queue.Queue()
        self.ends = 0
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        for line in self.shell.stdout:
            self.lines.put(line.rstrip("\n"))

    def type(self, text):
        self.ends += 1
        # Some programs end without a line feed.
        self.shell.stdin.write(f"{text}\nprintf '\\nend-%s-%s\\n' {self.ends} $?\n")
        self.shell.stdin.flush()

    def end(self):
        """What the blocks typed so far printed, and the status of the last one."""
        printed = []
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                line = self.lines.get(timeout=max(0.1, deadline - time.monotonic()))
            except queue.Empty:
                raise AssertionError("no end:\n" + "\n".join(printed[-30:])) from None
            found = re.fullmatch(rf"end-{self.ends}-(\d+)", line)
            if found:
                return printed, int(found[1])
            if line:
                printed.append(line)

    def close(self):
        """Ends the shell and what it started, which are a group of their own."""
        try:
            os.killpg(self.shell.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.shell.wait()


def moved(lines):
    count, partner, account = lines
    name, score = json.loads(account)
    assert int(count) == ACCOUNTS
    assert json.loads(partner)["OrganizationBPName1"] and name and 0 < score < 1


def renamed(lines):
    assert json.loads(lines[0]) == {"loaded": 1, "created": 0, "updated": 1}


def arrived(lines):
    assert lines == ["1"]


def health(lines):
    state = json.loads(lines[0])
    assert state["status"] == "UP"
    assert {check["name"] for check in state["checks"]} == {
        "state", "bus", "route:accounts-from-salesforce", "route:accounts-to-sap"}
    assert 'crossdock_route_exchanges_total{route="accounts-to-sap",outcome="completed"} 1' in lines


def created_once(lines):
    assert int(lines[-1]) == ACCOUNTS


CHECKS = {
    "moved": moved, "renamed": renamed, "arrived": arrived, "health": health,
    "arrived-again": arrived, "created-once": created_once,
}


class Reader:
    """Somebody who follows the page."""

    def __init__(self, folder):
        self.folder = folder
        programs = folder / "bin"
        programs.mkdir()
        (programs / "crossdock").symlink_to(pathlib.Path(os.environ["CROSSDOCK"]).resolve())
        self.environment = {
            name: value for name, value in os.environ.items()
            if not name.startswith(("CROSSDOCK", "SALESFORCE", "SAP", "BUS_"))}
        self.environment |= {
            "PATH": f"{programs}:{os.environ['PATH']}", "CROSSDOCK_MANAGEMENT_PORT": "0",
            # The page waits longer than a test needs to.
            "CROSSDOCK_PROPERTIES_ACCOUNTS_DELAY": "200ms", "NO_PROXY": "127.0.0.1"}
        self.terminals = {}

    def terminal(self, name):
        if name not in self.terminals:
            self.terminals[name] = Terminal(self.folder, self.environment)
        return self.terminals[name]

    def follow(self, block):
        terminal = self.terminal(block.terminal)
        if block.wait:
            self.wait_for(self.folder / "hub" / block.wait)
        terminal.type(block.text)
        if block.stays:
            return
        lines, status = terminal.end()
        # What only looks may not see anything yet.
        assert status == 0 or block.check, f"line {block.line}:\n" + "\n".join(lines)
        if block.text.startswith("crossdock init"):
            self.shorten()
        if block.check:
            self.check(block, terminal, lines)

    def check(self, block, terminal, lines):
        """Tries a block that only looks again, until what comes out is right."""
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                return CHECKS[block.check](lines)
            except (AssertionError, ValueError, IndexError):
                if time.monotonic() > deadline or block.check == "renamed":
                    raise AssertionError(f"line {block.line}:\n" + "\n".join(lines)) from None
            time.sleep(0.2)
            terminal.type(block.text)
            lines, _ = terminal.end()

    def shorten(self):
        seed = self.folder / "hub/seed/salesforce/Account.jsonl"
        lines = seed.read_text().splitlines(keepends=True)
        assert len(lines) == 7_043
        seed.write_text("".join(lines[:ACCOUNTS]))

    @staticmethod
    def wait_for(path):
        deadline = time.monotonic() + PATIENCE
        while not path.exists():
            assert time.monotonic() < deadline, f"{path} does not come"
            time.sleep(0.05)

    def leave(self):
        for terminal in self.terminals.values():
            terminal.close()


def test_every_check_of_the_page_is_known_and_made():
    assert {block.check for block in blocks()} - {None} == set(CHECKS)


@pytest.mark.skipif(not shutil.which("curl"), reason="the page uses curl")
def test_the_page_does_what_it_says(tmp_path):
    if not BROKER and os.environ.get("CI") == "true":
        pytest.fail("CROSSDOCK_TEST_AMQP must name a broker in CI")
    reader = Reader(tmp_path)
    try:
        for block in blocks():
            if block.broker and not BROKER:
                pytest.skip("CROSSDOCK_TEST_AMQP names no broker; all before its part went well")
            reader.follow(block)
    finally:
        reader.leave()
