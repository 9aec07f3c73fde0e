"""Where a request comes from, behind proxies that are trusted and with headers anybody can send."""

import pytest

from chassis.settings import SettingsIncomplete
from gateway.addresses import MOST_HOPS, TrustedProxies
from gateway.settings import Settings

PROXIES = TrustedProxies("10.1.0.0/16, fd00:5::/32,192.0.2.9")
REQUIRED = {
    "GATEWAY_PORT": "1",
    "GATEWAY_TICKET_KEY_FILE": "/keys/ticket",
    "GATEWAY_INTAKE_KEY_FILE": "/keys/intake",
}


def address(peer, forwarded=None, proxies=PROXIES):
    environ = {"REMOTE_ADDR": peer}
    if forwarded is not None:
        environ["HTTP_X_FORWARDED_FOR"] = forwarded
    return proxies.address_of(environ)


@pytest.mark.parametrize(
    ("peer", "forwarded", "expected"),
    [
        ("10.1.0.1", "203.0.113.7", "203.0.113.7"),
        ("10.1.0.1", "198.51.100.1, 203.0.113.7", "203.0.113.7"),  # the client wrote the first
        ("10.1.0.1", "203.0.113.7, 192.0.2.9,10.1.255.255", "203.0.113.7"),
        ("10.1.0.1", "203.0.113.7,10.2.0.0", "10.2.0.0"),
        ("10.1.0.1", None, "10.1.0.1"),
        ("10.1.0.1", "", "10.1.0.1"),
        ("10.1.0.1", "10.1.0.2", "10.1.0.2"),
        ("10.1.0.1", "203.0.113.7, unknown", "10.1.0.1"),
        ("10.1.0.1", "203.0.113.7, ", "10.1.0.1"),
        ("10.1.0.1", "203.0.113.7:4711", "203.0.113.7"),
        ("10.1.0.1", "[2001:DB8:0::7]:4711", "2001:db8::7"),
        ("10.1.0.1", '"[2001:db8::7]"', "2001:db8::7"),
        ("10.1.0.1", "2001:db8::7", "2001:db8::7"),
        ("10.1.0.1", "::ffff:203.0.113.7", "203.0.113.7"),
        ("::ffff:10.1.0.1", "203.0.113.7", "203.0.113.7"),
        ("fd00:5::1%eth0", "2001:db8::7", "2001:db8::7"),
        ("203.0.113.50", "198.51.100.1", "203.0.113.50"),  # whoever is no proxy is not believed
    ],
)
def test_the_address_is_the_last_hop_that_is_no_trusted_proxy(peer, forwarded, expected):
    assert address(peer, forwarded) == expected


def test_without_the_setting_it_is_the_peer_whatever_is_said():
    assert address("127.0.0.1", "203.0.113.7", TrustedProxies()) == "127.0.0.1"


@pytest.mark.parametrize(("hops", "expected"), [(-1, "203.0.113.7"), (0, "10.1.0.2")])
def test_only_so_many_hops_are_looked_at(hops, expected):
    through = ["203.0.113.7", *["10.1.0.2"] * (MOST_HOPS + hops)]

    assert address("10.1.0.1", ",".join(through)) == expected


@pytest.mark.parametrize(
    "networks",
    ["0.0.0.0/0", "::/0", "10.0.0.0/7", "fc00::/7", "10.1.0.5/16", "proxy.example", "10.1.0.0/16,"],
)
def test_the_start_refuses_networks_that_cannot_be_meant(networks):
    with pytest.raises(SettingsIncomplete) as refused:
        Settings.read(REQUIRED | {"GATEWAY_TRUSTED_PROXIES": networks})

    assert "GATEWAY_TRUSTED_PROXIES names" in str(refused.value)


def test_the_widest_network_that_can_be_meant_is_taken():
    settings = Settings.read(REQUIRED | {"GATEWAY_TRUSTED_PROXIES": "10.0.0.0/8,fd00::/8"})

    assert len(settings.trusted_proxies.networks) == 2


def test_a_blank_setting_trusts_nobody():
    settings = Settings.read(REQUIRED | {"GATEWAY_TRUSTED_PROXIES": " "})

    assert settings.trusted_proxies.networks == ()
