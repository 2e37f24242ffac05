import pytest

from ipc.thresholds import Thresholds


class Ramp(Thresholds):
    low: float
    high: float = 1.0


class Limits(Thresholds):
    most: int = 3
    ramp: Ramp = Ramp(low=0.5)


def test_values_are_listed_by_name_including_inner_groups():
    assert Limits(most=4).values() == {"most": 4, "ramp": {"low": 0.5, "high": 1.0}}
    assert Limits().most == 3


def test_values_cannot_be_changed():
    with pytest.raises(AttributeError, match=r"Limits\.most cannot be changed"):
        Limits().most = 5


def test_unknown_and_missing_fields_are_refused():
    with pytest.raises(TypeError, match="has no field 'least'"):
        Limits(least=1)
    with pytest.raises(TypeError, match="needs a value for 'low'"):
        Ramp()
