"""GraphQL over websockets: subscriptions by the graphql-transport-ws protocol."""

from __future__ import annotations

from strawberry.channels import GraphQLWSConsumer
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL

from eliot_progress.adapters.transport import CausalTransport
from timelapse.project.schema import schema


class Consumer(GraphQLWSConsumer[dict[str, object], None]):
    """Operations go on below the click that the page names."""

    graphql_transport_ws_handler_class = CausalTransport[dict[str, object], None]


consumer = Consumer.as_asgi(schema=schema, subscription_protocols=[GRAPHQL_TRANSPORT_WS_PROTOCOL])
