"""Random numbers of a graph come from outside."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from kws_data.errors import ConfigError, DataError
from kws_data.system.onnx_random import NoiseInput, SeededModel, without_random_nodes
from kws_data.system.protobuf import BYTES, bytes_field, fields, varint_field
from tests.parts.onnx_file import FLOAT16, FLOAT32, Attribute, graph, model, node

pytest.importorskip("onnxruntime")

X = {"x": (FLOAT32, ["rows", "columns"])}
Y = {"y": (FLOAT32, ["rows", "columns"])}


def drawing(operator: str, **attributes: Attribute) -> bytes:
    """y = what is drawn in the shape of x, or in a shape of its own, plus x."""
    inputs = ["x"] if operator.endswith("Like") else []
    return model([node(operator, inputs, ["drawn"], **attributes), node("Add", ["x", "drawn"], ["y"])], X, Y)


def ran(seeded: SeededModel, rows: int = 3, columns: int = 4, seed: int = 0) -> NDArray[np.float32]:
    (made,) = seeded({"x": np.zeros((rows, columns), np.float32)}, np.random.default_rng(seed))
    return np.asarray(made, np.float32)


def test_the_seed_decides_and_nothing_else() -> None:
    seeded = SeededModel(drawing("RandomNormalLike", dtype=1))
    assert list(seeded.inputs) == ["x"]
    first = ran(seeded)
    other = ran(seeded, 40, 50, seed=1)
    assert np.array_equal(ran(seeded), first)
    assert np.array_equal(ran(SeededModel(drawing("RandomNormalLike", dtype=1))), first)
    assert not np.array_equal(ran(seeded, seed=1), first)
    assert abs(other.mean()) < 0.1
    assert other.std() == pytest.approx(1.0, abs=0.1)


def test_the_generator_s_own_numbers() -> None:
    normal = np.random.default_rng(7).standard_normal(1 << 17, dtype=np.float32)[:12].reshape(3, 4)
    assert np.array_equal(ran(SeededModel(drawing("RandomNormalLike")), seed=7), normal)


@pytest.mark.parametrize(
    ("operator", "attributes", "mean", "deviation"),
    [
        ("RandomNormalLike", {"mean": 3.0, "scale": 0.5}, 3.0, 0.5),
        ("RandomUniformLike", {"low": -2.0, "high": 4.0}, 1.0, 6 / 12**0.5),
        ("RandomUniformLike", {}, 0.5, 1 / 12**0.5),
        ("RandomNormal", {"shape": [60, 70], "mean": -1.0, "dtype": 1}, -1.0, 1.0),
        ("RandomUniform", {"shape": [60, 70], "seed": 5.0}, 0.5, 1 / 12**0.5),
    ],
)
def test_of_the_distribution_that_the_node_names(
    operator: str, attributes: Mapping[str, Attribute], mean: float, deviation: float
) -> None:
    drawn = ran(SeededModel(drawing(operator, **attributes)), 60, 70)
    assert drawn.mean() == pytest.approx(mean, abs=0.1)
    assert drawn.std() == pytest.approx(deviation, abs=0.05)
    assert len(np.unique(drawn)) > 4_000


def test_each_node_draws_for_itself() -> None:
    both = [node("RandomNormalLike", ["x"], ["a"]), node("RandomNormalLike", ["x"], ["b"])]
    drawn = ran(SeededModel(model([*both, node("Sub", ["a", "b"], ["y"])], X, Y)))
    assert np.abs(drawn).min() > 0


def test_noise_repeats_where_it_is_too_short() -> None:
    drawn = ran(SeededModel(drawing("RandomNormalLike"), length=10), 5, 6).reshape(-1)
    assert np.array_equal(drawn[:10], drawn[10:20])
    assert np.array_equal(drawn[:10], drawn[20:])


def test_nothing_to_draw() -> None:
    assert ran(SeededModel(drawing("RandomNormalLike")), 0, 6).shape == (0, 6)


def test_half_precision() -> None:
    nodes = [
        node("Cast", ["x"], ["half"], to=FLOAT16),
        node("RandomNormalLike", ["half"], ["drawn"]),
        node("Cast", ["drawn"], ["y"], to=FLOAT32),
    ]
    assert ran(SeededModel(model(nodes, X, Y))).std() > 0.3


def test_a_model_without_random_numbers_stays_as_it_is() -> None:
    plain = model([node("Neg", ["x"], ["y"])], X, Y, more=bytes_field(99, b"of another time"))
    assert without_random_nodes(plain, "plain") == (plain, ())


def test_names_in_use_are_left_alone() -> None:
    nodes = [node("RandomNormalLike", ["x"], ["kws_noise0_part"]), node("Neg", ["kws_noise0_part"], ["y"])]
    edited, noise = without_random_nodes(model(nodes, X, Y), "named")
    assert noise == (NoiseInput("kws_noise_0_values", False, 1 << 17),)
    assert ran(SeededModel(edited and model(nodes, X, Y))).std() > 0.3


def test_what_is_not_random_is_kept_byte_for_byte() -> None:
    kept = node("Add", ["x", "drawn"], ["y"]) + bytes_field(77, b"unknown") + varint_field(78, 5)
    constants = {"c": np.arange(5, dtype=np.float32)}
    written = model([node("RandomNormalLike", ["x"], ["drawn"]), kept], X, Y, constants, more=bytes_field(99, b"end"))
    edited, _ = without_random_nodes(written, "kept")
    old, new = ([one for one in fields(data) if one.number != 7] for data in (written, edited))
    assert [bytes(one.encoded) for one in new] == [bytes(one.encoded) for one in old]
    of_graph = [bytes(one.encoded) for one in fields(next(one.data for one in fields(edited) if one.number == 7))]
    for one in fields(next(one.data for one in fields(written) if one.number == 7)):
        assert (bytes(one.encoded) in of_graph) is (b"RandomNormalLike" not in bytes(one.encoded))


@pytest.mark.parametrize("operator", ["RandomNormalLike", "RandomUniformLike", "Bernoulli"])
def test_random_numbers_in_a_branch_are_refused(operator: str) -> None:
    branch = graph([node(operator, ["x"], ["z"])], {}, {"z": Y["y"]})
    both = node("If", ["yes"], ["y"], then_branch=branch, else_branch=branch)
    with pytest.raises(ConfigError, match=rf"where they cannot be replaced: 'branched'. {operator} in If"):
        without_random_nodes(model([both], X, Y, {"yes": np.ones(1, np.int8)}), "branched")


def test_random_numbers_in_a_function_are_refused() -> None:
    function = bytes_field(25, bytes_field(1, b"own"), bytes_field(7, node("RandomNormalLike", ["x"], ["z"])))
    with pytest.raises(ConfigError, match="in a function"):
        without_random_nodes(model([node("Neg", ["x"], ["y"])], X, Y, more=function), "functional")


@pytest.mark.parametrize("operator", ["Bernoulli", "Multinomial"])
def test_other_random_operators_are_refused(operator: str) -> None:
    with pytest.raises(ConfigError, match=operator):
        without_random_nodes(drawing(operator), "other")


def test_a_node_that_is_none() -> None:
    for broken in (drawing("RandomNormal"), model([node("RandomNormalLike", ["x", "x"], ["y"])], X, Y)):
        with pytest.raises(ConfigError, match="not an ONNX model"):
            without_random_nodes(broken, "broken")


def test_a_wrong_input_is_an_error_of_the_data() -> None:
    with pytest.raises(DataError, match="cannot be run on this input"):
        SeededModel(drawing("RandomNormalLike"))({"x": np.zeros(3, np.float32)}, np.random.default_rng(0))


@given(st.binary(max_size=200))
def test_any_bytes(data: bytes) -> None:
    with contextlib.suppress(ConfigError):
        edited, noise = without_random_nodes(data, "any")
        assert noise or edited == data


@settings(max_examples=300)
@given(st.integers(0, 400), st.integers(0, 255))
def test_a_damaged_model_is_refused_or_still_one(place: int, byte: int) -> None:
    written = bytearray(drawing("RandomNormalLike", mean=1.0))
    written[place % len(written)] = byte
    with contextlib.suppress(ConfigError):
        edited, _ = without_random_nodes(bytes(written), "damaged")
        assert any(one.kind == BYTES for one in fields(edited))
