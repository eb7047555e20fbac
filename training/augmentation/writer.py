"""A writer of queries: a frozen text encoder reads a product, a small decoder over it learns to write what is asked for it.

The decoder has two layers like BERT's with cross-attention, from nothing but its word embeddings, which are the encoder's, stay
so, and are its output layer as well. It writes no token that neither product texts nor queries have, so only those are learned
from: a tenth of the time. It is as doc2query (Nogueira et al. 2019, "Document Expansion by Query Prediction") on a small
scale. The folder is one that ``AutoModelForSeq2SeqLM`` and ``AutoTokenizer`` load, so it goes wherever such a model does.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn import functional as F
from transformers import BertConfig, BertLMHeadModel, EncoderDecoderModel, PreTrainedTokenizerFast
from transformers.utils import logging

from assortment.catalogue.progress import progress
from assortment.contract import MAX_PRODUCT_TOKENS
from training import backbones
from training.augmentation.seq2seq import MAX_TOKENS, Seq2Seq
from training.precision import autocast

Pair = tuple[str, str]
"""A product's text and a query."""

LAYERS: Final = 2
_HEAD_WIDTH: Final = 32
_RATE: Final = 1e-3
_WARMUP: Final = 0.1
_GRADIENT_LIMIT: Final = 1.0
_SILENT: Final = -1e4  # output bias of a token that is never written
_log: Any = logging  # its functions are untyped
_new_tokenizer: Any = PreTrainedTokenizerFast  # and so is its constructor


def new(text_backbone: str, pairs: Sequence[Pair]) -> Seq2Seq:
    """An encoder of ``backbones.load_text`` and a decoder that has learned nothing and may write the tokens of ``pairs``.

    Its weights are drawn from torch's generator.

    Raises:
        StepError: as ``backbones.load_text``.
    """
    backbone = backbones.load_text(text_backbone)
    encoder: Any = backbone.model
    words = encoder.get_input_embeddings()
    tokenizer = _tokenizer(backbone.tokenizer_json, encoder.config.pad_token_id)
    shape = BertConfig(
        vocab_size=words.num_embeddings,
        hidden_size=words.embedding_dim,
        num_hidden_layers=LAYERS,
        num_attention_heads=_heads(words.embedding_dim),
        intermediate_size=4 * words.embedding_dim,
        max_position_embeddings=MAX_PRODUCT_TOKENS,
        pad_token_id=tokenizer.pad_token_id,
        is_decoder=True,
        add_cross_attention=True,
    )
    decoder: Any = BertLMHeadModel(shape)
    with torch.no_grad():
        decoder.get_input_embeddings().weight.copy_(words.weight)
    model: Any = EncoderDecoderModel(encoder=encoder, decoder=decoder)
    ids = {
        "decoder_start_token_id": tokenizer.cls_token_id,
        "bos_token_id": tokenizer.cls_token_id,
        "eos_token_id": tokenizer.sep_token_id,
        "pad_token_id": tokenizer.pad_token_id,
    }
    for name, number in ids.items():
        setattr(model.config, name, number)
        setattr(model.generation_config, name, number)
    model.encoder.requires_grad_(False)
    decoder.get_input_embeddings().requires_grad_(False)
    silent = torch.ones(words.num_embeddings, dtype=torch.bool)
    spoken = tokenizer.backend_tokenizer.encode_batch([text for pair in pairs for text in pair])
    silent[torch.tensor(sorted({number for row in spoken for number in row.ids}))] = False
    with torch.no_grad():
        decoder.cls.predictions.decoder.bias[silent] = _SILENT
    return Seq2Seq(tokenizer, model.eval())


