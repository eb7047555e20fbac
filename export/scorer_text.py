"""The work of the two scorers as ONNX text; ``scorer_graph`` puts the scoring function and the tables in.

scorer             NEARNESS -> Loop over STEP (NEAREST, GATHER, scoring function, WEIGH) -> SELECT
candidate_scorer   GIVEN, GATHER, scoring function, MASK
"""

from __future__ import annotations

from typing import Final

# A row that may not be shown gets a cosine that no row can have. A bitmap of another catalogue version may be longer or shorter:
# it is cut or padded, so that it fails no batch mate, and the diversifier refuses what was scored with it. The Reshape changes
# nothing but ONNX Runtime's plan: it would fuse the Transpose into the MatMul, and the fused one is 0.8 ms slower for a single
# query.
NEARNESS: Final = """
    columns = Transpose <perm = [1, 0]> (QUERY_VECTOR)
    query_columns = Reshape (columns, column_shape)
    cosine_columns = MatMul (product_vectors, query_columns)
    cosine = Transpose <perm = [1, 0]> (cosine_columns)
    allow_shape = Shape (ALLOW)
    allow_bytes = Gather (allow_shape, one)
    unfiltered = Equal (allow_bytes, bytes_of_no_filter)
    allowed_cosine = If (unfiltered) <
        then_branch = pass_all () => (float[batch, N] kept) { kept = Identity (cosine) },
        else_branch = pass_some () => (float[batch, N] kept) {
            padded_bytes = Pad (ALLOW, byte_padding, no_bits)
            row_bytes = Slice (padded_bytes, zero, num_bytes, one)
            bytes = Cast <to = 6> (row_bytes)
            bits = Gather (bits_of_byte, bytes)
            bit_rows = Reshape (bits, flat)
            allowed = Slice (bit_rows, zero, num_rows, one)
            kept = Where (allowed, cosine, hidden)
        }
    >
    is_sorted = Greater (SORT, by_relevance)
    query_shape = Shape (QUERY_VECTOR)
    batch_size = Slice (query_shape, zero, one)
    one_each = Concat <axis = 0> (batch_size, one)
    every_query = Expand (yes, one_each)
    no_best = Expand (none, one_each)
"""
# One step outward. `going` tells for each query whether the step counts: a query that came to its end does not see what its batch
# mates go on to, so that an answer does not depend on them. Without a sort order the first step is the last.
STEP: Final = """
    step (int64 number, bool before, bool[batch, 1] going, float[batch, 1] best_before, float[batch, K] left)
        => (bool further, bool[batch, 1] going_on, float[batch, 1] best_now, float[batch, L] left_now,
            int64[batch, R] row, float[batch, R] relevance)
"""
NEAREST: Final = """
    near_cosine, row = TopK (left, num_retrieved)
"""
WEIGH: Final = """
    is_row = Greater (near_cosine, hidden_bound)
    counts = And (is_row, going)
    relevance = Where (counts, scored, below_all)
    best_here = ReduceMax <axes = [1]> (relevance)
    best_now = Max (best_before, best_here)
    least = Mul (best_now, least_share)
    relevant = GreaterOrEqual (relevance, least)
    relevant_number = Cast <to = 1> (relevant)
    most_relevant = ReduceMax <axes = [1]> (relevant_number)
    holds_any = Greater (most_relevant, none)
    going_on = And (holds_any, is_sorted)
    going_number = Cast <to = 1> (going_on)
    any_going = ReduceMax <keepdims = 0> (going_number)
    further = Greater (any_going, none)
    left_now = If (further) <
        then_branch = without_these () => (float[batch, L] others) {
            row_shape = Shape (row)
            gone = Expand (hidden, row_shape)
            others = ScatterElements <axis = 1> (left, row, gone)
        },
        else_branch = no_more () => (float[batch, L] nothing) { nothing = Identity (near_cosine) }
    >
"""
# Relevant rows come by their place in the order, then by relevance; all others after them, by relevance. Without a sort order
# all places are 0, and the same sum is the order of relevance. A place and a relevance share one number, hence the 64 bits.
SELECT: Final = """
    rows_by_query = Transpose <perm = [1, 0, 2]> (step_rows)
    all_rows = Reshape (rows_by_query, flat)
    relevance_by_query = Transpose <perm = [1, 0, 2]> (step_relevance)
    all_relevance = Reshape (relevance_by_query, flat)
    order = Cast <to = 7> (SORT)
    order_start = Mul (order, num_rows)
    place_index = Add (order_start, all_rows)
    place_number = Gather (places, place_index)
    order_place = Cast <to = 11> (place_number)
    exact_relevance = Cast <to = 11> (all_relevance)
    half_relevance = Mul (exact_relevance, half)
    in_order = Sub (order_place, half_relevance)
    after_all = Sub (behind, half_relevance)
    least_relevance = Mul (best_relevance, least_share)
    is_relevant = GreaterOrEqual (all_relevance, least_relevance)
    rank = Where (is_relevant, in_order, after_all)
    first_ranks, first = TopK <largest = 0> (rank, num_scored)
    first_rows = GatherElements <axis = 1> (all_rows, first)
    first_relevance = GatherElements <axis = 1> (all_relevance, first)
    best, place = TopK (first_relevance, num_scored)
    best_row = GatherElements <axis = 1> (first_rows, place)
    is_best = GreaterOrEqual (best, none)
    marked_row = Where (is_best, best_row, no_row)
    marked_relevance = Where (is_best, best, none)
    padded_row = Pad (marked_row, padding, no_row)
    RELEVANCE = Pad (marked_relevance, padding, none)
    ROW = Cast <to = 6> (padded_row)
    CATALOGUE_VERSION = Expand (version, one_each)
"""
GIVEN: Final = """
    given = Cast <to = 7> (ROW)
    is_row = GreaterOrEqual (given, zero)
    row = Max (given, zero)
"""
GATHER: Final = """
    PRODUCT_VECTOR = Gather (product_vectors, row)
    LABEL_VECTOR = Gather (label_vectors, row)
    CATEGORY = Gather (categories, row)
    FEATURES = Gather (features, row)
"""
LOOP_INPUTS: Final = ("max_steps", "yes", "every_query", "no_best", "allowed_cosine")
LOOP_OUTPUTS: Final = ("still_going", "best_relevance", "cosine_left", "step_rows", "step_relevance")
MASK: Final = """
    RELEVANCE = Where (is_row, scored, none)
"""
