"""Keep a process offline: libraries are told so, and sockets that reach outside are refused."""

import ipaddress
import os
import socket
from typing import Any

VARIABLES = ("HF_HUB_OFFLINE", "HF_DATASETS_OFFLINE", "TRANSFORMERS_OFFLINE")


class NetworkRefused(OSError):
    """An operator that is not declared with `network=True` tried to reach another machine."""


def go_offline() -> None:
    """Refuse connections and look-ups other than on this machine, from now to the process's end.

    To be called before transformers or datasets are imported: they read the variables once.
    """
    for variable in VARIABLES:
        os.environ[variable] = "1"
    if getattr(socket.socket.connect, "refuses", False):
        return
    for name in ("connect", "connect_ex", "sendto"):
        _guard_method(name)
    look_up = socket.getaddrinfo

    def local_getaddrinfo(host: Any, *arguments: Any, **options: Any) -> Any:
        _refuse_outside(host)
        return look_up(host, *arguments, **options)

    socket.getaddrinfo = local_getaddrinfo


def _guard_method(name: str) -> None:
    original = getattr(socket.socket, name)

    def guarded(self: socket.socket, *arguments: Any) -> Any:
        address = arguments[-1]  # sendto(data, flags, address) has it last too
        if self.family in (socket.AF_INET, socket.AF_INET6) and isinstance(address, tuple):
            _refuse_outside(address[0])
        return original(self, *arguments)

    guarded.refuses = True  # type: ignore[attr-defined]
    setattr(socket.socket, name, guarded)


def _refuse_outside(host: Any) -> None:
    name = host.decode() if isinstance(host, bytes) else host
    if name is None or name in ("", "localhost"):
        return
    try:
        if ipaddress.ip_address(name.partition("%")[0]).is_loopback:
            return
    except ValueError:
        pass  # a name, which only a look-up outside could resolve
    raise NetworkRefused(
        f"the operator tried to reach {name}, but runs offline: only an operator declared with "
        "@operator(network=True) may fetch"
    )
