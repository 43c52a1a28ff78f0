"""The robot performs exactly the actions that the contract names."""

import pytest

from orchestrator.contract.actions.catalogue import CATALOGUE
from robot.actions.registry import REGISTRY


@pytest.mark.feature("D14")
def test_catalogue_and_registry_name_the_same_actions() -> None:
    assert REGISTRY.keys() == CATALOGUE.keys()


def test_both_mean_the_same_parameters() -> None:
    assert {name: each.parameters for name, each in REGISTRY.items()} == {
        name: each.parameters for name, each in CATALOGUE.items()
    }
