//! What live requests show.
