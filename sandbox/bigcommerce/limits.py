"""The rate limit of one store: so many calls in a window of thirty seconds, shared by all its apps."""

from sandbox.core.limits import Limits

QUOTA = 150
WINDOW_SECONDS = 30.0


class RateWindow:
    """A window that opens with the first call after the last one has closed."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._opened = float("-inf")
        self._spent = 0

    def take(self) -> bool:
        """Spend one call; False when the window has none left."""
        now = self._limits.now()
        if now - self._opened >= WINDOW_SECONDS:
            self._opened, self._spent = now, 0
        if self._spent >= QUOTA:
            return False
        self._spent += 1
        return True

    def headers(self) -> dict[str, str]:
        """What every answer says about the window."""
        left = max(0.0, WINDOW_SECONDS - (self._limits.now() - self._opened))
        return {
            "X-Rate-Limit-Time-Window-Ms": str(int(WINDOW_SECONDS * 1000)),
            "X-Rate-Limit-Time-Reset-Ms": str(int(left * 1000)),
            "X-Rate-Limit-Requests-Quota": str(QUOTA),
            "X-Rate-Limit-Requests-Left": str(QUOTA - self._spent),
        }
