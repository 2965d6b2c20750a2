//! Rows under an id, in the order in which they came.

use alloc::{vec, vec::Vec};
use core::hash::Hasher;

use fnv::FnvHasher;

use crate::engine::lean::swap_take;
use crate::engine::shared::Shared;

/// The ids lie apart from the rows, so that tables of every kind of row share the code that finds them.
#[derive(Debug)]
pub(super) struct Table<T> {
    ids: Ids,
    rows: Vec<T>,
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self {
            ids: Ids::default(),
            rows: Vec::new(),
        }
    }
}

impl<T> Table<T> {
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    pub(super) fn contains(&self, id: &str) -> bool {
        self.ids.find(id).is_some()
    }

    pub(super) fn get_mut(&mut self, id: &str) -> Option<&mut T> {
        let at = self.ids.find(id)?;
        self.rows.get_mut(at)
    }

    /// Adds a row at the end, or puts it in the place of the one with this id. Returns whether the id is new.
    pub(super) fn insert(&mut self, id: Shared, row: T) -> bool {
        match self.ids.find(&id).and_then(|at| self.rows.get_mut(at)) {
            Some(old) => {
                *old = row;
                false
            }
            None => {
                self.ids.push(id);
                self.rows.push(row);
                true
            }
        }
    }

    /// Takes a row out; the last one takes its place.
    pub(super) fn swap_remove(&mut self, id: &str) -> Option<T> {
        let at = self.ids.swap_remove(id)?;
        swap_take(&mut self.rows, at)
    }

    /// The rows, in order.
    pub(super) fn rows(&self) -> &[T] {
        &self.rows
    }

    /// The rows, in order.
    pub(super) fn into_rows(self) -> Vec<T> {
        self.rows
    }
}

/// Different texts, each at a position: a hash table with linear probing, at most half full, a third after it has grown.
///
/// By hand because it is a fifth of the size of `indexmap`, which is made for keys of every type.
#[derive(Debug, Default)]
struct Ids {
    list: Vec<Shared>,
    /// Position of an id plus 1, or 0 for a free slot; a power of two of them. An id stands in the slot of its hash or after it,
    /// with no free slot between.
    slots: Vec<u32>,
}

impl Ids {
    /// Position of an id.
    fn find(&self, id: &str) -> Option<usize> {
        if self.list.is_empty() {
            return None;
        }
        self.entry(self.find_slot(id))
    }

    /// Adds an id that is not there.
    fn push(&mut self, id: Shared) {
        self.list.push(id);
        if self.list.len() * 2 <= self.slots.len() {
            self.enter(self.list.len() - 1);
        } else {
            self.slots = vec![0; (self.list.len() * 3).next_power_of_two()];
            for at in 0..self.list.len() {
                self.enter(at);
            }
        }
    }

    /// Takes an id out and returns where it was; the last one takes its position.
    fn swap_remove(&mut self, id: &str) -> Option<usize> {
        if self.list.is_empty() {
            return None;
        }
        let slot = self.find_slot(id);
        let at = self.entry(slot)?;
        let last = self.list.len() - 1;
        if let Some(id) = self.list.get(last) {
            let last_slot = self.find_slot(id);
            self.set(last_slot, at + 1);
        }
        swap_take(&mut self.list, at);
        self.free(slot);
        Some(at)
    }

    /// Frees a slot, and closes the gap for the ids behind it that were on their way past it.
    fn free(&mut self, mut gap: usize) {
        let mut slot = gap;
        self.set(gap, 0);
        loop {
            slot = self.after(slot);
            let Some(at) = self.entry(slot) else { return };
            let home = self.list.get(at).map_or(slot, |id| self.home(id));
            let mask = self.slots.len() - 1;
            let (way, distance) = (slot.wrapping_sub(home), slot.wrapping_sub(gap));
            if way & mask >= distance & mask {
                self.set(gap, at + 1);
                self.set(slot, 0);
                gap = slot;
            }
        }
    }

