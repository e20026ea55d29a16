//! The bucket: website, policy, public access, objects.
