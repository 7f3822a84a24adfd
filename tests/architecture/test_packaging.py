"""What an index says of each package is complete, and stands in one place where it is the same for all."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

ROOT = Path(__file__).parents[2]
PACKAGES = ("fsmlock", "eliot_progress", "queue_insight", "camera_agent")
#: Until the project has a public home; the addresses in the packages begin with it.
HOME = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["timelapse"]["home"]


def settings(package: str) -> dict:
    return tomllib.loads((ROOT / "packages" / package / "pyproject.toml").read_text())


@pytest.mark.parametrize("package", PACKAGES)
def test_each_package_says_whose_it_is_where_it_lives_and_what_for(package):
    project = settings(package)["project"]
    email = f"maintainers@{HOME.removeprefix('https://')}"
    assert project["authors"] == [{"name": "The Timelapse maintainers", "email": email}]
    assert project["keywords"] == sorted(project["keywords"])
    assert set(project["urls"]) == {"Documentation", "Source", "Changelog", "Issues"}
    assert any(one.startswith("Topic :: ") for one in project["classifiers"])
    assert (ROOT / "packages" / package / "LICENSE").read_text() == (ROOT / "LICENSE").read_text()


@pytest.mark.parametrize("package", PACKAGES)
def test_every_address_of_ours_begins_with_the_one_home(package):
    project, readme = settings(package)["project"], settings(package)["tool"]["hatch"]["metadata"]["hooks"]
    [substitution] = readme["fancy-pypi-readme"]["substitutions"]
    assert substitution["replacement"] == f"]({HOME}/source/"
    assert [address for address in project["urls"].values() if not address.startswith(f"{HOME}/")] == []


def anchors(page: Path) -> set[str]:
    """Return the anchors of a page's headings."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {"#" + re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("package", PACKAGES)
def test_every_readme_shows_a_picture(package):
    folder = ROOT / "packages" / package
    pictures = re.findall(r"^!\[[^\]]{20,}\]\(([^)]+)\)$", (folder / "README.md").read_text(), re.MULTILINE)
    assert [picture for picture in pictures if (folder / picture).stat().st_size < 200_000]


@pytest.mark.parametrize("package", PACKAGES)
def test_every_relative_link_of_a_readme_leads_to_a_file(package):
    folder = ROOT / "packages" / package
    links = re.findall(r"\]\((\.[^)#]*)(#[^)]*)?", (folder / "README.md").read_text())
    assert [link for link, _ in links if not link.startswith("../../") or not (folder / link).exists()] == []
    assert [(link, anchor) for link, anchor in links if anchor and anchor not in anchors(folder / link)] == []


@pytest.mark.parametrize("package", PACKAGES)
def test_the_changelog_begins_with_the_version_that_is_built(package):
    changelog = (ROOT / "packages" / package / "CHANGELOG.md").read_text()
    assert re.search(r"^## (\S+)", changelog, re.MULTILINE)[1] == settings(package)["project"]["version"]


@pytest.mark.parametrize("package", PACKAGES)
def test_our_own_packages_are_required_within_one_minor_version(package):
    own = {settings(name)["project"]["name"]: settings(name)["project"]["version"] for name in PACKAGES}
    for requirement in map(Requirement, settings(package)["project"]["dependencies"]):
        if requirement.name in own:
            version = Version(own[requirement.name])
            assert requirement.specifier.contains(version)
            assert not requirement.specifier.contains(f"{version.major}.{version.minor + 1}")
