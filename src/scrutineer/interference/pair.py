"""Two functions over one state of which one can falsify what the other's unsafe site claims."""

from __future__ import annotations

import msgspec

from scrutineer.interference.detach import Detach
from scrutineer.interference.removal import Removal


class Pair(msgspec.Struct, frozen=True):
    """A content detached in one function, and a site of another that assumes its elements are where they were."""

    detach: Detach
    removal: Removal
