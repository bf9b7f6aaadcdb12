//! What could be read of a list: its good elements, and whether they are all. One that is wrong hides no other.

/// The good elements of a list.
#[derive(Debug)]
pub(crate) struct Partly<T> {
    good: Vec<T>,
    whole: bool,
}

impl<T> Default for Partly<T> {
    /// A list that is absent: nothing is missing in it.
    fn default() -> Self {
        Self { good: Vec::new(), whole: true }
    }
}

impl<T> Partly<T> {
    /// Reads each; `None` stands for one that could not be read.
    pub(crate) fn of<N>(nodes: impl IntoIterator<Item = N>, mut read: impl FnMut(N) -> Option<T>) -> Self {
        let mut partly = Self::default();
        for node in nodes {
            match read(node) {
                Some(read) => partly.good.push(read),
                None => partly.whole = false,
            }
        }
        partly
    }

    /// A list of which nothing could be read.
    pub(crate) const fn lost() -> Self {
        Self { good: Vec::new(), whole: false }
    }

    /// The good ones.
    pub(crate) fn good(&self) -> &[T] {
        &self.good
    }

    /// True when these are all: what is not among them is not there.
    pub(crate) const fn is_whole(&self) -> bool {
        self.whole
    }

    /// All of them, when all could be read.
    pub(crate) fn all(&self) -> Option<&[T]> {
        self.whole.then_some(self.good.as_slice())
    }
}
