"""Ports are looked at before anything starts on them."""

import socket

import pytest

from mini_ml.local.failures import PortsTaken
from mini_ml.local.listening import check_free, free_ports


def test_every_taken_port_is_named_with_the_setting_that_moves_it() -> None:
    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("127.0.0.1", 0)) as two:
        ports = {"MINI_ML_API_PORT": one.getsockname()[1], "MINI_ML_EMULATOR_PORT": two.getsockname()[1]}
        ports["MINI_ML_PREDICT_PORT"] = free_ports(1)[0]

        with pytest.raises(PortsTaken) as refusal:
            check_free(ports)

    told = str(refusal.value)
    assert f"port {ports['MINI_ML_API_PORT']} is taken; choose another with MINI_ML_API_PORT=" in told
    assert f"port {ports['MINI_ML_EMULATOR_PORT']} is taken; choose another with MINI_ML_EMULATOR_PORT=" in told
    assert "MINI_ML_PREDICT_PORT" not in told


def test_free_ports_differ_and_are_free() -> None:
    ports = free_ports(4)

    assert len(set(ports)) == 4
    check_free({str(port): port for port in ports})
