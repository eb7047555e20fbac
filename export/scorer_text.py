"""The two scorers as ONNX text. ``scorer_graph`` brings the tables, the constants and the function ``assortment.scoring``."""

from __future__ import annotations

from typing import Final

from assortment.contract import NUM_BY_WORDS, NUM_SCORED


def _score(rows: str) -> str:
    """``<rows>_scored``, float[batch, n]: the scoring function on int64[batch, n] rows of the catalogue."""
    return f"""
    {rows}_vectors = Gather (product_vectors, {rows})
    {rows}_labels = Gather (label_vectors, {rows})
    {rows}_categories = Gather (categories, {rows})
    {rows}_features = Gather (features, {rows})
    {rows}_scored = assortment.scoring (
        QUERY_VECTOR, INTENT, {rows}_vectors, {rows}_labels, {rows}_categories, {rows}_features
    )"""


def _allowed(cosine: str) -> str:
    """``allowed_<cosine>``, float[batch, N]: what it is where the row may be shown, else a cosine that no row can have.

    A bitmap of another catalogue version may be longer or shorter: it is cut or padded, so that it fails no batch mate, and the
    diversifier refuses what was scored with it.
    """
    return f"""
    allowed_{cosine} = If (unfiltered) <
        then_branch = pass_all () => (float[batch, N] kept) {{ kept = Identity ({cosine}) }},
        else_branch = pass_some () => (float[batch, N] kept) {{
            padded_bytes = Pad (ALLOW, byte_padding, no_bits)
            row_bytes = Slice (padded_bytes, zero, num_bytes, one)
            bytes = Cast <to = 6> (row_bytes)
            bits = Gather (bits_of_byte, bytes)
            bit_rows = Reshape (bits, flat)
            allowed = Slice (bit_rows, zero, num_rows, one)
            kept = Where (allowed, {cosine}, hidden)
        }}
    >"""


_FILTERED: Final = """
    allow_shape = Shape (ALLOW)
    allow_bytes = Gather (allow_shape, one)
    unfiltered = Equal (allow_bytes, bytes_of_no_filter)
"""

# The Reshape changes nothing but ONNX Runtime's plan: it would fuse the Transpose into the MatMul, and the fused one is 0.8 ms
# slower for a single query.
_COSINE: Final = f"""
    columns = Transpose <perm = [1, 0]> (QUERY_VECTOR)
    query_columns = Reshape (columns, column_shape)
    cosine_columns = MatMul (product_vectors, query_columns)
    cosine = Transpose <perm = [1, 0]> (cosine_columns)
    {_allowed("cosine")}
"""

_NEAR: Final = """
    near_cosine, near = TopK (allowed_cosine, num_retrieved)
"""

# The query in 7 bits and the products in 8: their products' sums then fit whatever instructions a processor has for them (without
# VNNI, two products of 8 bits each may overflow 16). About half as many rows again as are retrieved are compared exactly. TopK is
# slow, and looks at the best of each group of rows first: num_compared best groups hold the num_compared best rows. What pads the
# last group may be among them; it is hidden, and stands for the last row so that it can be gathered.
_NEAR_COMPACT: Final = f"""
    sizes = Abs (QUERY_VECTOR)
    largest = ReduceMax <axes = [1]> (sizes)
    most = Max (largest, tiny)
    share = Div (QUERY_VECTOR, most)
    in_steps = Mul (share, query_steps)
    whole_steps = Round (in_steps)
    shifted = Add (whole_steps, query_zero_number)
    query_bytes = Cast <to = 2> (shifted)
    step_products = MatMulInteger (query_bytes, compact_vectors, query_zero)
    step_number = Cast <to = 1> (step_products)
    step_size = Mul (most, product_step)
    about = Mul (step_number, step_size)
    {_allowed("about")}
    padded_about = Pad (allowed_about, group_padding, hidden_row)
    grouped_about = Reshape (padded_about, group_shape)
    group_best = ReduceMax <axes = [2], keepdims = 0> (grouped_about)
    best_of_group, best_group = TopK <sorted = 0> (group_best, num_best_groups)
    best_group_place = Unsqueeze (best_group, two)
    members_about = GatherND <batch_dims = 1> (grouped_about, best_group_place)
    member_about = Reshape (members_about, flat)
    compared_about, member = TopK <sorted = 0> (member_about, num_compared)
    group_of_member = Div (member, group_size)
    place_in_group = Mod (member, group_size)
    compared_group = GatherElements <axis = 1> (best_group, group_of_member)
    first_of_group = Mul (compared_group, group_size)
    compared_row = Add (first_of_group, place_in_group)
    compared = Min (compared_row, last_row)
    compared_vectors = Gather (product_vectors, compared)
    query_column = Unsqueeze (QUERY_VECTOR, two)
    compared_columns = MatMul (compared_vectors, query_column)
    compared_exactly = Squeeze (compared_columns, two)
    is_compared = Greater (compared_about, hidden_bound)
    compared_cosine = Where (is_compared, compared_exactly, hidden)
    near_cosine, near_place = TopK (compared_cosine, num_retrieved)
    near = GatherElements <axis = 1> (compared, near_place)
"""

