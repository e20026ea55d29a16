//! The parts of a spec before its filters.

/// `trim`: cuts off a border whose colour is that of a corner pixel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Trim {
    /// Where the colour of the border is taken from.
    pub corner: Corner,
    /// How far from that colour a pixel of the border may be: the Euclidean distance in RGB with
    /// 8 bits each, 0 to [`Trim::MAX_TOLERANCE`].
    pub tolerance: u16,
}

impl Trim {
    /// The distance between black and white, `255 * sqrt(3)`, rounded up.
    pub const MAX_TOLERANCE: u16 = 442;
}

/// A corner of the picture.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Corner {
    /// The pixel at 0, 0.
    #[default]
    TopLeft,
    /// The last pixel.
    BottomRight,
}

/// `AxB:CxD`: the rectangle that is kept before resizing, from its left top corner to its right
/// bottom corner, the latter outside. Edges beyond the picture count as its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CropBox {
    /// From the picture's left edge to the box's left edge.
    pub left: Edge,
    /// From the picture's top edge to the box's top edge.
    pub top: Edge,
    /// From the picture's left edge to the box's right edge.
    pub right: Edge,
    /// From the picture's top edge to the box's bottom edge.
    pub bottom: Edge,
}

/// How far an edge is from the picture's left or top edge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Edge {
    /// In pixels of the source as seen; written `150`.
    Pixels(u32),
    /// In thousandths of the picture's width or height, 0 to 1000; written `0.15`.
    Thousandths(u16),
}

/// How the image fills its box.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Fit {
    /// The box is covered; what sticks out is cut off.
    #[default]
    Cover,
    /// `fit-in`: the whole image, as large as fits in the box but not larger than it is.
    Contain {
        /// `adaptive-`: width and height of the box change places if that suits the image better.
        adaptive: bool,
        /// `full-`: the box is covered, even by enlarging, but nothing is cut off.
        full: bool,
    },
}

impl Fit {
    /// Plain `fit-in`.
    pub const CONTAIN: Self = Self::Contain { adaptive: false, full: false };
}

/// A side of the box.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Side {
    /// Follows from the other side and the image's aspect; as the source, if both are.
    #[default]
    Auto,
    /// `orig`: as the source.
    Orig,
    /// 1 to [`super::MAX_SIDE`].
    Pixels(u32),
}

/// Which part stays when columns are cut off, and where the image lies on a wider canvas.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum HAlign {
    /// `left`.
    Left,
    /// `center`.
    #[default]
    Center,
    /// `right`.
    Right,
}

/// Which part stays when rows are cut off, and where the image lies on a higher canvas.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum VAlign {
    /// `top`.
    Top,
    /// `middle`.
    #[default]
    Middle,
    /// `bottom`.
    Bottom,
}
