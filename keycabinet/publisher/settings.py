"""What the publisher has to know: which cabinet, which core, which broker."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from keycabinet.config.complaints import complaints
from keycabinet.config.faults import FaultsFound
from keycabinet.config.source import Source
from keycabinet.config.tables import ConsumerTable, Document, MqttTable, TlsTable
from keycabinet.errors import ConfigError
from keycabinet.publisher.receipts import Consumer


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """Whom to trust, and as whom to appear."""

    ca: Path
    cert: Path | None
    key: Path | None


@dataclass(frozen=True, slots=True)
class BrokerSettings:
    """Where the broker is and how it knows us. ``3.1.1`` is for brokers that know no better; they refuse silently."""

    host: str
    port: int
    client_id: str
    protocol: Literal["5", "3.1.1"] = "5"
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    tls: TlsFiles | None = None


@dataclass(frozen=True, slots=True)
class PublisherSettings:
    """A cabinet, the socket of its core and its broker."""

    cabinet: str
    control: Path
    broker: BrokerSettings
    consumers: tuple[Consumer, ...] = ()


def read_settings(config_path: Path) -> PublisherSettings:
    """What cabinet.toml says about the publisher; what it says about devices is left to the core.

    Raises ConfigError with everything that is wrong with the tables, or when there is no ``[mqtt]``.
    """
    source = Source.read(config_path)
    folder = config_path.absolute().parent
    try:
        text = json.dumps(source.document, default=str)
        document = Document.model_validate_json(text, strict=True, context={"folder": folder})
    except ValidationError as error:
        raise FaultsFound(complaints(error, Document, source)) from error
    if document.mqtt is None:
        raise ConfigError(f"{config_path}: there is no table [mqtt], so there is nothing to publish to")
    broker, consumers = _broker(document.mqtt, document.cabinet.id), tuple(map(_consumer, document.mqtt.consumers))
    return PublisherSettings(document.cabinet.id, document.control.socket, broker, consumers)


def _broker(table: MqttTable, cabinet: str) -> BrokerSettings:
    return BrokerSettings(
        host=table.host,
        port=table.port,
        client_id=table.client_id or f"keycabinet-{cabinet}",
        protocol=table.protocol,
        username=table.username,
        password=table.password(),
        tls=_tls(table.tls) if table.tls else None,
    )


def _consumer(table: ConsumerTable) -> Consumer:
    return Consumer(table.name, table.key(), table.sealed)


def _tls(table: TlsTable) -> TlsFiles:
    return TlsFiles(table.ca, table.cert, table.key)
