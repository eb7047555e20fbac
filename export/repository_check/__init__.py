"""Proves a model repository before it ships: ``assortment repository check``.

A rule is one small function that is given the ``Repository`` as one variant of node sees it, and tells its ``Finding``s:

    repository.py   what is checked: folder, variant, release, configs, engines
    model_config.py configurations, parsed
    finding.py      what is told: file, what is wrong, what to do
    files.py        files against manifest, versions, models and warm-up
    configs.py      configs parse and are of the contract
    wiring.py       ensembles: names, types and shapes agree from step to step
    graphs.py       ONNX models against their configs
    profiles.py     TensorRT profiles, of plans and of ONNX Runtime, cover the limits
    engines.py      plans against release, GPU and ONNX file
    traps.py        what the target release is known to do wrong, each with its source
    check.py        all rules in order
"""
