"""Addresses that a member typed: the public internet and nothing else, judged once, before the socket."""

from __future__ import annotations

import pytest

from orderlane.connectors.http import Http
from orderlane.connectors.reach import may_reach, opened, public_addresses
from orderlane.connectors.tests.loopback import Answer, loopback
from orderlane.kernel.errors import NeedsAttention, Unavailable


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "64:ff9b::5db8:d70e"])
def test_public_addresses_may_be_reached(address: str) -> None:
    with opened():
        assert may_reach(address)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.8.8.8",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",  # noqa: S104 - an address to be refused, not one to listen on
        "224.0.0.1",
        "255.255.255.255",
        "192.0.2.1",
        "::1",
        "::",
        "fe80::1",
        "fe80::1%eth0",
        "fd00:ec2::254",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "2002:7f00:1::1",
        "2001:0:53aa:64c::f5ff:fffe",
        "no address",
    ],
)
def test_private_ones_in_any_disguise_may_not(address: str) -> None:
    with opened():
        assert not may_reach(address)


def test_the_operator_opens_networks_and_no_others() -> None:
    with opened("127.0.0.0/8", "fd00::/8"):
        assert may_reach("127.0.0.1")
        assert may_reach("::ffff:127.0.0.1")
        assert may_reach("fd12::1")
        assert not may_reach("10.0.0.1")
    with opened():
        assert not may_reach("127.0.0.1")


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "::1"])
def test_names_and_numbers_for_this_machine_are_refused(host: str) -> None:
    with opened(), pytest.raises(NeedsAttention) as caught:
        public_addresses(host, 443)
    assert caught.value.reason == "private_address"


def test_a_call_to_a_typed_address_ends_before_the_socket_and_another_one_does_not() -> None:
    with loopback(lambda _: Answer(200, {"fine": True})) as server, opened():
        # The ordinary pool has an open connection to the same place; the other one must not be lent it.
        assert Http(server.url).request("GET", "/", writes=False).status == 200
        for writes in (False, True):
            with pytest.raises(NeedsAttention) as caught:
                Http(server.url, public_only=True).request("GET", "/", writes=writes)
            assert caught.value.reason == "private_address"
        assert len(server.received) == 1
        with opened("127.0.0.1/32"):
            assert Http(server.url, public_only=True).request("GET", "/", writes=False).status == 200


def test_a_redirect_into_the_network_is_not_followed() -> None:
    inside = {"Location": "http://169.254.169.254/latest/meta-data/"}
    with loopback(lambda _: Answer(302, {}, inside)) as server, opened("127.0.0.0/8"):
        assert Http(server.url, public_only=True).request("GET", "/", writes=False).status == 302
    assert len(server.received) == 1


def test_where_nobody_listens_there_is_no_connection() -> None:
    with opened("127.0.0.0/8"), pytest.raises(Unavailable) as caught:
        Http("http://127.0.0.1:9", public_only=True).request("GET", "/", writes=True)
    assert caught.value.reason == "no_connection"
