//! What may have been meant by a misspelt word.

/// The word nearest to `text`, if not too far: one change for each three letters begun.
pub(super) fn nearest(text: &str, words: impl IntoIterator<Item = &'static str>) -> Option<&'static str> {
    let text: Vec<char> = text.chars().take(40).collect();
    words
        .into_iter()
        .map(|word| (distance(&text, word), word))
        .filter(|(far, word)| *far <= word.len().div_ceil(3))
        .min()
        .map(|(_, word)| word)
}

/// Letters to add, leave out or change (Levenshtein), row by row.
fn distance(text: &[char], word: &str) -> usize {
    let mut row: Vec<usize> = (0..=text.len()).collect();
    for (i, w) in word.chars().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        for (cell, t) in row.iter_mut().skip(1).zip(text) {
            let here = (diagonal + usize::from(*t != w)).min(left + 1).min(*cell + 1);
            diagonal = std::mem::replace(cell, here);
            left = here;
        }
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances() {
        let far = |text: &str, word| distance(&text.chars().collect::<Vec<_>>(), word);
        assert_eq!((far("", ""), far("abc", ""), far("", "abc"), far("abc", "abc")), (0, 3, 3, 0));
        assert_eq!((far("bluur", "blur"), far("kitten", "sitting"), far("blru", "blur")), (1, 3, 2));
    }

    #[test]
    fn the_nearest_or_none() {
        let words = ["blur", "fill", "quality"];
        assert_eq!(nearest("bluur", words), Some("blur"));
        assert_eq!(nearest("qualty", words), Some("quality"));
        assert_eq!(nearest("pics", words), None);
        assert_eq!(nearest(&"x".repeat(100_000), words), None);
    }
}
