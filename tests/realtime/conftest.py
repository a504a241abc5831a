"""Makes the assertions of realtime.support tell what they compared."""

import pytest

pytest.register_assert_rewrite("realtime.support")
