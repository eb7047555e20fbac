import pytest

from assortment.diversify import warm_up


@pytest.fixture(scope="session", autouse=True)
def compiled() -> None:
    """No example of a property pays for compiling."""
    warm_up()