def fit(writer: Seq2Seq, pairs: Sequence[Pair], *, steps: int, batch: int, generator: np.random.Generator) -> list[float]:
    """Trains the decoder by cross-entropy of each token of the queries; the loss of each step, in nats a token."""
    model = writer.model
    trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimiser = torch.optim.AdamW(trained, lr=_RATE)
    rates = torch.optim.lr_scheduler.OneCycleLR(optimiser, max_lr=_RATE, total_steps=steps + 1, pct_start=_WARMUP)
    seen: list[float] = []
    model.decoder.train()
    for _ in progress(range(steps), doing=f"learning to write queries from {len(pairs):,} pairs", total=steps):
        optimiser.zero_grad(set_to_none=True)
        loss = _loss(writer, [pairs[i] for i in generator.integers(0, len(pairs), size=batch)])
        torch.autograd.backward(loss)
        nn.utils.clip_grad_norm_(trained, _GRADIENT_LIMIT)
        optimiser.step()
        rates.step()
        seen.append(float(loss.detach()))
    model.eval()
    return seen


def measure(writer: Seq2Seq, pairs: Sequence[Pair], *, batch: int) -> float:
    """Mean cross-entropy in nats a token, over batches of ``pairs``."""
    with torch.inference_mode():
        losses = [float(_loss(writer, pairs[start : start + batch])) for start in range(0, len(pairs), batch)]
    return float(np.mean(losses))


def save(folder: Path, writer: Seq2Seq) -> None:
    """Writes what ``seq2seq.load`` reads."""
    with _quiet():
        writer.model.save_pretrained(folder)
        writer.tokenizer.save_pretrained(folder)
    for file in folder.glob("*.safetensors"):
        file.chmod(0o644)  # safetensors leaves it readable by its owner alone


def _loss(writer: Seq2Seq, pairs: Sequence[Pair]) -> Tensor:
    read = _tokens(writer, [text for text, _ in pairs], MAX_PRODUCT_TOKENS)
    ids, mask = _tokens(writer, [query for _, query in pairs], MAX_TOKENS)
    model, head = writer.model, writer.model.decoder.cls.predictions
    with torch.no_grad(), autocast("auto"):  # it is not trained, and is most of the work
        states = model.encoder(input_ids=read[0], attention_mask=read[1]).last_hidden_state.float()  # (B, P, H)
    if hasattr(model, "enc_to_dec_proj"):  # where the encoder is wider than its word embeddings
        states = model.enc_to_dec_proj(states)
    written = model.decoder.bert(
        input_ids=ids[:, :-1], attention_mask=mask[:, :-1], encoder_hidden_states=states, encoder_attention_mask=read[1]
    ).last_hidden_state  # (B, L, H)
    told = mask[:, 1:] > 0
    tokens = (head.decoder.bias > _SILENT / 2).nonzero().flatten()  # (V,) those that are not silent, ascending
    logits = head.transform(written[told]) @ head.decoder.weight[tokens].T + head.decoder.bias[tokens]
    return F.cross_entropy(logits, torch.searchsorted(tokens, ids[:, 1:][told]))


def _tokens(writer: Seq2Seq, texts: Sequence[str], longest: int) -> tuple[Tensor, Tensor]:
    """Ids and mask, (B, L) int64 each."""
    given = writer.tokenizer(list(texts), return_tensors="pt", padding=True, truncation=True, max_length=longest)
    return given["input_ids"], given["attention_mask"]


def _tokenizer(tokenizer_json: str, padding: int) -> Any:
    """The encoder's, whose first and last token of every text begin and end a query."""
    tokenizer = Tokenizer.from_str(tokenizer_json)
    tokenizer.no_padding()
    tokenizer.no_truncation()
    around = tokenizer.encode("").ids
    named = {"cls_token": around[0], "sep_token": around[-1], "pad_token": padding}
    return _new_tokenizer(
        tokenizer_object=tokenizer,
        model_max_length=MAX_PRODUCT_TOKENS,
        model_input_names=["input_ids", "attention_mask"],  # no segments, which not every encoder takes
        padding_side="right",
        **{name: tokenizer.id_to_token(number) for name, number in named.items()},
    )


def _heads(width: int) -> int:
    """About one of _HEAD_WIDTH; as many as divide the width."""
    return next(heads for heads in range(max(1, width // _HEAD_WIDTH), 0, -1) if width % heads == 0)


@contextmanager
def _quiet() -> Iterator[None]:
    _log.disable_progress_bar()
    try:
        yield
    finally:
        _log.enable_progress_bar()
