//! Tests of the chain model.
