from __future__ import annotations

import pytest

from camera_agent.host.network import Network, current_network

HEAD = "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT\n"
LOCAL = "wlan0\t0000A8C0\t00000000\t0001\t0\t0\t600\t00FFFFFF\t0\t0\t0\n"
ALL6 = "0" * 32


def default(name: str, metric: int, flags: str = "0003") -> str:
    return f"{name}\t00000000\t0100A8C0\t{flags}\t0\t0\t{metric}\t00000000\t0\t0\t0\n"


@pytest.mark.parametrize(
    ("rows", "interface"),
    [
        (HEAD + LOCAL, ""),
        (HEAD + LOCAL + default("dummy-a", 600), "dummy-a"),
        (HEAD + default("dummy-b", 700) + default("dummy-a", 100), "dummy-a"),
        (HEAD + default("dummy-b", 700) + default("dummy-a", 100, flags="0002"), "dummy-b"),
        ("", ""),
    ],
)
def test_the_default_route_with_the_least_metric_names_the_interface(tmp_path, rows, interface):
    (tmp_path / "route").write_text(rows)
    assert current_network(tmp_path / "route", tmp_path / "none").interface == interface


def test_without_ipv4_the_default_route_of_ipv6_counts(tmp_path):
    (tmp_path / "route6").write_text(
        f"{ALL6} 00 {ALL6} 00 {ALL6} ffffffff 00000001 00000000 00200200 lo\n"
        f"{ALL6} 00 {ALL6} 00 fe800000000000000000000000000001 00000400 00000001 00000000 00000003 dummy-6\n"
    )
    assert current_network(tmp_path / "none", tmp_path / "route6").interface == "dummy-6"


def test_an_interface_and_its_wifi_are_both_names():
    assert Network(interface="wlan0", wifi="Attic").names == {"wlan0", "Attic"}
    assert Network().names == set()


def test_this_machine_can_be_looked_at():
    assert isinstance(current_network(), Network)
