"""Ports are checked before processes start on them."""

import socket

import pytest

from mini_ml.local.failures import PortsInUse
from mini_ml.local.listening import check_free, free_ports


def test_every_port_in_use_is_reported_with_its_setting() -> None:
    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("127.0.0.1", 0)) as two:
        ports = {"MINI_ML_API_PORT": one.getsockname()[1], "MINI_ML_EMULATOR_PORT": two.getsockname()[1]}
        ports["MINI_ML_PREDICT_PORT"] = free_ports(1)[0]

        with pytest.raises(PortsInUse) as error:
            check_free(ports)

    message = str(error.value)
    assert f"port {ports['MINI_ML_API_PORT']} is in use; choose another with MINI_ML_API_PORT=" in message
    assert f"port {ports['MINI_ML_EMULATOR_PORT']} is in use; choose another with MINI_ML_EMULATOR_PORT=" in message
    assert "MINI_ML_PREDICT_PORT" not in message


def test_free_ports_differ_and_are_free() -> None:
    ports = free_ports(4)

    assert len(set(ports)) == 4
    check_free({str(port): port for port in ports})
