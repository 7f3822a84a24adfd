"""Templates for Elasticsearch, OpenSearch, Filebeat, Logstash and Kibana."""

from __future__ import annotations
