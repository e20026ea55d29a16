//! Patterns with `*` (any run of characters, also none) and `?` (exactly one character), as in the resources of bucket
//! policies and in CloudFront's path patterns (CF-11): whether two can match the same text, and whether one matches all that
//! the other does.

use std::collections::{BTreeSet, HashSet};

/// One position of a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token {
    /// This character.
    Char(char),
    /// `?`
    One,
    /// `*`
    Many,
}

/// A pattern, ready to be compared. Case matters; make both sides lower case first where it doesn't.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Glob(Vec<Token>);

/// [`Glob::covers`] gives up after this many steps; far more than any real pair of patterns needs.
const MOST_STATES: usize = 50_000;

impl Glob {
    /// Reads `*` and `?` as wildcards, all else literally.
    pub fn new(pattern: &str) -> Self {
        Self(pattern.chars().map(Token::from_char).collect())
    }

    /// Everything that begins with `prefix`, in which wildcards mean nothing.
    pub fn starting_with(prefix: &str) -> Self {
        Self(prefix.chars().map(Token::Char).chain([Token::Many]).collect())
    }

    /// A resource or condition pattern of a policy, where `${*}`, `${?}` and `${$}` are those characters themselves and other
    /// `${…}` are variables. `variable` says what a variable is taken for: `*` to be on the safe side when looking for what may
    /// match, `None` (nothing can be said) when looking for what surely matches.
    pub fn from_policy(pattern: &str, variable: Option<char>) -> Option<Self> {
        let mut tokens = Vec::new();
        let mut rest = pattern;
        while let Some(first) = rest.chars().next() {
            let inside = rest.strip_prefix("${").and_then(|after| after.split_once('}'));
            match inside {
                Some((name @ ("*" | "?" | "$"), after)) => {
                    tokens.extend(name.chars().map(Token::Char));
                    rest = after;
                }
                Some((_, after)) => {
                    tokens.push(Token::from_char(variable?));
                    rest = after;
                }
                None => {
                    tokens.push(Token::from_char(first));
                    rest = &rest[first.len_utf8()..];
                }
            }
        }
        Some(Self(tokens))
    }

    /// Whether the pattern matches the whole text.
    pub fn matches(&self, text: &str) -> bool {
        let end = text.chars().fold(self.start(), |at, char| self.step(&at, Some(char)));
        end.contains(&self.0.len())
    }

    /// Whether there is a text that both patterns match.
    pub fn overlaps(&self, other: &Self) -> bool {
        let (a, b) = (&self.0, &other.0);
        // can[i][j]: the rests from i and j have a common text. Filled from the ends.
        let mut can = vec![vec![false; b.len() + 1]; a.len() + 1];
        for i in (0..=a.len()).rev() {
            for j in (0..=b.len()).rev() {
                can[i][j] = match (a.get(i), b.get(j)) {
                    (None, None) => true,
                    // A run ends here, or takes in one more position of the other side.
                    (Some(Token::Many), right) => can[i + 1][j] || (right.is_some() && can[i][j + 1]),
                    (left, Some(Token::Many)) => can[i][j + 1] || (left.is_some() && can[i + 1][j]),
                    (Some(Token::Char(x)), Some(Token::Char(y))) => x == y && can[i + 1][j + 1],
                    (Some(_), Some(_)) => can[i + 1][j + 1],
                    _ => false,
                };
            }
        }
        can[0][0]
    }

    /// Whether this pattern matches every text that `inner` matches. For absurdly long pairs the answer may be a wrong `false`,
    /// never a wrong `true`.
    pub fn covers(&self, inner: &Self) -> bool {
        // All characters that either names behave alike or not; one more stands for every other (`None`).
        let named = self.0.iter().chain(&inner.0).filter_map(|token| match token {
            Token::Char(char) => Some(Some(*char)),
            _ => None,
        });
        let alphabet: BTreeSet<Option<char>> = named.chain([None]).collect();

        let mut seen = HashSet::new();
        let mut open: Vec<(usize, BTreeSet<usize>)> = Vec::new();
        for at in inner.start() {
            open.push((at, self.start()));
        }
        while let Some((at, positions)) = open.pop() {
            if at == inner.0.len() && !positions.contains(&self.0.len()) {
                return false;
            }
            if !seen.insert((at, positions.clone())) {
                continue;
            }
            if seen.len() > MOST_STATES {
                return false;
            }
            for char in &alphabet {
                let mine = self.step(&positions, *char);
                for next in inner.step(&BTreeSet::from([at]), *char) {
                    open.push((next, mine.clone()));
                }
            }
        }
        true
    }

    /// The positions at which matching begins.
    fn start(&self) -> BTreeSet<usize> {
        self.with_skipped_runs([0])
    }

    /// The positions after one more character; `None` is a character that no pattern names.
    fn step(&self, positions: &BTreeSet<usize>, char: Option<char>) -> BTreeSet<usize> {
        self.with_skipped_runs(positions.iter().filter_map(|&at| match self.0.get(at)? {
            Token::Char(own) => (Some(*own) == char).then_some(at + 1),
            Token::One => Some(at + 1),
            Token::Many => Some(at),
        }))
    }

