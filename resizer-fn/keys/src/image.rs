//! Which objects are images, as far as their names say.

/// A kind of image that the resizer reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ImageKind {
    /// JPEG.
    Jpeg,
    /// PNG.
    Png,
    /// WebP.
    WebP,
    /// GIF.
    Gif,
    /// AVIF.
    Avif,
}

/// Every ending that says so, and what it says. Case does not count.
pub const ENDINGS: [(&str, ImageKind); 8] = [
    ("jpg", ImageKind::Jpeg),
    ("jpeg", ImageKind::Jpeg),
    ("jpe", ImageKind::Jpeg),
    ("jfif", ImageKind::Jpeg),
    ("png", ImageKind::Png),
    ("webp", ImageKind::WebP),
    ("gif", ImageKind::Gif),
    ("avif", ImageKind::Avif),
];

impl ImageKind {
    /// By the ending of a key or a file's name; `None`: nothing says that it is one.
    pub fn of_name(name: &str) -> Option<Self> {
        let file = name.rsplit('/').next()?;
        Self::of_extension(file.rsplit_once('.')?.1)
    }

    /// By an extension, without its dot.
    pub fn of_extension(ending: &str) -> Option<Self> {
        ENDINGS.iter().find(|(known, _)| ending.eq_ignore_ascii_case(known)).map(|(_, kind)| *kind)
    }

    /// As it is written, such as `JPEG`.
    pub fn title(self) -> &'static str {
        match self {
            Self::Jpeg => "JPEG",
            Self::Png => "PNG",
            Self::WebP => "WebP",
            Self::Gif => "GIF",
            Self::Avif => "AVIF",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endings_of_the_last_segment_count() {
        for (name, kind) in [
            ("a.jpg", Some(ImageKind::Jpeg)),
            ("pics/A.JPEG", Some(ImageKind::Jpeg)),
            ("x.jfif", Some(ImageKind::Jpeg)),
            ("a.b.png", Some(ImageKind::Png)),
            ("a.Webp", Some(ImageKind::WebP)),
            ("a.gif", Some(ImageKind::Gif)),
            ("a.avif", Some(ImageKind::Avif)),
            ("jpg", None),
            ("a.jpg/b", None),
            ("a.jpg/", None),
            ("a.html", None),
            ("a.jpg.txt", None),
            ("", None),
        ] {
            assert_eq!(ImageKind::of_name(name), kind, "{name}");
        }
    }
}
