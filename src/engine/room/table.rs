//! Rows under an id, in the order in which they came.

use core::hash::BuildHasherDefault;

use indexmap::IndexSet;

/// The ids and the rows lie apart, so that tables of every kind of row share the code of one [`IndexSet`].
#[derive(Debug)]
pub(super) struct Table<T> {
    ids: IndexSet<String, BuildHasherDefault<fnv::FnvHasher>>,
    rows: Vec<T>,
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self {
            ids: IndexSet::default(),
            rows: Vec::new(),
        }
    }
}

impl<T> Table<T> {
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    pub(super) fn contains(&self, id: &str) -> bool {
        self.position(id).is_some()
    }

    pub(super) fn get_mut(&mut self, id: &str) -> Option<&mut T> {
        let at = self.position(id)?;
        self.rows.get_mut(at)
    }

    /// Adds a row at the end, or puts it in the place of the one with this id. Returns whether the id is new.
    pub(super) fn insert(&mut self, id: String, row: T) -> bool {
        let (at, is_new) = self.ids.insert_full(id);
        match self.rows.get_mut(at) {
            Some(old) => *old = row,
            None => self.rows.push(row),
        }
        is_new
    }

    /// Takes a row out; the last one takes its place.
    pub(super) fn swap_remove(&mut self, id: &str) -> Option<T> {
        let (at, _) = self.ids.swap_remove_full(id)?;
        Some(self.rows.swap_remove(at))
    }

    /// The rows, in order.
    pub(super) fn into_rows(self) -> Vec<T> {
        self.rows
    }

    fn position(&self, id: &str) -> Option<usize> {
        self.ids.get_index_of(id)
    }
}
