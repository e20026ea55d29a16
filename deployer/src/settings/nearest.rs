//! The nearest right name to a wrong one.

/// The candidate that `wrong` most likely stands for, or none if nothing is near. Written in
/// another style (`allowed_dimensions`, `allowedDimensions`) counts as the same.
pub(crate) fn nearest<'a>(wrong: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let kebab = kebab(wrong);
    candidates
        .into_iter()
        .map(|candidate| (strsim::osa_distance(&kebab, &candidate.to_lowercase()), candidate))
        .filter(|(distance, candidate)| {
            let shorter = candidate.chars().count().min(kebab.chars().count());
            *distance <= 1 + shorter / 4 && *distance < shorter
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

fn kebab(name: &str) -> String {
    let mut kebab = String::new();
    let mut after_lower = false;
    for c in name.trim().trim_start_matches('-').chars() {
        if c.is_uppercase() && after_lower {
            kebab.push('-');
        }
        after_lower = c.is_lowercase();
        if c == '_' || c == ' ' {
            kebab.push('-');
        } else {
            kebab.extend(c.to_lowercase());
        }
    }
    kebab
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nearest_name_is_found_across_styles_and_typing_slips() {
        let names = ["distribution", "no-distribution", "allowed-dimensions", "prefix", "url", "memory"];
        for (wrong, right) in [
            ("distribtion", Some("distribution")),
            ("Distribution", Some("distribution")),
            ("allowed_dimensions", Some("allowed-dimensions")),
            ("allowedDimensions", Some("allowed-dimensions")),
            ("prefx", Some("prefix")),
            ("ulr", Some("url")),
            ("--memory", Some("memory")),
            ("colour", None),
            ("x", None),
            ("rul", Some("url")),
        ] {
            assert_eq!(nearest(wrong, names), right, "{wrong}");
        }
    }
}
