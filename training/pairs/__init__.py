"""The pair classifier: query and description read together by a BERT encoder, the price as a number."""