    /// Adds the positions reached by letting a `*` match nothing more.
    fn with_skipped_runs(&self, positions: impl IntoIterator<Item = usize>) -> BTreeSet<usize> {
        let mut all = BTreeSet::new();
        for mut at in positions {
            while all.insert(at) && self.0.get(at) == Some(&Token::Many) {
                at += 1;
            }
        }
        all
    }
}

impl Token {
    fn from_char(char: char) -> Self {
        match char {
            '*' => Self::Many,
            '?' => Self::One,
            other => Self::Char(other),
        }
    }
}

/// A CloudFront path pattern: its leading `/` is optional (CF-11), so it is left off before comparing.
pub fn path_pattern(pattern: &str) -> Glob {
    Glob::new(pattern.strip_prefix('/').unwrap_or(pattern))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// All texts over two letters up to a length: with patterns of at most four tokens, a counter-example is never longer.
    fn texts(longest: usize) -> Vec<String> {
        let mut all = vec![String::new()];
        let mut last = all.clone();
        for _ in 0..longest {
            last = last
                .iter()
                .flat_map(|text| ["a", "b", "c"].map(|letter| format!("{text}{letter}")))
                .collect();
            all.extend(last.clone());
        }
        all
    }

    /// The definition itself, by recursion.
    fn brute_match(pattern: &[char], text: &[char]) -> bool {
        match (pattern.first(), text.first()) {
            (None, None) => true,
            (Some('*'), _) => {
                brute_match(&pattern[1..], text) || (!text.is_empty() && brute_match(pattern, &text[1..]))
            }
            (Some('?'), Some(_)) => brute_match(&pattern[1..], &text[1..]),
            (Some(a), Some(b)) => a == b && brute_match(&pattern[1..], &text[1..]),
            _ => false,
        }
    }

    fn brute(pattern: &str, text: &str) -> bool {
        brute_match(&pattern.chars().collect::<Vec<_>>(), &text.chars().collect::<Vec<_>>())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(250))]

        #[test]
        fn agrees_with_trying_all_texts(a in "[ab*?]{0,4}", b in "[ab*?]{0,4}") {
            let (left, right) = (Glob::new(&a), Glob::new(&b));
            let mut common = false;
            let mut all_covered = true;
            for text in texts(6) {
                let (in_a, in_b) = (brute(&a, &text), brute(&b, &text));
                prop_assert_eq!(left.matches(&text), in_a, "{} {}", a, text);
                common |= in_a && in_b;
                all_covered &= in_a || !in_b;
            }
            prop_assert_eq!(left.overlaps(&right), common, "overlap of {} and {}", a, b);
            prop_assert_eq!(right.overlaps(&left), common, "overlap of {} and {}", b, a);
            prop_assert_eq!(left.covers(&right), all_covered, "{} over {}", a, b);
        }

        #[test]
        fn covering_and_overlapping_fit_together(a in "[ab*?]{0,12}", b in "[ab*?]{0,12}") {
            let (left, right) = (Glob::new(&a), Glob::new(&b));
            prop_assert!(left.covers(&left) && left.overlaps(&left));
            // A pattern always matches something, so what is covered is also shared.
            prop_assert!(!left.covers(&right) || left.overlaps(&right));
        }
    }

    #[test]
    fn known_pairs() {
        let ours = Glob::new("resized/*");
        for (pattern, overlaps, covered_by_ours) in [
            ("*", true, false),
            ("*.jpg", true, false),
            ("resized/*", true, true),
            ("resized/thumbs/*", true, true),
            ("resized/?", true, true),
            ("resize?/*", true, false),
            ("re*", true, false),
            ("images/*", false, false),
            ("Resized/*", false, false),
            ("resized", false, false),
            ("*/x/resized", true, false),
        ] {
            assert_eq!(path_pattern(pattern).overlaps(&ours), overlaps, "{pattern}");
            assert_eq!(path_pattern(&format!("/{pattern}")).overlaps(&ours), overlaps, "/{pattern}");
            assert_eq!(ours.covers(&path_pattern(pattern)), covered_by_ours, "{pattern}");
        }
    }

    #[test]
    fn wildcards_in_a_prefix_are_plain_characters() {
        let prefix = Glob::starting_with("a*b/");
        assert!(prefix.matches("a*b/x"));
        assert!(!prefix.matches("axb/x"));
    }

    #[test]
    fn policy_variables() {
        let stars = Glob::from_policy("x${*}${?}${$}/*", None);
        assert!(stars.is_some_and(|glob| glob.matches("x*?$/y") && !glob.matches("xaa$/y")));
        assert_eq!(Glob::from_policy("home/${aws:username}/*", None), None);
        let open = Glob::from_policy("home/${aws:username, 'a'}/*", Some('*'));
        assert!(open.is_some_and(|glob| glob.matches("home/me/x")));
        assert_eq!(Glob::from_policy("a${b", None), Some(Glob::new("a${b")));
    }
}
