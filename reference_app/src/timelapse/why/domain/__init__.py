"""Composes why something is not done yet, from values alone: facts in, the links of a chain out."""
