"""New weights into an engine that was built to be refitted: seconds instead of minutes, and the same kernels.

For a model that was trained again, of the same sizes: the new ONNX file must have the graph of the one the engine was built from.
"""

from __future__ import annotations

from pathlib import Path

from assortment.errors import StepError
from export.tensorrt import runtime


def refit(plan: bytes, onnx: Path) -> bytes:
    """The plan with the weights of an ONNX file.

    Args:
        plan: built with the flag REFIT, on a GPU like this one, by this TensorRT.
        onnx: the file with the new weights.

    Raises:
        StepError: when it was not built to be refitted, or the file's graph is another one.
    """
    import tensorrt as trt

    engine = runtime.deserialise(plan)
    if not engine.refittable:
        raise StepError("it was not built with --refit")
    logger = runtime.logger()
    refitter = trt.Refitter(engine, logger)
    parser = trt.OnnxParserRefitter(refitter, logger)
    if not parser.refit_from_file(str(onnx)):
        told = "; ".join(parser.get_error(index).desc() for index in range(parser.num_errors)) or "no reason given"
        raise StepError(f"it does not take the weights of {onnx} ({told})")
    if missing := refitter.get_missing_weights():
        raise StepError(f"it needs weights that {onnx} does not have ({', '.join(missing[:3])})")
    if not refitter.refit_cuda_engine():
        raise StepError(f"TensorRT refused the weights of {onnx}; its own messages are above")
    return bytes(engine.serialize())
