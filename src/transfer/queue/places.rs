//! Moving attachments among those that wait for the same profile with the same priority.

use super::super::Place;
use crate::domain::attachment::AttachmentId;
use crate::store::Turn;

/// The ranks that change when the chosen ones are moved; they keep their order among themselves.
pub(in super::super) fn moved(
    mut waiting: Vec<Turn>,
    chosen: impl Fn(&Turn) -> bool,
    place: Place,
) -> Vec<(AttachmentId, i64)> {
    waiting.sort_by(|a, b| {
        let key = |turn: &Turn| (turn.priority, turn.rank, turn.id);
        a.profile.cmp(&b.profile).then_with(|| key(a).cmp(&key(b)))
    });
    let together = |a: &Turn, b: &Turn| a.profile == b.profile && a.priority == b.priority;
    waiting.chunk_by(together).flat_map(|group| moved_in(group, &chosen, place)).collect()
}

/// Within one group, which is in order.
fn moved_in(group: &[Turn], chosen: impl Fn(&Turn) -> bool, place: Place) -> Vec<(AttachmentId, i64)> {
    let mut order: Vec<(bool, &Turn)> = group.iter().map(|turn| (chosen(turn), turn)).collect();
    let (moves, stays): (Vec<_>, Vec<_>) = order.iter().partition(|(chosen, _)| *chosen);
    let (Some((_, first)), Some((_, last))) = (stays.first(), stays.last()) else { return Vec::new() };
    let count = i64::try_from(moves.len()).unwrap_or(i64::MAX);
    match place {
        Place::First => ranked_from(first.rank.saturating_sub(count), &moves),
        Place::Last => ranked_from(last.rank.saturating_add(1), &moves),
        Place::Earlier => {
            pass_one(&mut order);
            reranked(group, &order)
        }
        Place::Later => {
            order.reverse();
            pass_one(&mut order);
            order.reverse();
            reranked(group, &order)
        }
    }
}

/// One rank after the other, from this one on.
fn ranked_from(rank: i64, moves: &[(bool, &Turn)]) -> Vec<(AttachmentId, i64)> {
    (rank..).zip(moves).map(|(rank, (_, turn))| (turn.id, rank)).collect()
}

/// Each run of chosen ones changes places with the one before it.
fn pass_one(order: &mut [(bool, &Turn)]) {
    for at in 1..order.len() {
        if let Some([(false, _), (true, _)]) = order.get(at - 1..=at) {
            order.swap(at - 1, at);
        }
    }
}

/// The ranks of the group, given out in the new order.
fn reranked(group: &[Turn], order: &[(bool, &Turn)]) -> Vec<(AttachmentId, i64)> {
    let mut ranks = Vec::new();
    let mut before = None;
    for ((_, turn), place) in order.iter().zip(group) {
        // Of two with one rank the lower id goes first.
        let rank = match before {
            Some((rank, id)) if (rank, id) >= (place.rank, turn.id) => rank + 1,
            _ => place.rank,
        };
        before = Some((rank, turn.id));
        if rank != turn.rank {
            ranks.push((turn.id, rank));
        }
    }
    ranks
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::attachment::{BatchId, Priority};

    fn turn(id: i64, rank: i64) -> Turn {
        let priority = if id > 100 { Priority::High } else { Priority::Normal };
        Turn { id: AttachmentId(id), batch: BatchId(1), profile: "a".to_owned(), priority, rank }
    }

    /// The ids in order after a move.
    fn after(turns: &[(i64, i64)], chosen: &[i64], place: Place) -> Vec<i64> {
        let turns: Vec<Turn> = turns.iter().map(|(id, rank)| turn(*id, *rank)).collect();
        let ranks = moved(turns.clone(), |turn| chosen.contains(&turn.id.0), place);
        let mut now: Vec<_> = turns
            .iter()
            .map(|turn| {
                let rank = ranks.iter().find(|(id, _)| *id == turn.id).map_or(turn.rank, |(_, rank)| *rank);
                (std::cmp::Reverse(turn.priority), rank, turn.id.0)
            })
            .collect();
        now.sort_unstable();
        now.into_iter().map(|(_, _, id)| id).collect()
    }

    #[test]
    fn several_move_together_and_keep_their_order() {
        let five: Vec<(i64, i64)> = (1..=5).map(|id| (id, id)).collect();
        for (chosen, place, order) in [
            (vec![3], Place::First, [3, 1, 2, 4, 5]),
            (vec![5, 2], Place::First, [2, 5, 1, 3, 4]),
            (vec![1, 3], Place::Last, [2, 4, 5, 1, 3]),
            (vec![3, 4], Place::Earlier, [1, 3, 4, 2, 5]),
            (vec![1, 3], Place::Earlier, [1, 3, 2, 4, 5]),
            (vec![2, 3], Place::Later, [1, 4, 2, 3, 5]),
            (vec![4, 5, 2], Place::Later, [1, 3, 2, 4, 5]),
            (vec![1, 2, 3, 4, 5], Place::First, [1, 2, 3, 4, 5]),
            (vec![9], Place::Last, [1, 2, 3, 4, 5]),
        ] {
            assert_eq!(after(&five, &chosen, place), order, "{chosen:?} {place:?}");
        }
    }

    #[test]
    fn what_has_one_rank_is_moved_all_the_same() {
        let tied = [(1, 7), (4, 7), (7, 7), (8, 8)];
        assert_eq!(after(&tied, &[7], Place::Earlier), [1, 7, 4, 8]);
        assert_eq!(after(&tied, &[1], Place::Later), [4, 1, 7, 8]);
        assert_eq!(after(&tied, &[1], Place::Last), [4, 7, 8, 1]);
    }

    #[test]
    fn another_priority_is_another_line() {
        let both = [(1, 1), (2, 2), (101, 3), (102, 4)];
        assert_eq!(after(&both, &[2], Place::First), [101, 102, 2, 1]);
        assert_eq!(after(&both, &[102, 1], Place::Last), [101, 102, 2, 1]);
    }
}
