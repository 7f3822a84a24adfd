"""Full-text search over the messages, by the means of each database; and paths that sort byte by byte.

Words are what stands between anything but letters and digits, in keys and values alike, so that the words
`movie 7` in a row find `"movie": 7`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import migrations

if TYPE_CHECKING:
    from django.db.backends.base.schema import BaseDatabaseSchemaEditor

_SQLITE = [
    # JSON writes line breaks as \\n and \\t: the letter must not stick to the next word.
    r"""CREATE VIEW eliot_progress_words AS SELECT id,
        replace(replace(body, '\n', ' '), '\t', ' ') AS words FROM eliot_progress_logmessage""",
    """CREATE VIRTUAL TABLE eliot_progress_text USING fts5(
        words, content='eliot_progress_words', content_rowid='id', tokenize='unicode61')""",
    r"""CREATE TRIGGER eliot_progress_text_insert AFTER INSERT ON eliot_progress_logmessage BEGIN
        INSERT INTO eliot_progress_text(rowid, words)
        VALUES (new.id, replace(replace(new.body, '\n', ' '), '\t', ' ')); END""",
    r"""CREATE TRIGGER eliot_progress_text_delete BEFORE DELETE ON eliot_progress_logmessage BEGIN
        INSERT INTO eliot_progress_text(eliot_progress_text, rowid, words)
        VALUES ('delete', old.id, replace(replace(old.body, '\n', ' '), '\t', ' ')); END""",
]
_SQLITE_BACK = [
    "DROP TRIGGER eliot_progress_text_delete",
    "DROP TRIGGER eliot_progress_text_insert",
    "DROP TABLE eliot_progress_text",
    "DROP VIEW eliot_progress_words",
]
_POSTGRESQL = [
    """ALTER TABLE eliot_progress_logaction ALTER COLUMN path TYPE text COLLATE "C",
        ALTER COLUMN parent TYPE text COLLATE "C" """,
    """ALTER TABLE eliot_progress_logmessage ALTER COLUMN path TYPE text COLLATE "C",
        ALTER COLUMN action TYPE text COLLATE "C" """,
    # A tsvector holds at most 1 MB, so that the end of a very long message is not indexed.
    r"""ALTER TABLE eliot_progress_logmessage ADD COLUMN words tsvector GENERATED ALWAYS AS (to_tsvector(
        'simple', regexp_replace(left(body, 250000), '\\[nt]|[^[:alnum:]]', ' ', 'g'))) STORED""",
    "CREATE INDEX eliot_progress_text ON eliot_progress_logmessage USING gin (words)",
]
_POSTGRESQL_BACK = ["ALTER TABLE eliot_progress_logmessage DROP COLUMN words"]


def forwards(apps: object, schema_editor: BaseDatabaseSchemaEditor) -> None:  # noqa: ARG001 - Django's
    statements = {"sqlite": _SQLITE, "postgresql": _POSTGRESQL}
    for statement in statements.get(schema_editor.connection.vendor, []):
        schema_editor.execute(statement, None)


def backwards(apps: object, schema_editor: BaseDatabaseSchemaEditor) -> None:  # noqa: ARG001 - Django's
    statements = {"sqlite": _SQLITE_BACK, "postgresql": _POSTGRESQL_BACK}
    for statement in statements.get(schema_editor.connection.vendor, []):
        schema_editor.execute(statement, None)


class Migration(migrations.Migration):
    dependencies = [("eliot_progress", "0001_initial")]
    operations = [migrations.RunPython(forwards, backwards)]
