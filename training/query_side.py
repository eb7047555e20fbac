"""The modules that answer a query together, as the server runs them: text_encoder and fusion with what they say of facets."""

from __future__ import annotations

from torch import Tensor, nn

from training.fusion import QueryFusion
from training.named_facets import NamedFacets
from training.open_facets import OpenFacets
from training.text_encoder import TextEncoder


class QueryText(nn.Module):
    """The server's ``text_encoder``: one pass through BERT for the vector and the facets that are named."""

    def __init__(self, encoder: TextEncoder, named: NamedFacets) -> None:
        super().__init__()
        self.encoder, self.named = encoder, named

    def forward(self, token_ids: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """(B, L) int64 twice to unit rows (B, 256) and p(facet named) (B, F)."""
        vector, states = self.encoder.read(token_ids, mask)
        return vector, self.named(states, mask)


class FusedQuery(nn.Module):
    """The server's ``fusion``."""

    def __init__(self, fusion: QueryFusion, open_facets: OpenFacets) -> None:
        super().__init__()
        self.fusion, self.open_facets = fusion, open_facets

    def forward(
        self, text_vector: Tensor, image_vector: Tensor, presence: Tensor, named: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Vectors (B, 256), presence (B, 2) and named (B, F) to query vector, intent (B, C) and open facets (B, F + 1)."""
        query_vector, intent = self.fusion(text_vector, image_vector, presence)
        return query_vector, intent, self.open_facets(named, intent, presence)
