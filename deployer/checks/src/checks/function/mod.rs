//! The function, its permission, its role, its code.
