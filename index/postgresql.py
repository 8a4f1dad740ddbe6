"""A library in PostgreSQL: how its database is opened, and what SQLite knows and PostgreSQL does not.

Leaves out: the tables, which are the same in both. One database, or one schema of it, holds one library.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sql
from sqlalchemy import event

from index.errors import StorageError

COMMIT_LOCK = 0x0E5EC0DE0001
"""The advisory lock of whoever writes, held for one transaction. Any other number would do; it is every process's."""
WAIT = "10s"
"""As long as SQLite's busy_timeout."""
NOT_INSTALLED = (
    "ONRECORD_DATABASE_URL names PostgreSQL, whose driver is not installed: run 'pip install \"psycopg[binary]\"'"
)

# A client that is gone without a word (its machine lost power) keeps no lock for longer than a minute and a half.
_SESSION = f"-c lock_timeout={WAIT} -c tcp_keepalives_idle=60 -c tcp_keepalives_interval=10 -c tcp_keepalives_count=3"
_FUNCTIONS = """
CREATE OR REPLACE FUNCTION casefold(given text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS
$$ SELECT replace(lower(given COLLATE "und-x-icu"), 'ß', 'ss') $$;
CREATE OR REPLACE FUNCTION instr(given text, part text) RETURNS integer LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS
$$ SELECT strpos(given, part) $$;
CREATE OR REPLACE FUNCTION json_extract(given text, path text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
AS $$ SELECT replace(given, '\\u0000', '\\ufffd')::json #>> string_to_array(substr(path, 3), '.') $$;
CREATE OR REPLACE FUNCTION refuse_a_changed_version() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'versions are immutable'; END $$;
"""
"""SQLite's own functions by the same names (and casefold, which tables.open_engine adds to it)."""


def address(database_url: str) -> sql.URL:
    """The address with its driver. Raises StorageError for one that is none of PostgreSQL's."""
    try:
        url = sql.make_url(database_url)
    except sql.exc.ArgumentError:
        raise StorageError(
            "ONRECORD_DATABASE_URL is no address of a database: write postgresql://USER@HOST/DATABASE"
        ) from None
    if url.get_backend_name() not in ("postgresql", "postgres"):
        raise StorageError(
            f"ONRECORD_DATABASE_URL names a {url.get_backend_name()} database: PostgreSQL's is postgresql://..., and"
            " without it the library is an SQLite file in its folder"
        )
    return url.set(drivername="postgresql+psycopg")


def place(engine: sql.Engine) -> str:
    """The address of an engine's database as it may be shown."""
    return engine.url.set(drivername="postgresql", query={}).render_as_string(hide_password=True)


def open_engine(database_url: str, *, name: str = "onrecord") -> sql.Engine:
    """An engine on the database, with the functions that the library's queries use.

    Transactions mean what they mean in SQLite: a reading one sees one snapshot; one with the execution option
    `writing=True` waits until it is the only one that writes, and sees what the others have written. Raises
    StorageError where the driver is missing.
    """
    try:
        engine = sql.create_engine(
            address(database_url),
            isolation_level="REPEATABLE READ",
            pool_pre_ping=True,
            pool_size=10,
            max_overflow=30,
            connect_args={"options": _SESSION, "application_name": name[:63], "connect_timeout": 10},
        )
    except ModuleNotFoundError:
        raise StorageError(NOT_INSTALLED) from None

    @event.listens_for(engine, "begin")
    def begin(connection: sql.Connection) -> None:
        if connection.get_execution_options().get("writing", False):
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({COMMIT_LOCK})")

    @event.listens_for(engine, "before_cursor_execute", retval=True)
    def storable(
        _connection: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, many: bool
    ) -> tuple[str, Any]:
        """PostgreSQL's texts hold no NUL."""
        if many:
            return statement, [_without_nul(one) for one in parameters]
        return statement, _without_nul(parameters)

    return engine


def writing(engine: sql.Engine) -> sql.Engine:
    """The same engine for transactions that write: what others committed before it had the lock must be seen."""
    return engine.execution_options(writing=True, isolation_level="READ COMMITTED")


def make_functions(connection: sql.Connection) -> None:
    """Makes the functions in the schema where the tables are going to be."""
    connection.exec_driver_sql(_FUNCTIONS)


def in_order_of_insertion(table: sql.Table) -> None:
    """Gives a table the `rowid` that every table of SQLite's has: it grows with each row, in the order they came."""
    column = sql.DDL(  # type: ignore[no-untyped-call]
        "ALTER TABLE %(fullname)s ADD COLUMN rowid bigint GENERATED ALWAYS AS IDENTITY"
    )
    event.listen(table, "after_create", column.execute_if(dialect="postgresql"))


def immutable(table: sql.Table) -> None:
    """Lets no row of the table of versions be changed."""
    trigger = sql.DDL(  # type: ignore[no-untyped-call]
        "CREATE TRIGGER %(table)s_are_immutable BEFORE UPDATE ON %(fullname)s"
        " FOR EACH ROW EXECUTE FUNCTION refuse_a_changed_version()"
    )
    event.listen(table, "after_create", trigger.execute_if(dialect="postgresql"))


_REMEDIES = (
    (("no space left", "could not extend", "disk full"), "its disk is full: free some space there and try again"),
    (("read-only transaction",), "it takes no changes, as a replica does: name the primary"),
    (("lock timeout",), "another process keeps it busy: wait for it or stop it, then try again"),
    (
        ("authentication", "permission denied", "no pg_hba.conf", "does not exist"),
        "it does not let us in or is not there: check ONRECORD_DATABASE_URL and the rights of its user",
    ),
    (
        ("refused", "failed", "closed", "terminating", "timeout", "starting up", "shutting down", "resolve", "lost"),
        "it does not answer: check that PostgreSQL runs, and ONRECORD_DATABASE_URL",
    ),
)


def remedy(cause: BaseException | None) -> str | None:
    """What happened and what to do, where PostgreSQL or the way to it failed; None for any other error."""
    if not type(cause).__module__.startswith("psycopg"):
        return None
    said = " ".join(str(cause).split())
    for signs, what in _REMEDIES:
        if any(sign in said.lower() for sign in signs):
            return f"the library's database: {what} ({said})"
    if type(cause).__name__ in ("OperationalError", "InternalError", "InterfaceError"):
        return f"the library's database failed: {said}: check PostgreSQL's log and try again"
    return None


def big() -> sql.types.TypeEngine[int]:
    """An integer of 64 bits in both databases; SQLite numbers new rows only where it is called INTEGER."""
    return sql.BigInteger().with_variant(sql.Integer(), "sqlite")


def _without_nul(parameters: Any) -> Any:
    if isinstance(parameters, dict):
        return {key: _cleaned(value) for key, value in parameters.items()}
    return tuple(_cleaned(value) for value in parameters)


def _cleaned(value: Any) -> Any:
    return value.replace("\0", "\ufffd") if isinstance(value, str) and "\0" in value else value
