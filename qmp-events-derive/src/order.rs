//! The order in which QEMU prints the members of an object.
//!
//! QEMU keeps an object in a hash table of 512 buckets and prints it bucket by bucket, the newest
//! member of a bucket first. It fills the table in the order of the schema. So the order follows
//! from the names alone, and is the same in every QEMU (seen in all 3,943 objects of the recorded
//! streams). Decoders look for members in this order first; a wrong guess costs time, never a value.

/// The positions of `names` (which are in schema order) in QEMU's printing order.
pub(crate) fn printing_order(names: &[&str]) -> Vec<usize> {
    let mut positions: Vec<usize> = (0..names.len()).rev().collect();
    positions.sort_by_key(|&position| bucket(names[position])); // stable: newest first in a bucket
    positions
}

/// The bucket of a key: the hash of Samba's tdb, modulo the number of buckets.
fn bucket(name: &str) -> u32 {
    let mut hash = 0x238F_13AF_u32.wrapping_mul(name.len() as u32);
    for (index, byte) in name.bytes().enumerate() {
        hash = hash.wrapping_add(u32::from(byte) << (index * 5 % 24));
    }
    hash.wrapping_mul(1_103_515_243).wrapping_add(12_345) % 512
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ordered<'a>(names: &[&'a str]) -> Vec<&'a str> {
        printing_order(names).into_iter().map(|position| names[position]).collect()
    }

    #[test]
    fn members_come_in_the_order_of_recorded_objects() {
        assert_eq!(
            ordered(&["device", "slot", "slot-type", "source", "status"]),
            ["device", "source", "status", "slot", "slot-type"]
        );
        assert_eq!(ordered(&["seconds", "microseconds"]), ["seconds", "microseconds"]);
        assert_eq!(ordered(&["event", "data", "timestamp"]), ["timestamp", "event", "data"]);
    }

    #[test]
    fn in_one_bucket_the_newest_comes_first() {
        assert_eq!(
            ordered(&["arg1", "arg2", "arg3", "arg4", "arg5"]),
            ["arg5", "arg4", "arg3", "arg2", "arg1"]
        );
    }
}
