"""The log in Elasticsearch and OpenSearch: documents, templates, shippers, a dashboard, a destination."""

from __future__ import annotations
