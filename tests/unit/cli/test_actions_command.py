"""`botswain actions`: every action with its parameters, and the nearest name of one that there is not."""

from commands import Commands

from orchestrator.contract.actions.catalogue import CATALOGUE


def test_every_action_is_listed_and_one_explained(botswain: Commands) -> None:
    listed = botswain("actions")
    assert listed.code == 0
    assert set(CATALOGUE) <= {line.split()[0] for line in listed.out.splitlines()}
    table = botswain.inside("actions", "extract_table").out
    assert "Gives: List of objects" in table
    assert "max_pages" in table


def test_a_wrong_name_is_refused_with_the_nearest(botswain: Commands) -> None:
    assert botswain.inside("actions", "extrct").refused("There is no action 'extrct'. Did you mean 'extract'?")


def test_a_script_reads_the_parameters(botswain: Commands) -> None:
    (click,) = botswain.inside("actions", "click", "--json").json
    target = next(each for each in click["parameters"] if each["name"] == "target")
    assert (target["kind"], target["default"], target["aliases"]) == ("target", "required", ["selector", "locator"])
