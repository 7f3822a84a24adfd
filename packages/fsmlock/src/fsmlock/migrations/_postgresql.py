"""Migration operations that do nothing on other databases than PostgreSQL."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from django.db import migrations

if TYPE_CHECKING:
    from django.db.backends.base.schema import BaseDatabaseSchemaEditor
    from django.db.migrations.state import ProjectState

FOLDER = Path(__file__).with_name("sql")


class RunPostgreSQL(migrations.RunSQL):
    """Run the statements of ``sql/<name>.sql``, or ``reverse_sql`` to go back."""

    def __init__(self, name: str, reverse_sql: str) -> None:
        self.name = name
        self.reverse = reverse_sql
        super().__init__((FOLDER / f"{name}.sql").read_text(encoding="utf-8"), reverse_sql)

    def deconstruct(self) -> tuple[str, list[object], dict[str, object]]:
        """Write the arguments, not the statements, into a squashed migration."""
        return self.__class__.__qualname__, [self.name, self.reverse], {}

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Run the statements on PostgreSQL."""
        if schema_editor.connection.vendor == "postgresql":
            super().database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Run the reverse statements on PostgreSQL."""
        if schema_editor.connection.vendor == "postgresql":
            super().database_backwards(app_label, schema_editor, from_state, to_state)
