//! What has to be looked at when. With thousands of links nobody can ask each of them at every input.

use std::collections::{BTreeMap, BTreeSet};

/// Things by the time at which they have to be looked at.
///
/// A thing may be looked at too early: then it is set again. So a deadline that moves back with every frame costs nothing until
/// the first one has come.
#[derive(Debug)]
pub(super) struct Agenda<K> {
    by_time: BTreeSet<(u64, K)>,
    times: BTreeMap<K, u64>,
}

impl<K> Default for Agenda<K> {
    fn default() -> Self {
        Self {
            by_time: BTreeSet::new(),
            times: BTreeMap::new(),
        }
    }
}

impl<K: Ord + Clone> Agenda<K> {
    /// The thing is to be looked at no later than this; it may already be for an earlier time.
    pub(super) fn set(&mut self, key: &K, due: u64) {
        match self.times.get_mut(key) {
            Some(known) if *known <= due => {}
            Some(known) => {
                let before = std::mem::replace(known, due);
                if let Some((_, key)) = self.by_time.take(&(before, key.clone())) {
                    self.by_time.insert((due, key));
                }
            }
            None => {
                self.times.insert(key.clone(), due);
                self.by_time.insert((due, key.clone()));
            }
        }
    }

    pub(super) fn remove(&mut self, key: &K) {
        if let Some(due) = self.times.remove(key) {
            self.by_time.remove(&(due, key.clone()));
        }
    }

    /// Takes out what is to be looked at by now, in order of time. Whoever looks sets it again.
    pub(super) fn take_due(&mut self, now: u64) -> Vec<K> {
        let mut due = Vec::new();
        while self.by_time.first().is_some_and(|(at, _)| *at <= now) {
            if let Some((_, key)) = self.by_time.pop_first() {
                self.times.remove(&key);
                due.push(key);
            }
        }
        due
    }

    /// Takes out the thing that is next.
    pub(super) fn pop(&mut self) -> Option<K> {
        let (_, key) = self.by_time.pop_first()?;
        self.times.remove(&key);
        Some(key)
    }

    pub(super) fn next(&self) -> Option<u64> {
        self.by_time.first().map(|(at, _)| *at)
    }

    /// When a thing is looked at.
    pub(super) fn of(&self, key: &K) -> Option<u64> {
        self.times.get(key).copied()
    }

    pub(super) fn len(&self) -> usize {
        self.times.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn things_come_in_order_of_time_and_only_the_earliest_time_of_each_counts() {
        let mut agenda = Agenda::default();
        agenda.set(&"b", 20);
        agenda.set(&"a", 30);
        agenda.set(&"a", 10);
        agenda.set(&"b", 40);
        assert_eq!((agenda.next(), agenda.len()), (Some(10), 2));
        assert_eq!(agenda.take_due(9), [""; 0]);
        assert_eq!(agenda.take_due(20), ["a", "b"]);
        assert_eq!((agenda.next(), agenda.len()), (None, 0));
    }

    #[test]
    fn what_was_removed_is_not_due() {
        let mut agenda = Agenda::default();
        agenda.set(&1, 10);
        agenda.remove(&1);
        assert_eq!((agenda.next(), agenda.of(&1)), (None, None));
    }
}
