from __future__ import annotations

import gettext
import re
from pathlib import Path

from django.apps import apps

FOLDER = Path(apps.get_app_config("fsmlock").path)


def test_the_compiled_translations_are_those_of_the_text():
    for text in FOLDER.rglob("*.po"):
        pairs = re.findall(r'^msgid "(.+)"\nmsgstr "(.*)"$', text.read_text("utf-8"), re.MULTILINE)
        with text.with_suffix(".mo").open("rb") as compiled:
            catalogue = gettext.GNUTranslations(compiled)
        assert {source: catalogue.gettext(source) for source, _ in pairs} == dict(pairs)
        assert len(pairs) > 20


def test_every_message_is_translated_with_the_same_parameters():
    code = "\n".join(path.read_text("utf-8") for path in FOLDER.rglob("*.py"))
    said = [
        "".join(re.findall(r'"([^"]*)"', call))
        for call in re.findall(r'gettext\(((?:\s*"[^"]*")+)\s*\)', code)
    ]
    page = (FOLDER / "templates/fsmlock/change_form.html").read_text("utf-8")
    said += re.findall(r'translate "([^"]+)"', page)
    assert len(said) > 20
    for text in FOLDER.rglob("*.po"):
        known = dict(re.findall(r'^msgid "(.+)"\nmsgstr "(.+)"$', text.read_text("utf-8"), re.MULTILINE))
        assert sorted(set(said) - set(known)) == []
        for source, other in known.items():
            assert sorted(re.findall(r"%\(\w+\)s", source)) == sorted(re.findall(r"%\(\w+\)s", other))
