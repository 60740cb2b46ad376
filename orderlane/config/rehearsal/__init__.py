"""``orderlane rehearse``: the whole story without a person, judged by the promises."""

from __future__ import annotations

from orderlane.config.rehearsal.run import REHEARSAL_PORT, run_rehearsal

__all__ = ["REHEARSAL_PORT", "run_rehearsal"]