    /// Puts the id at a position into the first free slot.
    fn enter(&mut self, at: usize) {
        if let Some(id) = self.list.get(at) {
            let mut slot = self.home(id);
            while self.entry(slot).is_some() {
                slot = self.after(slot);
            }
            self.set(slot, at + 1);
        }
    }

    /// The slot of an id, or the free one where it would be.
    fn find_slot(&self, id: &str) -> usize {
        let mut slot = self.home(id);
        while let Some(at) = self.entry(slot) {
            if self.list.get(at).is_some_and(|known| **known == *id) {
                break;
            }
            slot = self.after(slot);
        }
        slot
    }

    /// Where an id belongs.
    #[allow(clippy::cast_possible_truncation)]
    fn home(&self, id: &str) -> usize {
        let mut hasher = FnvHasher::default();
        hasher.write(id.as_bytes());
        hasher.finish() as usize & self.slots.len().saturating_sub(1)
    }

    fn after(&self, slot: usize) -> usize {
        (slot + 1) & (self.slots.len() - 1)
    }

    /// The position that a slot names.
    fn entry(&self, slot: usize) -> Option<usize> {
        (*self.slots.get(slot)? as usize).checked_sub(1)
    }

    /// There are never more ids than fit a `u32`: each takes some bytes of memory.
    #[allow(clippy::cast_possible_truncation)]
    fn set(&mut self, slot: usize, entry: usize) {
        if let Some(slot) = self.slots.get_mut(slot) {
            *slot = entry as u32;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::random::Random;

    /// The same operations on a plain list.
    #[derive(Default)]
    struct Model(Vec<(String, u64)>);

    impl Model {
        fn position(&self, id: &str) -> Option<usize> {
            self.0.iter().position(|(known, _)| known == id)
        }

        fn insert(&mut self, id: String, row: u64) -> bool {
            match self.position(&id) {
                Some(at) => self.0[at].1 = row,
                None => {
                    self.0.push((id, row));
                    return true;
                }
            }
            false
        }
    }

    #[test]
    fn a_table_does_what_a_list_would_do_whatever_comes_and_goes() {
        let mut random = Random::new(7);
        for ids in [1, 3, 8, 40, 300] {
            let (mut table, mut model) = (Table::default(), Model::default());
            for step in 0..3_000 {
                let id: Shared = random.between(0, ids).to_string().into();
                let position = model.position(&id);
                assert_eq!(table.contains(&id), position.is_some());
                if random.between(0, 99) < 55 {
                    assert_eq!(
                        table.insert(id.clone(), step),
                        model.insert(id.to_string(), step)
                    );
                } else {
                    let removed = position.map(|at| model.0.swap_remove(at).1);
                    assert_eq!(table.swap_remove(&id), removed);
                }
                assert_eq!(table.len(), model.0.len());
            }
            for (id, row) in &mut model.0 {
                assert_eq!(table.get_mut(id), Some(row));
            }
            let rows: Vec<u64> = model.0.iter().map(|(_, row)| *row).collect();
            assert_eq!(table.into_rows(), rows);
        }
    }

    #[test]
    fn ids_that_share_a_slot_are_told_apart() {
        let mut table = Table::default();
        let names: Vec<String> = (0..5_000).map(|n| format!("user-{n}")).collect();
        for (row, name) in names.iter().enumerate() {
            assert!(table.insert(name.as_str().into(), row));
        }
        for name in names.iter().step_by(2) {
            assert!(table.swap_remove(name).is_some());
        }
        for (row, name) in names.iter().enumerate() {
            let expected = (row % 2 == 1).then_some(row);
            assert_eq!(table.get_mut(name).copied(), expected, "{name}");
        }
    }

    #[test]
    fn an_empty_table_has_nothing() {
        let mut table = Table::<u8>::default();
        assert!(!table.contains("") && table.get_mut("a").is_none());
        assert_eq!(table.swap_remove("a"), None);
    }
}
