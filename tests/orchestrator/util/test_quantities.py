"""Sizes and ages as users write them."""

from __future__ import annotations

import pytest

from orchestrator.util.quantities import BadQuantityError, age, size


def test_sizes_and_ages_have_units_or_a_default():
    assert [size(text) for text in ("20", "50 GB", "1.5gb", "500MB", "1GiB")] == [
        20_000_000_000, 50_000_000_000, 1_500_000_000, 500_000_000, 1 << 30
    ]  # fmt: skip
    assert [age(text) for text in ("30", "2 weeks", "12h", "1 day")] == [30.0, 14.0, 0.5, 1.0]


@pytest.mark.parametrize(
    ("read", "text"), [(size, "big"), (size, "-3"), (age, "soon"), (age, ""), (size, "3 apples")]
)
def test_anything_else_gets_a_sentence_with_an_example(read, text):
    with pytest.raises(BadQuantityError) as caught:
        read(text)
    assert caught.value.hint.startswith("write it as ")
