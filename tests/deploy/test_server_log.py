from pathlib import Path

from deploy.local import server_log

_LOG = """\
W1123 15:39:22.9 12405 pinned_memory_manager.cc:271] "Unable to allocate pinned system memory: CUDA driver version"
E1123 15:39:22.9 12405 cuda_memory_manager.cc:110] "CUDA memory pool disabled"
I1123 15:39:22.9 12405 server.cc:604] "a table"
+-------+
| model |
+-------+
E1123 15:39:23.0 12405 model_lifecycle.cc:642] "failed to load 'fusion' version 1: Internal: StepError: x.onnx\\nAt:\\n  m.py(9)"
E1123 15:39:23.0 12405 model_lifecycle.cc:642] "failed to load 'fusion' version 1: Internal: StepError: x.onnx\\nAt:\\n  m.py(9)"
I1123 15:39:23.1 12405 server.cc:345] "Timeout 5: Found 0 live models"
error: creating server: Internal - failed to load all models
"""


def test_each_error_is_told_once_and_tables_and_missing_gpus_are_not(tmp_path: Path) -> None:
    log = tmp_path / "tritonserver.log"
    log.write_text(_LOG)
    told = server_log.complaints(log)
    assert told.count("failed to load 'fusion' version 1: Internal: StepError: x.onnx") == 1
    assert "error: creating server: Internal - failed to load all models" in told
    assert "CUDA" not in told
    assert "| model |" not in told


def test_without_errors_the_last_lines_are_told(tmp_path: Path) -> None:
    log = tmp_path / "tritonserver.log"
    log.write_text("killed\n")
    assert server_log.complaints(log) == "  killed"
    assert server_log.complaints(tmp_path / "missing.log") == ""
