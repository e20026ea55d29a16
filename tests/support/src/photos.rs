//! The photographs under `tests/photos/`; authors and licences are named in the README there.

/// One photograph.
#[derive(Debug, Clone, Copy)]
pub struct Photo {
    /// The file's name.
    pub name: &'static str,
    /// What an upload says it is.
    pub content_type: &'static str,
    /// The file.
    pub bytes: &'static [u8],
    /// Width and height as seen by a viewer, i.e. with the Exif orientation applied.
    pub shown: (u32, u32),
}

/// Baseline JPEG, landscape.
pub const DANDELION: Photo = Photo {
    name: "dandelion.jpg",
    content_type: "image/jpeg",
    bytes: include_bytes!("../../photos/dandelion.jpg"),
    shown: (1600, 900),
};

/// Progressive JPEG, landscape.
pub const MOUNTAIN: Photo = Photo {
    name: "mountain.jpg",
    content_type: "image/jpeg",
    bytes: include_bytes!("../../photos/mountain.jpg"),
    shown: (1600, 1065),
};

/// JPEG stored lying on its side, with Exif orientation 6: a portrait.
pub const DOGS_TURNED: Photo = Photo {
    name: "dogs-turned.jpg",
    content_type: "image/jpeg",
    bytes: include_bytes!("../../photos/dogs-turned.jpg"),
    shown: (800, 1200),
};

/// PNG with a palette.
pub const FIG_PNG: Photo = Photo {
    name: "fig.png",
    content_type: "image/png",
    bytes: include_bytes!("../../photos/fig.png"),
    shown: (480, 324),
};

/// Lossy WebP.
pub const FIG_WEBP: Photo = Photo {
    name: "fig.webp",
    content_type: "image/webp",
    bytes: include_bytes!("../../photos/fig.webp"),
    shown: (1280, 864),
};
