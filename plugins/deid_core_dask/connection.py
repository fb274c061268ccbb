"""Connect to a cluster, or make one."""

from __future__ import annotations

import ipaddress
import logging
from typing import Any

from dask import config
from dask.system import CPU_COUNT
from distributed import Client, LocalCluster, Security
from distributed.comm.addressing import parse_address, parse_host_port

from deid_core import SettingsError, WorkerOptions

WAIT_SECONDS = 30
ENCRYPTED = ("tls", "wss", "inproc")
"""Schemes of addresses whose messages nobody else reads."""
NOWHERE = "127.0.0.1:0"
NO_PAGES: dict[str, list[str]] = {
    "distributed.scheduler.http.routes": [],
    "distributed.worker.http.routes": [],
}
"""Dask serves pages about a cluster to whoever asks."""


def connect(options: WorkerOptions) -> tuple[Any, Any]:
    """Return a client, and the cluster if it was made for the run; None if it was there.

    A scheduler is a URL, or the file of JSON in which one says where it is. Certificates for
    ``tls://`` come from Dask's own configuration. Raises `SettingsError`.
    """
    # Dask tells of every connection.
    logging.getLogger("distributed").setLevel(logging.WARNING)
    if options.scheduler is None:
        cluster = _local(options.workers or CPU_COUNT)
        return Client(cluster, set_as_default=False), cluster
    if options.workers is not None:
        raise SettingsError("a cluster has the workers that it has; leave out the number")
    is_file = options.scheduler.endswith(".json")
    place = {"scheduler_file": options.scheduler} if is_file else {"address": options.scheduler}
    try:
        client = Client(**place, set_as_default=False, timeout=WAIT_SECONDS)
    except (OSError, ValueError, RuntimeError, TypeError) as error:
        kind = type(error).__name__
        raise SettingsError(f"no Dask scheduler answers at {options.scheduler} ({kind})") from None
    try:
        _refuse_readable(client)
    except BaseException:
        client.close()
        raise
    return client, None


def _refuse_readable(client: Any) -> None:
    """Raise `SettingsError` where the key would go over a network that others may read.

    Dask's own configuration can say that this is wanted, by ``require-encryption: false``; its default
    is neither true nor false.
    """
    if config.get("distributed.comm.require-encryption", None) is False:
        return
    for address in (client.scheduler.address, *client.nthreads()):
        if is_readable(address):
            raise SettingsError(
                f"the connection to {address} is not encrypted, and the key would go over it; let "
                "Dask speak TLS, or, where nobody else is on the network, set "
                "distributed.comm.require-encryption: false in the configuration of Dask"
            )


def is_readable(address: str) -> bool:
    """Tell whether others than this machine may read what is sent to an address of Dask's."""
    scheme, place = parse_address(address)
    if scheme in ENCRYPTED:
        return False
    host = parse_host_port(place, 0)[0]
    try:
        return not ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host != "localhost"


def _local(workers: int) -> Any:
    """Make a cluster on this machine, which nobody else can talk to."""
    try:
        security = Security.temporary()
    except ImportError:
        raise SettingsError("a local cluster needs the package cryptography") from None
    try:
        with config.set(NO_PAGES):
            return LocalCluster(
                n_workers=workers,
                threads_per_worker=1,
                protocol="tls://",
                security=security,
                dashboard_address=NOWHERE,
                worker_dashboard_address=NOWHERE,
            )
    except RuntimeError:
        raise SettingsError(
            "Dask cannot start workers here; a script must do its work below "
            "if __name__ == '__main__', since each worker imports it"
        ) from None
