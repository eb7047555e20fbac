"""The flags that tritonserver is started with."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from assortment import admin
from deploy.local.ports import Hosts, Ports
from deploy.local.supervisor import SECRET
from deploy.local.tls import Tls

_TOLD_TO_MEASURE: Final = ("model-config", "statistics")


@dataclass(frozen=True, slots=True, kw_only=True)
class Flags:
    """What the flags depend on."""

    repository: Path
    variant: str
    """Which ``configs/<variant>.pbtxt`` of each model is used."""
    backends: Path
    """Folder of the installed backends."""
    shm_prefix: str
    """With which the names of the Python backend's shared memory begin."""
    hosts: Hosts
    ports: Ports
    tls: Tls | None
    exit_timeout_s: int
    """What it gives its requests and models after SIGTERM."""
    otlp_url: str | None = None
    """Where the spans of traced requests go, OTLP over HTTP; None traces nothing."""
    open_statistics: bool = False
    """Whether models' configuration and statistics are told without the key: perf_analyzer sends no headers over gRPC."""

    def listed(self) -> list[str]:
        """One string a flag; the supervisor puts the admin key in the place of ``SECRET``."""
        told = _TOLD_TO_MEASURE if self.open_statistics else ()
        calls = ",".join(call for call in admin.CALLS.split(",") if call not in told)
        restricted = f"{calls}:{admin.HEADER}={SECRET}"
        return [
            f"--model-repository={self.repository}",
            f"--model-config-name={self.variant}",
            "--model-control-mode=explicit",
            "--load-model=*",
            "--disable-auto-complete-config",
            f"--backend-directory={self.backends}",
            f"--backend-config=python,shm-region-prefix-name={self.shm_prefix}",
            f"--exit-timeout-secs={self.exit_timeout_s}",
            f"--grpc-restricted-protocol={restricted}",
            f"--http-restricted-api={restricted}",
            f"--grpc-address={self.hosts.grpc}",
            f"--grpc-port={self.ports.grpc}",
            f"--http-address={self.hosts.http}",
            f"--http-port={self.ports.http}",
            f"--metrics-address={self.hosts.metrics}",
            f"--metrics-port={self.ports.metrics}",
            "--allow-gpu-metrics=false",
            "--cuda-memory-pool-byte-size=0:0",
            *(self.tls.flags() if self.tls else ()),
            *(_tracing(self.otlp_url) if self.otlp_url else ()),
        ]


def _tracing(otlp_url: str) -> list[str]:
    """Only requests that bring a ``traceparent`` are traced: a rate of 0 means none of the others."""
    settings = (
        "mode=opentelemetry",
        f"opentelemetry,url={otlp_url}",
        "opentelemetry,resource=service.name=assortment",
        "rate=0",
        "level=TIMESTAMPS",
        "count=-1",
    )
    return [f"--trace-config={setting}" for setting in settings]
