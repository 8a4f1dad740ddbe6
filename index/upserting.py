"""Rows that may be there already: kept, or replaced. Leaves out: which rows those are.

SQLite and PostgreSQL say it in the same words, and SQLAlchemy in a class for each.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sql
from sqlalchemy.dialects import postgresql, sqlite

Rows = Sequence[Mapping[str, Any]]


def put_new(connection: sql.Connection, table: sql.Table, rows: Rows) -> None:
    """Inserts those of the rows whose primary key is not there yet."""
    connection.execute(_insert(connection, table).on_conflict_do_nothing(), rows)


def put(connection: sql.Connection, table: sql.Table, rows: Rows) -> None:
    """Inserts the rows, each in the place of the one that has its primary key."""
    keys = list(table.primary_key)
    statement = _insert(connection, table)
    values = {column.name: statement.excluded[column.name] for column in table.c if column not in keys}
    connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=values), rows)


def _insert(connection: sql.Connection, table: sql.Table) -> Any:
    return postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)