_NEAR_SCORED: Final = f"""
    {_score("near")}
    is_near = Greater (near_cosine, hidden_bound)
    near_relevance = Where (is_near, near_scored, below_all)
"""

# Rows that were found by words get the same score beside them. Those of another catalogue version may be none of this one.
_BY_WORDS: Final = f"""
    given_word = Cast <to = 7> (WORD_ROW)
    is_given = GreaterOrEqual (given_word, zero)
    is_here = Less (given_word, num_rows)
    is_word = And (is_given, is_here)
    word = Where (is_word, given_word, zero)
    {_score("word")}
    WORD_RELEVANCE = Where (is_word, word_scored, below_all)
"""

# From the nearest rows outward, a step of num_retrieved rows at a time, until a step holds nothing relevant. `going` tells which
# queries are still on their way: those by relevance never are, and none sees what only its batch mates go on to.
_OUTWARD: Final = f"""
    is_sorted = Greater (SORT, by_relevance)
    near_best = ReduceMax <axes = [1]> (near_relevance)
    near_shape = Shape (near)
    gone = Expand (hidden, near_shape)
    not_near = ScatterElements <axis = 1> (allowed_cosine, near, gone)
    arrived, best_relevance, never_seen, far_steps, far_relevance_steps = Loop (
        max_steps, yes, is_sorted, near_best, not_near
    ) <body = step (int64 number, bool before, bool[batch, 1] going, float[batch, 1] best_before, float[batch, N] left_before)
        => (bool further, bool[batch, 1] going_on, float[batch, 1] best_now, float[batch, N] left_now,
            int64[batch, R] far, float[batch, R] far_relevance) {{
        far_cosine, far = TopK (left_before, num_retrieved)
        {_score("far")}
        is_far = Greater (far_cosine, hidden_bound)
        counts = And (is_far, going)
        far_relevance = Where (counts, far_scored, below_all)
        far_best = ReduceMax <axes = [1]> (far_relevance)
        best_now = Max (best_before, far_best)
        least_now = Mul (best_now, least_share)
        holds_any = GreaterOrEqual (far_best, least_now)
        going_on = And (going, holds_any)
        going_number = Cast <to = 1> (going_on)
        any_going = ReduceMax <keepdims = 0> (going_number)
        further = Greater (any_going, none)
        left_now = ScatterElements <axis = 1> (left_before, far, gone)
    }}>
    far_by_query = Transpose <perm = [1, 0, 2]> (far_steps)
    far_rows = Reshape (far_by_query, flat)
    seen = Concat <axis = 1> (near, far_rows)
    far_relevance_by_query = Transpose <perm = [1, 0, 2]> (far_relevance_steps)
    relevance_of_far = Reshape (far_relevance_by_query, flat)
    seen_relevance = Concat <axis = 1> (near_relevance, relevance_of_far)
"""

