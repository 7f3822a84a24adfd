"""GraphQL over websockets: subscriptions by the graphql-transport-ws protocol."""

from __future__ import annotations

from strawberry.channels import GraphQLWSConsumer
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL

from timelapse.project.schema import schema

consumer = GraphQLWSConsumer.as_asgi(schema=schema, subscription_protocols=[GRAPHQL_TRANSPORT_WS_PROTOCOL])
