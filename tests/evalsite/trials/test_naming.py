import re
from uuid import UUID

import pytest

from evalsite.trials.naming import completion_code, read_stimulus_name, stimulus_name

SESSION = UUID("0f8fad5b-d9cb-469f-a165-70867728950e")
OTHER = UUID("7c9e6679-7425-40de-944b-e07fc1f90ae7")


@pytest.mark.parametrize(("position", "slot"), [(0, 0), (1, 0), (1, 1), (700, 1), (2**24 - 1, 255)])
def test_a_name_is_of_one_length_and_leads_back(position, slot):
    name = stimulus_name("key", SESSION, position, slot)
    assert re.fullmatch("[0-9a-f]{48}", name)
    assert read_stimulus_name("key", SESSION, name) == (position, slot)


@pytest.mark.parametrize(("position", "slot"), [(0, 256), (16, 256), (2**24 - 1, 4095)])
def test_a_trial_may_show_more_than_256_images(position, slot):
    name = stimulus_name("key", SESSION, position, slot)
    assert re.fullmatch("[0-9a-f]{49}", name)
    assert read_stimulus_name("key", SESSION, name) == (position, slot)


def test_names_given_to_running_sessions_still_lead_back():
    name = "0002bc01" + "ab3f38c66d10a39bf1d46af7b761377f5d5381e9"
    assert stimulus_name("key", SESSION, 700, 1) == name


def test_a_name_is_worth_nothing_elsewhere():
    name = stimulus_name("key", SESSION, 3, 0)
    assert read_stimulus_name("key", OTHER, name) is None
    assert read_stimulus_name("other key", SESSION, name) is None


@pytest.mark.parametrize("name", ["", "0", "zz" * 24, "000003" + "00" + "0" * 40, "é" * 48, "0" * 500])
def test_a_made_up_name_leads_nowhere(name):
    assert read_stimulus_name("key", SESSION, name) is None


def test_a_name_of_another_place_can_t_be_made_from_one():
    name = stimulus_name("key", SESSION, 3, 0)
    assert read_stimulus_name("key", SESSION, "000004" + name[6:]) is None


def test_codes_are_readable_stable_and_of_one_session():
    code = completion_code("key", SESSION)
    assert re.fullmatch("[A-HJ-NP-Z]{4}-[0-9]{4}", code)
    assert code == completion_code("key", SESSION) != completion_code("key", OTHER)