# Relevant rows by their place in the order, then by relevance; after them all others, by relevance. By relevance all places are
# 0, and the same sum is that order too. A place and a relevance share one number, hence its 64 bits.
_IN_ORDER: Final = """
    sort = Cast <to = 7> (SORT)
    first_place = Mul (sort, num_rows)
    seen_places = Add (first_place, seen)
    place_number = Gather (places, seen_places)
    place = Cast <to = 11> (place_number)
    seen_exactly = Cast <to = 11> (seen_relevance)
    half_relevance = Mul (seen_exactly, half)
    in_order = Sub (place, half_relevance)
    behind_all = Sub (behind, half_relevance)
    least = Mul (best_relevance, least_share)
    relevant = GreaterOrEqual (seen_relevance, least)
    turn = Where (relevant, in_order, behind_all)
    earliest, first = TopK <largest = 0> (turn, num_scored)
    first_rows = GatherElements <axis = 1> (seen, first)
    first_relevance = GatherElements <axis = 1> (seen_relevance, first)
"""


def _best(before_sorting: str) -> str:
    """The answer; ``before_sorting`` is what only a sort order needs to have computed."""
    return f"""
    any_sort = ReduceMax <keepdims = 0> (SORT)
    any_sorted = Greater (any_sort, by_relevance)
    candidates, candidate_relevance = If (any_sorted) <
        then_branch = of_an_order () => (int64[batch, S] first_rows, float[batch, S] first_relevance) {{
            {before_sorting} {_OUTWARD} {_IN_ORDER}
        }},
        else_branch = the_nearest () => (int64[batch, R] near_rows, float[batch, R] relevance_of_near) {{
            near_rows = Identity (near)
            relevance_of_near = Identity (near_relevance)
        }}
    >
    best, best_place = TopK (candidate_relevance, num_scored)
    best_row = GatherElements <axis = 1> (candidates, best_place)
    is_best = GreaterOrEqual (best, none)
    marked_row = Where (is_best, best_row, no_row)
    marked_relevance = Where (is_best, best, none)
    padded_row = Pad (marked_row, padding, no_row)
    RELEVANCE = Pad (marked_relevance, padding, none)
    ROW = Cast <to = 6> (padded_row)
    query_shape = Shape (QUERY_VECTOR)
    batch_size = Slice (query_shape, zero, one)
    version_shape = Concat <axis = 0> (batch_size, one)
    CATALOGUE_VERSION = Expand (version, version_shape)
"""


def scorer(query: str, *, compact: bool) -> str:
    """The whole catalogue's; ``query`` declares QUERY_VECTOR and INTENT.

    The compact one scans 8-bit vectors, and the others only for a sort order, which goes outward by exact cosines.
    """
    nearest = _NEAR_COMPACT if compact else _COSINE + _NEAR
    return f"""
    scorer ({query}, uint8[batch, allow_bytes] ALLOW, int32[batch, 1] SORT, int32[batch, {NUM_BY_WORDS}] WORD_ROW)
        => (int32[batch, {NUM_SCORED}] ROW, float[batch, {NUM_SCORED}] RELEVANCE, float[batch, {NUM_BY_WORDS}] WORD_RELEVANCE,
            int64[batch, 1] CATALOGUE_VERSION)
    {{{_FILTERED} {nearest} {_NEAR_SCORED} {_best(_COSINE if compact else "")} {_BY_WORDS}}}"""


def candidate_scorer(query: str) -> str:
    """That of given rows, -1 for none; ``query`` declares QUERY_VECTOR and INTENT."""
    return f"""
    candidate_scorer ({query}, int32[batch, rows] ROW) => (float[batch, rows] RELEVANCE) {{
        given = Cast <to = 7> (ROW)
        is_row = GreaterOrEqual (given, zero)
        row = Max (given, zero)
        {_score("row")}
        RELEVANCE = Where (is_row, row_scored, none)
    }}"""
