"""The official Elasticsearch client as the sender of a bulk destination."""

from __future__ import annotations

from typing import TYPE_CHECKING

from elasticsearch import ApiError, TransportError

from eliot_progress.elk.bulk import BulkDestination, BulkError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from elasticsearch import Elasticsearch

    from eliot_progress.elk.bulk import Pair, Sender


def destination(client: Elasticsearch, dead_letters: Path) -> BulkDestination:
    """`eliot.add_destinations(destination(Elasticsearch(url), Path("dead-letters.jsonl")))`.

    The client's major version must be the cluster's. The template of `eliot-progress elk` must be there.
    """
    return BulkDestination(sender(client), dead_letters)


def sender(client: Elasticsearch) -> Sender:
    """One bulk request through `client`, which retries nothing on its own."""
    once = client.options(max_retries=0, retry_on_status=(), retry_on_timeout=False)

    def send(pairs: Sequence[Pair]) -> Mapping[str, object]:
        operations = [part for pair in pairs for part in pair]
        try:
            answer: Mapping[str, object] = once.bulk(operations=operations).body
        except ApiError as error:
            raise BulkError(str(error), error.meta.status) from error
        except TransportError as error:
            raise BulkError(str(error)) from error
        return answer

    return send
