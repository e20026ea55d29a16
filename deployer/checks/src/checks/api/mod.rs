//! The REST API: Missing Authentication Token, Forbidden, and their kin (AG-02 to AG-08).
