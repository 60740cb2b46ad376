from datetime import UTC, datetime, timedelta

from orderlane.kernel.clock import now, shifted
from orderlane.kernel.errors import Declined, NeedsAttention, OutcomeUnknown, OutsideError, Refused, Unavailable
from orderlane.kernel.ids import new_id, new_secret


def test_now_is_aware_and_in_utc() -> None:
    assert now().tzinfo is UTC
    assert abs(now() - datetime.now(UTC)) < timedelta(seconds=5)


def test_the_clock_runs_ahead_only_inside_the_block() -> None:
    with shifted(timedelta(days=3)):
        assert timedelta(days=2, hours=23) < now() - datetime.now(UTC) < timedelta(days=3, hours=1)
    assert abs(now() - datetime.now(UTC)) < timedelta(seconds=5)


def test_ids_are_version_seven_and_ordered() -> None:
    made = [new_id() for _ in range(1000)]
    assert {one.version for one in made} == {7}
    assert made == sorted(made)
    assert len(set(made)) == 1000


def test_secrets_have_256_bits_and_differ() -> None:
    assert len({new_secret() for _ in range(100)}) == 100
    assert len(new_secret()) == 43


def test_the_four_kinds_are_four_and_carry_a_reason() -> None:
    assert set(OutsideError.__subclasses__()) >= {Declined, NeedsAttention, Unavailable, OutcomeUnknown}
    error = Unavailable("busy: HTTP 429", reason="busy", retry_after=7.0, attempt=2)
    assert (str(error), error.reason, error.retry_after, error.params) == (
        "busy: HTTP 429",
        "busy",
        7.0,
        {"attempt": 2},
    )
    assert (Refused().reason, str(Refused(reason="already_paid"))) == ("refused", "already_paid")
