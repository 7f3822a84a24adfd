from __future__ import annotations

import pytest
from celery import Celery

from queue_insight.brokers.choose import broker_for
from queue_insight.brokers.rabbitmq import RabbitMQBroker
from queue_insight.brokers.redis import RedisBroker
from queue_insight.errors import BrokerUnsupportedError


@pytest.mark.parametrize("url", ["redis://h/0", "rediss://h/0", "sentinel://h:1/0", "redis+socket:///tmp/s"])
def test_every_form_of_a_redis_url_is_supported(url):
    assert isinstance(broker_for(Celery(broker=url, set_as_current=False)), RedisBroker)


@pytest.mark.parametrize("url", ["amqp://h//", "amqps://h//", "pyamqp://h//", "", "amqp://h//;amqp://i//"])
def test_every_form_of_a_rabbitmq_url_is_supported(url):
    assert isinstance(broker_for(Celery(broker=url, set_as_current=False)), RabbitMQBroker)


@pytest.mark.parametrize("url", ["sqs://", "kafka://"])
def test_another_broker_is_refused_by_name(url):
    with pytest.raises(BrokerUnsupportedError, match=url.partition(":")[0]):
        broker_for(Celery(broker=url, set_as_current=False))
