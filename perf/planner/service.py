"""What a batch takes in one replica: what the simulation has to know of it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

from assortment.errors import InputError
from perf import model_configs


@dataclass(frozen=True, slots=True, kw_only=True)
class Batching:
    """How one replica runs its model."""

    instances: int = 2
    batch: int = 8
    """Requests that one execution takes at most."""
    wait_ms: float = 80.0
    """Time in the queue after which a request is refused."""
    cores: float = math.inf
    """That the instances share, each using one at most; no fewer than instances is a core for each."""

    def __post_init__(self) -> None:
        if not self.cores > 0:
            raise InputError("cores", self.cores, "allowed: above 0")

    @classmethod
    def read(cls, repository: Path, *, cores: float = math.inf, model: str = "text_search") -> Batching:
        """As the model's ``config.pbtxt`` says, on so many cores.

        Raises:
            StepError: when it is not there or cannot be parsed.
        """
        config = model_configs.read(repository, model)
        policy = config.dynamic_batching.default_queue_policy
        return cls(
            instances=sum(group.count for group in config.instance_group),
            batch=max(config.dynamic_batching.preferred_batch_size, default=config.max_batch_size),
            wait_ms=policy.default_timeout_microseconds / 1e3 or math.inf,
            cores=cores,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """Times of one replica, in milliseconds.

    A batch of n requests takes fixed_ms + n each_ms on average when it has a core to itself; the work of its requests scatters
    lognormally, of each by itself.
    """

    batching: Batching
    fixed_ms: float
    """Of a batch, whatever its size."""
    each_ms: float
    """Of each request in it."""
    way_ms: float
    """Of a request outside queue and batch: network, client, ensemble."""
    scatter: float = 0.0
    """Coefficient of variation of ``each_ms``."""
