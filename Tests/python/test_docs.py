"""What the pages and the deployment files name is there."""
import os
import pathlib
import re
import subprocess

import pytest
import yaml
from command_line import run

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGES = sorted([
    ROOT / "README.md", *(ROOT / "docs").rglob("*.md"), *ROOT.glob("connectors/*/README.md")])


def named(page):
    """Files and folders that a page names: links, and paths of the repository in backquotes."""
    text = page.read_text()
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if not re.match(r"[a-z]+:|#", target):
            yield page.parent / target.split("#")[0]
    paths = r"`((?:Sources|Tests|connectors|routes|mappings|models|schemas|scripts|docs|deploy)/[\w./+-]+)`"
    if page.name != "quickstart.md":  # which names files of a new project
        for path in re.findall(paths, text):
            yield ROOT / path


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_what_a_page_names_is_there(page):
    missing = [str(path) for path in named(page) if not path.exists()]
    assert not missing


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_to_headings_lead_somewhere(page):
    for target, heading in re.findall(r"\]\(([^)#\s]*)#([^)\s]+)\)", page.read_text()):
        other = (page.parent / target) if target else page
        headings = re.findall(r"^#+ (.*)$", other.read_text(), re.M)
        assert heading in [re.sub(r"[^\w -]", "", h).lower().replace(" ", "-") for h in headings]


def test_names_are_found_at_all():
    assert len(list(named(ROOT / "docs/message-path.md"))) > 25


def test_the_readme_is_short_and_the_way_of_a_message_too():
    for page in ["README.md", "docs/message-path.md"]:
        assert len((ROOT / page).read_text().splitlines()) <= 150


def test_the_route_of_the_readme_can_be_built(tmp_path):
    route = re.search(r"```yaml\n(.*?)```", (ROOT / "README.md").read_text(), re.S)[1]
    (tmp_path / "routes").mkdir()
    (tmp_path / "routes" / "readme.camel.yaml").write_text(
        route + "- route:\n    id: rest\n    from:\n      uri: bus:accounts\n      steps:\n"
        "        - log: { message: '${body}' }\n")
    (tmp_path / "crossdock.yaml").write_text(
        "connections:\n  salesforce:\n    system: salesforce\n    url: http://127.0.0.1:1\n"
        "    auth: { kind: clientCredentials, clientId: x, clientSecret: '{{env:SECRET}}' }\n")
    done = run("lint", cwd=tmp_path, SECRET="s")
    assert done.returncode == 0, done.stderr + done.stdout


def test_metrics_and_keys_on_the_operations_page_are_those_of_the_program(tmp_path):
    text = (ROOT / "docs/operations.md").read_text()
    sources = "".join(
        source.read_text() for folder in ["CrossdockHub", "CrossdockObservability"]
        for source in (ROOT / "Sources" / folder).rglob("*.swift"))
    emitted = set(re.findall(r'"((?:crossdock|process)_[a-z_]+)"', sources))
    table = set(re.findall(r"^\| `((?:crossdock|process)_[a-z_]+)`", text, re.M))
    assert table == emitted
    keys = re.findall(r"`((?:bus|state|management|log|shutdown)\.[a-zA-Z]+)`", text)
    for key in keys:
        if not key.endswith((".sqlite", ".lock")):
            assert run("config", "explain", key, cwd=tmp_path).returncode == 0, key


def test_codes_on_the_pages_are_known():
    known = run("explain").stdout.decode()
    for page in PAGES:
        for code in re.findall(r"\bCD\d{4}\b", page.read_text()):
            assert code in known, f"{page.name}: {code}"


# Deployment


def compose():
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text())


def test_the_compose_file_has_the_three_services_in_the_words_of_the_specification():
    file = compose()
    assert set(file) <= {"name", "services", "volumes"}
    assert set(file["services"]) == {"rabbitmq", "postgres", "hub"}
    words = {
        "image", "build", "hostname", "environment", "volumes", "ports", "healthcheck", "restart",
        "depends_on", "read_only", "tmpfs", "cap_drop", "security_opt", "stop_grace_period"}
    for service in file["services"].values():
        assert set(service) <= words
        for volume in service["volumes"]:
            name = volume.split(":")[0]
            assert name.startswith(("${", ".", "/")) or name in file["volumes"]
        for port in service.get("ports", []):
            assert port.startswith("127.0.0.1:")
        assert set(service.get("healthcheck", {})) <= {"test", "interval", "timeout", "retries"}
    hub = file["services"]["hub"]
    assert (ROOT / hub["build"]["dockerfile"]).exists()
    for other, wait in hub["depends_on"].items():
        assert wait == {"condition": "service_healthy"} and "healthcheck" in file["services"][other]


def test_variables_of_the_deployment_are_read_by_the_program(tmp_path):
    text = (ROOT / "deploy/Dockerfile").read_text() + (ROOT / "docker-compose.yml").read_text()
    listed = run("config", "explain", cwd=tmp_path).stdout.decode()
    keys = re.findall(r"^([a-z]+\.[a-zA-Z]+)", listed, re.M)
    known = {"CROSSDOCK_" + re.sub(r"([A-Z])", r"_\1", key.replace(".", "_")).upper() for key in keys}
    known |= {"CROSSDOCK_ONNXRUNTIME", "CROSSDOCK_PROJECT"}
    used = set(re.findall(r"\bCROSSDOCK_[A-Z_]+", text))
    assert used and used <= known
    values = dict(re.findall(r"(CROSSDOCK_[A-Z_]+)=(\S+)", text))
    values.pop("CROSSDOCK_ONNXRUNTIME")
    values["CROSSDOCK_BUS_URL"] = compose()["services"]["hub"]["environment"]["CROSSDOCK_BUS_URL"]
    assert run("config", "explain", cwd=tmp_path, **values).returncode == 0


def test_the_dockerfile_copies_only_what_is_there_or_is_built():
    text = (ROOT / "deploy/Dockerfile").read_text()
    for source in re.findall(r"^COPY (?!--from)(\S+) ", text, re.M):
        assert (ROOT / source).exists()
    assert "dist/crossdock" in (ROOT / "scripts/dist").read_text()
    assert "libonnxruntime.so" in (ROOT / "scripts/bootstrap").read_text()
    assert re.search(r"^USER (?!root|0)", text, re.M) and "HEALTHCHECK" in text


def test_packages_of_the_image_carry_what_the_program_needs():
    """The libraries that the program is linked with come from the packages that the image installs."""
    text = (ROOT / "deploy/Dockerfile").read_text()
    installed = set(re.search(r"--no-install-recommends \\\n(.*?)&&", text, re.S)[1].replace("\\", "").split())
    needed = subprocess.run(
        ["readelf", "-d", os.environ["CROSSDOCK"]], capture_output=True, text=True, check=True).stdout
    for library in re.findall(r"NEEDED.*\[(lib[a-z0-9]+)[.-]", needed):
        if library.startswith(("libswift", "libFoundation", "libBlocks", "libdispatch", "libc", "libm", "libgcc")):
            if library != "libcurl" and library != "libcrypto":
                continue
        names = {"libz": "zlib1g", "libcrypto": "libssl3", "libssl": "libssl3"}
        name = names.get(library, library)
        assert any(package.startswith(name) for package in installed), library
