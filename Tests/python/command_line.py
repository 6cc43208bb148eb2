"""What the tests of the command line share."""
import os
import subprocess

BINARY = os.environ.get("CROSSDOCK", "crossdock")


def run(*arguments, text="", cwd=None, timeout=60, **variables):
    """Runs the program; standard input is `text`."""
    data = text if isinstance(text, bytes) else text.encode()
    return subprocess.run(
        [BINARY, *map(str, arguments)], input=data, capture_output=True, cwd=cwd, timeout=timeout,
        env={**os.environ, **variables})


def write(folder, files):
    """Writes files given by path and text."""
    for path, text in files.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return folder
