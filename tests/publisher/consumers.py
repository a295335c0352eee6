"""Two consumers that are registered, and what they send."""

from pathlib import Path

from keycabinet.publisher.receipt import Claim, Receipt
from keycabinet.publisher.receipts import Consumer

KEY, OTHER_KEY = bytes(range(32)), bytes(range(1, 33))
BOARD, MAIL = Consumer("board", KEY, sealed=True), Consumer("mail", OTHER_KEY, sealed=False)


def registered(folder: Path, *consumers: Consumer) -> str:
    """These consumers, or both, as a configuration in this folder names them; their keys are there then."""
    lines = []
    for each in consumers or (BOARD, MAIL):
        file = folder / f"{each.name}.key"
        file.write_text(each.key.hex())
        file.chmod(0o600)
        lines.append(f'{{ name = "{each.name}", key_file = "{file.name}", sealed = {str(each.sealed).lower()} }}')
    return f"consumers = [{', '.join(lines)}]"


def at(second: int) -> str:
    """An instant so many seconds after eight."""
    return f"2026-11-23T08:{second // 60:02d}:{second % 60:02d}.000000Z"


def a_receipt(
    sequence: int, second: int = 0, *, sealed: int | None = None, cabinet: str = "mc-1", consumer: Consumer = BOARD
) -> bytes:
    """The receipt of a consumer, sent so many seconds after eight."""
    claim = Claim(sequence=sequence, sealed=sealed, at=at(second))
    return Receipt.of(claim, cabinet, consumer.name, consumer.key).payload()
